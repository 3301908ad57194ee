package notify

import (
	"errors"
	"flag"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
)

var update = flag.Bool("update", false, "rewrite testdata")

// tag is a start or end tag of HTML, with its attributes.
var tag = regexp.MustCompile(`</?[A-Za-z!][^>]*>`)

// tags lists a page's tags as they stand.
func tags(page string) []string { return tag.FindAllString(page, -1) }

// plain is what a reader sees of a page.
func plain(page string) string { return html.UnescapeString(tag.ReplaceAllString(page, "\n")) }

// tokens cuts a text into whole tokens: runs of what names and addresses are made of.
func tokens(text string) map[string]bool {
	out := make(map[string]bool)
	for _, f := range strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.@", r)
	}) {
		out[strings.Trim(f, ".")] = true
	}
	return out
}

// own is all that names a tailnet: its ID, its addresses, its nodes. (Platforms and
// versions are facts that everybody may have.)
func own(w random, t tailnet.Tailnet) map[string]bool {
	out := map[string]bool{string(t.ID): true, t.DisplayName: true, t.OwnerEmail: true, t.SecurityEmail: true}
	for _, n := range w.nodes {
		if n.Tailnet == t.ID {
			out[n.Name], out[n.ID] = true, true
		}
	}
	delete(out, "")
	return out
}

// strangers lists the tokens by which a letter names another tailnet: those that a
// letter about nobody does not have, that are another's and not its own.
func strangers(w random, t tailnet.Tailnet, letter, empty map[string]bool) []string {
	mine := own(w, t)
	var out []string
	for _, other := range w.tailnets {
		for name := range own(w, other) {
			if other.ID != t.ID && letter[name] && !mine[name] && !empty[name] {
				out = append(out, name)
			}
		}
	}
	return out
}

// common are host names that everybody has.
var common = []string{"db", "web", "laptop", "desktop", "server", "windows", "nas", "node", "office-pc", "backup", "high", "letter"}

// TestLettersAreIsolated is F20 and F29: over many random inventories whose names are
// parts of one another, a letter holds every hit node of its own tailnet and no name,
// ID or address of any other.
func TestLettersAreIsolated(t *testing.T) {
	r, p := dice(t), press(t, severe())
	names := func(kind string, i int) string {
		stem := pick(r, "a", "ab", "acme", "acme-1", "acme-10", "corp")
		if kind == "node" {
			return pick(r, pick(r, common...), fmt.Sprintf("%s-%d", stem, r.IntN(30)), fmt.Sprint(stem, i))
		}
		return fmt.Sprint(stem, pick(r, "", "-", "."), i)
	}
	letters, empty := 0, unnamed(t)
	for range rounds(130, 10_000) {
		w := build(r, names)
		byID := make(map[tailnet.ID]tailnet.Tailnet)
		for _, n := range w.tailnets {
			byID[n.ID] = n
		}
		rows, err := rowsOf(w.survey(r, severe()), Tell)
		if err != nil {
			t.Fatal(err)
		}
		i := -1
		for e, err := range p.Entries(Plan{ID: PlanID{"TS-2026-007", 1}, Created: planned}, streamed(rows)) {
			i++
			if err != nil {
				t.Fatal(err)
			}
			if e.Standing != Mailed {
				if e.Message != nil || e.MessageID != "" || e.Digest != "" {
					t.Fatalf("%s is %s and has a letter", e.Tailnet, e.Standing)
				}
				continue
			}
			letters++
			found := tokens(plain(string(e.Message)))
			if names := strangers(w, byID[e.Tailnet], found, empty); len(names) > 0 {
				t.Fatalf("the letter of %s names %v, which is another's:\n%s", e.Tailnet, names, e.Message)
			}
			wantOwn(t, rows[i], string(e.Message), w)
		}
	}
	t.Logf("%d letters", letters)
	if letters < 100 {
		t.Errorf("only %d letters were looked at", letters)
	}
}

// unnamed are the tokens of letters that name nothing of anybody: what stands in
// every letter, and the platforms.
func unnamed(t *testing.T) map[string]bool {
	nobody := tailnet.Tailnet{ID: "0", OwnerEmail: "0@0.example"}
	var nodes []tailnet.Node
	for i, os := range []string{"windows", "", "plan9"} {
		nodes = append(nodes, tailnet.Node{ID: fmt.Sprint(i), Name: "0", OS: os, Version: "1.60.0", Product: "client"})
	}
	l := write(t, desk(severe()), aRow(t, severe(), nobody, nodes...))
	m := write(t, desk(severe()), aRow(t, severe(), nobody, nodes[1:]...))
	all := l.Text + plain(l.HTML) + m.Text + plain(m.HTML)
	for _, a := range append(l.Attachments, m.Attachments...) {
		all += string(a.Data)
	}
	return tokens(all)
}

// wantOwn makes sure that a letter lists each hit node of its tailnet, in both
// parts and both attachments, as often as the tailnet has one of that name.
func wantOwn(t *testing.T, r Row, message string, w random) {
	t.Helper()
	parts := strings.Split(message, "\n\f\n") // id, to, subject, text, html, csv, json
	if parts[1] != string(w.reached[r.Tailnet.ID]) {
		t.Fatalf("%s goes to %s", r.Tailnet.ID, parts[1])
	}
	want := make(map[string]int)
	for _, n := range w.nodes {
		if _, miss := affected.NewMatcher(severe(), products).Node(n); n.Tailnet == r.Tailnet.ID && miss == affected.NotMissed {
			want[n.Name]++
		}
	}
	nodes, rows := regexp.MustCompile(`(?m)^    (\S+)$`), regexp.MustCompile(`<tr><td[^>]*><bdi>([^<]*)</bdi>`)
	inCSV, inJSON := regexp.MustCompile(`(?m)^([^,\n]+),n\d+,`), regexp.MustCompile(`"node":"([^"]*)"`)
	_, list, _ := strings.Cut(parts[3], "YOUR NODES")
	list, _, _ = strings.Cut(list, "HOW TO")
	for what, found := range map[string][][]string{"text": nodes.FindAllStringSubmatch(list, -1), "HTML": rows.FindAllStringSubmatch(parts[4], -1), "CSV": inCSV.FindAllStringSubmatch(parts[5], -1), "JSON": inJSON.FindAllStringSubmatch(parts[6], -1)} {
		got := make(map[string]int)
		for _, f := range found {
			got[f[1]]++
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("nodes of %s in the %s:\n%s\n%s", r.Tailnet.ID, what, diff, message)
		}
	}
	if count := fmt.Sprintf("This letter lists %d node", len(r.Match.Hits)); !strings.Contains(parts[3], count) || !strings.Contains(plain(parts[4]), count) {
		t.Fatalf("the letter does not end with %q", count)
	}
}

// aRow is the row of a tailnet with one hit node for each name.
func aRow(t testing.TB, b bulletin.Bulletin, of tailnet.Tailnet, nodes ...tailnet.Node) Row {
	t.Helper()
	contact, _ := of.Contact()
	matcher := affected.NewMatcher(b, products)
	var hits []affected.Hit
	for _, n := range nodes {
		n.Tailnet = of.ID
		h, miss := matcher.Node(n)
		if miss != affected.NotMissed {
			t.Fatalf("node %q is no hit", n.ID)
		}
		hits = append(hits, h)
	}
	match, err := matcher.Tailnet(of.ID, hits)
	if err != nil {
		t.Fatal(err)
	}
	row := Row{Tailnet: of, Standing: Mailed, Contact: contact, Match: match}
	for _, c := range disclosure.Builtin().Tailnet(b, disclosure.TailnetFacts{Affected: match.Affected}, planned).Deciding() {
		row.Clauses = append(row.Clauses, c.ID)
	}
	return row
}

func write(t testing.TB, d Common, r Row) Letter {
	t.Helper()
	v, err := d.View(r)
	if err != nil {
		t.Fatal(err)
	}
	v.LetterCode = Composer{Common: d, Key: []byte("key")}.code(Plan{ID: PlanID{d.Bulletin.ID, 1}}, r)
	l, err := stationery(t).Write(r, v, d.Language, planned)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func named(tailnetName, nodeName, os, version string) (tailnet.Tailnet, tailnet.Node) {
	return tailnet.Tailnet{ID: tailnet.ID(tailnetName), DisplayName: "The " + tailnetName, OwnerEmail: "owner@acme.example"},
		tailnet.Node{ID: "n1", Name: nodeName, OS: os, Version: version, Product: "client"}
}

// TestHostileNamesAreWords is F24 and F25: a name prints literally, adds no element
// or attribute to the HTML, no line to the text and no control to the subject.
func TestHostileNamesAreWords(t *testing.T) {
	d := desk(severe())
	of, node := named("harmless", "harmless", "", "harmless")
	want := write(t, d, aRow(t, severe(), of, node))
	for _, name := range hostile {
		of, node := named(name, name, "", name)
		l := write(t, d, aRow(t, severe(), of, node))
		if diff := cmp.Diff(tags(want.HTML), tags(l.HTML)); diff != "" {
			t.Errorf("%q changes the elements:\n%s", name, diff)
		}
		if got, want := strings.Count(l.Text, "\n"), strings.Count(want.Text, "\n"); got != want {
			t.Errorf("%q makes %d lines of %d:\n%s", name, got, want, l.Text)
		}
		if text := plain(l.HTML); !strings.Contains(text, shown(name)) || !strings.Contains(l.Text, "\n    "+shown(name)+"\n") {
			t.Errorf("%q does not print as %q", name, shown(name))
		}
		for what, text := range map[string]string{"subject": l.Subject, "text": strings.ReplaceAll(l.Text, "\n", ""), "HTML": strings.ReplaceAll(l.HTML, "\n", "")} {
			if i := strings.IndexFunc(text, acts); i >= 0 || !utf8.ValidString(text) {
				t.Errorf("%q leaves %q in the %s", name, text[max(0, i):min(len(text), max(0, i)+4)], what)
			}
		}
	}
	for _, name := range []string{"{{.Secret}}", "<script>alert(1)</script>", "**bold**", "=1+1", "$(reboot)"} {
		if shown(name) != name {
			t.Errorf("%q is shown as %q: it must print as it is", name, shown(name))
		}
	}
}

// acts reports characters that a terminal or a mail program would act on or hide;
// isolates are what keeps the others apart.
func acts(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u2068' && r != '\u2069' || r == '\u2028' || r == '\u2029'
}

// TestSubjectHasNoControls is F24: 65 code points in the title and in the name.
func TestSubjectHasNoControls(t *testing.T) {
	for r := rune(0); r < 0xA0; r++ {
		if r == 0x20 {
			r = 0x7F
		}
		b := severe()
		b.Title = fmt.Sprintf("Title%cBcc: evil@example.com", r)
		of, node := named("acme", "db", "windows", "1.60.0")
		of.DisplayName = fmt.Sprintf("Acme%cBcc: evil@example.com", r)
		if l := write(t, desk(b), aRow(t, b, of, node)); strings.ContainsFunc(l.Subject, unicode.IsControl) {
			t.Errorf("%U stands in the subject %q", r, l.Subject)
		}
	}
}

func TestSubjectSaysWhatIsAsked(t *testing.T) {
	for want, v := range map[string]View{
		"[Action required] TS-1: T (N)": {Certain: true, Name: "N", Bulletin: BulletinView{ID: "TS-1", Title: "T", Action: "a"}},
		"[Security notice] TS-1: T (N)": {Certain: true, Name: "N", Bulletin: BulletinView{ID: "TS-1", Title: "T", NoAction: true}},
		"[Please check] TS-1: T (N)":    {Name: "N", Bulletin: BulletinView{ID: "TS-1", Title: "T", Action: "a"}},
		"[Security notice] TS-2: T (N)": {Name: "N", Bulletin: BulletinView{ID: "TS-2", Title: "T", NoAction: true}},
	} {
		if got, err := (&page{View: v, words: choose(stationery(t).words)}).Subject(); got != want || err != nil {
			t.Errorf("subject is %q, want %q", got, want)
		}
	}
}

// TestForeignRowIsRefused is F20: whatever way another tailnet's data gets into a
// row, no letter is made of it, nor of any row after it.
func TestForeignRowIsRefused(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	other, strange := named("other", "db2", "windows", "1.60.0")
	plants := map[string]func(*Row){
		"node":           func(r *Row) { r.Match.Hits[1] = aRow(t, severe(), other, strange).Match.Hits[0] },
		"only node":      func(r *Row) { r.Match.Hits = aRow(t, severe(), other, strange).Match.Hits },
		"contact":        func(r *Row) { r.Contact, _ = other.Contact() },
		"contact's name": func(r *Row) { r.Contact.Tailnet = "" },
		"match":          func(r *Row) { r.Match = aRow(t, severe(), other, strange).Match },
		"tailnet":        func(r *Row) { r.Tailnet = other },
		"match's name":   func(r *Row) { r.Match.Tailnet = "acm" },
		"prefix":         func(r *Row) { r.Match.Hits[0].Node.Tailnet = "acme-1" },
		"finding": func(r *Row) {
			r.Match.Findings = []tailnet.Finding{{Tailnet: of.ID, Status: tailnet.FixedFinding}, {Tailnet: other.ID, Status: tailnet.FixedFinding}}
		},
		"named node": func(r *Row) { r.Named = []tailnet.Node{{Tailnet: other.ID}} },
		"user":       func(r *Row) { r.Users = []tailnet.User{{Tailnet: of.ID}, {Tailnet: other.ID}} },
	}
	for what, plant := range plants {
		second := node
		second.ID = "n2"
		rows := []Row{aRow(t, severe(), of, node, second), aRow(t, severe(), of, node)}
		plant(&rows[0])
		var made, failed int
		for e, err := range press(t, severe()).Entries(Plan{ID: PlanID{"TS-2026-007", 1}, Created: planned}, streamed(rows)) {
			if err != nil {
				failed++
			}
			if whose, is := errors.AsType[*LetterError](err); is && (whose.Bulletin != "TS-2026-007" || whose.Tailnet != rows[0].Tailnet.ID) || err != nil && !is {
				t.Errorf("another's %s: the error does not say whose letter it is: %v", what, err)
			}
			if e.Message != nil {
				made++
			}
		}
		if made != 0 || failed != 1 {
			t.Errorf("another's %s: %d letters, %d errors; want 0 and 1", what, made, failed)
		}
	}
}

// TestNothingToSayIsRefused is F27: a list that came out empty is no letter.
func TestNothingToSayIsRefused(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	row := aRow(t, severe(), of, node)
	row.Match.Hits = nil
	if v, err := desk(severe()).View(row); err == nil {
		t.Errorf("a letter about nothing: %+v", v)
	}
	row.Match.Evidence = "everybody"
	if _, err := desk(hosted(true)).View(row); err != nil {
		t.Errorf("a hosted service needs no node: %v", err)
	}
}

// TestTemplatesCannotGuess is F27: a template that asks for what is not there makes
// no letter, and one that is broken is named.
func TestTemplatesCannotGuess(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	row := aRow(t, severe(), of, node)
	v, err := desk(severe()).View(row)
	if err != nil {
		t.Fatal(err)
	}
	files := func(text, page string) fstest.MapFS {
		return fstest.MapFS{textTemplate: {Data: []byte(text)}, htmlTemplate: {Data: []byte(page)}}
	}
	for _, f := range []fstest.MapFS{files("{{.Missing}}", "x"), files("x", "{{.Missing}}"), files("{{range .Nodes}}{{.Secret}}{{end}}", "x")} {
		s, err := ParseTemplates(f)
		if err != nil {
			t.Fatal(err)
		}
		if l, err := s.Write(row, v, "", planned); err == nil || !strings.HasPrefix(err.Error(), "templates/mail/letter.") {
			t.Errorf("a letter of nothing: %q, %q, %v", l.Text, l.HTML, err)
		}
	}
	for _, f := range []fstest.MapFS{files("x\n{{if}}", "x"), files("x", "x\n{{if}}")} {
		if _, err := ParseTemplates(f); err == nil || !strings.HasPrefix(err.Error(), "templates/mail/letter.") || !strings.Contains(err.Error(), ":2:") {
			t.Errorf("a broken template: %v", err)
		}
	}
	if _, err := ParseTemplates(fstest.MapFS{}); err == nil {
		t.Error("no template, no error")
	}
}

func TestFold(t *testing.T) {
	word := strings.Repeat("w", 80)
	for in, want := range map[string]string{
		"":                                      "",
		"short\n":                               "short\n",
		"-- \n":                                 "-- \n",
		word + "\n":                             word + "\n",
		word + " x\n":                           word + "\nx\n",
		"  a " + word + " b":                    "  a\n  " + word + "\n  b",
		"    " + word + " b c d\n":              "    " + word + " b c d\n",
		strings.Repeat("ä", 72) + " ä\n":        strings.Repeat("ä", 72) + "\nä\n",
		strings.Repeat("ab ", 24) + "\n":        strings.Repeat("ab ", 24) + "\n",
		"- " + strings.Repeat("ab ", 24) + "\n": "- " + strings.TrimSpace(strings.Repeat("ab ", 23)) + "\n  ab \n",
		"Run `" + word + " -x` now\n":           "Run\n`" + word + " -x`\nnow\n",
		"a ` " + word + " b\n":                  "a `\n" + word + "\nb\n", // one that nothing closes
		"  " + strings.Repeat("ab ", 24) + "end\n": "  " + strings.TrimSpace(strings.Repeat("ab ", 23)) + "\n  ab end\n",
	} {
		if got := fold(in); got != want {
			t.Errorf("fold(%q) is %q, want %q", in, got, want)
		}
	}
}

// TestRightToLeftNamesAreIsolated is F25: what stands beside a name keeps its place.
func TestRightToLeftNamesAreIsolated(t *testing.T) {
	for _, name := range []string{"مخبز", "שלום 1.2", "ab\u05D0\u05D11", "ߊߋ", "𞤀"} {
		if got := shown(name); got != "\u2068"+name+"\u2069" {
			t.Errorf("%q is shown as %q", name, got)
		}
	}
	for _, name := range []string{"", "acme", "Bücher", "サンプル", "Ελλάδα", "Україна", "ไทย"} {
		if got := shown(name); got != name {
			t.Errorf("%q is shown as %q", name, got)
		}
	}
}

// TestTemplatesAreCompiled: a million letters are written by our templates.
func TestTemplatesAreCompiled(t *testing.T) {
	s := stationery(t)
	for name, err := range map[string]error{textTemplate: s.text.Compiled(textTemplate, new(page)), htmlTemplate: s.html.Compiled(htmlTemplate, new(page))} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
