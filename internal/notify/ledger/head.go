package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"tocsin/internal/durable"
	"tocsin/internal/notify"
	"tocsin/internal/private"
)

// pinEvery is after how many events the ends of the chains are pinned during a run, if not
// before that by the clock. A ledger that was rolled back is found by the pins; they cost two
// waits for the disk.
const pinEvery = 16

// OlderError is a ledger that has not what its head says it had: an older one stands in
// its place, or its last records are lost.
type OlderError struct {
	Path   string // of the ledger
	Head   string // path of the head
	Plan   notify.PlanID
	Pinned int // events that the plan had
	Holds  int // events that it has; as many as were pinned where they are others
}

// Error says what is missing.
func (e *OlderError) Error() string {
	if e.Holds >= e.Pinned {
		return fmt.Sprintf("%s is not the ledger that was here: event %d of %s is another than %s says", e.Path, e.Pinned, e.Plan, e.Head)
	}
	return fmt.Sprintf("%s is older than it was: it holds %d events of %s, and %s says that there were %d", e.Path, e.Holds, e.Plan, e.Head, e.Pinned)
}

// Unwrap says that it is a change.
func (e *OlderError) Unwrap() error { return ErrChanged }

// pin is the end of a plan's chain as the head keeps it: a line with the plan's name, the
// number and the hash of the event.
type pin struct {
	plan notify.PlanID
	seq  int
	hash string
}

func (p pin) line() string { return fmt.Sprintf("%s %d %s\n", p.plan, p.seq, p.hash) }

func parsePin(line string) (p pin, err error) {
	words := strings.Split(line, " ")
	if len(words) != 3 {
		return pin{}, errors.New("a line that is no pin")
	}
	plan, err1 := notify.ParsePlanID(words[0])
	seq, err2 := strconv.Atoi(words[1])
	return pin{plan, seq, words[2]}, errors.Join(err1, err2)
}

// HeadPath is where the ends of a ledger's chains are pinned: ledger.head of ledger.db.
func HeadPath(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".head" }

// pins reads the head; none where there is no file: nothing was pinned yet, or it was
// taken away.
func (l *Ledger) pins() (pins []pin, err error) {
	data, err := private.Read(HeadPath(l.path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(data)) {
		p, err := parsePin(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", HeadPath(l.path), err, ErrChanged)
		}
		pins = append(pins, p)
	}
	return pins, nil
}

// newest refuses a ledger whose chains have not, each at its place, the events that were
// pinned. Chains may have grown since: the head lags behind.
func (l *Ledger) newest(ctx context.Context) error {
	pins, err := l.pins()
	for _, p := range pins {
		if err == nil {
			err = l.holds(ctx, p)
		}
	}
	return err
}

func (l *Ledger) holds(ctx context.Context, p pin) error {
	var last int
	var hash string
	err := l.db.QueryRowContext(ctx,
		`SELECT coalesce((SELECT max(seq) FROM events WHERE plan = plans.plan), 0),
			coalesce((SELECT hash FROM events WHERE plan = plans.plan AND seq = ?), '')
		 FROM plans WHERE bulletin = ? AND number = ?`, p.seq, string(p.plan.Bulletin), p.plan.Number).Scan(&last, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if hash != p.hash {
		return &OlderError{Path: l.path, Head: HeadPath(l.path), Plan: p.plan, Pinned: p.seq, Holds: last}
	}
	return nil
}

// pin writes the ends of the chains down, where there are new ones.
func (l *Ledger) pin(ctx context.Context) error {
	if l.unpinned == 0 {
		return nil
	}
	if err := l.Sync(); err != nil { // or the head would have what a power cut takes from the ledger
		return err
	}
	var text strings.Builder
	err := each(ctx, l.db, func(rows *sql.Rows) error {
		var p pin
		err := rows.Scan(&p.plan.Bulletin, &p.plan.Number, &p.seq, &p.hash)
		_, _ = text.WriteString(p.line())
		return err
	}, `SELECT bulletin, number, seq, hash FROM plans JOIN events USING (plan)
		WHERE seq = (SELECT max(seq) FROM events AS e WHERE e.plan = plans.plan) ORDER BY bulletin, number`)
	if err != nil {
		return err
	}
	if err := durable.Replace(HeadPath(l.path), []byte(text.String()), 0o600); err != nil {
		return err
	}
	l.unpinned = 0
	return nil
}

// each calls visit for every row of a query.
func each(ctx context.Context, from querier, visit func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := visit(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
