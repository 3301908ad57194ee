package planning

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/tailnet"
)

// TestTryIsFreeze: what is only tried comes to the same as what is frozen, and fails
// where that fails.
func TestTryIsFreeze(t *testing.T) {
	ctx := context.Background()
	book, err := ledger.Open(ctx, filepath.Join(t.TempDir(), "ledger.db"), "testing")
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	unreachable := row("c")
	unreachable.Standing, unreachable.Contact = notify.Unreachable, tailnet.Contact{Tailnet: "c"}
	rows := []notify.Row{row("a"), row("b"), unreachable}
	tried, err := sources().Try(t.Context(), streamed(rows), notify.Hold, now)
	if err != nil {
		t.Fatal(err)
	}
	frozen, _, err := sources().Freeze(ctx, book, streamed(rows), notify.Hold, now)
	if err != nil {
		t.Fatal(err)
	}
	if tried.Inputs.Digest() != frozen.Inputs.Digest() || tried.Counts.Affected() != 3 || tried.Counts[notify.Mailed] != frozen.Counts[notify.Mailed] ||
		tried.Deadline != frozen.Deadline || tried.Created != frozen.Created || tried.Transport != frozen.Transport || tried.Undetermined != notify.Hold {
		t.Errorf("tried\n%+v\nfrozen\n%+v", tried, frozen)
	}
	if tried.Digest != "" || tried.ID != (notify.PlanID{}) {
		t.Errorf("what is in no ledger has the name %v and the digest %q", tried.ID, tried.Digest)
	}
	broken := sources()
	broken.Templates.(fstest.MapFS)["mail/letter.txt"].Data = []byte("{{.Nobody}}")
	if _, err := broken.Try(t.Context(), streamed(rows), notify.Hold, now); err == nil {
		t.Error("a template that cannot be run stops no dry run")
	}
	mixed := row("a")
	mixed.Match.Hits[0].Node.Tailnet = "b"
	if _, err := sources().Try(t.Context(), streamed([]notify.Row{mixed}), notify.Hold, now); err == nil {
		t.Error("another tailnet's node stops no dry run")
	}
}

// TestListsHoldTheirOwn is F20 for lists: one for every row that has nodes, whatever is
// done about it, with its own nodes alone; a mixed row is refused.
func TestListsHoldTheirOwn(t *testing.T) {
	var rows []notify.Row
	standings := []notify.Standing{notify.Mailed, notify.NotRequired, notify.Unreachable, notify.Undetermined}
	for i, standing := range standings {
		r := row(tailnet.ID("tailnet-" + string(rune('a'+i))))
		r.Match.Hits[0].Node.Name = "node-of-" + string(r.Tailnet.ID)
		if r.Standing = standing; standing != notify.Mailed {
			r.Contact = tailnet.Contact{}
		}
		rows = append(rows, r)
	}
	bare := row("tailnet-hosted")
	bare.Match.Hits = nil
	rows = append(rows, bare)
	var seen []tailnet.ID
	s := sources()
	s.Identifiers = namesOf(rows...)
	without, err := s.Lists(streamed(rows), now, func(l List) error {
		seen = append(seen, l.Tailnet)
		for _, r := range rows {
			for _, text := range []string{string(l.CSV), string(l.JSON)} {
				if own := r.Tailnet.ID == l.Tailnet; strings.Contains(text, "node-of-"+string(r.Tailnet.ID)) != own {
					t.Errorf("the list of %s: %s", l.Tailnet, text)
				}
			}
		}
		return nil
	})
	if want := []tailnet.ID{"tailnet-a", "tailnet-b", "tailnet-c", "tailnet-d"}; err != nil || without != 1 || !slices.Equal(seen, want) {
		t.Errorf("lists of %v, %d without, %v", seen, without, err)
	}
	full := errors.New("disk full")
	if _, err := s.Lists(streamed(rows), now, func(List) error { return full }); !errors.Is(err, full) {
		t.Errorf("a list that could not be written: %v", err)
	}
	rows[1].Match.Hits[0].Node.Tailnet = "tailnet-a"
	if _, err := s.Lists(streamed(rows[1:2]), now, func(List) error { return nil }); err == nil {
		t.Error("another tailnet's node is listed")
	}
	rows[0].Contact.Tailnet = "tailnet-b"
	if _, err := s.Lists(streamed(rows[:1]), now, func(List) error { return nil }); err == nil {
		t.Error("a row with another tailnet's contact is listed")
	}
}
