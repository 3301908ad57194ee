package planning

import (
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
)

// TestStatusInputSaysWithdrawn: a signed statement says by this input whether an all-clear tells of
// a withdrawal; of no other status is it the same.
func TestStatusInputSaysWithdrawn(t *testing.T) {
	for _, is := range []bulletin.Status{bulletin.Draft, bulletin.Private, bulletin.Public, bulletin.Withdrawn} {
		s := sources()
		status(&s, is)
		same := inputs(t, s)[notify.StatusInput] == notify.Digest([]byte(bulletin.Withdrawn))
		if same != (is == bulletin.Withdrawn) {
			t.Errorf("%s: %v", is, same)
		}
	}
}
