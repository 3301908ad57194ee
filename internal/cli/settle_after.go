package cli

import (
	"context"
	"errors"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/tailnet"
)

// afterSettling ends with the sums, and with what is to be typed where nobody sees to somebody any
// more whom a closed plan had told: by a letter that came back, or by a word that is taken back. Of
// what is withdrawn nobody need be told.
func (p *program) afterSettling(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, all []ledger.Settled) error {
	err := p.account(ctx, s, book, plan)
	if plan.Superseded+plan.Dropped == "" || rehearsed(plan) || without(err, errIncomplete) != nil {
		return err
	}
	for _, row := range all {
		if row.How != ledger.Bounce && !takenBack(row) {
			continue
		}
		alone, failed := overlooked(ctx, book, plan.ID.Bulletin, row.Tailnet)
		if failed != nil {
			return errors.Join(err, failed)
		}
		if alone && !p.isWithdrawn(plan.ID.Bulletin) {
			p.next("tocsin plan %s", plan.ID.Bulletin)
			return errIncomplete
		}
	}
	return err
}

// overlooked reports whether a tailnet was not told, or is owed a letter, and no plan that stands has
// a row for it but one that counts it as told.
func overlooked(ctx context.Context, book *ledger.Ledger, id bulletin.ID, of tailnet.ID) (bool, error) {
	past, _, err := book.Past(ctx, id, of)
	if err != nil || past.Told && past.Owed == 0 {
		return false, err
	}
	plans, err := book.Plans(ctx, id)
	if err != nil {
		return false, err
	}
	for _, name := range plans {
		plan, err := book.Plan(ctx, name)
		if err != nil {
			return false, err
		}
		if plan.Superseded+plan.Dropped+plan.Paused != "" || rehearsed(plan) {
			continue
		}
		if d, found, err := book.Delivery(ctx, plan, of); err != nil || found && d.Standing != notify.Told {
			return false, err
		}
	}
	return true, nil
}

// isWithdrawn reports whether a bulletin is, as far as the site can be read.
func (p *program) isWithdrawn(id bulletin.ID) bool {
	s, err := p.open()
	if err != nil {
		return false
	}
	b, found := s.content.Bulletin(id)
	return found && b.Status == bulletin.Withdrawn
}

// takenBack reports whether a settlement takes back what was said of a row without a letter.
func takenBack(s ledger.Settled) bool { return s.How == ledger.Resend && s.State == ledger.NoLetter }
