package gallery

import (
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/source"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// TestGolden holds the pages of a small plan against what somebody has read.
func TestGolden(t *testing.T) {
	dir, shown := written(t, chosen, several(t))
	if want := (Shown{4, 4, 2, 2}); shown != want || !shown.Whole() {
		t.Errorf("shown %+v", shown)
	}
	got := files(t, dir)
	for _, name := range []string{"index.html", "letters/000001.html", "letters/000005.html"} {
		text := digest.ReplaceAllString(strings.Replace(got[name], style, "…", 1), "0123")
		golden := filepath.Join("testdata", path.Base(name))
		if *update {
			if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), text); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The messages beside the pages are the ledger's, octet for octet.
func TestMessages(t *testing.T) {
	entries := several(t)
	dir, _ := written(t, chosen, entries)
	got := files(t, dir)
	for i, e := range entries {
		text, there := got[messageName(i+1)]
		if there != (e.Standing == notify.Mailed) || text != string(e.Message) {
			t.Errorf("row %d: %q", i+1, text)
		}
	}
}

// element is one element of a page, in order.
type element struct {
	name string
	attr map[string]string
	text string // directly in it
}

// elements takes a page apart as a browser does.
func elements(t testing.TB, page string) []element {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all []element
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		e := element{name: n.Data, attr: make(map[string]string)}
		for _, a := range n.Attr {
			e.attr[a.Key] = a.Val
		}
		for c := range n.ChildNodes() {
			if c.Type == html.TextNode {
				e.text += c.Data
			}
		}
		all = append(all, e)
	}
	return all
}

// hostile are names that would like to be more than names (F25).
var hostile = []string{
	`</pre></iframe><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onload='alert(1)`, `{{.Secret}}`, `{{template "who"}}`,
	`<!--`, `]]>`, `</title><base href=//example.org>`, "javascript:alert(1)", `&lt;b&gt;`, "\u202Egnp.exe\u202C", "a\u2066b", "nul", strings.Repeat("long ", 300),
	`</style><link rel=stylesheet href=https://example.org/>`, `<meta http-equiv=refresh content=0>`, "`${1}`", `\u003cb\u003e`,
}

// TestHostileNames: whatever names are, the pages have the same elements with the same
// attributes as for harmless ones as long, and text and HTML stand there as they
// are in the letter (F25, F31).
func TestHostileNames(t *testing.T) {
	harmless := make([]string, len(hostile))
	for i, name := range hostile {
		harmless[i] = strings.Map(plain, name)
	}
	want, got := shape(t, harmless), shape(t, hostile)
	if len(want) != len(hostile)+1 {
		t.Fatalf("%d pages", len(want))
	}
	for page := range want {
		if diff := cmp.Diff(want[page], got[page]); diff != "" {
			t.Errorf("%s: %s", page, diff)
		}
	}
}

// plain is a character that means nothing and is as long.
func plain(r rune) rune {
	if r < utf8.RuneSelf {
		return 'x'
	}
	return '日'
}

// shape is the elements of every page of a plan of tailnets with these names, each with
// and without a letter.
func shape(t *testing.T, names []string) map[string][]string {
	t.Helper()
	var entries []notify.Entry
	for i, name := range names {
		gone := unreachable(fmt.Sprintf("b%d.example.com", i), name, 1)
		gone.Trace = []string{name}
		entries = append(entries, mailed(t, fmt.Sprintf("a%d.example.com", i), name, "en", 1), gone)
	}
	dir, _ := written(t, all, entries)
	shapes := make(map[string][]string)
	for page, text := range files(t, dir) {
		if path.Ext(page) != ".html" {
			continue
		}
		var m mailer.Message
		var row int
		if n, err := fmt.Sscanf(path.Base(page), "%d.html", &row); n == 1 && err == nil {
			if m, err = mailer.Read(entries[row-1].Message); err != nil {
				t.Fatal(err)
			}
		}
		hidden := func(r rune) bool { return r != '\n' && source.Hidden(r) }
		for _, e := range elements(t, text) {
			if e.name == "bdi" && e.attr["class"] != "subject" && strings.ContainsFunc(e.text, hidden) {
				t.Errorf("%s: %q hides something", page, e.text)
			}
			if e.name == "iframe" && (e.attr["srcdoc"] != m.HTML || e.attr["sandbox"] != "") {
				t.Errorf("%s: the frame holds %q", page, e.attr["srcdoc"])
			}
			if e.name == "pre" && e.attr["dir"] == "auto" && e.text != m.Text {
				t.Errorf("%s: the text is %q", page, e.text)
			}
			delete(e.attr, "srcdoc")
			shapes[page] = append(shapes[page], fmt.Sprint(e.name, e.attr))
		}
	}
	return shapes
}

// TestNothingRuns: no page has a script, asks anybody for anything, or lets its letter do
// so; its policy stands before anything that it governs, and styles nothing but what it
// came with.
func TestNothingRuns(t *testing.T) {
	dir, _ := written(t, chosen, several(t))
	for name, page := range files(t, dir) {
		if path.Ext(name) != ".html" {
			continue
		}
		all := elements(t, page)
		policy := slices.IndexFunc(all, func(e element) bool { return e.attr["http-equiv"] == "Content-Security-Policy" })
		if policy < 0 || slices.ContainsFunc(all[:policy], func(e element) bool { return !slices.Contains([]string{"html", "head", "meta"}, e.name) }) {
			t.Fatalf("%s: the policy is element %d", name, policy)
		}
		says := all[policy].attr["content"]
		if !strings.HasPrefix(says, "default-src 'none'; base-uri 'none'; form-action 'none'; style-src '") || strings.Count(says, ";") != 3 {
			t.Errorf("%s: policy %s", name, says)
		}
		if inline := strings.HasSuffix(says, " 'unsafe-inline'"); inline != (path.Dir(name) == inside) {
			t.Errorf("%s: policy %s", name, says)
		}
		frames := 0
		for _, e := range all {
			switch e.name {
			case "script", "link", "img", "object", "embed", "base":
				t.Errorf("%s has a <%s>", name, e.name)
			case "iframe":
				frames++
				if rights, is := e.attr["sandbox"]; !is || rights != "" || e.attr["src"] != "" || e.attr["title"] == "" {
					t.Errorf("%s: frame %v", name, e.attr)
				}
			}
			for key := range e.attr {
				if strings.HasPrefix(key, "on") || key == "src" || key == "target" || key == "action" || key == "ping" {
					t.Errorf("%s: <%s %s>", name, e.name, key)
				}
			}
		}
		if frames != one(path.Dir(name) == inside) {
			t.Errorf("%s has %d frames", name, frames)
		}
	}
}

// TestLinks: every link leads to a file of the gallery, every file can be got to, and the
// letters are a chain in the order of the plan, on every page of a long list.
func TestLinks(t *testing.T) {
	var entries []notify.Entry
	for i := range listed + 20 {
		id := fmt.Sprintf("t%04d.example.com", i)
		if i%10 > 0 {
			entries = append(entries, unreachable(id, id, i))
		} else {
			entries = append(entries, mailed(t, id, fmt.Sprint("Tailnet ", i), "en", i%3))
		}
	}
	dir, shown := written(t, all, entries)
	if want := (Shown{52, 52, 468, 468}); shown != want {
		t.Errorf("shown %+v, want %+v", shown, want)
	}
	got := files(t, dir)
	linked := map[string]bool{"index.html": true, mark: true, ".gitignore": true}
	rows, chain := 0, 0
	for name, page := range got {
		if path.Ext(name) != ".html" {
			continue
		}
		for _, e := range elements(t, page) {
			if e.name == "li" && strings.HasPrefix(e.attr["class"], "row ") {
				rows++
			}
			to, is := e.attr["href"]
			if !is {
				continue
			}
			u, err := url.Parse(to)
			if err != nil || u.IsAbs() || u.Host != "" {
				t.Fatalf("%s leads to %s", name, to)
			}
			target := path.Join(path.Dir(name), u.Path)
			if _, there := got[target]; !there {
				t.Errorf("%s leads to %s, which is not there", name, target)
			}
			linked[target] = true
			if e.attr["rel"] == "next" {
				chain++
				if back := regexp.MustCompile(`href="([0-9]+\.html)" rel="prev"`).FindStringSubmatch(got[target]); len(back) < 2 || back[1] != path.Base(name) || target <= name {
					t.Errorf("after %s comes %s, before which comes %v", name, target, back)
				}
			}
		}
	}
	if rows != len(entries) || chain != shown.Letters-1 {
		t.Errorf("%d rows are listed of %d, %d letters have a next one of %d", rows, len(entries), chain, shown.Letters)
	}
	for name := range got {
		if !linked[name] {
			t.Errorf("nothing leads to %s", name)
		}
	}
}

// TestBigPlan: of many rows an even choice is shown with what goes furthest, and how many
// are not shown is said. All are, where that is asked for.
func TestBigPlan(t *testing.T) {
	var entries []notify.Entry
	for i := range 150 {
		entries = append(entries, mailed(t, fmt.Sprintf("t%04d.example.com", i), "name", "en", 1))
	}
	entries[50] = mailed(t, "a.example.com", "the longest name of all", "he", 30)
	dir, shown := written(t, chosen, entries)
	if shown.Letters < sampled || shown.Letters > sampled+20 || shown.OfLetters != 150 || shown.Whole() {
		t.Errorf("shown %+v", shown)
	}
	got := files(t, dir)
	if got["letters/000051.eml"] != string(entries[50].Message) {
		t.Error("the letter that goes furthest is not shown")
	}
	if says := fmt.Sprintf("<p>%d of 150 letters are shown:", shown.Letters); !strings.Contains(got["index.html"], says) {
		t.Errorf("the list does not say %q", says)
	}
	if n := len(got) - 3; n != 2*shown.Letters {
		t.Errorf("%d files of %d letters", n, shown.Letters)
	}
	if _, shown := written(t, all, entries); !shown.Whole() || shown.Letters != 150 {
		t.Errorf("all: %+v", shown)
	}
}

// A plan that concerns nobody has a page that says so.
func TestNobody(t *testing.T) {
	dir, shown := written(t, chosen, nil)
	if page := files(t, dir)["index.html"]; shown != (Shown{}) || !strings.Contains(page, "</html>") || !strings.Contains(page, "all <b>0</b>") {
		t.Errorf("%+v: %s", shown, page)
	}
}

// A long attachment is cut at the end of a line, and what is no text is not shown.
func TestEnclose(t *testing.T) {
	line := strings.Repeat("x", 99) + "\n"
	long := enclose(mailer.Attached{Name: "a.csv", Type: "text/csv", Data: []byte(strings.Repeat(line, 1000))})
	if !long.Cut || len(long.Text)%len(line) != len(line)-1 || len(long.Text) < shownOf-len(line) || len(long.Text) > shownOf || long.Size != "98 KiB" {
		t.Errorf("cut %v, %d octets, %s", long.Cut, len(long.Text), long.Size)
	}
	if short := enclose(mailer.Attached{Name: "a\u202E.csv", Type: "application/json", Data: []byte("\uFEFF{}\xFF")}); short.Cut || short.Text != "{}\uFFFD" || short.Name != `a\u{202E}.csv` || short.Size != "6 octets" {
		t.Errorf("%+v", short)
	}
	if image := enclose(mailer.Attached{Name: "a.png", Type: "image/png", Data: []byte("text")}); image.Text != "" {
		t.Errorf("%+v", image)
	}
}

// A plan that was forgotten has rows without names, and no pages.
func TestForgotten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	id := notify.PlanID{Bulletin: "TS-2026-002", Number: 1}
	freeze(t, path, id, several(t))
	forget(t, path, id)
	book, plan := reading(t, path, id)
	dir := filepath.Join(t.TempDir(), "out")
	shown, err := Write(t.Context(), dir, book, plan, chosen)
	if want := (Shown{Others: 6, OfOthers: 6}); err != nil || shown != want {
		t.Fatalf("%+v, %v", shown, err)
	}
	got := files(t, dir)
	_, page := got["letters/000001.html"]
	_, raw := got["letters/000001.eml"]
	if list := got["index.html"]; page || raw || strings.Contains(list, "Example Bakery") || !strings.Contains(list, "forgotten 2026-06-01T00:00:00Z") {
		t.Errorf("page %v, message %v: %s", page, raw, list)
	}
}

// forget delivers a plan, settles what got no letter, and forgets all of it.
func forget(t *testing.T, path string, id notify.PlanID) {
	t.Helper()
	book, err := ledger.Open(t.Context(), path, "testing")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := book.Plan(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	run, err := book.Start(t.Context(), plan, ledger.Machine{}, plan.Created)
	if err != nil {
		t.Fatal(err)
	}
	letters, err := book.Claim(t.Context(), plan, run, 99, plan.Created)
	var outcomes []ledger.Outcome
	for _, d := range letters {
		outcomes = append(outcomes, ledger.Outcome{Letter: d, Event: ledger.Accept})
	}
	err = errors.Join(err, book.Commit(t.Context(), plan, run, outcomes, nil, plan.Created))
	others, err2 := book.InState(t.Context(), plan, ledger.NoLetter, 99)
	for _, d := range others {
		if d.Standing != notify.NotRequired {
			err = errors.Join(err, book.Settle(t.Context(), plan, d, ledger.Settlement{How: ledger.Told, At: plan.Created}))
		}
	}
	err = errors.Join(err, err2, book.Forget(t.Context(), plan, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)), book.Close())
	if err != nil {
		t.Fatal(err)
	}
}
