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

// Equal finds the plan of equal inputs that still stands: not superseded, not past
// its deadline. Planning the same thing twice must not make two sets of letters.
func (l *Ledger) Equal(ctx context.Context, id bulletin.ID, inputs notify.Inputs, now time.Time) (notify.PlanID, bool, error) {
	var number int
	err := l.db.QueryRowContext(ctx,
		`SELECT number FROM plans WHERE bulletin = ? AND inputs_seal = ? AND superseded IS NULL AND deadline > ? ORDER BY number DESC LIMIT 1`,
		string(id), inputs.Digest(), stamp(now)).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return notify.PlanID{}, false, nil
	}
	return notify.PlanID{Bulletin: id, Number: number}, err == nil, err
}

// Freeze writes a plan with all its rows and letters in one transaction, closes
// the bulletin's earlier plans (their undelivered letters become superseded), and
// returns the plan with its digest. Nothing of it exists before it is whole.
//
// It fails with an [OpenError] while letters of an earlier plan are begun: whether
// they arrived is for that plan's next run to find out, and it would find out under
// a plan that is closed.
func (l *Ledger) Freeze(ctx context.Context, p notify.Plan, entries iter.Seq2[notify.Entry, error]) (notify.Plan, error) {
	inputs, err := json.Marshal(p.Inputs)
	if err != nil {
		return notify.Plan{}, err
	}
	err = l.transact(ctx, func(tx *sql.Tx) error {
		if err := settled(ctx, tx, p.ID.Bulletin); err != nil {
			return err
		}
		if err := supersede(ctx, tx, p); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx,
			`INSERT INTO plans (bulletin, number, created, deadline, transport, undetermined, inputs, inputs_seal, digest)
			 VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')`,
			string(p.ID.Bulletin), p.ID.Number, stamp(p.Created), stamp(p.Deadline), p.Transport,
			string(p.Undetermined), string(inputs), p.Inputs.Digest())
		if err != nil {
			return err
		}
		key, err := done.LastInsertId()
		if err != nil {
			return err
		}
		p.Counts, p.Digest, err = insertRows(ctx, tx, key, p, entries)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE plans SET digest = ? WHERE plan = ?", p.Digest, key)
		return err
	})
	return p, err
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
	err := tx.QueryRowContext(ctx,
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

// supersede closes what earlier plans of the bulletin have not delivered.
func supersede(ctx context.Context, tx *sql.Tx, p notify.Plan) error {
	_, err := tx.ExecContext(ctx,
		`UPDATE deliveries SET state = ?, changed = ?, detail = ? WHERE state = ?
		 AND plan IN (SELECT plan FROM plans WHERE bulletin = ?)`,
		string(Superseded), stamp(p.Created), "by "+p.ID.String(), string(Planned), string(p.ID.Bulletin))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE plans SET superseded = ? WHERE bulletin = ? AND superseded IS NULL",
		p.ID.String(), string(p.ID.Bulletin))
	return err
}

func insertRows(ctx context.Context, tx *sql.Tx, key int64, p notify.Plan, entries iter.Seq2[notify.Entry, error]) (counts notify.Counts, digest string, err error) {
	w, err := newWriter(ctx, tx, key, stamp(p.Created))
	if err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	counts, seal, row := make(notify.Counts), notify.NewDigester(), 0
	seal.Head(p)
	for e, err := range entries {
		if err != nil {
			return nil, "", err
		}
		row++
		if err := w.write(ctx, row, e); err != nil {
			return nil, "", err
		}
		counts[e.Standing]++
		seal.Row(e)
	}
	return counts, seal.Sum(), nil
}

// writer writes the rows of one plan.
type writer struct {
	key                             int64
	created                         string
	deliveries, recipients, letters *sql.Stmt
}

func newWriter(ctx context.Context, tx *sql.Tx, key int64, created string) (w writer, err error) {
	w = writer{key: key, created: created}
	for query, statement := range map[string]**sql.Stmt{
		`INSERT INTO deliveries (plan, row, tailnet, standing, clauses, missing, nodes, message_id, digest, state, changed)
		 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`: &w.deliveries,
		"INSERT INTO recipients (plan, row, name, address, reason, trace) VALUES (?, ?, ?, ?, ?, ?)": &w.recipients,
		"INSERT INTO letters (plan, row, message) VALUES (?, ?, ?)":                                  &w.letters,
	} {
		if *statement, err = tx.PrepareContext(ctx, query); err != nil {
			return w, errors.Join(err, w.close())
		}
	}
	return w, nil
}

func (w writer) close() error {
	var failures []error
	for _, s := range []*sql.Stmt{w.deliveries, w.recipients, w.letters} {
		if s != nil {
			failures = append(failures, s.Close())
		}
	}
	return errors.Join(failures...)
}

// write puts a row where it belongs: what happens to it, whom it concerns, its letter.
func (w writer) write(ctx context.Context, row int, e notify.Entry) error {
	state, err := firstState(e)
	if err != nil {
		return err
	}
	clauses, err1 := list(e.Clauses)
	missing, err2 := list(e.Missing)
	trace, err3 := list(e.Trace)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	_, err = w.deliveries.ExecContext(ctx, w.key, row, string(e.Tailnet), string(e.Standing), clauses, missing,
		e.Nodes, e.MessageID, e.Digest, string(state), w.created)
	if err == nil {
		_, err = w.recipients.ExecContext(ctx, w.key, row, e.Name, string(e.Address), string(e.Reason), trace)
	}
	if err == nil && state == Planned {
		_, err = w.letters.ExecContext(ctx, w.key, row, e.Message)
	}
	return err
}

// firstState is where a row begins: planned where it has a letter. A row whose letter
// does not go with its standing is refused.
func firstState(e notify.Entry) (State, error) {
	if (e.Message != nil) != (e.Standing == notify.Mailed) {
		return "", fmt.Errorf("the row of tailnet %q is %s and its letter does not agree", e.Tailnet, e.Standing)
	}
	if e.Message == nil {
		return NoLetter, nil
	}
	return Planned, nil
}

// Stored is a plan as the ledger keeps it.
type Stored struct {
	notify.Plan
	Superseded string // name of the plan that took its place; empty while it stands
	key        int64
	seal       string // digest of the inputs, by which Equal finds the plan
}

// Plan reads the head of a plan.
func (l *Ledger) Plan(ctx context.Context, id notify.PlanID) (Stored, error) {
	s := Stored{Plan: notify.Plan{ID: id}}
	var created, deadline, undetermined, inputs string
	var superseded sql.NullString
	err := l.db.QueryRowContext(ctx,
		`SELECT plan, created, deadline, transport, undetermined, inputs, inputs_seal, digest, superseded FROM plans WHERE bulletin = ? AND number = ?`,
		string(id.Bulletin), id.Number).
		Scan(&s.key, &created, &deadline, &s.Transport, &undetermined, &inputs, &s.seal, &s.Digest, &superseded)
	if errors.Is(err, sql.ErrNoRows) {
		return Stored{}, fmt.Errorf("%s: %w", id, ErrNoPlan)
	}
	if err != nil {
		return Stored{}, err
	}
	s.Undetermined, s.Superseded = notify.Choice(undetermined), superseded.String
	if s.Created, err = time.Parse(time.RFC3339, created); err != nil {
		return Stored{}, err
	}
	if s.Deadline, err = time.Parse(time.RFC3339, deadline); err != nil {
		return Stored{}, err
	}
	if err := json.Unmarshal([]byte(inputs), &s.Inputs); err != nil {
		return Stored{}, err
	}
	s.Counts, err = l.counts(ctx, s.key)
	return s, err
}

func (l *Ledger) counts(ctx context.Context, key int64) (notify.Counts, error) {
	counts := make(notify.Counts)
	err := l.tally(ctx, "SELECT standing, count(*) FROM deliveries WHERE plan = ? GROUP BY standing", key,
		func(word string, n int) { counts[notify.Standing(word)] = n })
	return counts, err
}

// Plans names every plan, of one bulletin or (with an empty ID) of all, oldest first.
func (l *Ledger) Plans(ctx context.Context, id bulletin.ID) (plans []notify.PlanID, err error) {
	rows, err := l.db.QueryContext(ctx,
		"SELECT bulletin, number FROM plans WHERE ?1 = '' OR bulletin = ?1 ORDER BY bulletin, number", string(id))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name string
		var number int
		if err := rows.Scan(&name, &number); err != nil {
			return nil, err
		}
		plans = append(plans, notify.PlanID{Bulletin: bulletin.ID(name), Number: number})
	}
	return plans, rows.Err()
}

// stamp writes an instant as the ledger keeps it: sortable, UTC, whole seconds.
func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// list writes words as a JSON list.
func list(words []string) (string, error) {
	data, err := json.Marshal(append([]string{}, words...)) // none is [], not null
	return string(data), err
}
