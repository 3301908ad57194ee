package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"tocsin/internal/notify"
)

// rehearsal is how the transport of a plan begins whose letters stay on this machine.
const rehearsal = "maildir:"

// rehearsed reports whether the letters of a plan stay on this machine.
func rehearsed(p notify.Plan) bool { return strings.HasPrefix(p.Transport, rehearsal) }

// PausedError says that another plan is to take the place of this one, and that nothing of
// this one goes out until then: its letters would tell people what is to be corrected.
type PausedError struct {
	Plan notify.PlanID
	By   string // name of the plan that follows it
}

// Error names both.
func (e *PausedError) Error() string {
	return fmt.Sprintf("%s is paused: %s is to take its place with its first letter", e.Plan, e.By)
}

// closed reports whether nothing of a plan goes out any more.
func (p Stored) closed() bool { return p.Superseded != "" || p.Dropped != "" }

// Over reports whether no letter of a plan begins any more at an instant.
func (p Stored) Over(at time.Time) bool { return p.closed() || at.After(p.Deadline) }

// follow says what a plan that is being frozen makes of the bulletin's earlier ones that
// stand. One of which nobody was told is closed at once: its undelivered letters become
// superseded. Of one of which people were told nothing goes out any more, and it is closed
// with the new plan's first letter; until then the new plan can be dropped, and the earlier
// one goes on. A plan without letters has no first one to wait for.
//
// A rehearsal takes the place of rehearsals, and of what nobody was told of. Once people
// were told it leaves alone whatever leaves this machine: who tries a correction on a
// mailbox has not decided anything.
func (l *Ledger) follow(ctx context.Context, tx *sql.Tx, p Stored) error {
	earlier, told, err := before(ctx, tx, p)
	for _, e := range earlier {
		switch {
		case err != nil:
			return err
		case told && rehearsed(p.Plan) && !rehearsed(e.Plan):
		case e.told && p.Counts[notify.Mailed] > 0:
			err = l.pause(ctx, tx, e.Stored, p.ID, p.Created)
		default:
			err = l.supersede(ctx, tx, e.Stored, p.ID, p.Created)
		}
	}
	return err
}

// earlierPlan is a plan that stands, and whether people were told of it.
type earlierPlan struct {
	Stored
	told bool
}

// before lists the plans that stand beside a new one, oldest first, and reports whether
// people were told of any plan of the bulletin.
func before(ctx context.Context, tx *sql.Tx, p Stored) (standing []earlierPlan, told bool, err error) {
	err = each(ctx, tx, func(rows *sql.Rows) error {
		e := earlierPlan{Stored: Stored{Plan: notify.Plan{ID: notify.PlanID{Bulletin: p.ID.Bulletin}}}}
		var stands bool
		if err := rows.Scan(&e.key, &e.ID.Number, &e.Transport, &stands, &e.told); err != nil {
			return err
		}
		told = told || e.told
		if stands {
			standing = append(standing, e)
		}
		return nil
	}, "SELECT p.plan, number, transport, superseded IS NULL AND dropped = '', "+planTells+
		" FROM plans AS p WHERE bulletin = ? AND p.plan <> ? ORDER BY number", string(p.ID.Bulletin), p.key)
	return standing, told, err
}

// pause stops a plan for one that is to take its place.
func (l *Ledger) pause(ctx context.Context, tx *sql.Tx, p Stored, by notify.PlanID, at time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE plans SET paused = ? WHERE plan = ?", by.String(), p.key)
	if err == nil {
		err = l.record(ctx, tx, p, at, pausedKind, "by "+by.String())
	}
	return err
}

// supersede closes what a plan has not delivered, for the one that takes its place.
func (l *Ledger) supersede(ctx context.Context, tx *sql.Tx, p Stored, by notify.PlanID, at time.Time) error {
	err := shut(ctx, tx, p, at)
	if err == nil {
		_, err = tx.ExecContext(ctx, "UPDATE plans SET superseded = ?, paused = '' WHERE plan = ?", by.String(), p.key)
	}
	if err == nil {
		err = l.record(ctx, tx, p, at, supersededKind, "by "+by.String())
	}
	return err
}

// shut closes the letters of a plan that have not gone out.
func shut(ctx context.Context, tx *sql.Tx, p Stored, at time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE deliveries SET state = ?, next = '', changed = ? WHERE plan = ? AND state IN (?, ?)",
		string(Superseded), stamp(at), p.key, string(Planned), string(Deferred))
	return err
}

// flows refuses a plan that is paused, in the transaction that writes down intents: whoever
// read the plan before it was paused is stopped too. False of one that another took the place
// of: nothing of it is due any more.
func (p Stored) flows(ctx context.Context, tx *sql.Tx) (bool, error) {
	var by string
	var superseded bool
	err := tx.QueryRowContext(ctx, "SELECT paused, superseded IS NOT NULL FROM plans WHERE plan = ?", p.key).Scan(&by, &superseded)
	if err == nil && by != "" {
		err = &PausedError{p.ID, by}
	}
	return !superseded, err
}

// takePlace closes the plans that are paused for this one, in the transaction that writes
// down its first intent: from there on it cannot be dropped any more.
func (l *Ledger) takePlace(ctx context.Context, tx *sql.Tx, p Stored, at time.Time) error {
	paused, err := pausedFor(ctx, tx, p.ID)
	for _, e := range paused {
		err = errors.Join(err, l.supersede(ctx, tx, e, p.ID, at))
	}
	return err
}

// pausedFor lists the plans that are paused for one.
func pausedFor(ctx context.Context, from querier, id notify.PlanID) (paused []Stored, err error) {
	err = each(ctx, from, func(rows *sql.Rows) error {
		e := Stored{Plan: notify.Plan{ID: notify.PlanID{Bulletin: id.Bulletin}}}
		err := rows.Scan(&e.key, &e.ID.Number)
		paused = append(paused, e)
		return err
	}, "SELECT plan, number FROM plans WHERE bulletin = ? AND paused = ? ORDER BY number", string(id.Bulletin), id.String())
	return paused, err
}

// follow takes in what another plan, or its end, does to this one.
func (r *replay) follow(e event) error {
	text := strings.Join(e.lines, "\n")
	by, isBy := strings.CutPrefix(text, "by ")
	of, isOf := strings.CutPrefix(text, "of ")
	drop, isDrop := strings.CutPrefix(text, string(Abandon)+" ")
	switch {
	case r.closed != 0:
		return errEvent // nothing more happens to it
	case e.kind == pausedKind && isBy:
		r.paused = by
	case e.kind == liftedKind && isOf && of == r.paused:
		r.paused = ""
	case e.kind == supersededKind && isBy:
		r.by, r.paused = by, ""
		r.close()
	case e.kind == droppedKind && isDrop && r.paused == "":
		r.dropped = r.at
		r.settled[e.seq] = fmt.Sprintf("0 %s %s %s", Abandon, Superseded, drop)
		r.close()
	default:
		return errEvent
	}
	return nil
}

// close closes what has not gone out.
func (r *replay) close() {
	r.closed = r.at
	r.all(func(s *standing) {
		if s.state == Planned || s.state == Deferred {
			s.state, s.next, s.changed = Superseded, 0, r.at
		}
	})
}
