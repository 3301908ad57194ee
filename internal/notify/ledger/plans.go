package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
)

// ErrNoPlan says that the ledger has no plan of that name.
var ErrNoPlan = errors.New("no such plan")

// NextNumber is the number that a bulletin's next plan will have.
func (l *Ledger) NextNumber(ctx context.Context, id bulletin.ID) (int, error) {
	var last int
	err := l.db.QueryRowContext(ctx, "SELECT coalesce(max(number), 0) FROM plans WHERE bulletin = ?", string(id)).Scan(&last)
	return last + 1, err
}

// Equal finds the plan of equal inputs that still stands: not superseded or to be, not
// dropped, not past its deadline. Planning the same thing twice must not make two sets of letters.
func (l *Ledger) Equal(ctx context.Context, id bulletin.ID, inputs notify.Inputs, now time.Time) (notify.PlanID, bool, error) {
	var number int
	err := l.db.QueryRowContext(ctx,
		`SELECT number FROM plans WHERE bulletin = ? AND inputs_seal = ? AND superseded IS NULL AND paused = '' AND dropped = '' AND deadline > ? ORDER BY number DESC LIMIT 1`,
		string(id), inputs.Digest(), stamp(now)).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return notify.PlanID{}, false, nil
	}
	return notify.PlanID{Bulletin: id, Number: number}, err == nil, err
}

// Freeze writes a plan with all its rows and letters in one transaction, and returns it
// with its digest. Nothing of it exists before it is whole. What becomes of the bulletin's
// earlier plans, in the same transaction, follow says.
//
// The letters are packed against a pattern, which is a letter like them that is nobody's;
// without one they take four times the room. What the digest covers of people and
// letters are commitments, with salts of [crypto/rand].
//
// It fails with an [OpenError] while letters of an earlier plan are begun: whether
// they arrived is for that plan's next run to find out, and nobody knows until then whom
// this one has to tell.
func (l *Ledger) Freeze(ctx context.Context, p notify.Plan, pattern []byte, entries iter.Seq2[notify.Entry, error]) (notify.Plan, error) {
	if err := l.Enter(ctx); err != nil { // before its transaction, in which the past is asked for
		return notify.Plan{}, err
	}
	head := Stored{Plan: p, form: kindRows, packing: blocks, pattern: append([]byte{}, pattern...)}
	err := l.transact(ctx, func(tx *sql.Tx) error {
		if err := settled(ctx, tx, p.ID.Bulletin); err != nil {
			return err
		}
		if err := head.insert(ctx, tx); err != nil {
			return err
		}
		w, err := newWriter(ctx, tx, head, l.salts)
		if err != nil {
			return err
		}
		head.Digest, err = w.all(ctx, &head.Plan, entries)
		if err := errors.Join(err, w.close()); err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, "UPDATE plans SET digest = ? WHERE plan = ?", head.Digest, head.key); err != nil {
			return err
		}
		line := frozenLine(head.Digest, head.Counts.Affected(), head.Counts[notify.Mailed])
		if err := l.record(ctx, tx, head, p.Created, frozenKind, line); err != nil {
			return err
		}
		return l.follow(ctx, tx, head)
	})
	return head.Plan, err
}

// insert writes what a plan says before its rows, without its digest, which covers them.
func (p *Stored) insert(ctx context.Context, tx *sql.Tx) error {
	inputs, err := json.Marshal(p.Inputs)
	if err != nil {
		return err
	}
	tables, err := json.Marshal(p.Tables)
	if err != nil {
		return err
	}
	p.tables = string(tables)
	done, err := tx.ExecContext(ctx,
		`INSERT INTO plans (bulletin, number, kind, created, deadline, transport, undetermined, inputs, inputs_seal, digest, form, tables, pattern, packing)
		 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?)`,
		string(p.ID.Bulletin), p.ID.Number, string(p.Kind), stamp(p.Created), stamp(p.Deadline), p.Transport,
		string(p.Undetermined), string(inputs), p.Inputs.Digest(), p.form, p.tables, p.pattern, string(p.packing))
	if err != nil {
		return err
	}
	p.key, err = done.LastInsertId()
	return err
}

// OpenError says that a run of a plan was cut off, and that some of its letters are
// begun: nobody knows yet whether they arrived.
type OpenError struct{ Plan notify.PlanID }

// Error names the plan.
func (e *OpenError) Error() string {
	return fmt.Sprintf("a run of %s was cut off with letters begun", e.Plan)
}

// settled refuses a bulletin of which letters are begun.
func settled(ctx context.Context, tx *sql.Tx, id bulletin.ID) error {
	plan := notify.PlanID{Bulletin: id}
	err := each(ctx, tx, func(rows *sql.Rows) error {
		if err := rows.Scan(&plan.Number); err != nil {
			return err
		}
		return damaged(plan, "journal", "it cannot be read: nobody knows who was told")
	}, "SELECT number FROM plans AS p WHERE bulletin = ? AND EXISTS (SELECT 1 FROM "+namedRuns+" WHERE p.plan IN (a.plan, b.plan) OR a.plan IS NULL AND b.plan IS NULL) ORDER BY number LIMIT 1", string(id))
	if err != nil {
		return err
	}
	err = tx.QueryRowContext(ctx,
		`SELECT number FROM plans JOIN deliveries USING (plan) WHERE bulletin = ? AND state = ? ORDER BY number LIMIT 1`,
		string(id), string(Intent)).Scan(&plan.Number)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return &OpenError{plan}
}

// Stored is a plan as the ledger keeps it.
type Stored struct {
	notify.Plan
	Superseded string // name of the plan that took its place; empty while it stands
	Paused     string // name of the plan that is to take its place; nothing goes out meanwhile
	Dropped    string // RFC 3339, UTC: when somebody abandoned it; empty while nobody has
	key        int64
	seal       string // digest of the inputs, by which Equal finds the plan
	form       int    // what the digest covers
	tables     string // Tables as they are stored, and as the digest covers them
	pattern    []byte // what the letters are packed against
	packing    packing
}

// Plan reads the head of a plan.
func (l *Ledger) Plan(ctx context.Context, id notify.PlanID) (Stored, error) {
	s := Stored{Plan: notify.Plan{ID: id}}
	var created, deadline, undetermined, inputs string
	var superseded sql.NullString
	err := l.db.QueryRowContext(ctx,
		`SELECT plan, kind, created, deadline, transport, undetermined, inputs, inputs_seal, digest, superseded, paused, dropped, form, tables, pattern, packing FROM plans WHERE bulletin = ? AND number = ?`,
		string(id.Bulletin), id.Number).
		Scan(&s.key, &s.Kind, &created, &deadline, &s.Transport, &undetermined, &inputs, &s.seal, &s.Digest, &superseded, &s.Paused, &s.Dropped, &s.form, &s.tables, &s.pattern, &s.packing)
	if errors.Is(err, sql.ErrNoRows) {
		return Stored{}, fmt.Errorf("%s: %w", id, ErrNoPlan)
	}
	if err != nil {
		return Stored{}, err
	}
	s.Undetermined, s.Superseded = notify.Choice(undetermined), superseded.String
	var err1, err2 error
	s.Created, err1 = time.Parse(time.RFC3339, created)
	s.Deadline, err2 = time.Parse(time.RFC3339, deadline)
	if err := errors.Join(err1, err2, json.Unmarshal([]byte(inputs), &s.Inputs), json.Unmarshal([]byte(s.tables), &s.Tables)); err != nil {
		return Stored{}, fmt.Errorf("the head of %s cannot be read: %w", id, ErrChanged)
	}
	s.Counts = make(notify.Counts)
	return s, each(ctx, l.db, s.count, "SELECT standing, kind, count(*) FROM deliveries WHERE plan = ? GROUP BY standing, kind", s.key)
}

// count counts the rows of one standing and kind.
func (p *Stored) count(rows *sql.Rows) error {
	var standing notify.Standing
	var kind notify.Kind
	var n int
	err := rows.Scan(&standing, &kind, &n)
	p.Count(standing, kind, n)
	return err
}

// Plans names every plan, of one bulletin or (with an empty ID) of all, oldest first.
func (l *Ledger) Plans(ctx context.Context, id bulletin.ID) (plans []notify.PlanID, err error) {
	err = each(ctx, l.db, func(rows *sql.Rows) error {
		var plan notify.PlanID
		err := rows.Scan(&plan.Bulletin, &plan.Number)
		plans = append(plans, plan)
		return err
	}, "SELECT bulletin, number FROM plans WHERE ?1 = '' OR bulletin = ?1 ORDER BY bulletin, number", string(id))
	return plans, err
}

// LastTables is what the last plan saw of the inventory, over whatever bulletin: the last
// of these settings, else the last of any, because settings may name each day's files
// anew. Plans of the first schema counted nothing.
func (l *Ledger) LastTables(ctx context.Context, settings string) (id notify.PlanID, tables notify.Tables, found bool, err error) {
	var text string
	err = l.db.QueryRowContext(ctx,
		`SELECT bulletin, number, tables FROM plans WHERE tables <> '{}' ORDER BY tables ->> 'settings' IS ? DESC, plan DESC LIMIT 1`,
		settings).Scan(&id.Bulletin, &id.Number, &text)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return id, tables, false, nil
	case err != nil:
		return id, tables, false, err
	}
	return id, tables, true, json.Unmarshal([]byte(text), &tables)
}

// stamp writes an instant as the ledger keeps it: sortable, UTC, whole seconds.
func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }
