package mailcheck

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fact is what somebody may act upon: an address to open or to write to, a bulletin, a
// version, a number.
var fact = regexp.MustCompile(`https?://[^\s"<>]+|[^\s"<>()]+@[^\s"<>()]+|\bTS-\d+-\d+\b|\d+(?:\.\d+)*`)

// factsOf lists the facts of a text in their order. In a text for people a dot may follow.
func factsOf(text string) []string {
	facts := fact.FindAllString(text, -1)
	for i, f := range facts {
		facts[i] = strings.TrimRight(f, ".,;:!?")
	}
	return facts
}

var (
	unread = regexp.MustCompile(`(?s)<head>.*</head>|<wbr>`)
	link   = regexp.MustCompile(`<a href="([^"]*)">(.*?)</a>`)
	tag    = regexp.MustCompile(`<[^>]*>`)
)

// spoken is what a reader of the HTML is told, and where its links lead, once where they
// say so themselves.
func spoken(page string) string {
	page = link.ReplaceAllStringFunc(unread.ReplaceAllString(page, ""), func(a string) string {
		parts := link.FindStringSubmatch(a)
		if to, words := parts[1], parts[2]; to != words {
			return words + " " + to
		}
		return parts[1]
	})
	return html.UnescapeString(tag.ReplaceAllString(page, " "))
}

// compareFacts wants the same facts in the same order in both readings of a letter (F31).
func compareFacts(t *testing.T, _ programs, letters []letter) (found []finding) {
	for _, l := range letters {
		r := read(t, l.mailbox(t))
		facts := factsOf(r.Text)
		if diff := cmp.Diff(facts, factsOf(spoken(r.HTML))); diff != "" || len(facts) < 3 {
			found = append(found, finding{l.shape, "text and HTML differ: " + diff})
		}
	}
	return found
}
