package site

import (
	"bytes"
	"testing"

	"tocsin/internal/markdown"
)

// Pages that are made in one room, one after the other, are those that are made each by itself,
// and what is kept of each outlives the next.
func TestRoom(t *testing.T) {
	s := small(t)
	r, err := New(s.Site)
	if err != nil {
		t.Fatal(err)
	}
	var room Room
	var rows []string
	for range 2 {
		for n := range Notices(s.Bulletins) {
			n.Text = markdown.Parse(n.Bulletin.Bulletin().Body)
			want, err := r.Bulletin(n)
			if err != nil {
				t.Fatal(err)
			}
			before := cap(room.page) >= len(want.Data)
			first := room.page[:min(1, cap(room.page))]
			page, card, err := r.BulletinAndCard(n, &room)
			if err != nil || page.Path != want.Path || !bytes.Equal(page.Data, want.Data) {
				t.Errorf("%s: %v\n%s\nwant\n%s", page.Path, err, page.Data, want.Data)
			}
			if before && &page.Data[0] != &first[0] {
				t.Errorf("%s: the room is not used", page.Path)
			}
			rows = append(rows, string(card.Entry))
		}
	}
	for i, row := range rows[:len(rows)/2] {
		if row != rows[i+len(rows)/2] {
			t.Errorf("%q became %q", row, rows[i+len(rows)/2])
		}
	}
}
