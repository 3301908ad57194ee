package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tocsin/internal/notify"
)

// Machine is where a run works: by it the next one tells what has become of it.
type Machine struct {
	PID  int
	Host string
	Boot string // ID of the boot of the operating system; empty where it has none
	// Synced says that a dot mark is on the disk before the dot goes out. Where it is not,
	// a power cut can take marks with it.
	Synced bool
}

// digest stands for a machine in the chain.
func (m Machine) digest() string {
	seal := notify.NewDigester()
	seal.Add(strconv.Itoa(m.PID), m.Host, m.Boot, strconv.FormatBool(m.Synced))
	return seal.Sum()
}

// Run is one process's work on one plan. Only while its fence stands may it write.
type Run struct {
	ID    int64
	fence int64
	plan  int64
	boot  string
}

// FencedError says that a run was given up as gone, and may not write any more: what it
// had begun is in other hands.
type FencedError struct{ Run int64 }

// Error says which.
func (e *FencedError) Error() string {
	return fmt.Sprintf("run %d was given up as gone, and what it had begun was settled; it has to stop", e.Run)
}

// Start begins a run of a plan.
func (l *Ledger) Start(ctx context.Context, p Stored, m Machine, at time.Time) (Run, error) {
	r := Run{fence: 1, plan: p.key, boot: m.Boot}
	for _, query := range everyLetter {
		if _, err := l.prepare(ctx, query); err != nil {
			return Run{}, err
		}
	}
	err := l.transact(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, "INSERT INTO runs (plan, pid, host, boot, synced, began) VALUES (?, ?, ?, ?, ?, ?)",
			p.key, m.PID, m.Host, m.Boot, m.Synced, stamp(at))
		if err != nil {
			return err
		}
		if r.ID, err = done.LastInsertId(); err != nil {
			return err
		}
		return l.record(ctx, tx, p, at, begunKind, r.word()+" "+m.digest())
	})
	return r, err
}

// End ends a run. What it has begun by then the next one recovers.
func (l *Ledger) End(ctx context.Context, p Stored, r Run, at time.Time) error {
	return l.transact(ctx, func(tx *sql.Tx) error {
		if err := l.stands(ctx, tx, p, r); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE runs SET ended = ? WHERE run = ?", stamp(at), r.ID); err != nil {
			return err
		}
		return l.record(ctx, tx, p, at, endedKind, r.word())
	})
}

func (r Run) word() string { return runWord(r.ID) }

func runWord(id int64) string { return fmt.Sprintf("run %d", id) }

const selectRun = "SELECT fence, ended FROM runs WHERE run = ? AND plan = ?"

// stands refuses a run that has ended, or whose fence was raised, in the transaction that
// it wants to write.
func (l *Ledger) stands(ctx context.Context, tx *sql.Tx, p Stored, r Run) error {
	query, err := l.statement(ctx, tx, selectRun)
	if err != nil {
		return err
	}
	return r.may(p, query.QueryRowContext(ctx, r.ID, p.key))
}

// may reports whether it stands, by its row.
func (r Run) may(p Stored, row *sql.Row) error {
	if r.plan != p.key {
		return fmt.Errorf("run %d is not of %s", r.ID, p.ID)
	}
	var fence int64
	var ended string
	err := row.Scan(&fence, &ended)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("there is no run %d of %s: %w", r.ID, p.ID, ErrChanged)
	case err != nil:
		return err
	case fence != r.fence || ended != "":
		return &FencedError{r.ID}
	}
	return nil
}

// fenceOff raises the fence of every other run of a plan that has not ended.
func (l *Ledger) fenceOff(ctx context.Context, tx *sql.Tx, p Stored, by Run, at time.Time) (err error) {
	rows, err := tx.QueryContext(ctx, "UPDATE runs SET fence = fence + 1, ended = ? WHERE plan = ? AND run <> ? AND ended = '' RETURNING run",
		stamp(at), p.key, by.ID)
	if err != nil {
		return err
	}
	var gone []string
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return errors.Join(err, rows.Close())
		}
		gone = append(gone, runWord(id))
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(gone) == 0 {
		return err
	}
	return l.record(ctx, tx, p, at, fencedKind, gone...)
}

// claimedOn reads on which machine, and with what care, the run worked that begun a letter.
func (l *Ledger) claimedOn(ctx context.Context, run int64) (m Machine, err error) {
	err = l.db.QueryRowContext(ctx, "SELECT pid, host, boot, synced FROM runs WHERE run = ?", run).Scan(&m.PID, &m.Host, &m.Boot, &m.Synced)
	if errors.Is(err, sql.ErrNoRows) {
		return Machine{}, nil // begun by a tocsin that kept no runs, and made no marks
	}
	return m, err
}
