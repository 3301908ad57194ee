package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify/database"
)

// walker takes the letters of a plan through runs that die, and notes where each must stand.
type walker struct {
	*testing.T
	chance
	path   string
	l      *Ledger
	plan   Stored
	run    Run
	now    time.Time
	begun  map[int]Delivery // and have no outcome
	marked map[int]bool
	want   map[State]int
}

// open opens the ledger as the next process does.
func (w *walker) open() {
	w.Helper()
	var err error
	if w.l, err = Open(ctx, w.path, "walking"); err != nil {
		w.Fatal(err)
	}
}

func (w *walker) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// wants looks at the rows, and at what the chain says of each.
func (w *walker) wants(l *Ledger) {
	w.Helper()
	got, err := l.States(ctx, w.plan)
	maps.DeleteFunc(w.want, func(_ State, n int) bool { return n == 0 })
	if diff := cmp.Diff(w.want, got); err != nil || diff != "" {
		w.Fatalf("%v\n%s", err, diff)
	}
	w.must(l.Verify(ctx, w.plan))
}

// claim begins some letters.
func (w *walker) claim() {
	due, err := w.l.Claim(ctx, w.plan, w.run, 1+w.IntN(6), w.now)
	w.must(err)
	for _, d := range due {
		if _, twice := w.begun[d.Row]; twice {
			w.Fatalf("letter %d is begun twice", d.Row)
		}
		from := Planned
		if d.Next != "" {
			from = Deferred
		}
		w.begun[d.Row] = d
		w.want[from]--
		w.want[Intent]++
	}
}

// write marks some letters and brings others to an outcome, as carriers' words come together.
func (w *walker) write() {
	var outcomes []Outcome
	var marks []Mark
	for row, d := range w.begun {
		switch {
		case w.IntN(2) == 0:
		case !w.marked[row] && w.IntN(4) > 0:
			marks = append(marks, Mark{Letter: d, Connection: 1 + w.IntN(3), Wire: []string{"", "what went out"}[w.IntN(2)]})
		default:
			outcomes = append(outcomes, w.outcome(d))
		}
	}
	if w.IntN(2) == 0 {
		w.must(w.l.Write(ctx, w.plan, w.run, outcomes, marks, w.now))
	} else {
		w.must(w.l.Commit(ctx, w.plan, w.run, outcomes, marks, w.now))
	}
	for _, m := range marks {
		w.marked[m.Letter.Row] = true
	}
	for _, o := range outcomes {
		w.ended(o)
	}
}

func (w *walker) outcome(d Delivery) Outcome {
	events := []Event{Accept, Defer, Reject, Return}
	if w.marked[d.Row] {
		events[3] = Lose
	}
	o := Outcome{Letter: d, Event: events[w.IntN(4)]}
	switch o.Event {
	case Accept:
		o.Reply = Reply{250, "2.0.0", "Ok", []string{"", "4XYZ"}[w.IntN(2)]}
	case Defer:
		o.Reply, o.Next = Reply{451, "4.3.0", "later", ""}, w.now.Add(time.Duration(1+w.IntN(3))*time.Second)
	}
	return o
}

func (w *walker) ended(o Outcome) {
	delete(w.begun, o.Letter.Row)
	delete(w.marked, o.Letter.Row)
	w.want[Intent]--
	to, _ := Intent.after(o.Event)
	if o.Event == Return && o.Letter.Next != "" {
		to = Deferred
	}
	w.want[to]++
}

// die ends the process without a word, and the next finds where letters stand: one that
// reads, one that writes, or one after the other.
func (w *walker) die() {
	w.must(w.l.Close())
	if w.IntN(2) == 0 {
		reader, err := OpenReader(ctx, w.path)
		w.must(err)
		w.wants(reader)
		w.must(reader.Close())
	}
	w.open()
	w.wants(w.l)
	w.start()
	settled, err := w.l.Recover(ctx, w.plan, w.run, nil, w.now)
	w.must(err)
	if settled[Lose] != len(w.marked) || settled[Lose]+settled[Return] != len(w.begun) {
		w.Fatalf("settled %v; begun %d, marked %d", settled, len(w.begun), len(w.marked))
	}
	for _, d := range w.begun {
		event := Return
		if w.marked[d.Row] {
			event = Lose
		}
		w.ended(Outcome{Letter: d, Event: event})
	}
}

func (w *walker) start() {
	var err error
	w.run, err = w.l.Start(ctx, w.plan, here, w.now)
	w.must(err)
}

// watch reads beside the run: rows that say what the chain said a moment ago, and that go
// with it.
func (w *walker) watch() {
	reader, err := OpenReader(ctx, w.path)
	w.must(err)
	w.must(reader.Verify(ctx, w.plan))
	w.must(reader.Close())
}

// TestRowsFollowTheJournal is F34 and F43: whatever a run has written down, and wherever its
// process dies, the rows say it to whoever opens the ledger next.
func TestRowsFollowTheJournal(t *testing.T) {
	dice := newChance(t)
	for range dice.times(1000, 12) {
		w := &walker{T: t, chance: dice, path: filepath.Join(t.TempDir(), "ledger.db"), now: created,
			begun: make(map[int]Delivery), marked: make(map[int]bool), want: map[State]int{Planned: 10}}
		w.open()
		w.plan = freeze(t, w.l, aPlan(1), entries(40))
		w.start()
		for range 30 {
			w.now = w.now.Add(time.Duration(w.IntN(700)) * time.Millisecond)
			switch w.IntN(10) {
			case 0:
				w.die()
			case 1:
				w.watch()
			case 2:
				w.wants(w.l)
			case 3, 4, 5:
				w.claim()
			default:
				w.write()
			}
		}
		w.must(w.l.End(ctx, w.plan, w.run, w.now))
		w.watch()
		w.wants(w.l)
		w.must(w.l.Close())
	}
}

// Whoever reads beside a run sees no more than a moment of the past, and all of it when
// nothing is on its way.
func TestRowsAreNotLongBehind(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	r := startRun(t, l, p)
	d := claimSome(t, l, p, r, 4)
	reader, err := OpenReader(ctx, l.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	commit := func(after time.Duration, o ...Outcome) {
		t.Helper()
		if err := l.Commit(ctx, p, r, o, nil, created.Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	commit(EnterAfter/2, all(Accept, d[:1])...)
	wantStates(t, reader, p, map[State]int{Planned: 10})
	commit(EnterAfter, all(Accept, d[1:2])...)
	wantStates(t, reader, p, map[State]int{Accepted: 2, Intent: 2, Planned: 6})
	commit(EnterAfter, all(Accept, d[2:3])...)
	wantStates(t, reader, p, map[State]int{Accepted: 2, Intent: 2, Planned: 6})
	commit(EnterAfter, all(Accept, d[3:])...)
	wantStates(t, reader, p, map[State]int{Accepted: 4, Planned: 6})
}

// TestJournalIsHeldToTheChain: what is in no chain yet cannot be altered unseen either.
func TestJournalIsHeldToTheChain(t *testing.T) {
	for what, change := range map[string]string{
		"the run has ended":              "UPDATE runs SET ended = '2026-05-04T09:00:00Z'",
		"another run's":                  "INSERT INTO runs (plan, pid, host, boot, synced, began) SELECT plan, pid, host, boot, synced, began FROM runs; UPDATE journal SET record = record + (1 << 32)",
		"an outcome that was not":        "UPDATE journal SET text = replace(text, 'accepted', 'rejected')",
		"a word that was not said":       "UPDATE journal SET text = replace(text, '4XYZ', '4ABC')",
		"another instant":                "UPDATE journal SET text = replace(text, '2026-', '2025-')",
		"a letter that stands elsewhere": "UPDATE deliveries SET state = 'accepted' WHERE state = 'planned'",
		"a record that is gone":          "DELETE FROM journal WHERE record & 3 = 1",
		"records changed their places":   "UPDATE journal SET record = 13 - record + (2 << 32); UPDATE journal SET record = record - 10",
		"the chain goes on":              "INSERT INTO events SELECT plan, seq + 1, text, hash FROM events WHERE seq = (SELECT max(seq) FROM events)",
		"the chain ends otherwise":       "UPDATE events SET hash = '" + anchor + "' WHERE seq = (SELECT max(seq) FROM events)",
	} {
		l := newLedger(t)
		p := freeze(t, l, aPlan(1), entries(40))
		r := startRun(t, l, p)
		d := claimSome(t, l, p, r, 4)
		outcomes := all(Accept, d[:2])
		outcomes[0].Reply = Reply{250, "2.0.0", "Ok", "4XYZ"}
		if err := l.Commit(ctx, p, r, outcomes, nil, created); err != nil {
			t.Fatal(err)
		}
		if !l.afoot.behind() {
			t.Fatal("no row is behind")
		}
		path := l.path
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		behindItsBack(t, path, change)
		l, err := Open(ctx, path, "looking")
		if err == nil {
			err = errors.Join(l.Verify(ctx, p), l.Close())
		}
		if !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// behindItsBack changes a ledger that nobody has open.
func behindItsBack(t *testing.T, path, change string) {
	t.Helper()
	db, err := database.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(change); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// F42: a run that was taken for gone wakes up, in the process that still has the ledger open.
// Neither what it writes nor what it reads brings a row back to where it knew it.
func TestFencedRunEntersNothing(t *testing.T) {
	for what, wake := range map[string]func(*Ledger, Stored) error{
		"reads":   func(l *Ledger, p Stored) error { _, err := l.States(ctx, p); return err },
		"is idle": func(l *Ledger, _ Stored) error { return l.Enter(ctx) },
		"starts":  func(l *Ledger, p Stored) error { _, err := l.Start(ctx, p, here, created); return err },
	} {
		l := newLedger(t)
		p := freeze(t, l, aPlan(1), entries(40))
		r := startRun(t, l, p)
		d := claimSome(t, l, p, r, 4)
		if err := l.Commit(ctx, p, r, all(Return, d[:2]), nil, created); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(l.path + ".lock"); err != nil { // it is lost, on a network disk say
			t.Fatal(err)
		}
		next := mustOpen(t, l.path)
		second := startRun(t, next, p)
		if _, err := next.Recover(ctx, p, second, nil, created); err != nil {
			t.Fatal(err)
		}
		if err := next.Commit(ctx, p, second, all(Accept, claimSome(t, next, p, second, 10)), nil, created); err != nil {
			t.Fatal(err)
		}
		var fenced *FencedError
		if err := wake(l, p); !errors.As(err, &fenced) {
			t.Errorf("the run that was taken for gone %s: %v", what, err)
		}
		wantStates(t, next, p, map[State]int{Accepted: 10})
		if err := next.Verify(ctx, p); err != nil {
			t.Errorf("the run that was taken for gone %s: %v", what, err)
		}
		if again := claimSome(t, next, p, second, 10); len(again) > 0 {
			t.Errorf("the run that was taken for gone %s: %d letters go out again", what, len(again))
		}
		wantStates(t, l, p, map[State]int{Accepted: 10}) // and then it sees what is so
	}
}

// Whoever asks what tailnets were told sees what a run at work has written.
func TestPastIsNotBehind(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(40))
	told := map[string]func() bool{
		"LastTelling": func() bool { _, found, err := l.LastTelling(ctx, p.ID.Bulletin); return found && err == nil },
		"Past": func() bool {
			past, _, err := l.Past(ctx, p.ID.Bulletin, "t000.example")
			return past.Told && err == nil
		},
		"EachPast": func() (told bool) {
			err := l.EachPast(ctx, p.ID.Bulletin, func(p Past) error { told = told || p.Told; return nil })
			return told && err == nil
		},
	}
	r := startRun(t, l, p)
	for what, is := range told {
		d := claimSome(t, l, p, r, 2)
		if err := l.Commit(ctx, p, r, all(Accept, d[:1]), nil, created); err != nil || !l.afoot.behind() {
			t.Fatal(err, l.afoot.behind())
		}
		if !is() {
			t.Errorf("%s knows of nobody who was told", what)
		}
	}
}

// TestDamagedPlanIsLeftAlone: of a plan whose journal is damaged no row is touched, and the
// other plans go on.
func TestDamagedPlanIsLeftAlone(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	other := aPlan(1)
	other.ID.Bulletin = "TS-2026-099"
	sound := freeze(t, l, other, entries(40))
	r := startRun(t, l, p)
	if err := l.Commit(ctx, p, r, all(Accept, claimSome(t, l, p, r, 4)[:2]), nil, created); err != nil {
		t.Fatal(err)
	}
	path := l.path
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	behindItsBack(t, path, "UPDATE journal SET text = replace(text, 'accepted', 'rejected')")
	reader, err := OpenReader(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	l = mustOpen(t, path)
	for _, l := range []*Ledger{reader, l} {
		if err := l.Verify(ctx, p); !errors.Is(err, ErrChanged) {
			t.Errorf("the damaged one: %v", err)
		}
		if err := l.Verify(ctx, sound); err != nil {
			t.Error(err)
		}
		wantStates(t, l, p, map[State]int{Planned: 10})
	}
	sendAll(t, l, sound)
}

// An older ledger in the place of a newer one is refused as it is: it is evidence.
func TestOlderLedgerIsNotTouched(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	r := startRun(t, l, p)
	claimSome(t, l, p, r, 4)
	path := l.path
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l, err = Open(ctx, path, "going on")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.End(ctx, p, r, created), l.Close(), os.WriteFile(path, old, 0o600)); err != nil {
		t.Fatal(err)
	}
	var older *OlderError
	if _, err := Open(ctx, path, "looking"); !errors.As(err, &older) {
		t.Error(err)
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != string(old) {
		t.Errorf("it was written to, %v", err)
	}
}

// F42: what a run writes after another has opened the ledger, because the lock was lost, counts
// for that one, or is not written: a marked letter never goes out again.
func TestMarksBetweenOpenAndFenceCount(t *testing.T) {
	for what, lags := range map[string]bool{"behind": true, "up to date": false} {
		l := newLedger(t)
		p := freeze(t, l, aPlan(1), entries(40))
		r := startRun(t, l, p)
		d := claimSome(t, l, p, r, 4)
		if !lags {
			if err := l.Enter(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Remove(l.path + ".lock"); err != nil {
			t.Fatal(err)
		}
		next := mustOpen(t, l.path)
		marked := l.Commit(ctx, p, r, nil, []Mark{{d[0], 1, ""}, {d[1], 2, ""}}, created)
		second := startRun(t, next, p)
		settled, err := next.Recover(ctx, p, second, nil, created)
		if want := map[bool]int{true: 0, false: 2}[lags]; err != nil || settled[Lose] != want || (marked == nil) == lags {
			t.Errorf("%s: marked with %v, settled %v, %v", what, marked, settled, err)
		}
		for _, again := range claimSome(t, next, p, second, 10) {
			if marked == nil && (again.Row == d[0].Row || again.Row == d[1].Row) {
				t.Errorf("%s: letter %d was marked, and goes out again", what, again.Row)
			}
		}
		if err := next.Verify(ctx, p); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Whoever only reads, after the lock was lost, can stop a run, and damages nothing.
func TestReaderWithoutALockDamagesNothing(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	r := startRun(t, l, p)
	d := claimSome(t, l, p, r, 4)
	if err := os.Remove(l.path + ".lock"); err != nil {
		t.Fatal(err)
	}
	reader, err := OpenReader(ctx, l.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := l.Commit(ctx, p, r, nil, []Mark{{d[0], 1, ""}}, created); !errors.Is(err, ErrChanged) {
		t.Errorf("the run marks a letter: %v", err)
	}
	if err := l.Enter(ctx); !errors.Is(err, ErrChanged) {
		t.Errorf("the run enters what was entered: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	next := mustOpen(t, l.path)
	if err := next.Verify(ctx, p); err != nil {
		t.Error(err)
	}
	if settled, err := next.Recover(ctx, p, startRun(t, next, p), nil, created); err != nil || settled[Return] != 4 {
		t.Errorf("%v, %v", settled, err)
	}
}

// Nobody plans by what is damaged: who was told would get a second first notice.
func TestNoPlanFollowsADamagedJournal(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(40))
	r := startRun(t, l, p)
	if err := l.Commit(ctx, p, r, all(Accept, claimSome(t, l, p, r, 4)[:2]), nil, created); err != nil {
		t.Fatal(err)
	}
	path := l.path
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	behindItsBack(t, path, "UPDATE journal SET text = replace(text, 'accepted', 'rejected')")
	l = mustOpen(t, path)
	if _, err := l.Freeze(ctx, live(2), pattern, seq(entries(40))); !errors.Is(err, ErrChanged) {
		t.Errorf("the next plan of the bulletin: %v", err)
	}
	other := live(1)
	other.ID.Bulletin = "TS-2026-099"
	freeze(t, l, other, entries(40))
}

// A plan that is paused between being read and being verified is not damaged.
func TestHeadIsOfTheSameMoment(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(40))
	r := startRun(t, l, p)
	settleAs(t, l, p, r, Accept, claimSome(t, l, p, r, 4))
	if err := l.End(ctx, p, r, during); err != nil {
		t.Fatal(err)
	}
	reader, err := OpenReader(ctx, l.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	head := reread(t, reader, p.ID)
	freeze(t, l, live(2), entries(40))
	if err := reader.Verify(ctx, head); err != nil {
		t.Error(err)
	}
}

// What was marked may have arrived, whatever a judge says: it is not sent again.
func TestMarkedLetterIsNotGivenBack(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	_, d := oneMark(t, p, l)
	back := func(begun []Delivery) ([]Event, error) { return slices.Repeat([]Event{Return}, len(begun)), nil }
	var move *MoveError
	if _, err := l.Recover(ctx, p, startRun(t, l, p), back, created); !errors.As(err, &move) || move.Row != d[0].Row {
		t.Errorf("%v", err)
	}
	wantStates(t, l, p, map[State]int{Intent: 4, Planned: 6})
}

// What a letter came to once is not forgotten when the rows have caught up.
func TestEndedLetterStaysEnded(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	r := startRun(t, l, p)
	d := claimSome(t, l, p, r, 2)
	if err := l.Enter(ctx); err != nil { // both are under way
		t.Fatal(err)
	}
	settleAs(t, l, p, r, Accept, d[:1])
	if err := l.Enter(ctx); err != nil {
		t.Fatal(err)
	}
	var move *MoveError
	if err := l.Commit(ctx, p, r, all(Reject, d[:1]), nil, during); !errors.As(err, &move) {
		t.Errorf("it ends twice: %v", err)
	}
	settleAs(t, l, p, r, Reject, d[1:])
	wantStates(t, l, p, map[State]int{Accepted: 1, Rejected: 1, Planned: 8})
}

// Two runs of one process write in turn, each of its own plan.
func TestTwoRunsShareTheJournal(t *testing.T) {
	l := newLedger(t)
	other := aPlan(1)
	other.ID.Bulletin = "TS-2026-099"
	plans := []Stored{freeze(t, l, aPlan(1), entries(40)), freeze(t, l, other, entries(40))}
	var runs []Run
	var begun [][]Delivery
	for _, p := range plans {
		runs = append(runs, startRun(t, l, p))
		begun = append(begun, claimSome(t, l, p, runs[len(runs)-1], 6))
	}
	for i := range 3 {
		for k, p := range plans {
			settleAs(t, l, p, runs[k], Accept, begun[k][i:i+1])
		}
	}
	for k, p := range plans {
		wantStates(t, l, p, map[State]int{Accepted: 3, Intent: 3, Planned: 4})
		if err := errors.Join(l.End(ctx, p, runs[k], during), l.Verify(ctx, p)); err != nil {
			t.Error(err)
		}
	}
}

// A chain that gives a marked letter back is refused, though its rows agree with it.
func TestChainGivesNoMarkedLetterBack(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	r, d := oneMark(t, p, l)
	err := l.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec("UPDATE deliveries SET state = 'planned', attempts = 0 WHERE row = ?", d[0].Row)
		return errors.Join(err, l.record(ctx, tx, p, during, recoveredKind, r.word(), fmt.Sprint(d[0].Row, " planned")))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Verify(ctx, p); !errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), "chain") {
		t.Error(err)
	}
}
