package content

import (
	"slices"
	"strings"
	"testing"
)

// F44: the lines that a release writes are known as lines of the file; a line of a
// value that only looks like one counts as what the bulletin says.
func TestStamped(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []int
	}{
		{"both", "", "", []int{4, 5}},
		{"a date below its key", "published: 2026-05-03", "published:\n  2026-05-03", []int{4, 5, 6}},
		{"a block that looks like keys", "title: A fault", "title: >-\n  A fault\n  status: published\nsummary: |-\n  published: 2026-05-03", []int{8, 9}},
		{"the same keys in an answer", "---\n\nThe", "data_visible:\n  is: no\n  at: 2026-05-03\n---\n\nThe", []int{4, 5}},
	} {
		got, problems := readOne(t, strings.Replace(whole, c.old, c.new, 1))
		if len(got) != 1 || len(problems) > 0 || !slices.Equal(got[0].Stamped, c.want) {
			t.Errorf("%s: %v, %s", c.name, got, said(problems))
			continue
		}
		if text := string(got[0].Substance()); strings.Count(text, "\n") != strings.Count(string(got[0].Source.Data), "\n")-len(c.want) {
			t.Errorf("%s: %q", c.name, text)
		}
	}
}

// Within { } a line may hold more than its key says.
func TestStampedInBraces(t *testing.T) {
	got, _ := readOne(t, "---\n{id: TS-2026-004, published: 2026-05-03, title: A fault,\nstatus: draft\n}\n---\n")
	if len(got) != 1 || got[0].Stamped != nil {
		t.Errorf("%+v", got)
	}
}

// F3: a value of several lines says so: else one of them may look like a key.
func TestValuesOfSeveralLines(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"\"a\nstatus: published\n b\"", "6:10 several-lines"},
		{"\"a\n  b\"", "6:10 several-lines"},
		{"\"a\\\n  b\"", "6:10 several-lines"},
		{"'a\n  b'", "6:10 several-lines"},
		{"a\n  b", "6:10 several-lines"},
		{"é a\n  b", "6:10 several-lines"},
		{"\"a \\\" b\" # \"", ""},
		{"\"a \\\\\"", ""},
		{"'it''s' # '", ""},
		{"é a: b", "6:13 yaml-syntax"},
		{"é a # b", ""},
		{"\n  a", ""},
		{">-\n  a\n  b", ""},
	} {
		_, problems := readOne(t, with("summary: "+c.text))
		if got := said(problems); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
