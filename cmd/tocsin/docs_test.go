package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/content"
	"tocsin/internal/disclosure"
)

func page(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// example returns the block of docs/format.md that is marked with a word.
func example(t *testing.T, word string) []byte {
	t.Helper()
	_, after, found := strings.Cut(page(t, "format.md"), "```yaml "+word+"\n")
	block, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatalf("docs/format.md has no example of a %s", word)
	}
	return []byte(block)
}

// TestFormatExamples reads the examples of docs/format.md as tocsin does.
func TestFormatExamples(t *testing.T) {
	site := fstest.MapFS{
		"tocsin.yaml":                                     {Data: example(t, "settings")},
		"content/bulletins/TS-2026-004.md":                {Data: example(t, "bulletin")},
		"content/policies/a.md":                           {Data: example(t, "policy")},
		"content/policies/incident-disclosure.rules.yaml": {Data: example(t, "rules")},
	}
	if _, problems, err := content.ReadConfig(site); err != nil || len(problems) > 0 {
		t.Errorf("settings: %v %v", problems, err)
	}
	got, problems, err := content.Read(site)
	if err != nil || len(problems) > 0 || len(got.Bulletins) != 1 || len(got.Policies) != 1 || len(got.Rules) != 1 {
		t.Errorf("content: %v %v", problems, err)
	}
}

// TestFormatPage holds the tables of docs/format.md against the catalogue of keys,
// which the reader's own test holds against the reader; -update writes them.
func TestFormatPage(t *testing.T) {
	text := page(t, "format.md")
	for _, kind := range []content.Kind{content.BulletinFile, content.PolicyFile, content.IndexFile, content.RulesFile, content.SettingsFile} {
		begin, end := fmt.Sprintf("<!-- keys: %s -->\n", kind), fmt.Sprintf("<!-- end of keys: %s -->", kind)
		before, rest, found := strings.Cut(text, begin)
		shown, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Fatalf("docs/format.md has no place for the keys of the kind %s", kind)
		}
		want := keyTables(kind)
		if shown != want && !*update {
			t.Errorf("docs/format.md shows other keys of the kind %s than tocsin reads: go test ./cmd/tocsin -update", kind)
		}
		text = before + begin + want + end + after
	}
	if !*update {
		return
	}
	if err := os.WriteFile("../../docs/format.md", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// keyGroup is a table of keys that stand in one mapping, or alike in several.
type keyGroup struct {
	parents []string
	keys    []content.Key
}

// title names the mappings, of many the first and the last.
func (g keyGroup) title() string {
	if last := len(g.parents) - 1; last >= 5 {
		return "`" + g.parents[0] + "` … `" + g.parents[last] + "`"
	}
	return "`" + strings.Join(g.parents, "`, `") + "`"
}

// keyTables writes the keys of a kind of file, one table for each mapping.
func keyTables(kind content.Kind) string {
	var b strings.Builder
	for _, g := range keyGroups(kind) {
		if g.parents[0] != "" {
			fmt.Fprintf(&b, "\nIn %s:\n", g.title())
		}
		b.WriteString("\n| key | value | if it is absent | what to write |\n|---|---|---|---|\n")
		for _, k := range g.keys {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", k.Name(), valueOf(k, len(g.parents)), absent(k), k.Advice+feeds(k))
		}
	}
	return b.String() + "\n"
}

// keyGroups puts the keys of each mapping together, and mappings of the same keys.
func keyGroups(kind content.Kind) []keyGroup {
	var groups []keyGroup
	byParent := make(map[string][]content.Key)
	var parents []string
	for _, k := range content.Keys() {
		if k.File != kind {
			continue
		}
		if byParent[k.Parent()] == nil {
			parents = append(parents, k.Parent())
		}
		byParent[k.Parent()] = append(byParent[k.Parent()], k)
	}
	for _, parent := range parents {
		rest := byParent[parent]
		for i, g := range groups {
			if len(rest) > 0 && isPart(g.keys, rest) {
				groups[i].parents = append(g.parents, parent)
				rest = rest[len(g.keys):]
			}
		}
		if len(rest) > 0 {
			groups = append(groups, keyGroup{[]string{parent}, rest})
		}
	}
	return groups
}

// isPart tells whether keys begin with those of a group: the same names, to be written alike.
func isPart(group, keys []content.Key) bool {
	return len(group) <= len(keys) && slices.EqualFunc(group, keys[:len(group)], func(a, b content.Key) bool {
		return a.Name() == b.Name() && a.Advice == b.Advice
	})
}

// valueOf says what may be written; of a word that stands in several mappings, only that it is one.
func valueOf(k content.Key, parents int) string {
	if len(k.Words) == 0 || k.Name() == "is" && parents > 1 {
		return k.Type
	}
	_, more, _ := strings.Cut(k.Type, "word")
	words := "`" + strings.Join(k.Words, "` `") + "`"
	if strings.HasPrefix(k.Type, "list") {
		return "list of " + words
	}
	return words + more
}

func absent(k content.Key) string {
	switch {
	case k.When == content.Always:
		return "an error"
	case k.When != "" && k.Default != "":
		return "an error " + k.When + ", else " + k.Default
	case k.When != "":
		return "an error " + k.When
	}
	return k.Default
}

func feeds(k content.Key) string {
	if len(k.Facts) == 0 {
		return ""
	}
	return " → `" + strings.Join(k.Facts, "`, `") + "`"
}

// The facts that keys feed are those that rules ask for, every one of them.
func TestKeysFeedTheFacts(t *testing.T) {
	fed := make(map[string]bool)
	for _, k := range content.Keys() {
		for _, fact := range k.Facts {
			fed[fact] = true
			if _, found := disclosure.Define(fact); !found {
				t.Errorf("%s feeds %s, which is no fact", k.Path, fact)
			}
		}
	}
	for _, fact := range disclosure.Vocabulary() {
		if !fed[fact.Name] {
			t.Errorf("no key feeds %s", fact.Name)
		}
	}
}

// TestLinksInDocs follows the relative links of the README and of docs/.
func TestLinksInDocs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([a-zA-Z][^):#]*)\)`)
	for _, name := range append(pages, "../../README.md", "../../CONTRIBUTING.md") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(data), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
			}
		}
	}
}

// TestFaultsAreTested holds docs/faults.md against the tests: a number that a test
// cites is explained there, and every number there is cited by a test.
func TestFaultsAreTested(t *testing.T) {
	number := regexp.MustCompile(`\bF[0-9]{1,2}\b`)
	explained, cited := make(map[string]bool), make(map[string]bool)
	for _, m := range regexp.MustCompile(`(?m)^\| (F[0-9]{1,2}) \|`).FindAllStringSubmatch(page(t, "faults.md"), -1) {
		explained[m[1]] = true
	}
	err := filepath.WalkDir("../..", func(name string, entry os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, ".txtar") {
			return err
		}
		data, err := os.ReadFile(name)
		for _, n := range number.FindAllString(string(data), -1) {
			cited[n] = true
			if !explained[n] {
				t.Errorf("%s cites %s, which docs/faults.md does not explain", name, n)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range explained {
		if !cited[n] {
			t.Errorf("docs/faults.md promises a test of %s, and none cites it", n)
		}
	}
}
