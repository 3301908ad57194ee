package ledger

import (
	"context"
	"fmt"

	"tocsin/internal/notify"
)

// Account is where the affected of a plan stand, and where its letters are. It adds
// up: [Ledger.Account] makes no other.
type Account struct {
	Counts  notify.Counts // the affected, by standing
	Letters map[State]int // the letters of those that are mailed, by state
}

// Open is how many letters are still to be delivered, or to be looked up.
func (a Account) Open() int { return a.Letters[Planned] + a.Letters[Intent] }

// Begun is how many letters a run had begun that was cut off.
func (a Account) Begun() int { return a.Letters[Intent] }

// Account adds up a plan. Sums that do not add up are an [ErrChanged], never glossed
// over.
func (l *Ledger) Account(ctx context.Context, p Stored) (Account, error) {
	counts, err := l.counts(ctx, p.key)
	if err != nil {
		return Account{}, err
	}
	letters, err := l.States(ctx, p)
	if err != nil {
		return Account{}, err
	}
	a := Account{Counts: counts, Letters: letters}
	return a, a.check(p.ID)
}

func (a Account) check(id notify.PlanID) error {
	affected, letters := 0, 0
	for _, standing := range notify.Standings {
		affected += a.Counts[standing]
	}
	for _, state := range States {
		letters += a.Letters[state]
	}
	switch {
	case affected != a.Counts.Affected():
		return fmt.Errorf("%s: %d rows have a standing, %d were frozen: %w", id, affected, a.Counts.Affected(), ErrChanged)
	case letters != a.Counts[notify.Mailed]:
		return fmt.Errorf("%s: %d letters are in some state, %d were frozen: %w", id, letters, a.Counts[notify.Mailed], ErrChanged)
	}
	return nil
}
