package planning

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
)

// standing finds the plan that would be made again: one of equal inputs, unless all of its
// letters ended in vain; or one that is under way, but for whom it has told itself since. It
// stands while its own letters reach all who need one, and nobody else: not where one came back
// that it counts as told, nor where it would write to who was told otherwise; and while it has a
// row for each whom a person has to see to.
func (s Sources) standing(ctx context.Context, book *ledger.Ledger, rows iter.Seq2[notify.Row, error], inputs notify.Inputs, c Classes, now time.Time) (ledger.Stored, bool, error) {
	id, found, err := book.Equal(ctx, s.Common.Bulletin.ID, inputs, now)
	if err != nil {
		return ledger.Stored{}, false, err
	}
	if found {
		stored, err := book.Plan(ctx, id)
		if err != nil {
			return ledger.Stored{}, false, err
		}
		vain, err := inVain(ctx, book, stored, c)
		return stored, !vain && err == nil, err
	}
	if !s.follows {
		return ledger.Stored{}, false, nil
	}
	last, found, err := s.last(ctx, book)
	stands := found && last.Superseded == "" && last.Paused == "" && now.Before(last.Deadline)
	if err != nil || !stands || last.Inputs.Without(notify.ToldInput).Digest() != inputs.Without(notify.ToldInput).Digest() {
		return ledger.Stored{}, false, err
	}
	alike, err := s.writesToThem(ctx, book, last, rows, c)
	if err == nil && alike {
		alike, err = seesTo(ctx, book, last, rows)
	}
	return last, alike, err
}

// writesToThem reports whether the letters of a plan that wait are for those who need one by the
// rows, and for nobody else. Who was told on the telephone gets none of an earlier plan.
func (s Sources) writesToThem(ctx context.Context, book *ledger.Ledger, p ledger.Stored, rows iter.Seq2[notify.Row, error], c Classes) (bool, error) {
	waits, err := waiting(ctx, book, p)
	if err != nil || waits != c.Letters() || waits == 0 {
		return waits == c.Letters(), err
	}
	need, has := notify.NewDigester(), notify.NewDigester() // both are in the order of tailnets
	for r, err := range rows {
		if err != nil {
			return false, err
		}
		if r.Standing == notify.Mailed {
			need.Add(string(r.Tailnet.ID), strconv.FormatBool(r.Kind.FollowsUp()))
		}
	}
	err = book.Each(ctx, p, func(d ledger.Delivery) error {
		if d.State == ledger.Planned || d.State == ledger.Deferred {
			has.Add(string(d.Tailnet), strconv.FormatBool(d.Kind.FollowsUp()))
		}
		return nil
	})
	return need.Sum() == has.Sum(), err
}

// waiting counts the letters of a plan that are still to go out.
func waiting(ctx context.Context, book *ledger.Ledger, p ledger.Stored) (int, error) {
	states, err := book.States(ctx, p)
	return states[ledger.Planned] + states[ledger.Deferred], err
}

// inVain reports whether there are letters to write, and those of a plan have all ended and
// reached nobody: they came back, or were refused. Who must be told is told by another.
func inVain(ctx context.Context, book *ledger.Ledger, p ledger.Stored, c Classes) (bool, error) {
	if c.Letters() == 0 {
		return false, nil
	}
	sums, err := book.Account(ctx, p)
	return err == nil && sums.Vain(), err
}

// idle reports whether a plan would add nothing: there is no letter to write, no earlier plan
// would write any, and whom a person has to see to stands on the record of the plan before,
// which stands.
func (s Sources) idle(ctx context.Context, book *ledger.Ledger, rows iter.Seq2[notify.Row, error], c Classes) (bool, error) {
	if !s.follows || c.Letters() > 0 {
		return false, nil
	}
	if would, err := s.outdated(ctx, book); err != nil || would {
		return false, err
	}
	if c.Idle() {
		return true, nil
	}
	last, found, err := s.last(ctx, book)
	if err != nil || !found || last.Superseded != "" || last.Paused != "" {
		return false, err
	}
	return seesTo(ctx, book, last, rows)
}

// seesTo reports whether every row that a person has to see to stands on the record of a plan. One
// whose letter came back since that was made may be told by nothing else.
func seesTo(ctx context.Context, book *ledger.Ledger, p ledger.Stored, rows iter.Seq2[notify.Row, error]) (bool, error) {
	for row, err := range rows {
		if err != nil {
			return false, err
		}
		if row.Standing != notify.Unreachable && row.Standing != notify.Undetermined {
			continue
		}
		d, found, err := book.Delivery(ctx, p, row.Tailnet.ID)
		if err != nil || !found || !sees(d, row) {
			return false, err
		}
	}
	return true, nil
}

// outdated reports whether an earlier plan of the same kind, by the same way, would still write
// letters, given that nobody needs one: a plan without any closes it.
func (s Sources) outdated(ctx context.Context, book *ledger.Ledger) (bool, error) {
	plans, err := book.Plans(ctx, s.Common.Bulletin.ID)
	for _, id := range plans {
		p, err := book.Plan(ctx, id)
		if err != nil {
			return false, err
		}
		if p.Superseded+p.Dropped != "" || p.Kind != s.Kind || p.Transport != s.Transport.String() {
			continue
		}
		if waits, err := waiting(ctx, book, p); err != nil || waits > 0 {
			return waits > 0, err
		}
	}
	return false, err
}

// sees reports whether a person sees to a row by one of an earlier plan. Who was told by that,
// and needs to be told again, is not seen to.
func sees(d ledger.Delivery, row notify.Row) bool {
	alike := d.Kind == row.Kind || !d.Kind.FollowsUp() && !row.Kind.FollowsUp()
	return alike && d.Standing == row.Standing && d.Settled != ledger.Told
}

// last is the bulletin's last plan that nobody has dropped.
func (s Sources) last(ctx context.Context, book *ledger.Ledger) (ledger.Stored, bool, error) {
	plans, err := book.Plans(ctx, s.Common.Bulletin.ID)
	for _, id := range slices.Backward(plans) {
		if p, err := book.Plan(ctx, id); err != nil || p.Dropped == "" {
			return p, err == nil, err
		}
	}
	return ledger.Stored{}, false, err
}
