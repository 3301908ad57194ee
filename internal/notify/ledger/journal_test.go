package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"tocsin/internal/notify/database"
)

// watched calls look the n-th time that somebody asks whether it is done, on whatever goroutine,
// and is done then where look says so.
type watched struct {
	context.Context
	*watch
}

type watch struct {
	sync.Mutex
	n    int
	look func() error
	err  error
}

func watching(n int, look func() error) watched {
	return watched{ctx, &watch{n: n, look: look}}
}

func (w watched) Done() <-chan struct{} {
	w.Lock()
	defer w.Unlock()
	if w.n--; w.n == 0 {
		w.err = w.look()
	}
	if w.err == nil {
		return w.Context.Done()
	}
	done := make(chan struct{})
	close(done)
	return done
}

func (w watched) Err() error {
	w.Lock()
	defer w.Unlock()
	return w.err
}

// looked reports whether that time has come.
func (w watched) looked() bool {
	w.Lock()
	defer w.Unlock()
	return w.n <= 0
}

// oneMark is a ledger with a run that has begun four letters, which is entered, and marked one.
func oneMark(t *testing.T, p Stored, l *Ledger) (r Run, d []Delivery) {
	t.Helper()
	r = startRun(t, l, p)
	d = claimSome(t, l, p, r, 4)
	if err := errors.Join(l.Enter(ctx), l.Commit(ctx, p, r, nil, []Mark{{d[0], 1, ""}}, created)); err != nil {
		t.Fatal(err)
	}
	return r, d
}

// F42: whenever another begins a run because the lock was lost, between any two steps of a
// commit, the mark counts or is refused.
func TestCommitBetweenOthers(t *testing.T) {
	for at := 1; ; at++ {
		l := newLedger(t)
		p := freeze(t, l, aPlan(1), entries(40))
		r := startRun(t, l, p)
		d := claimSome(t, l, p, r, 4)
		if err := errors.Join(l.Enter(ctx), os.Remove(l.path+".lock")); err != nil {
			t.Fatal(err)
		}
		next := mustOpen(t, l.path)
		var second Run
		others := watching(at, func() error { second = startRun(t, next, p); return nil })
		marked := l.Commit(others, p, r, nil, []Mark{{d[0], 1, ""}}, created)
		if !others.looked() {
			if at < 3 {
				t.Errorf("a commit has only %d steps", at-1)
			}
			return
		}
		if _, err := next.Recover(ctx, p, second, nil, created); err != nil {
			t.Errorf("step %d: %v", at, err)
		}
		for _, again := range claimSome(t, next, p, second, 10) {
			if marked == nil && again.Row == d[0].Row {
				t.Errorf("step %d: the letter was marked, and goes out again", at)
			}
		}
		if err := next.Verify(ctx, p); err != nil {
			t.Errorf("step %d: %v", at, err)
		}
	}
}

// F50: a disk that fails for a moment is not taken for damage, which would be passed over.
func TestFaultIsNoDamage(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	oneMark(t, p, l)
	path := l.path
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	next, fault := &Ledger{db: db, path: path}, errors.New("the disk fails")
	for at, failed := 1, true; failed; at++ {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		disk := watching(at, func() error { return fault })
		err = next.enterAll(disk, tx)
		failed = disk.looked()
		var lags bool
		if err := errors.Join(tx.QueryRow("SELECT EXISTS (SELECT 1 FROM journal)").Scan(&lags), tx.Rollback()); err != nil {
			t.Fatal(err)
		}
		if err == nil && lags {
			t.Errorf("failure at %d: nothing is entered, and nothing said", at)
		}
	}
}

// F43: whatever bit of a record flips, the plan of its letters is refused, and so is the next
// plan of the bulletin. Where it is known whose the record is, other plans go on.
func TestFlippedRecordIsFound(t *testing.T) {
	l := newLedger(t)
	other := aPlan(1)
	other.ID.Bulletin = "TS-2026-099"
	o := freeze(t, l, other, entries(40))
	sendAll(t, l, o)
	sendAll(t, l, o)
	p := freeze(t, l, live(1), entries(40))
	r, d := oneMark(t, p, l) // run 3: two flips from 1 and 2
	path := l.path
	if err := errors.Join(l.Commit(ctx, p, r, all(Accept, d[:1]), nil, created), l.Close()); err != nil {
		t.Fatal(err)
	}
	whole := mustRead(t, path)
	dice := newChance(t)
	for range dice.times(1000, 12) {
		change, named := flip(dice)
		if err := errors.Join(os.WriteFile(path, whole, 0o600), os.Remove(HeadPath(path))); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		behindItsBack(t, path, change)
		l, err := Open(ctx, path, "looking")
		if err != nil {
			t.Fatalf("%s: %v", change, err)
		}
		_, frozen := l.Freeze(ctx, live(2), pattern, seq(entries(40)))
		if own := l.Verify(ctx, p); !errors.Is(own, ErrChanged) || !errors.Is(frozen, ErrChanged) {
			t.Errorf("%s: %v; the next plan: %v", change, own, frozen)
		}
		if err := l.Verify(ctx, o); err != nil && !named {
			t.Errorf("%s: another plan: %v", change, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// flip flips a bit of one of two records, of run 3, and says whether it may name another run.
func flip(dice chance) (change string, named bool) {
	of := fmt.Sprintf(" WHERE record & 0xFFFF = %d", 1+dice.IntN(2))
	if column := dice.IntN(3); column > 0 {
		name, at, bit := []string{"text", "hash"}[column-1], 1+dice.IntN(40), 1<<dice.IntN(3)
		return fmt.Sprintf("UPDATE journal SET %[1]s = substr(%[1]s, 1, %[2]d - 1) || char((unicode(substr(%[1]s, %[2]d, 1)) | %[3]d) - (unicode(substr(%[1]s, %[2]d, 1)) & %[3]d)) || substr(%[1]s, %[2]d + 1)%[4]s", name, at, bit, of), name == "text" && at <= len("run 3 ")
	}
	bit := 16 + dice.IntN(46)
	return fmt.Sprintf("UPDATE journal SET record = (record | 1 << %[1]d) - (record & 1 << %[1]d)%[2]s", bit, of), bit >= 32
}

// Of a plan whose records cannot be read nothing is decided.
func TestNothingIsDecidedBesideADamagedJournal(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(40))
	r, d := oneMark(t, p, l)
	path := l.path
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	behindItsBack(t, path, "UPDATE journal SET text = replace(text, '2026-', '2025-')")
	l = mustOpen(t, path)
	who := Settlement{How: Abandon, Who: "A. Operator", Why: "no", At: during}
	for what, err := range map[string]error{
		"starts":  func() error { _, err := l.Start(ctx, p, here, created); return err }(),
		"ends":    l.End(ctx, p, r, during),
		"drops":   func() error { _, err := l.Drop(ctx, p, who); return err }(),
		"settles": l.Settle(ctx, p, d[3], Settlement{How: Told, Who: "A. Operator", Why: "no", At: during}),
		"forgets": l.Forget(ctx, p, p.Deadline.Add(time.Hour)),
	} {
		if err == nil {
			t.Errorf("it %s", what)
		}
	}
}

// A commit that was cut short may be written all the same: the next words go by what is.
func TestCutShortAndWritten(t *testing.T) {
	dice, hits := newChance(t), 0
	for range dice.times(1000, 8) {
		l := newLedger(t)
		p := freeze(t, l, aPlan(1), entries(12))
		r := startRun(t, l, p)
		d := claimSome(t, l, p, r, 2)
		if err := l.Enter(ctx); err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(ctx, time.Duration(20+dice.IntN(400))*time.Microsecond)
		err := l.Commit(short, p, r, all(Accept, d[:1]), nil, created)
		cancel()
		if written, _ := l.lagging(ctx); err == nil || !written {
			continue
		}
		hits++
		claimSome(t, l, p, r, 1)
		if err := l.Commit(ctx, p, r, all(Return, d[:1]), nil, created); err == nil {
			t.Error("an accepted letter is given back")
		}
		if err := l.Verify(ctx, p); err != nil {
			t.Error(err)
		}
	}
	t.Log(hits, "cut short and written")
}
