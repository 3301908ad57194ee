package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// The index finds what going through all cards finds, whatever the case of their IDs and however
// many claim one.
func TestIndex(t *testing.T) {
	var cards []*card
	for i, id := range []bulletin.ID{"TS-2026-001", "TS-2026-002", "ts-2026-002", "", "TS-2026-001", "Ts-2026-001", "ÄB-1", "äb-1", "K-1", "K-1", "k-1", "TS-2026-009", "SS-1", "ſS-1", "İ-1", "i̇-1", "ß", "", "feeds"} {
		status := []bulletin.Status{bulletin.Public, bulletin.Draft, bulletin.Private, bulletin.Withdrawn}[i%4]
		cards = append(cards, &card{id: id, owner: i%3 == 1, unread: i%5 == 4, status: status, file: fmt.Sprint(i)})
	}
	x := newIndex(cards)
	p := places{fixed: map[address.Page]target{"/b/feeds/": {}}, bulletins: "/b/", byID: x}
	for _, k := range append(cards, &card{id: "TS-2026-003"}, &card{id: "ß-1"}) {
		if got, want := x.owner(k.id), ownerAmong(cards, k.id); got != want {
			t.Errorf("%q is owned by %+v, want %+v", k.id, got, want)
		}
		anchor := address.Anchor(string(k.id))
		hidden := slices.ContainsFunc(cards, func(o *card) bool { return address.Anchor(string(o.id)) == anchor && !o.unread && !o.public() })
		if got := x.hides(anchor); got != hidden {
			t.Errorf("%q is hidden: %v", anchor, got)
		}
		want, is := pageAmong(cards, anchor)
		if anchor == "feeds" {
			want, is = target{}, true
		}
		got, found := p.single("/b/" + address.Page(anchor) + "/")
		if found != is || got.page != want.page || got.hidden != want.hidden || got.unread != want.unread {
			t.Errorf("the page of %q is %+v %v, want %+v %v", anchor, got, found, want, is)
		}
	}
}

// What a problem may come to stand at is kept with its line, which the words on it share.
func TestMentions(t *testing.T) {
	file := source.File{Name: "a.md", Data: []byte("aliases: [A-1, \"B\\x2d2\"]\nrelated:\n  - C-3\n  - D-4 " + strings.Repeat("é", 100) + "\n")}
	value := func(text string, line, column int) source.Value {
		return source.Value{Text: text, Position: file.At(line, column)}
	}
	want := []mention{
		{"A-1", file.Line(1), 1, 11}, {"B-2", file.Line(1), 1, 16}, {"C-3", "  - C-3", 3, 5}, {"D-4", file.Line(4)[:160], 4, 5},
	}
	got := mentions(file, value("A-1", 1, 11), value("B-2", 1, 16), value("C-3", 3, 5), value("D-4", 4, 5))
	if !slices.Equal(got, want) {
		t.Errorf("kept %+v, want %+v", got, want)
	}
	if got := mentions(file); got != nil {
		t.Errorf("of nothing %+v is kept", got)
	}
}

func ownerAmong(cards []*card, id bulletin.ID) *card {
	var owner *card
	for _, k := range cards {
		if k.id == id && (owner == nil || k.owner && !owner.owner) {
			owner = k
		}
	}
	return owner
}

// pageAmong is the page of a row: what readers may see goes before what they may not.
func pageAmong(cards []*card, anchor string) (found target, is bool) {
	for _, k := range cards {
		if address.Anchor(string(k.id)) == anchor && (!is || found.hidden) {
			found, is = target{page: string(k.id), hidden: !k.unread && !k.public(), unread: k.unread}, true
		}
	}
	return found, is
}

// FuzzAnchored holds the comparison of a row with an ID against making the row's name.
func FuzzAnchored(f *testing.F) {
	for _, two := range [][2]string{{"TS-2026-001", "ts-2026-001"}, {"TS-1", "TS-1"}, {"", ""}, {"A", ""}, {"", "a"}, {"K", "k"}, {"AK", "ak"}, {"Ä", "ä"}, {"A", "ab"}, {"\xff", "\xff"}} {
		f.Add(two[0], two[1])
	}
	f.Fuzz(func(t *testing.T, id, text string) {
		k := card{id: bulletin.ID(id)}
		if got, want := k.anchored(text), address.Anchor(id) == text; got != want {
			t.Errorf("%q, %q: %v", id, text, got)
		}
	})
}
