package site

import (
	"html/template"
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/version"
)

// lettersCases is every shape of affected rows, with what a page says of letters: where none are
// spoken of, and where some were accepted. A word each stands for the sentences of the catalogue.
var lettersCases = []struct {
	rows           string
	identification string
	silent, spoken string
}{
	{"no rows", "", "", "others"},
	{"no rows", "none", "none", "none none.unwritten"},
	{"no rows", "some", "some", "some some.unwritten"},
	{"run by users", "", "", "others versions"},
	{"run by users", "none", "none versions", "none none.unwritten versions"},
	{"run by users", "some", "some versions", "some some.unwritten versions"},
	{"run by us, for all", "", "", "all"},
	{"run by us, for all", "none", "", "all"},
	{"run by us, for all", "some", "", "all"},
	{"run by us, for all of a region", "", "", "others"},
	{"run by us, for all of a region", "none", "none", "none none.unwritten"},
	{"run by us, for all of a region", "some", "some", "some some.unwritten"},
	{"run by us, for some", "", "", "others"},
	{"run by us, for some", "none", "none", "none none.unwritten"},
	{"run by us, for some", "some", "some", "some some.unwritten"},
	{"run by users, and by us for all", "", "", "all others versions"},
	{"run by users, and by us for all", "none", "none versions", "all none none.unwritten versions"},
	{"run by users, and by us for all", "some", "some versions", "all some some.unwritten versions"},
	{"run by users, and by us for some", "", "", "others versions"},
	{"run by users, and by us for some", "none", "none versions", "none none.unwritten versions"},
	{"run by users, and by us for some", "some", "some versions", "some some.unwritten versions"},
}

func rowsOf(t *testing.T, shape string) []bulletin.Affected {
	t.Helper()
	ours := bulletin.Affected{Product: "coordination-server", Deployed: day("2026-05-02")}
	all, region := ours, ours
	all.Everyone, region.Everyone = true, true
	region.Where = []bulletin.Column{{Name: "region", Values: []string{"north"}}}
	theirs := bulletin.Affected{Product: "client", Versions: version.Range{Fixed: "1.5"}, Available: day("2026-05-02")}
	rows, known := map[string][]bulletin.Affected{
		"no rows": nil, "run by users": {theirs}, "run by us, for all": {all}, "run by us, for all of a region": {region},
		"run by us, for some": {ours}, "run by users, and by us for all": {theirs, all}, "run by users, and by us for some": {theirs, ours},
	}[shape]
	if !known {
		t.Fatalf("nobody knows the shape %q", shape)
	}
	return rows
}

// lettersSay is what the words of the table stand for, in a language.
func lettersSay(t *testing.T, language, words string) string {
	texts := catalogue(t, language)
	units := map[string]string{"en": "tailnets", "de": "Tailnets"}[language]
	var out []string
	for _, word := range strings.Fields(words) {
		if word == "others" {
			word = "others.unwritten"
		}
		out = append(out, template.HTMLEscapeString(fill(texts["letters."+word], []string{units})))
	}
	return strings.Join(out, " ")
}

// neverSaid is what no page says on its own account: that somebody is safe.
var neverSaid = regexp.MustCompile(`(?i)not (be )?affected|unaffected|\bsafe\b|nicht betroffen|sicher`)

// TestLettersSayNoMore: whoever got no letter is told what the bulletin says of who can be
// identified, and no more; where it says nothing of letters, the page speaks of none.
func TestLettersSayNoMore(t *testing.T) {
	seen := make(map[[2]string]bool)
	renderers := map[string]*Renderer{"en": speaking(t, "en"), "de": speaking(t, "de")}
	for _, c := range lettersCases {
		if at := [2]string{c.rows, c.identification}; seen[at] {
			t.Errorf("%v stands twice", at)
		} else {
			seen[at] = true
		}
		for name, n := range map[string]*bulletin.Notified{
			"nobody says": nil, "nobody yet": {First: day("2026-05-03"), Last: day("2026-05-03")},
			"one": {Count: 1, First: day("2026-05-03"), Last: day("2026-05-03")}, "many": {Count: 1204, First: day("2026-05-03"), Last: day("2026-05-04")},
		} {
			for _, language := range []string{"en", "de"} {
				page := lettersOf(t, renderers[language], bulletin.Bulletin{Identification: c.identification, Affected: rowsOf(t, c.rows), Notified: n})
				want := lettersSay(t, language, c.silent)
				if n != nil && n.Count > 0 {
					want = lettersSay(t, language, c.spoken)
				}
				if want != "" && !strings.Contains(page, "<p>"+want+"</p>") {
					t.Errorf("%s, identification %q, %s: want %q in\n%s", c.rows, c.identification, name, want, page)
				}
				speaks := regexp.MustCompile(`(?i)letter|brief`).MatchString(page)
				if is := n != nil && n.Count > 0; speaks != is {
					t.Errorf("%s, identification %q, %s: the page speaks of letters: %v\n%s", c.rows, c.identification, name, speaks, page)
				}
				if said := neverSaid.FindString(page); said != "" {
					t.Errorf("%s, identification %q, %s: the page says %q", c.rows, c.identification, name, said)
				}
				if want == "" && strings.Contains(page, lettersSay(t, language, "versions")) {
					t.Errorf("%s, identification %q, %s: half of the paragraph is there", c.rows, c.identification, name)
				}
			}
		}
	}
	if len(seen) != 7*3 {
		t.Errorf("%d cases, want 7 shapes times 3 answers", len(seen))
	}
}

// lettersOf is the part of a bulletin's page that says who is affected and who got letters.
func lettersOf(t *testing.T, r *Renderer, b bulletin.Bulletin) string {
	t.Helper()
	b.ID, b.Title, b.Status, b.Published = "TS-2026-020", "A fault", bulletin.Public, day("2026-05-03")
	p, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	file, err := r.Bulletin(Notice{Bulletin: p})
	if err != nil {
		t.Fatal(err)
	}
	_, page, found := strings.Cut(string(file.Data), `id="_affected"`)
	page, _, ended := strings.Cut(page, `<div class="text">`)
	if !found || !ended {
		t.Fatal("there is no such part")
	}
	return page
}

// speaking makes pages in a language.
func speaking(t *testing.T, language string) *Renderer {
	t.Helper()
	s := small(t)
	s.Language = language
	if language == "de" {
		s.Units = "Tailnets"
	}
	r, err := New(s.Site)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestLettersAccepted: a server has accepted them, and that is all that the number says.
func TestLettersAccepted(t *testing.T) {
	r := speaking(t, "en")
	for want, n := range map[string]bulletin.Notified{
		"A mail server accepted our letter to 1 of the tailnets on ":   {Count: 1, First: day("2026-05-03"), Last: day("2026-05-03")},
		"Mail servers accepted our letters to 12 tailnets on ":         {Count: 12, First: day("2026-05-03"), Last: day("2026-05-03")},
		"Mail servers accepted our letters to 1204 tailnets between ":  {Count: 1204, First: day("2026-05-03"), Last: day("2026-05-04")},
		"Mail servers accepted our letters to 2 tailnets. We do not k": {Count: 2},
	} {
		page := lettersOf(t, r, bulletin.Bulletin{Notified: &n})
		if page = strings.ReplaceAll(page, " .", "."); !strings.Contains(page, want) || !strings.Contains(page, "We do not know who has read them.") {
			t.Errorf("want %q in\n%s", want, page)
		}
	}
}
