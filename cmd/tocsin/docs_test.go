package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/content"
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
		"tocsin.yaml":                      {Data: example(t, "settings")},
		"content/bulletins/TS-2026-004.md": {Data: example(t, "bulletin")},
		"content/policies/a.md":            {Data: example(t, "policy")},
	}
	if _, problems, err := content.ReadConfig(site); err != nil || len(problems) > 0 {
		t.Errorf("settings: %v %v", problems, err)
	}
	got, problems, err := content.Read(site)
	if err != nil || len(problems) > 0 || len(got.Bulletins) != 1 || len(got.Policies) != 1 {
		t.Errorf("content: %v %v", problems, err)
	}
}

// TestFormatNamesEveryKey asks the reader which keys it knows, by a key that it
// does not, and looks each up in docs/format.md.
func TestFormatNamesEveryKey(t *testing.T) {
	const odd = "qqqqqqqqqqqqqqqqqqqqqqqq"
	bulletin := strings.Replace(string(example(t, "bulletin")), "id: TS", odd+": x\nid: TS", 1)
	bulletin = strings.Replace(bulletin, "- product: client", "- "+odd+": x\n    product: client", 1)
	bulletin = strings.Replace(bulletin, "exploited: no_evidence", "exploited: {is: unknown, "+odd+": x}", 1)
	settings := strings.Replace(string(example(t, "settings")), "base_url", odd+": x\nbase_url", 1)
	settings = strings.ReplaceAll(settings, "\n  - id", "\n  - "+odd+": x\n    id")
	for _, section := range []string{"organization", "inventory", "mail"} {
		settings = strings.Replace(settings, section+":\n", section+":\n  "+odd+": x\n", 1)
	}
	site := fstest.MapFS{
		"tocsin.yaml":                      {Data: []byte(settings)},
		"content/bulletins/TS-2026-004.md": {Data: []byte(bulletin)},
		"content/policies/a.md":            {Data: []byte(strings.Replace(string(example(t, "policy")), "title", odd+": x\ntitle", 1))},
	}
	_, problems, _ := content.ReadConfig(site)
	_, more, _ := content.Read(site)
	found := 0
	for _, p := range append(problems, more...) {
		keys, isList := strings.CutPrefix(p.Hint, "known here: ")
		if p.Code != "unknown-key" || !isList {
			t.Errorf("unexpected: %s: %s (%s)", p.Position, p.Message, p.Hint)
			continue
		}
		found++
		for key := range strings.SplitSeq(keys, ", ") {
			if !regexp.MustCompile("[`{ ]" + key + "[`:,]").MatchString(page(t, "format.md")) {
				t.Errorf("docs/format.md does not explain %q (%s)", key, p.Position)
			}
		}
	}
	if found != 9 {
		t.Errorf("%d places were asked for their keys, want 9", found)
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
