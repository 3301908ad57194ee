package check

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/source"
)

var update = flag.Bool("update", false, "rewrite docs/codes.md")

// docs/codes.md is the registry, for people who read it in a browser.
func TestCodesPage(t *testing.T) {
	const name = "../../docs/codes.md"
	want := codesPage()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run the tests of this package with -update, and read the difference:\n%s", diff)
	}
}

func codesPage() string {
	var b strings.Builder
	b.WriteString(`# The codes

Every problem that ` + "`tocsin check`" + ` finds has a code, the word in [ ] behind it. This page is made from the program's own list, which its tests play: each example has the fault, and the mended text has none. ` + "`tocsin explain CODE`" + ` prints the same.

An *error* stops a build; in a draft it is a warning, and stops nothing before the release. An example is a few lines of a bulletin's front matter, or of its text, unless another file is named above it; all that is not shown is in order. Words in ( ) say what a text cannot show, such as that nothing else stands in the file.

`)
	for _, c := range Codes() {
		fmt.Fprintf(&b, "- [%s](#%s) %s\n", c.Name, c.Name, c.Wants)
	}
	for _, c := range Codes() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\nWants %s. %s\n\n", c.Name, standing(c), c.Wants, strings.Join(strings.Fields(c.Why), " "))
		fmt.Fprintf(&b, "```text\n%s```\n\nMended:\n\n```text\n%s```\n", shown(c.Example), shown(c.Mended))
	}
	return b.String()
}

// standing is what becomes of a problem with the code, in one line.
func standing(c Code) string {
	words := []string{"*" + c.Level.String() + "*"}
	if c.By != "" {
		words = append(words, "found by `tocsin "+c.By+"`")
	}
	if c.Fixable {
		words = append(words, "`check --fix` mends it")
	}
	if c.Suppressible {
		words = append(words, "can be suppressed")
	}
	return strings.Join(words, " · ")
}

func shown(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if body, ended := strings.CutSuffix(line, "\n"); ended {
			lines[i] = source.Visible(body) + "\n"
		}
	}
	return strings.Join(lines, "")
}
