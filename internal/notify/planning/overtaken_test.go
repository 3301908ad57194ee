package planning

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
)

// TestOlderReadingIsRefused: of two who plan at once, the one who began first read the older
// inventory. It does not take the place of the other's plan.
func TestOlderReadingIsRefused(t *testing.T) {
	book, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), "testing")
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	newer, older := streamed([]notify.Row{row("a"), row("b")}), streamed([]notify.Row{row("a")})
	if _, _, err := sources().Freeze(t.Context(), book, newer, notify.Undecided, now); err != nil {
		t.Fatal(err)
	}
	later := (*OvertakenError)(nil)
	if _, _, err := sources().Freeze(t.Context(), book, older, notify.Undecided, now.Add(-time.Minute)); !errors.As(err, &later) || later.By.Number != 1 || !later.At.Equal(now) {
		t.Errorf("an older reading: %v", err)
	}
	if plan, fresh, err := sources().Freeze(t.Context(), book, older, notify.Undecided, now); err != nil || !fresh || plan.ID.Number != 2 {
		t.Errorf("another plan of the same second: %v, %v, %v", plan.ID, fresh, err)
	}
}
