package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// ofSchema3 copies a ledger that the third schema's tocsin wrote, which knew no follow-up:
// a rehearsal of forty rows, whose place a plan by a relay took, of which letters stand in
// every state; and a plan of another bulletin, which is forgotten.
func ofSchema3(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, mustRead(t, filepath.Join("testdata", "schema3.db")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestLedgerWithoutFollowUpsGetsOne: what a ledger of the third schema holds verifies under
// the digests that people have signed, and who was told stands in it; the next plan follows
// up what there is.
func TestLedgerWithoutFollowUpsGetsOne(t *testing.T) {
	path := ofSchema3(t)
	reader, err := OpenReader(ctx, path) // brings it up to date
	if err != nil {
		t.Fatal(err)
	}
	other := bulletin8().ID
	for id, want := range map[string]string{
		aPlan(1).ID.String(): "2eb203a5ec970c6107808846c695227836b0df28d190320355074eb64e99f912",
		aPlan(2).ID.String(): "907b3ac36fcd079f6e7696f68a7e143739b991e658acabfdc705dd8d6fddbc0e",
		other.String():       "926659a31741ed6b67508f73d8a81db5fb67fb28b1bb09ed7b8716b4628b0e56",
	} {
		p, err := reader.Plan(ctx, planID(t, id))
		if err == nil {
			err = reader.Verify(ctx, p)
		}
		if err != nil || p.Digest != want || p.Kind != "" || p.Paused != "" || p.Dropped != "" {
			t.Errorf("%s: %+v, %v", id, p, err)
		}
	}
	last, found, err := reader.LastTelling(ctx, aPlan(2).ID.Bulletin)
	if err != nil || !found || last.ID != aPlan(2).ID {
		t.Errorf("people were told last by %v, %v, %v", last.ID, found, err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	l := mustOpen(t, path)
	told := 0
	if err := l.EachPast(ctx, aPlan(2).ID.Bulletin, func(p Past) error {
		if p.Told {
			told++
		}
		return nil
	}); err != nil || told != 4 { // accepted, in doubt, sent again in doubt, told by phone
		t.Errorf("%d tailnets were told, %v", told, err)
	}
	for what, change := range map[string]string{
		"a kind of plan":   "UPDATE plans SET kind = 'correction' WHERE number = 2",
		"a kind of letter": "UPDATE deliveries SET kind = 'first' WHERE plan = 2 AND row = 1",
		"a pause":          "UPDATE plans SET paused = 'TS-2026-007/3' WHERE number = 2",
		"an end":           "UPDATE plans SET dropped = '2026-05-05T09:00:00Z' WHERE number = 2",
	} {
		if err := verifyReread(t, l, aPlan(2).ID, change); !errors.Is(err, ErrChanged) {
			t.Errorf("%s where there was none: %v", what, err)
		}
	}
	followed(t, l, live(2), live(3))
}
