package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/database"
	"tocsin/internal/tailnet"
)

// Past is what the plans of a bulletin that left this machine come to for one tailnet.
// Rehearsals never count.
type Past struct {
	Tailnet tailnet.ID
	Name    string // by which it was told last, or would have been; empty where it is forgotten
	// Address is that of the last letter that reached it, or may have; empty where none did,
	// and where it is forgotten.
	Address tailnet.Address
	Written int  // number of the plan of that letter; 0 as with Address
	Arrived bool // that letter, for certain
	// Told says that a letter was accepted, or may have arrived (it is in doubt, or was sent
	// again in doubt), or that a person told it otherwise. What came back, or what somebody
	// decided to hold, tells nobody.
	Told bool
	// Doubtful says that it was told by nothing but letters of which nobody knows.
	Doubtful bool
	// Again says that it was told, if at all, by a letter that was sent again in doubt, and
	// that this one has not arrived: it is told once more.
	Again bool
	First int         // number of the first plan that told it; 0: none
	By    int         // of the last
	Sure  int         // of the last that told it for certain: its letter arrived, or a person told it; 0: none
	Kind  notify.Kind // of that row
	// Gone says that this row, of an all-clear, told it no more than that it is not listed any
	// more, and that nobody can tell: an inventory did not have it then. False where the plan is
	// forgotten.
	Gone bool
	// Owed is the number of the last plan after By that had a letter for it, or would have
	// had one with an address, and that did not reach it; 0: none. Of who was never told
	// nothing is owed but a first notice. A plan that was dropped owes nothing.
	Owed     int
	OwedKind notify.Kind // of that letter
	Messages []string    // Message-IDs of letters that reached it, or may have, the oldest first
}

// Cleared reports whether it was told last that all is well, or may have been.
func (p Past) Cleared() bool { return p.Told && p.Kind == notify.AllClear && !p.Gone }

// What tells a tailnet, of a row d of a plan p: a letter that arrived, or may have; or, of
// a settlement s, a person, who is taken at their word until a letter is sent again.
const (
	letterTells = "(d.state IN ('accepted', 'unknown') OR d.twice)"
	sentAgain   = "(d.state NOT IN ('accepted', 'unknown') AND d.twice)" // of these, only the first may have arrived
	personTells = `(s.how = 'told' AND NOT EXISTS (SELECT 1 FROM settlements AS t
		WHERE t.plan = s.plan AND t.row = s.row AND t.how = 'resend' AND t.seq > s.seq))`
	planLeaves = "substr(p.transport, 1, 8) <> '" + rehearsal + "'"
)

// tellsGone is, of a row d of a plan p and its recipient r, that its letter went, or had to go, by
// nothing but what an earlier one left: it clears nobody, unless the bulletin was withdrawn.
var tellsGone = fmt.Sprintf(`CASE d.kind WHEN 'all-clear' THEN p.inputs ->> 'status' IS NOT '%s'
	AND (r.reason IS '%s' OR d.standing = 'unreachable' AND coalesce(instr(r.trace, '"%[2]s:'), 0) > 0) ELSE 0 END`,
	notify.Digest([]byte(bulletin.Withdrawn)), tailnet.EarlierAddress)

// planTells is of a plan p that somebody was told by it. Who was sent a letter again in
// doubt, or was told by a person, is found by the settlement.
const planTells = "(" + planLeaves + ` AND (EXISTS (SELECT 1 FROM deliveries AS d WHERE d.plan = p.plan AND d.state IN ('accepted', 'unknown'))
	OR EXISTS (SELECT 1 FROM settlements AS s JOIN deliveries AS d USING (plan, row) WHERE s.plan = p.plan AND (d.twice OR ` + personTells + `))))`

// pastRows reads rows of which a Past is made.
var pastRows = `SELECT p.number, p.dropped <> '', d.tailnet, d.standing, d.kind, d.state = 'accepted', ` + letterTells + `, ` + sentAgain + `,
	d.settled <> '' AND EXISTS (SELECT 1 FROM settlements AS s WHERE s.plan = d.plan AND s.row = d.row AND ` + personTells + `),
	coalesce(r.name, ''), coalesce(r.address, ''), coalesce(r.message_id, ''), ` + tellsGone + `
	FROM plans AS p CROSS JOIN deliveries AS d ON d.plan = p.plan LEFT JOIN recipients AS r ON r.plan = d.plan AND r.row = d.row WHERE `

// The past of one tailnet, and some rows of one plan, by tailnet.
var (
	queryPast     = pastRows + "p.bulletin = ? AND d.tailnet = ? AND " + planLeaves + " ORDER BY p.number"
	queryPastPage = pastRows + "p.plan = ? AND d.tailnet > ? ORDER BY d.tailnet LIMIT ?"
)

// pastRow is what one plan comes to for a tailnet.
type pastRow struct {
	plan                     int
	dropped, arrived         bool
	may, again, told         bool // may: a letter arrived, or may have; again: the last did not; told: by a person
	tailnet                  tailnet.ID
	standing                 notify.Standing
	kind                     notify.Kind
	name, address, messageID string
	gone                     bool // it is told that it is listed no more, and nothing else
}

func (r *pastRow) scan(rows *sql.Rows) error {
	return rows.Scan(&r.plan, &r.dropped, &r.tailnet, &r.standing, &r.kind, &r.arrived, &r.may, &r.again, &r.told, &r.name, &r.address, &r.messageID, &r.gone)
}

// add takes in the row of one more plan, the oldest first.
func (p *Past) add(r pastRow) {
	p.Tailnet = r.tailnet
	again := r.again && !r.told
	owes := again && r.kind != notify.AllClear && p.Told && p.Kind != notify.AllClear && !p.Again
	if tells := (r.may || r.told) && !owes; r.name != "" && (tells || !p.Told) {
		p.Name = r.name
	}
	switch {
	case (r.may || r.told) && !owes:
		p.Doubtful = !r.arrived && !r.told && (p.Doubtful || !p.Told)
		p.Told, p.By, p.Kind, p.Owed, p.OwedKind, p.Again, p.Gone = true, r.plan, r.kind, 0, "", again, r.gone
		p.First = cmp.Or(p.First, r.plan)
		if r.arrived || r.told {
			p.Sure = r.plan
		}
	case p.Told && !r.dropped && (r.kind != "" || r.standing == notify.Mailed):
		p.Owed, p.OwedKind = r.plan, r.kind
	}
	if r.may && r.messageID != "" {
		p.Messages, p.Address, p.Written = append(p.Messages, r.messageID), tailnet.Address(r.address), r.plan
		p.Arrived = r.arrived
	}
}

// looking is a ledger's second connection, for reading. By it the past can be asked for
// while a plan is being frozen: it is what stood before.
type looking struct {
	sync.Mutex
	db  *sql.DB
	one *sql.Stmt
}

// look opens the second connection, where the ledger is open for writing.
func (l *Ledger) look(ctx context.Context) (db *sql.DB, one *sql.Stmt, err error) {
	if err := l.Enter(ctx); err != nil { // while a plan is frozen there is nothing to enter any more
		return nil, nil, err
	}
	l.looks.Lock()
	defer l.looks.Unlock()
	if l.looks.one != nil {
		return l.looks.db, l.looks.one, nil
	}
	if l.looks.db = l.db; l.held != nil {
		if l.looks.db, err = database.OpenReader(ctx, l.path); err != nil {
			return nil, nil, err
		}
	}
	l.looks.one, err = l.looks.db.PrepareContext(ctx, queryPast)
	return l.looks.db, l.looks.one, err
}

// lookNoMore closes the second connection.
func (l *Ledger) lookNoMore() (err error) {
	if l.looks.one != nil {
		err = l.looks.one.Close()
	}
	if l.looks.db != nil && l.looks.db != l.db {
		err = errors.Join(err, l.looks.db.Close())
	}
	return err
}

// Past is what the plans of a bulletin come to for one tailnet; false where none has a row
// for it. It may be asked while a plan is being frozen, which does not count yet.
func (l *Ledger) Past(ctx context.Context, id bulletin.ID, of tailnet.ID) (past Past, found bool, err error) {
	_, one, err := l.look(ctx)
	if err != nil {
		return Past{}, false, err
	}
	rows, err := one.QueryContext(ctx, string(id), string(of))
	if err != nil {
		return Past{}, false, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r pastRow
		if err := r.scan(rows); err != nil {
			return Past{}, false, err
		}
		past.add(r)
		found = true
	}
	return past, found, rows.Err()
}

// EachPast calls visit for every tailnet that a plan of the bulletin has a row for, sorted
// by ID. It holds some hundred rows of each plan at a time; visit may use the ledger.
func (l *Ledger) EachPast(ctx context.Context, id bulletin.ID, visit func(Past) error) (err error) {
	db, _, err := l.look(ctx)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // one state of the ledger, whoever writes meanwhile
	if err != nil {
		return err
	}
	defer func() {
		if undo := tx.Rollback(); !errors.Is(undo, sql.ErrTxDone) { // it is, where the caller has given up
			err = errors.Join(err, undo)
		}
	}()
	var plans []*pastPages
	err = each(ctx, tx, func(rows *sql.Rows) error {
		p := &pastPages{tx: tx}
		plans = append(plans, p)
		return rows.Scan(&p.key)
	}, "SELECT plan FROM plans AS p WHERE bulletin = ? AND "+planLeaves+" ORDER BY number", string(id))
	for err == nil {
		var past Past
		var found bool
		if past, found, err = nextPast(ctx, plans); err != nil || !found {
			return err
		}
		err = visit(past)
	}
	return err
}

// nextPast adds up the next tailnet of several plans.
func nextPast(ctx context.Context, plans []*pastPages) (past Past, found bool, err error) {
	var next tailnet.ID
	for _, p := range plans {
		if err := p.fill(ctx); err != nil {
			return Past{}, false, err
		}
		if len(p.rows) > 0 && (!found || p.rows[0].tailnet < next) {
			next, found = p.rows[0].tailnet, true
		}
	}
	for _, p := range plans {
		if len(p.rows) > 0 && p.rows[0].tailnet == next {
			past.add(p.rows[0])
			p.rows = p.rows[1:]
		}
	}
	return past, found, nil
}

// pastPages reads the rows of one plan by tailnet, some at a time.
type pastPages struct {
	tx   *sql.Tx
	key  int64
	last tailnet.ID
	rows []pastRow
	end  bool
}

// pageRows is how many rows of a plan are read at a time.
const pageRows = 256

// fill reads more rows where there are none left.
func (p *pastPages) fill(ctx context.Context) error {
	if len(p.rows) > 0 || p.end {
		return nil
	}
	p.rows = nil
	err := each(ctx, p.tx, func(rows *sql.Rows) error {
		var r pastRow
		err := r.scan(rows)
		p.rows = append(p.rows, r)
		p.last = r.tailnet
		return err
	}, queryPastPage, p.key, string(p.last), pageRows)
	p.end = len(p.rows) < pageRows
	return err
}

// LastTelling is the last plan of a bulletin that told anybody: a letter of it is out, or
// may be, or a person told somebody whom it had a row for.
func (l *Ledger) LastTelling(ctx context.Context, id bulletin.ID) (p Stored, found bool, err error) {
	if err := l.Enter(ctx); err != nil {
		return Stored{}, false, err
	}
	plan := notify.PlanID{Bulletin: id}
	err = l.db.QueryRowContext(ctx, "SELECT number FROM plans AS p WHERE bulletin = ? AND "+planTells+" ORDER BY number DESC LIMIT 1", string(id)).Scan(&plan.Number)
	if errors.Is(err, sql.ErrNoRows) {
		return Stored{}, false, nil
	}
	if err == nil {
		p, err = l.Plan(ctx, plan)
	}
	return p, err == nil, err
}
