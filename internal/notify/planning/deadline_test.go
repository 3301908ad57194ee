package planning

import (
	"testing"
	"time"

	"tocsin/internal/notify"
)

// TestDeadline: a plan is good for its lifetime, or until what its letters say changes.
func TestDeadline(t *testing.T) {
	soon := now.Add(2 * time.Hour)
	for day, want := range map[time.Time]time.Time{{}: now.Add(notify.Lifetime), soon: soon} {
		s := sources()
		s.Common.Bulletin.Affected[0].Available = day
		if plan := s.head(1, notify.Tell, nil, now.Add(time.Millisecond)); !plan.Deadline.Equal(want) || !plan.Created.Equal(now) {
			t.Errorf("planned at %v, until %v, want %v", plan.Created, plan.Deadline, want)
		}
	}
}
