package release

import (
	"hash/fnv"
	"regexp"
	"strings"
	"unicode/utf8"

	"tocsin/internal/bulletin"
)

// Shorter texts stand in many places without having been copied there.
const (
	distinctTitle    = 20 // characters
	distinctSentence = 40 // characters
)

// Known are the sentences that everybody can read already: they give nothing away.
type Known map[uint64]bool

// Read takes in a text that is public.
func (k Known) Read(text []byte) {
	for _, s := range sentences(text) {
		k[sum(s)] = true
	}
}

// Published takes in a bulletin that is public.
func (k Known) Published(p bulletin.Published) {
	b := p.Bulletin()
	k[sum(b.Title)] = true
	k.Read([]byte(b.Summary))
	k.Read(b.Body)
}

// Secrets are the texts by which an embargoed bulletin is recognised wherever they
// stand: its ID, its title and summary, and the sentences of its text, as far as they
// are long enough to be its own and not known.
func Secrets(b bulletin.Bulletin, known Known) []string {
	var secrets []string
	if b.ID != "" {
		secrets = append(secrets, string(b.ID))
	}
	if utf8.RuneCountInString(b.Title) >= distinctTitle && !known[sum(b.Title)] {
		secrets = append(secrets, b.Title)
	}
	for _, text := range [][]byte{[]byte(b.Summary), b.Body} {
		for _, s := range sentences(text) {
			if s != b.Title && !known[sum(s)] {
				secrets = append(secrets, s)
			}
		}
	}
	return secrets
}

var (
	lead = regexp.MustCompile(`^[ \t]*(#{1,6}|[*+>-]|\d{1,9}[.)])?[ \t]+`)
	stop = regexp.MustCompile(`[.!?][ \t]+`)
)

// sentences cuts Markdown into sentences, each on one line, without what marks an
// item, a quotation or a heading.
func sentences(text []byte) []string {
	var found []string
	for _, paragraph := range paragraphs(text) {
		for _, s := range stop.Split(paragraph, -1) {
			if s = strings.TrimSpace(s); utf8.RuneCountInString(s) >= distinctSentence {
				found = append(found, s)
			}
		}
	}
	return found
}

// paragraphs joins lines that follow each other. A mark begins a new paragraph.
func paragraphs(text []byte) []string {
	var all []string
	fresh := true
	for line := range strings.Lines(string(text)) {
		mark := lead.FindString(line)
		words := strings.Join(strings.Fields(line[len(mark):]), " ")
		switch {
		case words == "":
		case fresh || strings.TrimSpace(mark) != "":
			all = append(all, words)
		default:
			all[len(all)-1] += " " + words
		}
		fresh = words == ""
	}
	return all
}

func sum(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // a hash takes everything
	return h.Sum64()
}
