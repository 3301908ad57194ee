package content

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/address"
	"tocsin/internal/source"
)

const lockFile = `# Every address.

/security-bulletins/
/security-bulletins/ts-2026-004/
# Renamed in May.
# Nobody liked the old name.
/security-policies/backup/ -> /security-policies/backups/#how
/security-policies/backups/
/security-policies/modem/  gone:  We run no modems any more.
/security.html -> https://example.org/security?a=b
# The end.
`

func addresses(t *testing.T, text string) Addresses {
	t.Helper()
	a, problems := ParseAddresses(source.File{Name: AddressFile, Data: []byte(text)})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return a
}

func TestAddresses(t *testing.T) {
	a := addresses(t, lockFile)
	var stand []string
	for _, line := range a.Lines {
		if line.Stands() {
			stand = append(stand, fmt.Sprintf("%d:%s", line.Line, line.From))
		}
	}
	if got, want := strings.Join(stand, " "), "3:/security-bulletins/ 4:/security-bulletins/ts-2026-004/ 8:/security-policies/backups/"; got != want {
		t.Errorf("stand: %s, want %s", got, want)
	}
	want := []address.Move{
		{From: "/security-policies/backup/", To: "/security-policies/backups/#how"},
		{From: "/security-policies/modem/", Reason: "We run no modems any more."},
		{From: "/security.html", To: "https://example.org/security?a=b"},
	}
	if diff := cmp.Diff(want, a.Moves()); diff != "" {
		t.Error(diff)
	}
}

// What is not exactly understood is a problem at its place.
func TestAddressProblems(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "",
		"\n\n# A word.\n":                      "",
		"/a/\r\n/b/ -> /a/\r\n":                "",
		"/a/ -> /b/ \n/b/ -> /c/\n/c/ gone: x": "", // followed to the end
		"a/\n":                                 "1:1 bad-address",
		" /a/\n":                               "1:1 bad-address",
		"/a/\n\n/b\n":                          "3:1 bad-address",
		"/a/\t-> /b/\n":                        "1:1 bad-address",
		"/a/ => /b/\n":                         "1:5 bad-address",
		"/a/ # a word\n":                       "1:5 bad-address",
		"/a/ ->\n":                             "1:5 bad-address",
		"/a/ gone:\n":                          "1:5 bad-address",
		"/a/ gone:why\n":                       "1:5 bad-address",
		"/a/ gone: " + strings.Repeat("x", 501) + "\n": "1:11 bad-address",
		"/a/ gone: " + strings.Repeat("ü", 500) + "\n": "",
		"/a/ -> /b/ /c/\n":                             "1:8 bad-address",
		"/a/ ->   http://example.com/\n":               "1:10 bad-address",
		"/a/ -> //evil.example/\n":                     "1:8 bad-address",
		"/a/ -> javascript:alert(1)\n":                 "1:8 bad-address",
		"/a/ gone: a\u202eb\n":                         "1:12 hidden-character",
		"/a/\n/b/\n/a/\n":                              "3:1 duplicate-address",
		"/a/\n/a/ -> /b/\n":                            "2:1 duplicate-address",
		"/a/\n/A/ gone: x\n":                           "2:1 duplicate-address",
		"/a/ -> /a/\n":                                 "1:8 moved-in-circle",
		"/b/ -> /c/\n/c/ -> /b/#x\n":                   "1:8 moved-in-circle",
		"/a/ -> /b/\n/b/ -> /c/\n/c/ -> /b/\n":         "1:8 moved-in-circle",
		"/b/ -> /b/\n/c/ -> /c/\n":                     "1:8 moved-in-circle|2:8 moved-in-circle",
		"<<<<<<< HEAD\n/a/\n=======\n/b/\n>>>>>>> x\n": "1:1 bad-address|3:1 bad-address|5:1 bad-address",
		"/static/style.css\n/../x/\n/con/\n":           "1:1 bad-address|2:1 bad-address|3:1 bad-address", // F12
	} {
		file := source.File{Name: AddressFile, Data: []byte(text)}
		_, problems := ParseAddresses(file)
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprintf("%d:%d %s", p.Position.Line, p.Position.Column, p.Code))
			if p.Position.File != AddressFile || p.Hint == "" || p.Excerpt != file.Line(p.Position.Line) {
				t.Errorf("%q: %+v", text, p)
			}
		}
		if got := strings.Join(got, "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Every page of a long way leads to its end, and the way is walked once: page by page it would
// take minutes.
func TestLongWay(t *testing.T) {
	const long = 100_000
	var text strings.Builder
	for i := range long {
		fmt.Fprintf(&text, "/p%d/ -> /p%d/\n", i, i+1)
	}
	a, problems := ParseAddresses(source.File{Name: AddressFile, Data: []byte(text.String())})
	moves := a.Moves()
	if len(problems) > 0 || len(moves) != long {
		t.Fatalf("%d moves, %d problems", len(moves), len(problems))
	}
	for _, m := range moves {
		if m.To != fmt.Sprintf("/p%d/", long) {
			t.Fatalf("%s leads to %s", m.From, m.To)
		}
	}
}

// A circle has no end to lead to, and what leads into it has none either.
func TestMovesEnd(t *testing.T) {
	a, _ := ParseAddresses(source.File{Data: []byte("/a/ -> /b/\n/b/ -> /c/\n/c/ -> /b/\n/d/ -> /e/\n/e/ -> /f/#g\n/x/ gone: why\n/y/ -> /x/\n")})
	want := []address.Move{{From: "/d/", To: "/f/#g"}, {From: "/e/", To: "/f/#g"}, {From: "/x/", Reason: "why"}, {From: "/y/", To: "/x/"}}
	if diff := cmp.Diff(want, a.Moves()); diff != "" {
		t.Error(diff)
	}
}

// TestNewAddresses is F60: the list grows, in order, and people's lines stay.
func TestNewAddresses(t *testing.T) {
	pages := func(names ...string) (all []address.Page) {
		for _, n := range names {
			all = append(all, address.Page(n))
		}
		return all
	}
	for _, c := range []struct {
		what, before string
		pages        []address.Page
		after        string
	}{
		{"a new file", "", pages("/b/", "/a/", "/b/"), preface + "/a/\n/b/\n"},
		{"in order", "/b/\n/d/\n", pages("/e/", "/a/", "/c/"), "/a/\n/b/\n/c/\n/d/\n/e/\n"},
		{"before a comment that is about a line", "# Top.\n\n# About b.\n/b/\n", pages("/a/"), "# Top.\n\n/a/\n# About b.\n/b/\n"},
		{"not below the last comment", "/a/\n\n# The end.\n", pages("/b/"), "/a/\n/b/\n\n# The end.\n"},
		{"what moved or is gone is known", "/a/ -> /b/\n/b/\n/c/ gone: x\n", pages("/a/", "/c/"), ""},
		{"nothing new", "/a/\n", pages("/a/"), ""},
		{"nothing at all", "", nil, ""},
		{"no line end at the end", "/a/", pages("/b/"), "/a/\n/b/\n"},
		{"as on Windows", "/a/\r\n/c/\r\n", pages("/b/"), "/a/\r\n/b/\r\n/c/\r\n"},
		{"out of order", "/d/\n/b/\n", pages("/a/", "/c/", "/e/"), "/a/\n/c/\n/d/\n/b/\n/e/\n"},
		{"only comments", "# A word.\n", pages("/a/"), "# A word.\n/a/\n"},
		{"spaces of people's", "/a/   ->   /b/ \n\n\n/b/\n", pages("/aa/"), "/a/   ->   /b/ \n\n\n/aa/\n/b/\n"},
	} {
		got, added := addresses(t, c.before).With(c.pages)
		if string(got) != c.after {
			t.Errorf("%s: %q, want %q", c.what, got, c.after)
		}
		if again, more := addresses(t, string(got)).With(c.pages); c.after != "" && (again != nil || more != nil || len(added) == 0) {
			t.Errorf("%s: a second time adds %v: %q", c.what, more, again)
		}
	}
}

// FuzzAddresses: problems stand in the file, what is read adds up, and adding changes
// no line that is there.
func FuzzAddresses(f *testing.F) {
	for _, seed := range []string{lockFile, preface, "", "/a/\r\n/b/ -> /a/\r\n", "/b/ -> /c/\n/c/ -> /b/#x\n", "/a/ gone: ü \n#\n", " /a/", "/a/ -> https://example.com/#x"} {
		f.Add([]byte(seed), "/b/")
	}
	f.Fuzz(func(t *testing.T, data []byte, more string) {
		file := source.File{Name: AddressFile, Data: data}
		a, problems := ParseAddresses(file)
		for _, p := range problems {
			if p.Code == "" || p.Message == "" || p.Hint == "" && p.Code != "hidden-character" || p.Position.Line < 1 || p.Position.Column < 1 || p.Excerpt != file.Line(p.Position.Line) {
				t.Errorf("%+v", p)
			}
		}
		if len(problems) > 0 {
			return
		}
		if moves := a.Moves(); len(moves) > len(a.Lines) || !slices.IsSortedFunc(moves, func(a, b address.Move) int { return strings.Compare(string(a.From), string(b.From)) }) {
			t.Errorf("%+v", moves)
		}
		page, err := address.ParseKept(more)
		if err != nil {
			return
		}
		known := slices.ContainsFunc(a.Lines, func(l Address) bool { return l.From == page })
		same := slices.ContainsFunc(a.Lines, func(l Address) bool { return strings.EqualFold(string(l.From), more) })
		grown, added := a.With([]address.Page{page})
		if known != (len(added) == 0) || known != (grown == nil) {
			t.Fatalf("adding %s adds %v: %q", page, added, grown)
		}
		if known || same {
			return
		}
		b, problems := ParseAddresses(source.File{Name: AddressFile, Data: grown})
		if len(problems) > 0 || len(b.Lines) != len(a.Lines)+1 {
			t.Fatalf("%q: %v", grown, problems)
		}
		if len(data) > 0 {
			before, after := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"), strings.Split(strings.TrimSuffix(string(grown), "\n"), "\n")
			trim := func(lines []string) []string {
				for i := range lines {
					lines[i] = strings.TrimSuffix(lines[i], "\r")
				}
				return lines
			}
			at := slices.Index(trim(after), more)
			if at < 0 || !slices.Equal(slices.Delete(after, at, at+1), trim(before)) {
				t.Errorf("%q grew to %q", data, grown)
			}
		}
	})
}

// The file stands beside tocsin.yaml, and nothing else stands in for it (F13).
func TestReadAddresses(t *testing.T) {
	for what, c := range map[string]struct {
		file  *fstest.MapFile
		lines int
		code  string
	}{
		"none":      {nil, 0, ""},
		"a file":    {&fstest.MapFile{Data: []byte(lockFile)}, 6, ""},
		"a link":    {&fstest.MapFile{Mode: fs.ModeSymlink | 0o777, Data: []byte("tocsin.yaml")}, 0, "symlink"},
		"a pipe":    {&fstest.MapFile{Mode: fs.ModeNamedPipe}, 0, "odd-file"},
		"too large": {&fstest.MapFile{Data: bytes.Repeat([]byte("#\n"), maxAddressFile/2+1)}, 0, "too-large"},
	} {
		site := fstest.MapFS{Folder: {Mode: fs.ModeDir | 0o755}}
		if c.file != nil {
			site[AddressFile] = c.file
		}
		r, err := Open(site, nil)
		if err != nil {
			t.Fatal(what, err)
		}
		code := ""
		for _, p := range r.Problems() {
			code += p.Code
		}
		if got := len(r.Site().Addresses.Lines); got != c.lines || code != c.code {
			t.Errorf("%s: %d lines, %q, want %d and %q", what, got, code, c.lines, c.code)
		}
	}
}

// The page about addresses shows a file that is in order, and makes of it what servers need.
func TestAddressesPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/addresses.md")
	if err != nil {
		t.Fatal(err)
	}
	block := func(mark string) string {
		_, rest, found := strings.Cut(string(page), "```"+mark+"\n")
		text, _, closed := strings.Cut(rest, "```")
		if !found || !closed {
			t.Fatalf("there is no block %q", mark)
		}
		return text
	}
	lock := block("text urls.lock")
	a := addresses(t, lock)
	if len(a.Lines) != 7 || len(a.Moves()) != 3 {
		t.Errorf("%d lines, %d moves", len(a.Lines), len(a.Moves()))
	}
	if _, err := exec.LookPath("awk"); err != nil {
		t.Skip("NOT CHECKED: the servers' lists, for there is no awk")
	}
	layout, err := address.New("https://example.com/trust", "/security-bulletins/", "/security-policies/")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, AddressFile), []byte(lock), 0o600); err != nil {
		t.Fatal(err)
	}
	made := ""
	for _, server := range []string{"nginx", "apache", "caddy"} {
		c := exec.Command("sh", "-ec", strings.ReplaceAll(block("sh "+server), "-v p= ", "-v p=/trust "))
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", server, err, out)
		}
	}
	for _, name := range []string{"moved.map", "gone.map", "moved.conf", "moved.caddy"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		made += string(data)
	}
	want := 0
	for _, m := range a.Moves() {
		from, to := layout.Href(m.From), layout.MovedTo(m)
		pattern := strings.ReplaceAll(from, ".", `\.`)
		lines := []string{fmt.Sprintf("%q %q;", from, to), fmt.Sprintf("RewriteRule \"^%s$\" %q [R=301,NE,L]", pattern, to), fmt.Sprintf("redir %s %s 301", from, to)}
		if m.Gone() {
			lines = []string{fmt.Sprintf("%q 1;", from), fmt.Sprintf("RewriteRule \"^%s$\" - [G]", pattern), fmt.Sprintf("error %s 410", from)}
		}
		for _, line := range lines {
			want++
			if !strings.Contains(made, line+"\n") {
				t.Errorf("no line %s", line)
			}
		}
	}
	if got := strings.Count(made, "\n"); got != want {
		t.Errorf("%d lines, want %d:\n%s", got, want, made)
	}
}

// What is taken for an address at a glance is one for [address.ParseKept] too.
func FuzzPlainAddress(f *testing.F) {
	for _, path := range []string{
		"/security-bulletins/ts-2026-001/", "/a/", "/con/", "/2010/", "/com1/", "/lpt9/x/", "/static/x/", "/Old/", "//", "/", "", "/-a/",
		"/a/index.html", "/abcde", "/abcde/../", "/nul/abcde/", "/" + strings.Repeat("a", 64) + "/", "/" + strings.Repeat("a", 65) + "/",
		strings.Repeat("/abcdefghi", 20) + "/", "/abcde//", "/9/", "/aux-9/", "/con-/",
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if _, err := address.ParseKept(path); err != nil && plainAddress(path) {
			t.Errorf("%q: %v", path, err)
		}
	})
}

// What builds write is mostly taken at a glance.
func TestPlainAddresses(t *testing.T) {
	for path, plain := range map[string]bool{
		"/security-bulletins/ts-2026-001/": true, "/security-bulletins/2026/": true, "/security-policies/backups/": true,
		"/security-bulletins/index.xml": false, "/con/": false, "/CON/": false, "/static/style/": false, "/abcde": false,
	} {
		if plainAddress(path) != plain {
			t.Errorf("%s: %v", path, !plain)
		}
	}
}

// A file is named where its page is, letter by letter.
func TestNames(t *testing.T) {
	a, problems := ParseAddresses(source.File{Name: AddressFile, Data: []byte("/a/\n/b/index.xml\n/Old/page.html\n/was/ -> /a/\n")})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	files := []string{"a/index.html", "b/index.xml", "Old/page.html", "was/index.html", "index.html", "a", "aindex.html", "a/index.htm",
		"old/page.html", "b/index.html", "", "a/b/index.html", "A/index.html"}
	for i, file := range files {
		_, added := a.With([]address.Page{address.PageOf(file)})
		if a.Names(file) != (i < 4) || a.Names(file) != (len(added) == 0) {
			t.Errorf("%q is named: %v; With adds %v", file, a.Names(file), added)
		}
	}
	if (Addresses{}).Names("a/index.html") {
		t.Error("no file names a page")
	}
}
