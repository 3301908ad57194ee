package cli

import (
	"context"
	"errors"
	"fmt"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/planning"
)

// earlier is what the ledger has of a bulletin's earlier plans; nothing where there is no
// ledger yet.
type earlier struct {
	site  *site
	book  *ledger.Ledger
	of    bulletin.Bulletin
	stage ledger.Stage // at which they were when they were looked at first
}

// Close lets go of the ledger.
func (e *earlier) Close() error {
	if e.book == nil {
		return nil
	}
	return e.book.Close()
}

// before opens the ledger to see who has been told, and refuses a kind of plan for which
// there is no reason: whoever mends a typo writes to nobody (F47).
func (s *site) before(ctx context.Context, b bulletin.Bulletin, how planHow) (*earlier, error) {
	e := &earlier{site: s, of: b}
	var err error
	if e.book, err = s.reader(ctx); err != nil && !errors.Is(err, ledger.ErrNone) {
		return nil, err
	}
	if err := e.look(ctx, how); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// look writes down how far the bulletin's plans have come, and refuses a plan that has no place
// after them.
func (e *earlier) look(ctx context.Context, how planHow) (err error) {
	if e.book != nil {
		if e.stage, err = e.book.Stage(ctx, e.of.ID); err != nil {
			return err
		}
	}
	if err := e.kept(ctx, how); err != nil {
		return err
	}
	return e.reason(ctx, how.kind)
}

// again asks once more for the reason of a plan, in the ledger that nobody else can write to by
// now. Reading an inventory takes long, and nobody is kept from planning or sending meanwhile.
func (e *earlier) again(ctx context.Context, book *ledger.Ledger, kind notify.Kind) error {
	return (&earlier{site: e.site, book: book, of: e.of}).reason(ctx, kind)
}

// kept refuses a plan whose bulletin says that letters about it went out, where the ledger has
// none that did: on a disk that is not there, or in a fresh clone, it would tell everybody again.
func (e *earlier) kept(ctx context.Context, how planHow) error {
	said := e.saidToBeOut()
	if said == "" || how.lost {
		return nil
	}
	known, err := e.knows(ctx)
	if err != nil || known {
		return err
	}
	aside, err := e.headAside()
	if err != nil {
		return err
	}
	name := e.site.config.Ledger
	return refuse(fmt.Sprintf("put %s back, from a backup or by mounting its disk; only where it is lost for good: %stocsin plan %s%s --ledger-lost, which writes to everybody again", name, aside, e.of.ID, how.flags()),
		"%s says that letters about %s went out, and %s has none of them: who was told would be told again", said, e.of.ID, name)
}

// headAside tells to move away what pins the ledger that is gone, where that is left: a new
// ledger beside it would be refused as an older one. One that is there agrees with its head.
func (e *earlier) headAside() (string, error) {
	if e.book != nil {
		return "", nil
	}
	head := ledger.HeadPath(e.site.config.Ledger)
	if gone, err := missing(e.site.path(head)); err != nil || gone {
		return "", err
	}
	return "move " + head + " away, then ", nil
}

// saidToBeOut names the file of the site that says that letters about the bulletin went out;
// empty where none does.
func (e *earlier) saidToBeOut() string {
	if e.of.Notified != nil {
		return e.of.Source.Name
	}
	codes, _ := e.site.content.CodesOf(e.of.ID)
	return codes.Source.Name
}

// knows reports whether the ledger has a plan of the bulletin that leaves this machine.
func (e *earlier) knows(ctx context.Context) (bool, error) {
	if e.book == nil {
		return false, nil
	}
	plans, err := e.book.Plans(ctx, e.of.ID)
	for _, id := range plans {
		if plan, err := e.book.Plan(ctx, id); err != nil || !rehearsed(plan) {
			return err == nil, err
		}
	}
	return false, err
}

// reason refuses a kind of plan that has none.
func (e *earlier) reason(ctx context.Context, kind notify.Kind) error {
	if kind == "" {
		return nil
	}
	id, unit := e.of.ID, e.site.config.Organization.Unit
	var told planning.Classes
	if e.book != nil {
		var err error
		if told, err = (&planning.Sequel{History: e.book, Bulletin: e.of}).Told(ctx); err != nil {
			return err
		}
	}
	switch {
	case told.Told == 0 && told.Cleared > 0:
		return refuse("tocsin status "+string(id), "%s told of %s, and all of them that all is well: there is nothing to follow up", were(told.Cleared, unit.One), id)
	case told.Told == 0:
		return refuse("tocsin plan "+string(id), "nobody has been told of %s by letter: there is nothing to follow up", id)
	case kind != notify.AllClear && told.Stale == 0:
		return refuse(fmt.Sprintf("change %s, then tocsin revise %s --material --summary TEXT; or, for what did not arrive, tocsin plan %s", e.of.Source.Name, id, id),
			"%s told of %s, and no material revision has come since: a correction or an update says what one has changed", were(told.Told, unit.One), id)
	case kind == notify.AllClear && e.of.Status != bulletin.Withdrawn:
		return e.nobodyWaits(ctx)
	}
	return nil
}

// nobodyWaits refuses an all-clear while a plan has rows open: its first letter would close
// that plan, and it has no row for those who are affected still. Of a bulletin that is
// withdrawn nobody is told anything else.
func (e *earlier) nobodyWaits(ctx context.Context) error {
	plans, err := e.book.Plans(ctx, e.of.ID)
	for _, id := range plans {
		plan, err := e.book.Plan(ctx, id)
		if err != nil {
			return err
		}
		if plan.Superseded != "" || plan.Dropped != "" || plan.Kind == notify.AllClear || rehearsed(plan) {
			continue
		}
		sums, err := e.book.Account(ctx, plan)
		if err != nil {
			return err
		}
		if open := sums.OpenRows(); open > 0 {
			return refuse(fmt.Sprintf("tocsin plan %s tells those who were not told; tocsin status %s says what is open", e.of.ID, id),
				"%s has %s open, and an all-clear would close it: nobody would tell them", id, many(open, "row"))
		}
	}
	return err
}
