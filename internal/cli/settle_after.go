package cli

import (
	"context"
	"slices"

	"tocsin/internal/notify/ledger"
)

// afterSettling ends with the sums, and with what is to be typed where the plan that has taken the
// place of this one counts somebody as told who was not: by a letter that came back, or by a word
// that is taken back.
func (p *program) afterSettling(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, all []ledger.Settled) error {
	err := p.account(ctx, s, book, plan)
	if plan.Superseded+plan.Dropped == "" || without(err, errIncomplete) != nil {
		return err
	}
	lost := func(row ledger.Settled) bool {
		if row.How != ledger.Bounce && !takenBack(row) {
			return false
		}
		past, _, failed := book.Past(ctx, plan.ID.Bulletin, row.Tailnet)
		return failed != nil || !past.Told || past.Owed > 0 // who cannot be looked up may be one
	}
	if !slices.ContainsFunc(all, lost) {
		return err
	}
	p.next("tocsin plan %s", plan.ID.Bulletin)
	return errIncomplete
}

// takenBack reports whether a settlement takes back what was said of a row without a letter.
func takenBack(s ledger.Settled) bool { return s.How == ledger.Resend && s.State == ledger.NoLetter }
