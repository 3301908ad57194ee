package disclosure

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/policy"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// pages are disclosure policies: the sample's, and, where this machine has it, the
// one that the project comes from.
func pages(t *testing.T) []policy.Policy {
	t.Helper()
	var found []policy.Policy
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
			if bytes.Contains(data, []byte("\nslug: "+Policy+"\n")) {
				found = append(found, pageOf(filepath.Base(name), data))
			}
		}
	}
	if len(found) == 0 {
		t.Fatal("no disclosure policy to hold the rules against")
	}
	return found
}

// pageOf cuts a file at its second fence.
func pageOf(name string, data []byte) policy.Policy {
	end := bytes.Index(data, []byte("\n---\n")) + len("\n---\n")
	return policy.Policy{
		Slug: Policy, Body: data[end:], BodyLine: bytes.Count(data[:end], []byte("\n")) + 1,
		Source: source.File{Name: name, Data: data},
	}
}

// clauses are the built-in ones, each sentence once.
func clauses() []verdict.Clause {
	all := slices.Concat(Builtin().Disclose.Clauses(), Builtin().Notify.Clauses())
	sentence := func(c verdict.Clause) string { return c.Under + c.Quote }
	slices.SortStableFunc(all, func(a, b verdict.Clause) int { return strings.Compare(sentence(a), sentence(b)) })
	return slices.CompactFunc(all, func(a, b verdict.Clause) bool { return sentence(a) == sentence(b) })
}

// F17: the built-in rules quote what the policies say, each sentence at its place.
func TestNothingIsMissing(t *testing.T) {
	for _, p := range pages(t) {
		for _, err := range Builtin().Missing(p) {
			t.Error(err)
		}
		for _, c := range clauses() {
			at, err := p.Text().Sentence(c.Under, c.Quote)
			if err != nil || !strings.Contains(strings.ReplaceAll(p.Source.Line(at.Line), "**", ""), c.Quote) {
				t.Errorf("%s %s: line %d of %s is %q, %v", c.ID, c.Quote, at.Line, p.Source.Name, p.Source.Line(at.Line), err)
			}
		}
	}
}

// F17: one word of a quote edited, where the rule looks for it, and the finding
// names the quote: also where the same sentence stands unedited elsewhere.
func TestOneWordEdited(t *testing.T) {
	edits := 0
	for _, p := range pages(t) {
		for _, c := range clauses() {
			at, err := p.Text().Sentence(c.Under, c.Quote)
			if err != nil {
				t.Fatal(err)
			}
			words := strings.Fields(c.Quote)
			for _, i := range []int{0, len(words) - 1} {
				changed := slices.Clone(words)
				changed[i] = "nearly"
				lines := strings.Split(string(p.Source.Data), "\n")
				before := lines[at.Line-1]
				lines[at.Line-1] = strings.Replace(before, c.Quote, strings.Join(changed, " "), 1)
				if lines[at.Line-1] == before {
					t.Fatalf("%q does not stand in %q", c.Quote, before)
				}
				missing := Builtin().Missing(pageOf(p.Source.Name, []byte(strings.Join(lines, "\n"))))
				if len(missing) != 1 || missing[0].Clause.Quote != c.Quote || missing[0].Clause.Under != c.Under || !strings.Contains(missing[0].Error(), fmt.Sprintf("%q", c.Quote)) || !strings.Contains(missing[0].Error(), p.Source.Name) {
					t.Errorf("%q without %q: %v", c.Quote, words[i], missing)
				}
				edits++
			}
		}
	}
	if edits < 22 {
		t.Errorf("only %d edits, want two of each of 11 sentences", edits)
	}
}

// F17: what no rule quotes may be said otherwise.
func TestOtherWordsAreFree(t *testing.T) {
	for _, p := range pages(t) {
		text := strings.NewReplacer("###", "####", "admins", "people", "email", "e-mail", "changelog", "list of changes").Replace(string(p.Source.Data)) + "\nAnd one sentence more.\n"
		if missing := Builtin().Missing(pageOf(p.Source.Name, []byte(text))); len(missing) > 0 {
			t.Error(missing)
		}
	}
}

// F17: a sentence that stands twice under one beginning is as bad as none, and a
// paragraph that begins otherwise loses all its sentences.
func TestMovedSentences(t *testing.T) {
	for _, p := range pages(t) {
		text := strings.Replace(string(p.Source.Data), "when a fix is available", "when a fix is available and only when a fix is available", 1)
		if missing := Builtin().Missing(pageOf(p.Source.Name, []byte(text))); len(missing) != 1 || !strings.Contains(missing[0].Error(), "stands 2 times") {
			t.Errorf("twice: %v", missing)
		}
		text = strings.Replace(string(p.Source.Data), "We will **disclose**", "We shall **disclose**", 1)
		if missing := Builtin().Missing(pageOf(p.Source.Name, []byte(text))); len(missing) != 4 {
			t.Errorf("the paragraph begins otherwise: %v", missing)
		}
	}
	if missing := Builtin().Missing(policy.Policy{Source: source.File{Name: "empty.md"}}); len(missing) != 11 {
		t.Errorf("of an empty page %d of 11 sentences are missing: %v", len(missing), missing)
	}
}
