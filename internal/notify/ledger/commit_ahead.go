package ledger

import (
	"context"
	"time"

	"tocsin/internal/notify/database"
)

// Write writes down as Commit does, and returns before it is on the disk. Nothing may follow
// from it (no dot, no next window) until a Sync that began later has returned.
func (l *Ledger) Write(ctx context.Context, p Stored, r Run, outcomes []Outcome, marks []Mark, at time.Time) error {
	if err := l.goAhead(ctx, true); err != nil {
		return err
	}
	if err := l.commit(ctx, p, r, outcomes, marks, at); err != nil || l.log != nil {
		return err
	}
	log, err := database.OpenLog(l.path)
	l.log = log
	return err
}

// Sync waits until everything is on the disk that was written before. It may be called on
// another goroutine than Write, once that has returned for the first time.
func (l *Ledger) Sync() error {
	if l.log == nil {
		return nil // nothing was written ahead
	}
	return l.log.Sync()
}

// goAhead says whether the next commits wait for the disk. One that does waits for all
// before it.
func (l *Ledger) goAhead(ctx context.Context, ahead bool) error {
	if l.isAhead == ahead {
		return nil
	}
	l.isAhead = true // where asking fails, nobody knows what became of it
	err := database.Ahead(ctx, l.db, ahead)
	l.isAhead = ahead || err != nil
	return err
}
