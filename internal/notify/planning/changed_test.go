package planning

import (
	"errors"
	"path/filepath"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/notify/database"
	"tocsin/internal/notify/ledger"
)

// TestChangedPlanDoesNotStand is F51: a plan of equal inputs that can be delivered no more
// is not said to stand, which would be all that anybody is told of its letters.
func TestChangedPlanDoesNotStand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	book, err := ledger.Open(t.Context(), path, "testing")
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows := streamed([]notify.Row{row("a"), row("b")})
	if _, _, err := sources().Freeze(t.Context(), book, rows, notify.Undecided, now); err != nil {
		t.Fatal(err)
	}
	damage, err := database.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer damage.Close()
	if _, err := damage.Exec("UPDATE letters SET message = zeroblob(length(message)) WHERE row = 2"); err != nil {
		t.Fatal(err)
	}
	if plan, fresh, err := sources().Freeze(t.Context(), book, rows, notify.Undecided, now); !errors.Is(err, ledger.ErrChanged) {
		t.Errorf("%v (fresh %v): %v", plan.ID, fresh, err)
	}
}
