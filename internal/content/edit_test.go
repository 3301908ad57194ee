package content

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// editTable is what the commands write, and what a person could ask for.
var editTable = []struct {
	name string
	make func(e *Editor) error
}{
	{"status published", func(e *Editor) error { return e.Set("published", "status") }},
	{"published, which is new", func(e *Editor) error { return e.Set("2026-05-04T09:00:00Z", "published") }},
	{"another title", func(e *Editor) error { return e.Set("Note: it's \"fixed\" # now", "title") }},
	{"severity low", func(e *Editor) error { return e.Set("low", "severity") }},
	{"action none", func(e *Editor) error { return e.Set("none", "action") }},
	{"fixed in the first row", func(e *Editor) error { return e.Set("1.60", "affected", 0, "fixed") }},
	{"available in the first row", func(e *Editor) error { return e.Set("2026-05-03", "affected", 0, "available") }},
	{"a remedy in the second row", func(e *Editor) error { return e.Set("Turn it off, then on [again]", "affected", 1, "remedy") }},
	{"no users affected", func(e *Editor) error {
		return e.SetMapping("users_affected", []Pair{{Key: "is", Value: "none_confirmed"}, {Key: "by", Value: "A. Example"}, {Key: "at", Value: "2026-05-03"}, {Key: "basis", Value: "logs: all regions"}})
	}},
	{"users affected, one word", func(e *Editor) error { return e.Set("some", "users_affected") }},
	{"data visible for all", func(e *Editor) error {
		return e.SetMapping("data_visible", []Pair{{Key: "is", Value: "yes"}, {Key: "for", Value: "all"}})
	}},
	{"another row", func(e *Editor) error {
		return e.Append("affected", []Pair{{Key: "product", Value: "client"}, {Key: "platforms", List: []string{"linux", "no, really"}}, {Key: "fixed", Value: "1.66.2"}})
	}},
	{"a legal entry", func(e *Editor) error {
		return e.Append("legal", []Pair{{Key: "regime", Value: "NIS 2"}, {Key: "applies", Value: "yes"}})
	}},
	{"an override", func(e *Editor) error {
		return errors.Join(e.Set("required", "decision", "disclose", "override"), e.Set("to be sure", "decision", "disclose", "reason"))
	}},
	{"a stopgap in the first row", func(e *Editor) error { return e.Set("Use another browser.", "affected", 0, "stopgap") }},
	{"the next update", func(e *Editor) error { return e.Set("2026-06-01", "next_update") }},
	{"the summary gone", func(e *Editor) error { return e.Remove("summary") }},
	{"severity gone", func(e *Editor) error { return e.Remove("severity") }},
	{"affected gone", func(e *Editor) error { return e.Remove("affected") }},
	{"the first row gone", func(e *Editor) error { return e.Remove("affected", 0) }},
	{"product of the first row gone", func(e *Editor) error { return e.Remove("affected", 0, "product") }},
	{"fixed of the first row gone", func(e *Editor) error { return e.Remove("affected", 0, "fixed") }},
	{"platforms of the first row, one word", func(e *Editor) error { return e.Set("all", "affected", 0, "platforms") }},
}

// editLayouts are the ways in which people write a header, by file name; crlf is plain
// and remarked text with the line ends of Windows.
func editLayouts(t testing.TB) map[string][]byte {
	t.Helper()
	found := make(map[string][]byte)
	names, err := filepath.Glob("testdata/edit/*.md")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(name)] = data
	}
	for _, name := range []string{"remarks.md", "dashes.md", "blocks.md"} {
		found["crlf-"+name] = bytes.ReplaceAll(found[name], []byte("\n"), []byte("\r\n"))
	}
	return found
}

// Every edit in every layout, as the lines that change.
func TestEdits(t *testing.T) {
	var out bytes.Buffer
	all := editLayouts(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&out, "==== %s\n", name)
		for _, edit := range editTable {
			fmt.Fprintf(&out, "== %s\n", edit.name)
			e, err := NewEditor(source.File{Name: name, Data: all[name]})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := edit.make(e); err != nil {
				fmt.Fprintf(&out, "! %v\n", err)
				if !bytes.Equal(e.Bytes(), all[name]) {
					t.Errorf("%s: %s failed and left a change", name, edit.name)
				}
				continue
			}
			changedLines(&out, all[name], e.Bytes())
		}
	}
	golden(t, "edit.golden", out.Bytes())
}

// changedLines prints what two texts do not share, with their line ends where those
// are of Windows.
func changedLines(out *bytes.Buffer, before, after []byte) {
	for _, line := range difference(strings.SplitAfter(string(before), "\n"), strings.SplitAfter(string(after), "\n")) {
		fmt.Fprintln(out, strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\r", "␍"))
	}
}

// difference is the shortest way from some lines to others. Of what they share only
// the line above each difference is shown.
func difference(a, b []string) []string {
	longest := make([][]int, len(a)+1) // what a[i:] and b[j:] share
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if longest[i][j] = max(longest[i+1][j], longest[i][j+1]); a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			}
		}
	}
	var out []string
	i, j, shared := 0, 0, false
	for i < len(a) || j < len(b) {
		if i < len(a) && j < len(b) && a[i] == b[j] {
			i, j, shared = i+1, j+1, true
			continue
		}
		if shared {
			out = append(out, " "+a[i-1])
			shared = false
		}
		switch {
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			out = append(out, "-"+a[i])
			i++
		default:
			out = append(out, "+"+b[j])
			j++
		}
	}
	return out
}

// Values are quoted where YAML needs it, and nowhere else.
func TestScalars(t *testing.T) {
	for _, c := range []struct{ value, block, flow string }{
		{"1.60", "1.60", "1.60"},
		{"2026-05-03", "2026-05-03", "2026-05-03"},
		{"yes", "yes", "yes"},
		{"no_evidence", "no_evidence", "no_evidence"},
		{"Update Windows nodes to 1.66.1 or later.", "Update Windows nodes to 1.66.1 or later.", "Update Windows nodes to 1.66.1 or later."},
		{"Turn it off, then on", "Turn it off, then on", `"Turn it off, then on"`},
		{"[again]", `"[again]"`, `"[again]"`},
		{"see [1]", "see [1]", `"see [1]"`},
		{"Note: fixed", `"Note: fixed"`, `"Note: fixed"`},
		{"https://example.com/a#b", "https://example.com/a#b", "https://example.com/a#b"},
		{"issue #4", `"issue #4"`, `"issue #4"`},
		{"#4", `"#4"`, `"#4"`},
		{"ends with:", `"ends with:"`, `"ends with:"`},
		{"- a list", `"- a list"`, `"- a list"`},
		{"-1", "-1", "-1"},
		{"*all*", `"*all*"`, `"*all*"`},
		{"&anchor", `"&anchor"`, `"&anchor"`},
		{"!tag", `"!tag"`, `"!tag"`},
		{"%d", `"%d"`, `"%d"`},
		{"@team", `"@team"`, `"@team"`},
		{"`code`", "\"`code`\"", "\"`code`\""},
		{"| pipe", `"| pipe"`, `"| pipe"`},
		{"> more", `"> more"`, `"> more"`},
		{"? what", `"? what"`, `"? what"`},
		{"null", `"null"`, `"null"`},
		{"~", `"~"`, `"~"`},
		{"<<", `"<<"`, `"<<"`},
		{"---", "---", "---"},
		{`say "now"`, `say "now"`, `say "now"`},
		{`"now" is said`, `'"now" is said'`, `'"now" is said'`},
		{`it's "now": go`, `'it''s "now": go'`, `'it''s "now": go'`},
		{`C:\dir: x`, `'C:\dir: x'`, `'C:\dir: x'`},
		{" led by a space", `" led by a space"`, `" led by a space"`},
		{"Größe 日本", "Größe 日本", "Größe 日本"},
		{"a\nb", "", ""},
		{"a\u202Eb", "", ""},
		{"  ", "", ""},
		{"", "", ""},
	} {
		for _, flow := range []bool{false, true} {
			want := c.block
			if flow {
				want = c.flow
			}
			if got, err := scalarText(c.value, flow); got != want || (err == nil) != (want != "") {
				t.Errorf("%q, flow %v: %s, %v", c.value, flow, got, err)
			}
		}
	}
}

// What cannot be read cannot be edited, and an impossible change says what to type.
func TestEditsRefused(t *testing.T) {
	for _, text := range []string{"", "no header", "---\ntitle: [\n---\n", "---\na: 1\na: 2\n---\n", "---\na: &x 1\n---\n", "---\na: b\n  c\n---\n"} {
		var problems source.Problems
		if _, err := NewEditor(source.File{Name: "a.md", Data: []byte(text)}); !errors.As(err, &problems) {
			t.Errorf("%q: %v", text, err)
		}
	}
	const text = "---\ntitle: A fault\naffected:\n  - product: client\n---\n"
	for _, c := range []struct {
		make func(e *Editor) error
		want string
	}{
		{func(e *Editor) error { return e.Set("x") }, "a.md:2:1: no key is named; write : x by hand"},
		{func(e *Editor) error { return e.Set("", "title") }, "a.md:2:8: the value is empty; write title:  by hand"},
		{func(e *Editor) error { return e.Set("x", "Title") }, `a.md:2:1: "Title" is no key; write Title: x by hand`},
		{func(e *Editor) error { return e.Set("2026-05-03", "affected", 1, "available") }, "a.md:4:5: there is no entry 2 of affected here; write available of entry 2 of affected: 2026-05-03 by hand"},
		{func(e *Editor) error { return e.Set("x", "title", "is") }, "a.md:2:8: there is no is of title here; write is of title: x by hand"},
		{func(e *Editor) error { return e.Set("x", "done", 0, "at") }, "a.md:2:1: there is no entry 1 of done here; write at of entry 1 of done: x by hand"},
		{func(e *Editor) error { return e.Set("x", "affected", 0) }, "a.md:4:5: a single value cannot take the place of this; write entry 1 of affected: x by hand"},
		{func(e *Editor) error { return e.SetMapping("title", nil) }, "a.md:2:8: there is nothing to write; write title: {} by hand"},
		{func(e *Editor) error { return e.SetMapping("title", []Pair{{Key: "a b", Value: "x"}}) }, `a.md:2:8: a b: "a b" is no key; write title: {a b: x} by hand`},
		{func(e *Editor) error { return e.Append("title", []Pair{{Key: "is", Value: "x"}}) }, "a.md:2:8: title holds no list; add {is: x} to title by hand"},
		{func(e *Editor) error { return e.Append("affected", []Pair{{Key: "remedy", Value: "a\nb"}}) }, "a.md:4:5: remedy: the value has several lines; add {remedy: a\nb} to affected by hand"},
		{func(e *Editor) error { return e.Remove("summary") }, "a.md:2:1: it is not there; remove summary by hand"},
		{func(e *Editor) error { return e.Remove("affected", 0) }, "a.md:4:5: nothing would be left of what holds it; remove entry 1 of affected by hand"},
	} {
		e, err := NewEditor(source.File{Name: "a.md", Data: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		var manual *ManualError
		if err = c.make(e); !errors.As(err, &manual) || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
		if string(e.Bytes()) != text {
			t.Errorf("%v, and the file is %q", err, e.Bytes())
		}
	}
}

// A step that does something else is not taken up: here a key has no colon.
func TestEditsVerified(t *testing.T) {
	const text = "---\n{id, status: draft,\ntitle: A fault}\n---\n"
	e, err := NewEditor(source.File{Name: "a.md", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	err = e.Set("TS-2026-004", "id")
	if got, want := fmt.Sprint(err), "a.md:2:4: something else would change with it; write id: TS-2026-004 by hand"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if string(e.Bytes()) != text {
		t.Errorf("%q", e.Bytes())
	}
}

// Verification sees what a wrong step would do to the rest of the file.
func TestVerify(t *testing.T) {
	const text = "---\ntitle: A fault # new\nsummary: b\nstatus: draft\n---\nBody\n"
	before, err := layOut(source.File{Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"A fault", "B fault", ""},
		{"A fault", "A fault", "something else would change with it"},
		{"A fault", "B", "something else would change with it"},
		{"A fault # new", "B fault", "a comment would change with it"},
		{"A fault # new", "B fault # New", "a comment would change with it"},
		{"A fault # new\nsummary: b", "B fault\nsummary: b # new", ""},
		{"A fault # new\nsummary: b", "B fault # new\nsummary: c", "something else would change with it"},
		{"title: A fault # new\nsummary: b", "summary: b\ntitle: B fault # new", "something else would change with it"},
		{"A fault # new\nsummary: b", "B fault # new\nsummary: b\nscope: own", "something else would change with it"},
		{"A fault # new\nsummary: b", "B fault # new", "something else would change with it"},
		{"A fault # new\nsummary: b", "B fault # new\nsummary: [b]", "something else would change with it"},
		{"A fault # new\nsummary: b\nstatus: draft\n---\nBody", "B fault # new\nsummary: b\nstatus: draft\n---\nbody", "the text outside the header would change"},
	} {
		after, err := layOut(source.File{Data: []byte(strings.Replace(text, c.old, c.new, 1))})
		if err != nil {
			t.Fatal(err)
		}
		err = verifyEdit(before, after, func(root *yaml.Node) error { return putAt(root, []any{"title"}, scalarNode("B fault")) })
		if got := fmt.Sprint(err); err == nil && c.want != "" || err != nil && got != c.want {
			t.Errorf("%q for %q: %v, want %q", c.new, c.old, err, c.want)
		}
	}
}
