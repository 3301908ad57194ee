package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"tocsin/internal/disclosure"
	"tocsin/internal/verdict"
)

// TestDecisionsPage holds the table of docs/decisions.md against the rules; -update
// writes it.
func TestDecisionsPage(t *testing.T) {
	const begin, end = "<!-- rules -->\n", "<!-- end of rules -->"
	text := page(t, "decisions.md")
	before, rest, found := strings.Cut(text, begin)
	shown, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatal("docs/decisions.md has no place for the rules")
	}
	want := rulesTable()
	if shown == want {
		return
	}
	if !*update {
		t.Fatal("docs/decisions.md shows other rules than tocsin applies: go test ./cmd/tocsin -update")
	}
	if err := os.WriteFile("../../docs/decisions.md", []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func rulesTable() string {
	var b strings.Builder
	b.WriteString("\n| question | part | clause | the policy's words | under | asks for |\n|---|---|---|---|---|---|\n")
	builtin := disclosure.Builtin()
	for _, r := range []verdict.Rules{builtin.Disclose, builtin.Notify} {
		for _, part := range []struct {
			name    string
			clauses []verdict.Clause
		}{{"delay", r.Delay}, {"law", r.First}, {"condition", r.All}, {"promise", r.Any}, {"exemption", r.Except}} {
			for _, c := range part.clauses {
				fmt.Fprintf(&b, "| %s | %s | `%s` | “%s” | “%s …” | %s |\n", r.Question, part.name, c.ID, c.Quote, c.Under, asks(c))
			}
		}
	}
	return b.String() + "\n"
}

// asks writes a clause's conditions, and what an exemption outweighs.
func asks(c verdict.Clause) string {
	var parts []string
	for _, w := range c.When {
		parts = append(parts, fmt.Sprintf("`%s` is %s", w.Fact, strings.Join(w.In, " or ")))
	}
	if len(c.Over) > 0 {
		parts = append(parts, "outweighs `"+strings.Join(c.Over, "`, `")+"`")
	}
	return strings.Join(parts, "; ")
}

// TestDecisionsNameEveryFact: each fact that a rule asks for has its row.
func TestDecisionsNameEveryFact(t *testing.T) {
	text := page(t, "decisions.md")
	builtin := disclosure.Builtin()
	for _, r := range []verdict.Rules{builtin.Disclose, builtin.Notify} {
		for _, c := range r.Clauses() {
			for _, w := range c.When {
				if !strings.Contains(text, "| `"+w.Fact+"`") && !strings.Contains(text, ", `"+w.Fact+"` |") {
					t.Errorf("docs/decisions.md does not explain the fact %s", w.Fact)
				}
			}
		}
	}
}
