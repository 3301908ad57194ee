package cli

import (
	"context"
	"errors"
	"slices"
	"time"

	"tocsin/internal/notify/ledger"
)

// late reports whether no letter of a plan begins any more.
func (s *site) late(plan ledger.Stored) bool { return s.now.After(plan.Deadline) }

// settleable refuses what rows cannot be settled by, and what would be put on record and come
// to nothing: a letter that goes out again after its plan's deadline, and the word of whoever
// told a tailnet, which the next plan goes by whatever is decided after it.
func (s *site) settleable(plan ledger.Stored, all []ledger.Settled) error {
	var refused []error
	for _, row := range all {
		if row.How == ledger.Keep && row.Delivery.Settled == ledger.Told {
			refused = append(refused, &ledger.SettleError{Plan: plan.ID, Tailnet: row.Tailnet, How: row.How, State: row.State, Because: "it was told otherwise, and that stays on record"})
		}
	}
	if len(refused) > 0 {
		return errors.Join(refused...)
	}
	if err := ledger.Settleable(plan, all); err != nil {
		return err
	}
	// One in doubt counts as told. That it is to be written to again only a person can say.
	again := func(row ledger.Settled) bool {
		return row.How == ledger.Resend && row.State != ledger.Unknown && !takenBack(row)
	}
	if s.late(plan) && slices.ContainsFunc(all, again) {
		return refuse(planAgain(plan.Plan), "the deadline of %s was %s, and no letter of it goes out again: nothing was settled", plan.ID, plan.Deadline.Format(time.RFC3339))
	}
	return nil
}

// saidBefore tells of which rows the last that was decided is this very decision, by the same
// person and in the same words.
func saidBefore(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, said ledger.Settlement) (func(ledger.Delivery) bool, error) {
	all, err := book.Settlements(ctx, plan)
	last := make(map[int]ledger.Settlement, len(all))
	for _, record := range all {
		last[record.Row] = record.Settlement
	}
	return func(d ledger.Delivery) bool {
		was, found := last[d.Row]
		return found && (said.How == ledger.Told || said.How == ledger.Keep) && was.How == said.How && was.Who == said.Who && was.Why == said.Why
	}, err
}
