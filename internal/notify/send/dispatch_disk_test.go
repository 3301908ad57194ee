package send

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/smtptest"
)

// slowDisk is a ledger that knows which of its marks are on the disk, and whose disk fails
// after so many times; below 0: never.
type slowDisk struct {
	Book
	mu            sync.Mutex
	written, safe int // marks
	left          int
}

func (s *slowDisk) Write(ctx context.Context, p ledger.Stored, r ledger.Run, o []ledger.Outcome, m []ledger.Mark, at time.Time) error {
	err := s.Book.(Ahead).Write(ctx, p, r, o, m, at)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written += len(m)
	return err
}

func (s *slowDisk) Sync() error {
	s.mu.Lock()
	written, left := s.written, s.left
	s.left--
	s.mu.Unlock()
	if left == 0 {
		return errFull
	}
	time.Sleep(2 * time.Millisecond)
	err := s.Book.(Ahead).Sync()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.safe = written
	return err
}

func (s *slowDisk) Enter(ctx context.Context) error { return s.Book.(Ahead).Enter(ctx) }

// F34, F35: no dot goes out before its mark is on the disk, however the writes overlap.
func TestDotAfterTheDisk(t *testing.T) {
	t.Parallel()
	const letters, connections = 200, 7
	h := newHome(t, letters)
	disk := &slowDisk{left: -1}
	dots := 0
	server := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, _ int) smtptest.Action {
		if m != smtptest.Dot {
			return nil
		}
		disk.mu.Lock()
		defer disk.mu.Unlock()
		if dots++; dots > disk.safe {
			t.Errorf("%d dots, and %d marks on the disk", dots, disk.safe)
		}
		return nil
	}})
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		disk.Book, d.Ledger, d.Connections = d.Ledger, disk, connections
	})
	if err != nil || done.Accepted != letters || dots != letters {
		t.Errorf("%+v, %v, %d dots", done, err, dots)
	}
	h.wantAgreement(t, server)
}

// F50: where the disk fails under way no dot follows, and the next run finds out what it
// has to: at most one letter a connection is unknown.
func TestDiskFailsUnderWay(t *testing.T) {
	t.Parallel()
	const letters, connections = 60, 3
	for n := 0; ; n++ {
		h, server := newHome(t, letters), smtptest.Start(t, smtptest.Options{})
		_, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
			d.Connections, d.Ledger = connections, &slowDisk{Book: d.Ledger, left: n}
		})
		if err == nil && n > 0 {
			return // it came through
		}
		if !errors.Is(err, errFull) {
			t.Fatalf("sync %d: %v", n, err)
		}
		if _, err := h.dispatch(t, ctx, server, nil); err != nil {
			t.Fatal(err)
		}
		states := h.wantAgreement(t, server)
		if states[ledger.Unknown] > connections || states[ledger.Unknown]+states[ledger.Accepted] != letters {
			t.Errorf("sync %d failed: states are %v", n, states)
		}
	}
}
