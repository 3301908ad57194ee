package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/disclosure"
	"tocsin/internal/markdown"
	"tocsin/internal/policy"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// TestDecisionsPage holds the tables of docs/decisions.md against the policies, the
// rules and the vocabulary; -update writes them.
func TestDecisionsPage(t *testing.T) {
	tables := map[string]string{"rules": rulesTable(), "facts": factsTable(), "answers": answersTable()}
	for _, p := range policyPages(t, "../../content/policies/*.md") {
		table, faults := readingTable(p)
		for _, fault := range faults {
			t.Error(fault)
		}
		tables["reading of "+p.Slug] = table
	}
	for name, want := range tables {
		begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->"
		text := page(t, "decisions.md")
		before, rest, found := strings.Cut(text, begin)
		shown, after, closed := strings.Cut(rest, end)
		switch {
		case !found || !closed:
			t.Errorf("docs/decisions.md has no place for the %s", name)
		case shown == want:
		case !*update:
			t.Errorf("docs/decisions.md shows other %s than tocsin applies: go test ./cmd/tocsin -update", name)
		default:
			if err := os.WriteFile("../../docs/decisions.md", []byte(before+begin+want+end+after), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestEverySentenceIsRead: of the sample's policies and, where this machine has them,
// of the two documents that the project comes from, each sentence is executed by a
// clause, or it is said why by none; and no clause executes nothing (F17).
func TestEverySentenceIsRead(t *testing.T) {
	for _, pattern := range []string{"../../content/policies/*.md", "../../../shared/seeds/*.txt"} {
		for _, p := range policyPages(t, pattern) {
			_, faults := readingTable(p)
			for _, fault := range faults {
				t.Error(fault)
			}
			if p.Slug != disclosure.Policy {
				continue
			}
			var ids []string
			for _, b := range markdown.Parse(p.Body).Blocks() {
				for _, s := range sentences(b.Text) {
					ids = append(ids, executes(p, b, s)...)
				}
			}
			for _, r := range []verdict.Rules{disclosure.Builtin().Disclose, disclosure.Builtin().Notify} {
				for _, c := range r.Clauses() {
					if !slices.Contains(ids, r.Question+" `"+c.ID+"`") {
						t.Errorf("%s: no sentence is executed by %s %s", p.Source.Name, r.Question, c.ID)
					}
				}
			}
		}
	}
}

// policyPages reads policy pages as far as their sentences matter.
func policyPages(t *testing.T, pattern string) []policy.Policy {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	slug := regexp.MustCompile(`(?m)^slug: (.*)$`)
	var found []policy.Policy
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := bytes.Cut(data, []byte("\n---\n"))
		m := slug.FindSubmatch(head)
		if m == nil {
			continue // the policies' front page
		}
		found = append(found, policy.Policy{
			Slug: string(m[1]), Body: body, BodyLine: bytes.Count(head, []byte("\n")) + 3, Source: source.File{Name: name, Data: data},
		})
	}
	return found
}

// readingTable lists every sentence of a page with what executes it. The faults are
// sentences of which nobody has said what becomes of them, and those of which both is
// said.
func readingTable(p policy.Policy) (table string, faults []string) {
	var b strings.Builder
	b.WriteString("\n| the policy's words | what executes them |\n|---|---|\n")
	for _, block := range markdown.Parse(p.Body).Blocks() {
		if block.Kind == markdown.HeadingBlock {
			fmt.Fprintf(&b, "| **%s** | |\n", block.Text)
			continue
		}
		for _, s := range sentences(block.Text) {
			ids, why := executes(p, block, s), because(s)
			if (len(ids) == 0) == (why == "") {
				faults = append(faults, fmt.Sprintf("%s: %q is executed by %v, and by no rule because %q", p.Source.Name, s, ids, why))
			}
			what := strings.Join(ids, ", ")
			if why != "" {
				what = "no rule executes this, because " + why
			}
			fmt.Fprintf(&b, "| %s | %s |\n", s, what)
		}
	}
	return b.String() + "\n", faults
}

// boundary is where a sentence ends and another begins.
var boundary = regexp.MustCompile(`[.!?][”")]? +[\p{Lu}“"(]`)

// sentences cuts a paragraph or an item.
func sentences(text string) []string {
	var out []string
	for {
		at := boundary.FindStringIndex(text)
		if at == nil {
			return append(out, text)
		}
		end := at[0] + strings.IndexByte(text[at[0]:], ' ')
		out, text = append(out, text[:end]), strings.TrimLeft(text[end:], " ")
	}
}

// executes names the clauses whose quote stands in the sentence, at the place where
// the rules look for it.
func executes(p policy.Policy, block markdown.Block, sentence string) []string {
	var ids []string
	text := p.Text()
	for _, r := range []verdict.Rules{disclosure.Builtin().Disclose, disclosure.Builtin().Notify} {
		for _, c := range r.Clauses() {
			at, err := text.Sentence(c.Under, c.Quote)
			if err == nil && at.Line == block.Line+p.BodyLine-1 && strings.Contains(sentence, c.Quote) {
				ids = append(ids, r.Question+" `"+c.ID+"`")
			}
		}
	}
	return ids
}

// unexecuted says why no rule executes a sentence, by how it begins: in the sample's
// policies, and in the documents that the project comes from.
var unexecuted = []struct{ begins, because string }{
	// The incident disclosure policy.
	{`This policy (specifies when and how|says when )`, "it says what the page is about"},
	{`(By “notify” here we mean|To “notify” means)`, "it says what a word means: to notify is to send letters, which only `tocsin send` does"},
	{`It comes on top of the release notes`, "it says what a word means; release notes are written elsewhere"},
	{`(For example, you may read about minor|A vulnerability of little consequence)`,
		"it says what may happen where nothing is promised; *not required* is that"},
	{`Generally, we aim to reduce noise`,
		"it is an aim, which the promises and exemptions after it spell out; to weigh it against a promise would be to break the promise"},
	{`To disclose (security vulnerabilities|a vulnerability)`, "it says how, not whether: `tocsin build` makes the page of a published bulletin"},
	{`(These can be consumed directly|Anybody can read it there)`, "it says how, not whether: `tocsin build` writes the feed, which programs can follow"},
	{`To notify users (about security vulnerabilities|directly)`, "it says how, not whether: `tocsin plan` writes one letter to each affected tailnet that must be told"},
	{`It names the nodes or users of that tailnet`, "it says how, not whether: a letter lists that tailnet's own nodes, and the action that the bulletin states"},
	{`(These emails will be sent to|It goes to the tailnet’s)`, "it says to whom, not whether: `tocsin plan` takes the security contact where it is verified, else the Owner"},
	{`(Occasionally, |Now and then we may)`, "it leaves the organisation free, and asks for nothing"},
	{`They never take the place of the email`, "it holds by itself: nothing but a delivered letter counts as one"},
	// The patch management policy.
	{`(To avoid potential security incidents|Example Networks looks for vulnerabilities)`, "it says what the page is about"},
	{`(This patch management policy applies|This policy covers the systems)`, "it is about the organisation's own machines, of which tocsin keeps no record"},
	{`(Test or demo environments|Environments for demonstrations)`, "it exempts machines of which tocsin keeps no record"},
	{`(This patch management policy also applies|It also covers the software)`,
		"it asks for patches, not for bulletins; what is shipped has its bulletins by the disclosure policy"},
	{`(In order to detect potential vulnerabilities, the|The Security Review Team)`, "it says who does what the list names; people do that"},
	{`(Subscribes to and reviews|Follows the security announcements)`, "people read announcements; tocsin reads none"},
	{`Reviews (dependencies|the dependencies)`, "people review dependencies; tocsin sees none"},
	{`(Where automated patch rollout|Devices that can install patches)`, "it is about settings of devices, which tocsin does not see"},
	{`(Security patches can be applied|Nobody needs to ask for approval)`, "it asks for nothing: it says that no approval is needed"},
	{`(Tailscale should review any new|New security patches should be reviewed)`, "tocsin keeps no record of patches, and cannot know when one was reviewed"},
	{`(Tailscale should patch|Vulnerabilities should be patched)`, "it sets no date that could be missed; the sentence after it does"},
	{`(The expected timeline for remediation|From the day on which a patch is available)`,
		"tocsin keeps no record of patches, and cannot know when one became available and when it was applied"},
	{`(Where a patch is not yet|Where there is no patch yet)`,
		"people take such measures; a bulletin states them as `remedy`, which counts as a fix, or as `stopgap`, which does not"},
	{`(Tailscale should also put|We should take them as well)`, "people take such measures; that a vulnerability is exploited is stated in a bulletin, and orders none"},
	{`(Mitigations can include|Such measures can be)`, "it gives examples"},
}

// because says why no rule executes a sentence; empty where nobody has said so.
func because(sentence string) string {
	for _, u := range unexecuted {
		if regexp.MustCompile(`^` + u.begins).MatchString(sentence) {
			return u.because
		}
	}
	return ""
}

func rulesTable() string {
	var b strings.Builder
	b.WriteString("\n| question | part | clause | the policy's words | under | force | asks for |\n|---|---|---|---|---|---|---|\n")
	builtin := disclosure.Builtin()
	for _, r := range []verdict.Rules{builtin.Disclose, builtin.Notify} {
		for _, g := range r.Groups() {
			for _, c := range g.Clauses {
				fmt.Fprintf(&b, "| %s | %s | `%s` | “%s” | “%s …” | %s | %s |\n", r.Question, g.Part, c.ID, c.Quote, c.Under, c.Force, asks(c))
			}
		}
	}
	return b.String() + "\n"
}

// asks writes a clause's conditions, what an exemption outweighs, and what becomes of
// the matter while a condition does not hold.
func asks(c verdict.Clause) string {
	var parts []string
	for _, w := range c.When {
		parts = append(parts, fmt.Sprintf("`%s` is %s", w.Fact, strings.Join(w.In, " or ")))
	}
	if len(c.Over) > 0 {
		parts = append(parts, "outweighs `"+strings.Join(c.Over, "`, `")+"`")
	}
	if c.Otherwise != "" {
		parts = append(parts, "else "+c.Otherwise.Words())
	}
	return strings.Join(parts, "; ")
}

func factsTable() string {
	var b strings.Builder
	b.WriteString("\n| fact | yes | no | unknown |\n|---|---|---|---|\n")
	for _, d := range disclosure.Vocabulary() {
		name := "`" + d.Name + "`"
		if !slices.Contains(d.Questions, disclosure.Disclose) {
			name += " (of notify)"
		}
		no := ""
		if slices.Contains(d.Domain, "no") {
			no = orNever(d.When.No)
		}
		fmt.Fprintf(&b, "| %s: %s | %s | %s | %s |\n", name, d.Meaning, d.When.Yes, no, orNever(d.When.Unknown))
	}
	return b.String() + "\n"
}

func orNever(text string) string {
	if text == "" {
		return "never"
	}
	return text
}

func answersTable() string {
	var b strings.Builder
	b.WriteString("\n| fact | the question | an answer | is written as | makes it |\n|---|---|---|---|---|\n")
	for _, d := range disclosure.Vocabulary() {
		name, ask := "`"+d.Name+"`", d.Ask
		for _, a := range d.Answers {
			fmt.Fprintf(&b, "| %s | %s | %s | `%s` | %s |\n", name, ask, a.Meaning, a.Write, a.Value)
			name, ask = "", ""
		}
	}
	return b.String() + "\n"
}

// Sentences are cut where a reader would.
func TestSentences(t *testing.T) {
	for text, want := range map[string][]string{
		"One. Two.":                   {"One.", "Two."},
		"One (i.e. this) and e.g. b.": {"One (i.e. this) and e.g. b."},
		"One, e.g., two. “Three” is a word. (Four.) Five": {"One, e.g., two.", "“Three” is a word.", "(Four.)", "Five"},
		"any of these is true:":                           {"any of these is true:"},
		"Version 1.2.3 is out!  Is it?":                   {"Version 1.2.3 is out!", "Is it?"},
	} {
		if got := sentences(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}
