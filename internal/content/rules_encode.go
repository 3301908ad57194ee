package content

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"tocsin/internal/verdict"
)

// EncodeRules writes a rules file for a person to read and to change: reading it back
// gives the same rules. What a reader would refuse, it writes all the same.
func EncodeRules(policySlug string, disclose, notify verdict.Rules) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, rulesHead, policySlug, policySlug)
	for _, q := range []struct {
		name, asks string
		rules      verdict.Rules
	}{
		{"disclose", "Must a bulletin be published?", disclose},
		{"notify", "Must a tailnet be told by letter?", notify},
	} {
		fmt.Fprintf(&b, "\n# %s\n%s:\n", q.asks, q.name)
		encodeQuestion(&b, q.rules)
	}
	return b.Bytes()
}

const rulesHead = `# How tocsin reads the policy %q: which of its sentences asks for what.
#
# Read every quote beside its page. Each must stand there word for word, once, under
# the paragraph (with the list below it) or the heading that begins with "under". When
# the quoted words change, tocsin check fails until somebody has read the rule again. It
# does not see what is written around them: read the page again when that changes. The
# facts that a rule can ask for: docs/decisions.md, or tocsin explain unknown-fact.
#
# "when" lists facts with the values that make the sentence hold: all of the facts, each
# with any of its values. "force" is how the policy puts it: promise (we will), aim (we
# aim to) or may; without the word it is a promise.

policy: %s
`

// encodeQuestion writes the parts that hold clauses, in the order in which they decide.
func encodeQuestion(b *bytes.Buffer, r verdict.Rules) {
	for _, part := range []struct {
		name, means string
		clauses     []verdict.Clause
	}{
		{"delay", "What is required waits while one of these holds.", r.Delay},
		{"first", "One of these that holds decides alone, before all others.", r.First},
		{"all", "Else every one of these must hold; \"otherwise\" says what comes of it while one does not.", r.All},
		{"any", "And at least one of these promises.", r.Any},
		{"except", "Unless one of these holds: it outweighs the promises that \"over\" names, and no other.", r.Except},
	} {
		if len(part.clauses) == 0 {
			continue
		}
		fmt.Fprintf(b, "  # %s\n  %s:\n", part.means, part.name)
		for _, c := range part.clauses {
			encodeClause(b, part.name, c)
		}
	}
}

func encodeClause(b *bytes.Buffer, part string, c verdict.Clause) {
	fmt.Fprintf(b, "    - clause: %s\n", scalar(c.ID))
	fmt.Fprintf(b, "      under: %s\n", words(c.Under))
	fmt.Fprintf(b, "      quote: %s\n", words(c.Quote))
	encodeWhen(b, c.When)
	if c.Force != verdict.Promise && c.Force != "" {
		fmt.Fprintf(b, "      force: %s\n", c.Force)
	}
	if part == "all" {
		fmt.Fprintf(b, "      otherwise: %s\n", c.Otherwise)
	}
	if part == "except" && len(c.Over) > 0 {
		fmt.Fprintf(b, "      over: %s\n", list(c.Over, "        "))
	}
	if !c.Since.IsZero() {
		fmt.Fprintf(b, "      since: %s\n", dateText(c.Since))
	}
}

// encodeWhen writes the conditions: in one line where that is short.
func encodeWhen(b *bytes.Buffer, when []verdict.Condition) {
	var all []string
	for _, c := range when {
		all = append(all, scalar(c.Fact)+": "+list(c.In, "          "))
	}
	short := "{" + strings.Join(all, ", ") + "}"
	if len(short) <= wide && !strings.Contains(short, "\n") {
		fmt.Fprintf(b, "      when: %s\n", short)
		return
	}
	b.WriteString("      when:\n")
	for _, one := range all {
		fmt.Fprintf(b, "        %s\n", one)
	}
}

// wide is how many octets stand in a line at most, where there is a choice.
const wide = 90

// list writes words in one line, or each in its own, indented.
func list(all []string, indent string) string {
	var out []string
	for _, word := range all {
		out = append(out, scalar(word))
	}
	if short := "[" + strings.Join(out, ", ") + "]"; len(short) <= wide {
		return short
	}
	return "\n" + indent + "- " + strings.Join(out, "\n"+indent+"- ")
}

// words writes a sentence: in its line where that is short, else in a block below.
func words(text string) string {
	if len(text) <= wide {
		return quoted(text)
	}
	var b strings.Builder
	b.WriteString(">-")
	width := wide
	for _, word := range strings.Fields(text) {
		if width+1+len(word) > wide {
			b.WriteString("\n        ")
			width = 0
		} else {
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}

// plainWord is what YAML, by any of its versions, takes for text.
var plainWord = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// scalar writes a word, in quotes where YAML would read it as something else. The
// answers yes and no are text in this format.
func scalar(word string) string {
	reads := []string{"null", "true", "false", "on", "off", "y", "n"}
	if plainWord.MatchString(word) && !slices.Contains(reads, word) {
		return word
	}
	return quoted(word)
}

func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(text) + `"`
}

// dateText writes a day, or an instant that is not the beginning of one.
func dateText(at time.Time) string {
	at = at.UTC()
	if day := at.Format(time.DateOnly); at.Equal(at.Truncate(24 * time.Hour)) {
		return day
	}
	return at.Format(time.RFC3339Nano)
}
