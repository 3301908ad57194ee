package planning

import (
	"cmp"
	"context"
	"iter"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/isolation"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/tailnet"
)

// History is what a ledger knows of a bulletin's letters that have left this machine.
type History interface {
	EachPast(ctx context.Context, id bulletin.ID, visit func(ledger.Past) error) error
	Plan(ctx context.Context, id notify.PlanID) (ledger.Stored, error)
}

// Sequel makes the rows of a plan that comes after others: who was told already gets no
// first notice, and who was told what holds no more is told so.
//
// Tailnets are told or not, touched by the bulletin or not, and every one of them that is
// either has one end (F47):
//
//	            touched                                  not, or no longer
//	told        what changed, in a plan of that kind,    that all is well, in a plan of a kind
//	            or told already
//	told that   a first notice, which takes that back    nothing
//	all is well
//	told that   a first notice, which says so            as told; while the inventory has it
//	we cannot                                            no more, not without news
//	tell
//	not told    a first notice, or what the policy says  nothing
//
// Who was owed a letter that did not arrive is sent it again, whatever the kind of the plan.
// So is who may have been told by a letter that was sent again in doubt, and then did not
// arrive; an all-clear reaches them too.
type Sequel struct {
	History  History
	Survey   *notify.Survey
	Bulletin bulletin.Bulletin
	Kind     notify.Kind // of the plan; empty: first notices, and what is owed
	Choice   notify.Choice
	known    map[int]earlier        // by number
	unaware  int                    // of the last walk over the rows: who knows what holds no more, and is told nothing
	renamed  Renamed                // of the last walk
	still    Still                  // of the last walk, for an all-clear
	unlisted int                    // of the last walk: who is told that the inventory has them no more, and that nobody can tell
	names    *isolation.Identifiers // where it is not nil, is told of those whom the inventory has no more
}

// Rows streams the rows of the plan, by tailnet. It may be ranged over several times. Of what
// earlier plans come to it holds one tailnet at a time, also where the inventory has none of
// them any more.
func (s *Sequel) Rows(ctx context.Context) iter.Seq2[notify.Row, error] {
	return func(yield func(notify.Row, error) bool) {
		past, stopped := s.past(ctx), false
		s.unaware, s.unlisted, s.renamed, s.still = 0, 0, Renamed{}, Still{}
		defer past.stop()
		give := func(row notify.Row, gets bool, err error) {
			stopped = stopped || (gets || err != nil) && !yield(row, err) || err != nil
		}
		gone := func(passed func(tailnet.ID) bool) {
			for !stopped && past.more && passed(past.head.Tailnet) {
				give(s.gone(ctx, past.take()))
			}
		}
		before := func(id tailnet.ID) { gone(func(has tailnet.ID) bool { return has < id }) }
		asked := func(id tailnet.ID) bool {
			before(id)
			return stopped || past.has(id)
		}
		for placed, err := range s.Survey.RowsAnd(s.Choice, asked) {
			switch {
			case stopped:
				return
			case err != nil:
				yield(notify.Row{}, err)
				return
			}
			if before(placed.Row.Tailnet.ID); !stopped {
				earlier := past.of(placed.Row.Tailnet.ID)
				s.renamed.compare(placed, earlier)
				give(s.placed(ctx, placed, earlier))
			}
		}
		if gone(func(tailnet.ID) bool { return true }); !stopped && past.err != nil {
			yield(notify.Row{}, past.err)
		}
	}
}

// placed is the row of a tailnet that the survey has; false where it is in no row.
func (s *Sequel) placed(ctx context.Context, at notify.Placed, p ledger.Past) (notify.Row, bool, error) {
	if at.Place == notify.Untouched || s.Bulletin.Status == bulletin.Withdrawn {
		return s.clear(ctx, at.Reached(), p)
	}
	row := at.Row
	switch {
	case s.Kind == notify.AllClear:
		if at.Place == notify.Touched {
			s.still.add(row, p)
		}
		return row, false, nil
	case at.Place == notify.Unidentified && (!p.Told || p.Cleared()):
		return row, false, nil // it is in no row of the survey
	case !p.Told:
		return row, true, nil
	case p.Cleared(), p.Gone && at.Place == notify.Touched:
		return s.alarm(ctx, row, p)
	}
	return s.again(ctx, at, p)
}

// again is the row of a tailnet that was told and that the bulletin touches still.
func (s *Sequel) again(ctx context.Context, at notify.Placed, p ledger.Past) (notify.Row, bool, error) {
	changed, err := s.changed(ctx, p)
	if err != nil {
		return notify.Row{}, false, err
	}
	kind := s.Kind
	if kind == "" && p.Owed > 0 && p.OwedKind != notify.AllClear {
		kind = p.OwedKind
	}
	touched := at.Place == notify.Touched
	switch {
	case (kind == "" || len(changed) == 0) && p.Again:
		row, err := s.after(ctx, at.Row, p)
		row.Doubtful = true
		return row, touched, err
	case kind == "" || len(changed) == 0:
		s.leave(changed)
		row := at.Row
		row.Standing, row.Contact = notify.Told, tailnet.Contact{}
		return row, touched, nil
	}
	row := at.Reached()
	if at.Row.Standing != notify.Mailed && at.Row.Standing != notify.Unreachable {
		row.Clauses, row.Missing, row.Overridden = nil, nil, false // it is no sentence of the policy that asks for it
	}
	if row, err = s.after(ctx, row.As(kind), p); err != nil {
		return row, false, err
	}
	row.Doubtful = p.Doubtful
	row.Changed, err = s.news(ctx, p)
	return row, true, err
}

// alarm is the row of a tailnet that was told last that all is well, or that nobody can tell, and
// that the bulletin touches again; or may have been told that, where nobody knows of the letter
// that said so.
func (s *Sequel) alarm(ctx context.Context, row notify.Row, p ledger.Past) (notify.Row, bool, error) {
	changed, err := s.news(ctx, p)
	if err != nil {
		return row, false, err
	}
	last, err := s.earlier(ctx, p.By)
	if err != nil {
		return row, false, err
	}
	row, err = s.after(ctx, row, p)
	row.Changed, row.Cleared, row.Unlisted, row.Doubtful = changed, true, p.Gone, p.Sure != p.By
	row.Unrevised = !row.Doubtful && last.knows == notify.Revision(s.Bulletin)
	if row.Doubtful || p.Written != p.By {
		row.Replaces = time.Time{} // no letter has said so, or nobody knows whether it arrived
	}
	return row, true, err
}

// clear is the row of a tailnet that the bulletin does not touch any more.
func (s *Sequel) clear(ctx context.Context, row notify.Row, p ledger.Past) (notify.Row, bool, error) {
	again := p.Again && p.Kind == notify.AllClear
	if !p.Told || p.Cleared() && !again {
		return row, false, nil
	}
	changed, err := s.changed(ctx, p)
	if err != nil {
		return row, false, err
	}
	if s.Kind == "" && p.Owed == 0 && !again {
		s.leave(changed)
		return row, false, nil
	}
	if row, err = s.after(ctx, row.As(notify.AllClear), p); err != nil {
		return row, false, err
	}
	explains, err := s.explains(ctx, p)
	if row.Doubtful = p.Doubtful; err == nil && explains {
		row.Changed, err = s.news(ctx, p)
	}
	return row, true, err
}

// leave counts a tailnet that was told, and is told nothing of what has changed since.
func (s *Sequel) leave(changed []string) {
	if len(changed) > 0 {
		s.unaware++
	}
}

// gone is the row of a tailnet that the inventory has no more, and no finding: all that is
// left of it is where its last letter went. That nobody can tell clears it of nothing: what is
// revised later, and that the bulletin is withdrawn, it is told too.
func (s *Sequel) gone(ctx context.Context, p ledger.Past) (notify.Row, bool, error) {
	row := s.former(p)
	if s.Bulletin.Status == bulletin.Withdrawn {
		return s.clear(ctx, row, p)
	}
	if p.Gone && !p.Again && p.Owed == 0 {
		if changed, err := s.changed(ctx, p); err != nil || len(changed) == 0 {
			return row, false, err
		}
	}
	row, gets, err := s.clear(ctx, row, p)
	if gets {
		s.unlisted++
	}
	return row, gets, err
}

// former is the row of a tailnet of which nothing is left but its past.
func (s *Sequel) former(p ledger.Past) notify.Row {
	row := notify.Row{
		Tailnet:  tailnet.Tailnet{ID: p.Tailnet, DisplayName: p.Name},
		Standing: notify.Mailed,
		Contact:  tailnet.EarlierContact(p.Tailnet, p.Address),
	}
	if row.Contact.Address == "" {
		row.Standing = notify.Unreachable
	}
	if s.names != nil {
		row.Tailnet.OwnerEmail = string(row.Contact.Address)
		s.names.Tailnet(row.Tailnet)
	}
	return row
}

// after is a row as its letter comes after others. The day of the last of them it gives where
// that one arrived; or where it is the only one, and the letter says that it may not have. Of
// several that may not have, whoever has one other than the last is to go by this letter too.
func (s *Sequel) after(ctx context.Context, row notify.Row, p ledger.Past) (notify.Row, error) {
	row.Earlier = p.Messages
	only := p.Doubtful && p.Written == p.First
	if p.Written == 0 || !p.Arrived && !only {
		return row, nil
	}
	plan, err := s.earlier(ctx, p.Written)
	row.Replaces = plan.made
	return row, err
}

// explains reports whether what has changed says why all is well: where our letters were
// wrong, or where nothing but that is told. News for those who are affected is none of theirs.
func (s *Sequel) explains(ctx context.Context, p ledger.Past) (bool, error) {
	kind := s.Kind
	if kind == "" && p.Owed > 0 {
		owes, err := s.earlier(ctx, p.Owed)
		if err != nil {
			return false, err
		}
		kind = owes.kind
	}
	return kind == notify.Correction || kind == notify.AllClear, nil
}

// news is what a letter says to have changed: the material revisions since the last letter that
// arrived for certain, or since the first where none did. What a later one said, of which nobody
// knows, its reader may not know.
func (s *Sequel) news(ctx context.Context, p ledger.Past) ([]string, error) {
	p.By = cmp.Or(p.Sure, p.First)
	return s.changed(ctx, p)
}

// changed is what is new to a tailnet that was told: the material revisions since.
func (s *Sequel) changed(ctx context.Context, p ledger.Past) ([]string, error) {
	plan, err := s.earlier(ctx, p.By)
	if err != nil {
		return nil, err
	}
	return notify.Changes(s.Bulletin, plan.knows), nil
}

// earlier is what an earlier plan was. There are few, and each is looked up once.
func (s *Sequel) earlier(ctx context.Context, number int) (earlier, error) {
	if e, found := s.known[number]; found {
		return e, nil
	}
	plan, err := s.History.Plan(ctx, notify.PlanID{Bulletin: s.Bulletin.ID, Number: number})
	if err != nil {
		return earlier{}, err
	}
	if s.known == nil {
		s.known = make(map[int]earlier)
	}
	e := earlier{plan.Revision(s.Bulletin), plan.Kind, plan.Created}
	s.known[number] = e
	return e, nil
}

// earlier is what is kept of an earlier plan.
type earlier struct {
	knows int // revision of the bulletin that its letters told
	kind  notify.Kind
	made  time.Time // and its letters are of that day
}
