package notify

import (
	"reflect"
	"slices"
	"strings"
	"testing"

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
	want := strings.Fields(`Row.Contact.Reason Row.Match.Evidence Row.Match.Findings.Status Row.Match.Hits.Found
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
