package policy

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/source"
)

// sentence is a quote of a policy by the beginning of its paragraph.
type sentence struct{ under, quote string }

// sentences are what rules quote of the policies, by slug: of incident disclosure,
// all that the built-in reading does.
var sentences = map[string][]sentence{
	"incident-disclosure": {
		{"For incidents that fall under", "those requirements will take precedence over this policy"},
		{"Both the client software", "are in scope for this policy"},
		{"Generally, we aim to reduce noise", "not notify users for routine security patching of dependencies"},
		{"Generally, we aim to reduce noise", "if we confirm the vulnerability was not exploited and no users were affected"},
		{"We will disclose", "when a fix is available"},
		{"We will disclose", "User action is needed to fix the vulnerability"},
		{"We will disclose", "We can confirm that tailnet metadata or data was visible to an unauthorized party"},
		{"We will disclose", "We cannot confirm that no users were affected by the vulnerability"},
		{"We will notify users directly", "when we can confirm that the tailnet was affected"},
		{"We will notify users directly", "User action is needed to fix the vulnerability, and it is a critical or high impact vulnerability"},
		{"We will notify users directly", "We can confirm that tailnet metadata or data was visible to an unauthorized party"},
	},
	"patch-management": {
		{"Review and approval", "Security patches can be applied without further approval"},
		{"Schedule", "patch security vulnerabilities as soon as possible"},
		{"Schedule", "The expected timeline for remediation, from when a patch is available to when it is applied, is 90 days"},
		{"Mitigations", "put in place mitigations if a vulnerability is known to be actively exploited in the wild"},
	},
}

// policies are our own sample pages and, where this machine has them, the two
// documents that the project comes from.
func policies(t *testing.T) []Policy {
	t.Helper()
	var found []Policy
	for _, pattern := range []string{"../../content/policies/*.md", "../../../shared/seeds/*.txt"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if p := policyOf(t, name, data); p.Slug == "incident-disclosure" || strings.HasSuffix(name, ".txt") {
				found = append(found, p) // our other page goes by other words
			}
		}
	}
	if len(found) == 0 {
		t.Fatal("found no policies")
	}
	return found
}

func policyOf(t *testing.T, name string, data []byte) Policy {
	t.Helper()
	slug := regexp.MustCompile(`(?m)^slug: (.*)$`).FindSubmatch(data)
	head, body, found := bytes.Cut(data, []byte("\n---\n"))
	if slug == nil || !found {
		t.Fatalf("%s is no policy page", name)
	}
	return Policy{Slug: string(slug[1]), Body: body, BodyLine: bytes.Count(head, []byte("\n")) + 3, Source: source.File{Name: name, Data: data}}
}

// span is a stretch of a page's bytes.
type span struct{ start, end int }

// find looks for words in the page as it is written, from an offset on.
func find(t *testing.T, body []byte, from int, words string) span {
	t.Helper()
	form := regexp.MustCompile(`(?m)` + strings.ReplaceAll(regexp.QuoteMeta(words), " ", `[\s*_]+`))
	at := form.FindIndex(body[from:])
	if at == nil {
		t.Fatalf("%q does not stand in the page", words)
	}
	return span{from + at[0], from + at[1]}
}

// spansOf is where the page as it is written holds the beginning of the sentence's
// paragraph, and the quote.
func spansOf(t *testing.T, body []byte, s sentence) (under, quote span) {
	t.Helper()
	for from := 0; ; {
		under = find(t, body, from, s.under)
		if line := body[:under.start]; bytes.HasSuffix(line, []byte("\n")) || bytes.HasSuffix(line, []byte("### ")) {
			return under, find(t, body, under.start, s.quote)
		}
		from = under.end
	}
}

// changed is the policy with a stretch of its page replaced.
func changed(p Policy, at span, text string) Text {
	p.Body = bytes.Join([][]byte{p.Body[:at.start], []byte(text), p.Body[at.end:]}, nil)
	return p.Text()
}

var (
	anyWord = regexp.MustCompile(`[\pL\pM\pN’'-]+`)
	letters = regexp.MustCompile(`\pL`)
)

// F17: every sentence of the policies is found. Whatever is done to any word of a
// quote, it is found no more, though its twin stands unedited elsewhere; what is done
// to the words outside of the quotes changes nothing.
func TestOneWordEdited(t *testing.T) {
	edits, others := 0, 0
	for _, p := range policies(t) {
		var quoted []span
		for _, s := range sentences[p.Slug] {
			under, quote := spansOf(t, p.Body, s)
			quoted = append(quoted, under, quote)
			if at, err := p.Text().Sentence(s.under, s.quote); err != nil || at.Line < p.BodyLine {
				t.Errorf("%s: %v %v", p.Source.Name, at, err)
			}
			for _, w := range anyWord.FindAllIndex(p.Body[quote.start:quote.end], -1) {
				at := span{quote.start + w[0], quote.start + w[1]}
				word := string(p.Body[at.start:at.end])
				for _, text := range []string{"", "otherwise", word + "s", "un" + word, word + "-like", "non-" + word, word + "’s", word + " " + word, strings.ToUpper(word)} {
					if text == word || stillThere(at, quote, text, word) {
						continue
					}
					edits++
					if found, err := changed(p, at, text).Sentence(s.under, s.quote); err == nil {
						t.Errorf("%s: %q for %q in %q: found at %v", p.Source.Name, text, word, s.quote, found)
					}
				}
			}
		}
		others += outside(t, p, quoted)
	}
	if edits < 500 || others < 200 {
		t.Errorf("only %d edits in quotes and %d outside", edits, others)
	}
}

// stillThere tells of a word that is written twice at the beginning or the end of a
// quote, which leaves the quote as it was.
func stillThere(at, quote span, text, word string) bool {
	return text == word+" "+word && (at.start == quote.start || at.end == quote.end)
}

// outside edits every word that no rule quotes, and looks for every sentence.
func outside(t *testing.T, p Policy, quoted []span) (edits int) {
	t.Helper()
words:
	for _, w := range regexp.MustCompile(`\S+`).FindAllIndex(p.Body, -1) {
		at := span{w[0], w[1]}
		if !letters.Match(p.Body[at.start:at.end]) || bytes.ContainsAny(p.Body[at.start:at.end], "*[]()") {
			continue // the page's structure, which decides what belongs to a paragraph
		}
		for _, q := range quoted {
			if at.start < q.end && q.start < at.end {
				continue words
			}
		}
		edits++
		text := changed(p, at, "otherwise")
		for _, s := range sentences[p.Slug] {
			if _, err := text.Sentence(s.under, s.quote); err != nil {
				t.Errorf("%s: otherwise for %q: %v", p.Source.Name, p.Body[at.start:at.end], err)
			}
		}
	}
	return edits
}
