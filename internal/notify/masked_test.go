package notify

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/affected"
	"tocsin/internal/tailnet"
)

// F53: a masked row holds no text of an inventory, in any field: also a version, a platform
// or a date may be anything. What is left is ours, or one of a few words.
func TestMaskedRowNamesNobody(t *testing.T) {
	var r Row
	r.Match.Hits, r.Named, r.Users = make([]affected.Hit, 1), make([]tailnet.Node, 1), make([]tailnet.User, 1)
	r.Match.Findings = make([]tailnet.Finding, 1)
	fill(reflect.ValueOf(&r).Elem(), "Row")
	masked := Common{}.masked(r)
	masked.Contact.Address = "" // a letter does not show it
	var bare []string
	left(reflect.ValueOf(masked), "Row", &bare)
	bare = slices.DeleteFunc(bare, func(path string) bool { return strings.HasSuffix(path, ".Product") }) // one of tocsin.yaml
	want := strings.Fields(`Row.Contact.Reason Row.Kind Row.Match.Evidence Row.Match.Findings.Status Row.Match.Hits.Found
		Row.Match.Hits.Plain Row.Standing Row.Tailnet.Language`)
	if slices.Sort(bare); !slices.Equal(bare, want) {
		t.Errorf("not masked are\n%q\nwant\n%q", bare, want)
	}
	if got := masked.Match.Hits[0].Evidence; got != "Row.Match.Hits.Plain" {
		t.Errorf("the evidence is %q: it may quote a node", got)
	}
}

// A masked letter says what the letter says, but for the names.
func TestMaskedNames(t *testing.T) {
	d := Common{Unit: "tailnet"}
	r := Row{Tailnet: tailnet.Tailnet{ID: "bakery.example", DisplayName: "Example Bakery"}}
	for _, name := range []string{"oven", "till", "oven"} {
		r.Match.Hits = append(r.Match.Hits, affected.Hit{Node: tailnet.Node{Name: name, Version: "1.60.1"}})
	}
	got := d.masked(r)
	names := []string{got.Tailnet.Name(), string(got.Tailnet.ID)}
	for _, h := range got.Match.Hits {
		names = append(names, h.Node.Name, h.Node.Version)
	}
	want := []string{"NAME", "ID", "NAME-2", "1.60.1", "NAME-3", "1.60.1", "NAME-2", "1.60.1"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

// F53: what a template of the site's own does wrong is said with its place and without a name.
// The library's errors quote what a template was executed with.
func TestTemplateErrorsNameNobody(t *testing.T) {
	of, node := named("bakery.example", "oven", "windows", "1.60.0")
	of.DisplayName = "Example Bakery"
	row := aRow(t, severe(), of, node)
	plan := Plan{ID: PlanID{"TS-2026-007", 1}, Created: planned}
	for name, c := range map[string]struct{ text, page, want string }{
		"lists that cannot be compared": {"{{if eq .Nodes .Nodes}}x{{end}}", "x", "letter.txt:1:5: executing"},
		"the same in the HTML":          {"x", "\n{{if eq .Nodes .Nodes}}x{{end}}", "letter.html:2:5: executing"},
		"a name for a key":              {"{{range .Nodes}}{{$.Say .Name}}{{end}}", "x", `has no text for "NAME-`},
		"only with the real name":       {`{{if eq .Name "Example Bakery"}}{{.Say .Name}}{{end}}`, "x", "templates/mail/letter.txt: it cannot be written"},
	} {
		p := press(t, severe())
		var err error
		p.Templates, err = ParseTemplates(fstest.MapFS{textTemplate: {Data: []byte(c.text)}, htmlTemplate: {Data: []byte(c.page)}})
		if err != nil {
			t.Fatal(err)
		}
		for _, err = range p.Entries(plan, streamed([]Row{row})) {
			break
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Fatalf("%s: %v", name, err)
		}
		for _, secret := range []string{"oven", "Bakery", string(node.ID) + " "} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error holds %q: %v", name, secret, err)
			}
		}
	}
}

// F53: a number that calls somebody is no date, though it has the characters of one.
func TestMaskedDates(t *testing.T) {
	var r Row
	for _, date := range []string{"2026-05-01", "2026-05-01T06:00:00Z", "+1-555-010-0123", "5550100123", "last week"} {
		r.Match.Findings = append(r.Match.Findings, tailnet.Finding{FirstSeen: date})
	}
	var got []string
	for _, f := range (Common{}).masked(r).Match.Findings {
		got = append(got, f.FirstSeen)
	}
	if want := []string{"2026-05-01", "2026-05-01T06:00:00Z", "", "", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
