package notify

import (
	"flag"
	"fmt"
	"html"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	"tocsin/internal/version"
)

var update = flag.Bool("update", false, "rewrite testdata")

// tag is a start or end tag of HTML, with its attributes.
var tag = regexp.MustCompile(`</?[A-Za-z!][^>]*>`)

// tags lists a page's tags as they stand.
func tags(page string) []string { return tag.FindAllString(page, -1) }

// words is what a reader sees of a page.
func words(page string) string { return html.UnescapeString(tag.ReplaceAllString(page, "\n")) }

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

// leaked lists the tokens by which a letter names another tailnet: those that a
// letter about nobody does not have, that are another's and not its own.
func leaked(w random, t tailnet.Tailnet, letter, empty map[string]bool) []string {
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
		rows, err := w.survey(r, severe()).Rows(Tell)
		if err != nil {
			t.Fatal(err)
		}
		i := -1
		for e, err := range p.Entries(Plan{ID: PlanID{"TS-2026-007", 1}, Created: planned}, rows) {
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
			found := tokens(words(string(e.Message)))
			if names := leaked(w, byID[e.Tailnet], found, empty); len(names) > 0 {
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
	return tokens(l.Text + words(l.HTML) + m.Text + words(m.HTML))
}

// wantOwn makes sure that a letter lists each hit node of its tailnet, in both
// parts, as often as the tailnet has one of that name.
func wantOwn(t *testing.T, r Row, message string, w random) {
	t.Helper()
	parts := strings.Split(message, "\n\f\n") // id, to, subject, text, html
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
	_, list, _ := strings.Cut(parts[3], "YOUR NODES")
	list, _, _ = strings.Cut(list, "HOW TO")
	for what, found := range map[string][][]string{"text": nodes.FindAllStringSubmatch(list, -1), "HTML": rows.FindAllStringSubmatch(parts[4], -1)} {
		got := make(map[string]int)
		for _, f := range found {
			got[f[1]]++
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("nodes of %s in the %s:\n%s\n%s", r.Tailnet.ID, what, diff, message)
		}
	}
	if count := fmt.Sprintf("This letter lists %d node", len(r.Match.Hits)); !strings.Contains(parts[3], count) || !strings.Contains(words(parts[4]), count) {
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
	l, err := stationery(t).Write(r, v, planned)
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
		if text := words(l.HTML); !strings.Contains(text, shown(name)) || !strings.Contains(l.Text, "\n    "+shown(name)+"\n") {
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
		if got := v.Subject(); got != want {
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
	}
	for what, plant := range plants {
		second := node
		second.ID = "n2"
		rows := []Row{aRow(t, severe(), of, node, second), aRow(t, severe(), of, node)}
		plant(&rows[0])
		var made, failed int
		for e, err := range press(t, severe()).Entries(Plan{ID: PlanID{"TS-2026-007", 1}, Created: planned}, rows) {
			if err != nil {
				failed++
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
		if l, err := s.Write(row, v, planned); err == nil || !strings.HasPrefix(err.Error(), "templates/mail/letter.") {
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

// letters are what an administrator gets, case by case.
func letters(t *testing.T) map[string]Letter {
	windows := tailnet.Node{ID: "n1", Name: "frontdesk", OS: "windows", Version: "1.60.0", Product: "client"}
	of := tailnet.Tailnet{ID: "bakery.example.com", DisplayName: "Example Bakery", OwnerEmail: "owner@bakery.example.com", SecurityEmail: "security@bakery.example.com", SecurityVerified: true}
	owned := of
	owned.SecurityVerified = false
	two := severe()
	two.Summary = "Somebody signed in to the same computer could change the settings of a client that another person had connected."
	two.Severity = bulletin.Critical
	two.Affected = append(two.Affected, bulletin.Affected{Product: "client", Platforms: []string{"linux"}, Versions: version.Range{LastAffected: "1.64.0"}},
		bulletin.Affected{Product: "client", Platforms: []string{"macos"}, Unfixed: "being tested"})
	node := func(id, name, os, version string) tailnet.Node {
		return tailnet.Node{ID: id, Name: name, OS: os, Version: version, Product: "client"}
	}
	silent := severe()
	silent.Action = bulletin.Action{}
	notold := desk(silent)
	notold.BulletinURL, notold.Settings, notold.ReplyTo = "", "", ""
	names := tailnet.Tailnet{ID: "makhbaz.example.com", DisplayName: "مخبز المثال 010", OwnerEmail: "owner@makhbaz.example.com"}

	return map[string]Letter{
		"one-node":          write(t, desk(severe()), aRow(t, severe(), of, windows)),
		"several-platforms": write(t, desk(two), aRow(t, two, owned, windows, node("n2", "till-2", "windows", "1.66.0-t9d5c0b"), node("n3", "nas", "linux", "1.64.0"), node("n4", "studio", "macos", "1.66.0"))),
		"cannot-tell":       write(t, desk(severe()), aRow(t, severe(), of, node("n1", "frontdesk", "windows", "custom-build"), node("n2", "", "", ""))),
		"hosted":            write(t, desk(hosted(true)), aRow(t, hosted(true), of)),
		"hosted-unknown":    write(t, desk(hosted(false)), aRow(t, hosted(false), of)),
		"action-unknown":    write(t, notold, aRow(t, silent, of, windows)),
		"right-to-left":     write(t, desk(severe()), aRow(t, severe(), names, node("n1", "الخادم 1", "windows", "1.60.0"), node("n2", "Kassensystem-Straße", "windows", "1.60.0"), node("n3", "サンプル電機", "windows", "1.60.0"))),
		"hostile":           write(t, desk(severe()), aRow(t, severe(), tailnet.Tailnet{ID: "{{.Secret}}", DisplayName: "<b>\u202Ebold</b>", OwnerEmail: "owner@x.example"}, node("n1", "=cmd|' /C calc'!A0", "windows", "1.60.0"))),
	}
}

func TestLettersAsTheyAreRead(t *testing.T) {
	all := letters(t)
	for name, l := range all {
		golden(t, name+".txt", "To: "+string(l.To)+"\nSubject: "+l.Subject+"\n\n"+l.Text)
		golden(t, name+".html", l.HTML)
	}
	files, err := filepath.Glob(filepath.Join("testdata", "letters", "*"))
	if err != nil || len(files) != 2*len(all) {
		t.Errorf("testdata/letters has %d files for %d letters: %v", len(files), len(all), err)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "letters", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (go test -update rewrites it):\n%s", name, diff)
	}
}

// TestTextIsTidy renders combinations (with TOCSIN_SOAK=1 every one) of what a letter may have and not have:
// no gap, no line of prose over the columns, one section after the other.
func TestTextIsTidy(t *testing.T) {
	s := stationery(t)
	sections := []string{"has found", "WHAT TO DO", "IN PLACE OF", "YOUR NODES", "HOW TO UPDATE", "HOW TO CHECK", "WHY YOU GET", "IS THIS LETTER", "HOW TO CHANGE", "This letter"}
	for bits := 0; bits < 1<<13; bits += rounds(13, 1) { // 13 × 630 = 8190: nothing and all but one are among them
		on := func(bit int) bool { return bits&(1<<bit) != 0 }
		v := every()
		off := map[int]func(){
			0: func() { v.Certain, v.Unsettled = false, true }, 1: func() { v.Bulletin.Severity = "" }, 2: func() { v.Bulletin.Summary = "" },
			3: func() { v.Bulletin.Action = "" }, 4: func() { v.Bulletin.NoAction = false }, 5: func() { v.Nodes = nil },
			6: func() { v.Evidence = nil }, 7: func() { v.Updates = nil }, 8: func() { v.Checks = nil },
			9: func() { v.Settings = "" }, 10: func() { v.ReplyTo = "" }, 11: func() { v.Bulletin.URL = "" },
			12: func() { v.Bulletin.Until = nil },
		}
		for bit, turn := range off {
			if !on(bit) {
				turn()
			}
		}
		l, err := s.Write(Row{}, v, planned)
		if err != nil {
			t.Fatal(err)
		}
		if faults := untidy(l.Text); len(faults) > 0 {
			t.Fatalf("%013b: %v\n%s", bits, faults, l.Text)
		}
		at := -1
		for _, section := range sections {
			if i := strings.Index(l.Text, section); i >= 0 && i < at {
				t.Fatalf("%q stands too early:\n%s", section, l.Text)
			} else if i >= 0 {
				at = i
			}
		}
		if strings.Contains(l.Text+l.HTML, "<no value>") {
			t.Fatalf("%s", l.Text)
		}
	}
}

// every is a view with everything in it.
func every() View {
	long := strings.TrimSpace(strings.Repeat("Something long happened. ", 9))
	return View{
		Organization: "Example Networks and Sons", Unit: "tailnet", Tailnet: "acme.example", Name: strings.Repeat("Acme ", 20), Certain: true,
		Bulletin: BulletinView{ID: "TS-2026-007", Title: long, Summary: long + ".", Severity: "high", URL: "https://security.example.com/" + strings.Repeat("x", 80), Action: long, NoAction: true, Until: []string{long, long}},
		Evidence: []string{long, long},
		Nodes:    []NodeView{{Name: strings.Repeat("node ", 30), Platform: "windows", Version: "1.60.0", Fixed: "1.66.1 or later", Unsure: long}, {Name: "b"}},
		Updates:  []Update{{"windows", strings.Repeat("sudo apt install ", 9)}, {"linux", "apt"}}, Checks: []string{"example version", "other version"},
		Reasons: []string{long, long}, PolicyURL: "https://security.example.com/", ToldAs: "Owner", Settings: "https://login.example.com/contacts", ReplyTo: "reply@example.com",
	}
}

// untidy says what is wrong with the looks of a letter's text.
func untidy(text string) (faults []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, literal) && utf8.RuneCountInString(line) > columns {
			faults = append(faults, fmt.Sprintf("over %d columns: %q", columns, line))
		}
		if strings.TrimRight(line, " ") != line && line != "-- " && !strings.HasPrefix(line, literal) {
			faults = append(faults, fmt.Sprintf("ends in a space: %q", line))
		}
	}
	if strings.Contains(text, "\n\n\n") || strings.HasPrefix(text, "\n") || strings.HasSuffix(text, "\n\n") || !strings.HasSuffix(text, "\n") {
		faults = append(faults, "gaps")
	}
	return faults
}

func TestFold(t *testing.T) {
	word := strings.Repeat("w", 80)
	for in, want := range map[string]string{
		"":                               "",
		"short\n":                        "short\n",
		"-- \n":                          "-- \n",
		word + "\n":                      word + "\n",
		word + " x\n":                    word + "\nx\n",
		"  a " + word + " b":             "  a\n  " + word + "\n  b",
		"    " + word + " b c d\n":       "    " + word + " b c d\n",
		strings.Repeat("ä", 72) + " ä\n": strings.Repeat("ä", 72) + "\nä\n",
		strings.Repeat("ab ", 24) + "\n": strings.Repeat("ab ", 24) + "\n",
		"  " + strings.Repeat("ab ", 24) + "end\n": "  " + strings.TrimSpace(strings.Repeat("ab ", 23)) + "\n  ab end\n",
	} {
		if got := fold(in); got != want {
			t.Errorf("fold(%q) is %q, want %q", in, got, want)
		}
	}
}

// TestHTMLStaysAtHome is F31: nothing loads from anywhere, and every link is one
// that the organisation set.
func TestHTMLStaysAtHome(t *testing.T) {
	for name, l := range letters(t) {
		page := l.HTML
		for _, s := range []string{"<img", "<script", "<link", "<iframe", "<form", "src=", "url(", "@import", "javascript:"} {
			if strings.Contains(strings.ToLower(strings.Join(tags(page), "")), s) {
				t.Errorf("%s has %q", name, s)
			}
		}
		for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if d := desk(severe()); !slices.Contains([]string{d.BulletinURL, d.PolicyURL, d.Settings}, m[1]) {
				t.Errorf("%s links to %s", name, m[1])
			}
		}
	}
}

// TestPartsSayTheSame is F31: facts of one part stand in the other.
func TestPartsSayTheSame(t *testing.T) {
	for name, l := range letters(t) {
		unfolded := strings.Join(strings.Fields(l.Text), " ")
		page := strings.Join(strings.Fields(words(l.HTML)), " ")
		for what, pattern := range map[string]string{
			"version": `\d+\.\d+\.\d+[-\w]*`, "URL": `https://[^\s]+`, "address": `[\w.-]+@[\w.-]+`, "severity": `\b(high|critical)\b`,
		} {
			find := func(text string) []string {
				return slices.Sorted(maps.Keys(func() map[string]bool {
					out := make(map[string]bool)
					for _, f := range regexp.MustCompile(pattern).FindAllString(text, -1) {
						out[f] = true
					}
					return out
				}()))
			}
			if what == "URL" {
				page = l.HTML
				page = strings.NewReplacer(`"`, " ", `<`, " ").Replace(page)
			}
			if diff := cmp.Diff(find(unfolded), find(page)); diff != "" {
				t.Errorf("%s: %s:\n%s", name, what, diff)
			}
		}
	}
}

// TestCommands: commands of the platforms that the tailnet has, once each, and the
// check of every product concerned.
func TestCommands(t *testing.T) {
	b := severe()
	b.Affected = append(b.Affected, bulletin.Affected{Product: "client", Platforms: []string{"linux"}, Versions: version.Range{Fixed: "1.68.0"}},
		bulletin.Affected{Product: "cli", Versions: version.Range{Fixed: "2.0.0"}})
	d := desk(b)
	d.Products = append(slices.Clone(products), bulletin.Product{ID: "cli", ShowVersion: "cli --version"})
	hit := func(row int, os string) affected.Hit { return affected.Hit{Row: row, Node: tailnet.Node{OS: os}} }
	updates, checks := d.commands([]affected.Hit{hit(0, "windows"), hit(1, "linux"), hit(0, "windows"), hit(2, "linux")})
	want := []Update{{"linux", "sudo apt install example-client=1.68.0"}, {"windows", "winget upgrade Example.Client"}}
	if diff := cmp.Diff(want, updates); diff != "" {
		t.Error(diff)
	}
	if want := []string{"cli --version", "example version"}; !slices.Equal(checks, want) {
		t.Errorf("checks are %q, want %q", checks, want)
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
