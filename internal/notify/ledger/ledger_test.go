package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tocsin/internal/bulletin"
	"tocsin/internal/lock"
	"tocsin/internal/notify"
	"tocsin/internal/notify/database"
	"tocsin/internal/private"
	"tocsin/internal/tailnet"
)

// TestMain turns the test binary into a process that freezes a plan in the ledger
// named in its environment, and is killed in the middle of it, or says how much memory
// that took.
func TestMain(m *testing.M) {
	path := os.Getenv("LEDGER_TEST_PATH")
	if path == "" {
		os.Exit(m.Run())
	}
	if rows, err := strconv.Atoi(os.Getenv("LEDGER_TEST_ROWS")); err == nil {
		os.Exit(load(path, rows))
	}
	at, _ := strconv.Atoi(os.Getenv("LEDGER_TEST_ENTRY"))
	l, err := Open(context.Background(), path, "dying")
	if err == nil {
		_, err = l.Freeze(context.Background(), aPlan(2), pattern, cut(entries(60), at, func() error {
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}))
	}
	fmt.Println("still alive:", err)
	os.Exit(1)
}

var created = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

func aPlan(number int) notify.Plan {
	return notify.Plan{
		ID: notify.PlanID{Bulletin: "TS-2026-007", Number: number}, Created: created, Deadline: created.Add(notify.Lifetime),
		Transport: "maildir:var/outbox", Undetermined: notify.Tell,
		Inputs: notify.Inputs{"bulletin": notify.Digest([]byte("b")), "policy": notify.Digest([]byte("p")), "odd <>&": "x"},
	}
}

// entries are n rows, one in every standing after the other.
func entries(n int) []notify.Entry {
	var out []notify.Entry
	for i := range n {
		e := notify.Entry{
			Tailnet: tailnet.ID(fmt.Sprintf("t%03d.example", i)), Name: fmt.Sprintf("Tailnet <%d> ü", i), Standing: notify.Standings[i%4],
			Clauses: []string{"severe-action"}, Nodes: i,
		}
		if e.Standing == notify.Mailed {
			e.Address, e.Reason = tailnet.Address(fmt.Sprintf("o%d@t.example", i)), tailnet.Owner
			e.MessageID = fmt.Sprintf("%032x@example.com", i)
			e.Message = []byte(fmt.Sprintf("To: o%d@t.example\r\n\r\nletter %d\r\n", i, i))
			e.Digest = notify.Digest(e.Message)
		} else {
			e.Missing = []string{"severity", "user_action"}
			e.Trace = []string{"no security contact", "no Owner address"}
		}
		out = append(out, e)
	}
	return out
}

func seq(entries []notify.Entry) iter.Seq2[notify.Entry, error] {
	return cut(entries, -1, nil)
}

// cut yields entries and at one of them does what it is told.
func cut(entries []notify.Entry, at int, do func() error) iter.Seq2[notify.Entry, error] {
	return func(yield func(notify.Entry, error) bool) {
		for i, e := range entries {
			var err error
			if i == at {
				err = do()
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

var ctx = context.Background()

// pattern is a letter like those of entries.
var pattern = []byte("To: o@t.example\r\n\r\nletter \r\n")

func mustOpen(t *testing.T, path string) *Ledger {
	t.Helper()
	l, err := Open(ctx, path, "testing")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func freeze(t *testing.T, l *Ledger, p notify.Plan, entries []notify.Entry) Stored {
	t.Helper()
	frozen, err := l.Freeze(ctx, p, pattern, seq(entries))
	if err != nil {
		t.Fatal(err)
	}
	stored, err := l.Plan(ctx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(frozen, stored.Plan); diff != "" {
		t.Fatalf("what was frozen is not what is read:\n%s", diff)
	}
	return stored
}

func rows(t *testing.T, l *Ledger, p Stored) []Delivery {
	t.Helper()
	var out []Delivery
	if err := l.Each(ctx, p, func(d Delivery) error { out = append(out, d); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func states(t *testing.T, l *Ledger, p Stored) map[State]int {
	t.Helper()
	got, err := l.States(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func wantStates(t *testing.T, l *Ledger, p Stored, want map[State]int) {
	t.Helper()
	if diff := cmp.Diff(want, states(t, l, p)); diff != "" {
		t.Errorf("states of %s:\n%s", p.ID, diff)
	}
}

func exec_(t *testing.T, l *Ledger, query string, args ...any) {
	t.Helper()
	if _, err := l.db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// TestFrozenIsRead: every row and letter comes back as it went in, in order.
func TestFrozenIsRead(t *testing.T) {
	l := newLedger(t)
	in := entries(21)
	p := freeze(t, l, aPlan(1), in)
	if p.Superseded != "" || p.Counts.Affected() != 21 || p.Counts[notify.Mailed] != 6 || len(p.Digest) != 64 {
		t.Errorf("%+v", p)
	}
	var out []notify.Entry
	for i, d := range rows(t, l, p) {
		want := NoLetter
		if d.Standing == notify.Mailed {
			want = Planned
			message, err := l.Message(ctx, p, d)
			if err != nil {
				t.Fatal(err)
			}
			d.Message = message
		} else if _, err := l.Message(ctx, p, d); err == nil {
			t.Errorf("%s has a letter", d.Tailnet)
		}
		if d.Row != i+1 || d.State != want || d.Attempts != 0 || d.Changed != "2026-05-04T09:00:00Z" {
			t.Errorf("row %d: %+v", i+1, d)
		}
		out = append(out, d.Entry)
	}
	if diff := cmp.Diff(in, out, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	d, found, err := l.Delivery(ctx, p, "t004.example")
	if err != nil || !found || d.Row != 5 {
		t.Errorf("%+v, %v, %v", d, found, err)
	}
	if _, found, err := l.Delivery(ctx, p, "t00"); found || err != nil {
		t.Errorf("no such row: %v, %v", found, err)
	}
	if err := l.Verify(ctx, p); err != nil {
		t.Error(err)
	}
	stop := errors.New("stop")
	if err := l.Each(ctx, p, func(Delivery) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Each goes on: %v", err)
	}
}

// TestPlanOfNobody: a plan that affects nobody is a plan.
func TestPlanOfNobody(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), nil)
	wantStates(t, l, p, map[State]int{})
	if err := l.Verify(ctx, p); err != nil || p.Counts.Affected() != 0 {
		t.Error(err)
	}
}

// TestFreezeIsAllOrNothing is F34: whatever goes wrong, and at whichever row, leaves
// nothing of the plan and everything of the one before.
func TestFreezeIsAllOrNothing(t *testing.T) {
	broken := errors.New("no such node")
	change := func(at int, f func(*notify.Entry)) []notify.Entry {
		all := entries(40)
		f(&all[at])
		return all
	}
	cases := map[string]iter.Seq2[notify.Entry, error]{
		"no letter":      seq(change(20, func(e *notify.Entry) { e.Message = nil })),
		"a letter":       seq(change(21, func(e *notify.Entry) { e.Message = []byte("x") })),
		"tailnet twice":  seq(change(39, func(e *notify.Entry) { e.Tailnet = "t000.example" })),
		"unknown letter": seq(change(20, func(e *notify.Entry) { e.Standing = "lost" })),
	}
	for _, at := range []int{0, 1, 20, 39} {
		cases[fmt.Sprintf("error at row %d", at)] = cut(entries(40), at, func() error { return broken })
	}
	for what, broken := range cases {
		l := newLedger(t)
		first := freeze(t, l, aPlan(1), entries(8))
		if p, err := l.Freeze(ctx, aPlan(2), pattern, broken); err == nil {
			t.Errorf("%s: frozen as %+v", what, p)
		}
		wantOnly(t, l, first, what)
		freeze(t, l, aPlan(2), entries(8))
	}
	l := newLedger(t)
	first := freeze(t, l, aPlan(1), entries(8))
	if _, err := l.Freeze(ctx, aPlan(1), pattern, seq(entries(8))); err == nil {
		t.Error("a number was used twice")
	}
	wantOnly(t, l, first, "number twice")
	cancelled, cancel := context.WithCancel(ctx)
	if _, err := l.Freeze(cancelled, aPlan(2), pattern, cut(entries(40), 20, func() error { cancel(); return nil })); err == nil {
		t.Error("cancelled, and frozen")
	}
	wantOnly(t, l, first, "cancelled")
}

// wantOnly makes sure that the ledger holds one plan, open and whole, and not a row
// of any other.
func wantOnly(t *testing.T, l *Ledger, p Stored, what string) {
	t.Helper()
	again, err := l.Plan(ctx, p.ID)
	if diff := cmp.Diff(p, again, cmp.AllowUnexported(Stored{})); diff != "" || err != nil {
		t.Errorf("%s: %v\n%s", what, err, diff)
	}
	wantStates(t, l, again, map[State]int{Planned: p.Counts[notify.Mailed]})
	if err := l.Verify(ctx, again); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	for table, want := range map[string]int{"plans": 1, "events": 1, "deliveries": p.Counts.Affected(), "recipients": p.Counts.Affected(), "letters": p.Counts[notify.Mailed]} {
		var n int
		if err := l.db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %s has %d rows, want %d (%v)", what, table, n, want, err)
		}
	}
	if n, err := l.NextNumber(ctx, p.ID.Bulletin); err != nil || n != p.ID.Number+1 {
		t.Errorf("%s: the next number is %d, %v", what, n, err)
	}
}

// TestFreezeKilled is F34: SIGKILL in the middle of freezing.
func TestFreezeKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := Open(ctx, path, "testing")
	if err != nil {
		t.Fatal(err)
	}
	first := freeze(t, l, aPlan(1), entries(8))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 1, 30, 59} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "LEDGER_TEST_PATH="+path, "LEDGER_TEST_ENTRY="+strconv.Itoa(at))
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("the child was not killed: %v\n%s", err, out)
		}
		l, err := Open(ctx, path, "testing")
		if err != nil {
			t.Fatal(err)
		}
		wantOnly(t, l, first, fmt.Sprintf("killed at row %d", at))
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEqual: only a plan of the very inputs that still stands and still may deliver.
func TestEqual(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(4))
	other := notify.Inputs{"bulletin": "x", "policy": p.Inputs["policy"]}
	for what, c := range map[string]struct {
		id     bulletin.ID
		inputs notify.Inputs
		now    time.Time
		want   bool
	}{
		"the same":        {p.ID.Bulletin, p.Inputs, created, true},
		"later":           {p.ID.Bulletin, p.Inputs, p.Deadline.Add(-time.Second), true},
		"past":            {p.ID.Bulletin, p.Inputs, p.Deadline, false},
		"other inputs":    {p.ID.Bulletin, other, created, false},
		"other bulletin":  {"TS-2026-008", p.Inputs, created, false},
		"in another zone": {p.ID.Bulletin, p.Inputs, p.Deadline.Add(-time.Second).In(time.FixedZone("", 14*3600)), true},
		"past elsewhere":  {p.ID.Bulletin, p.Inputs, p.Deadline.In(time.FixedZone("", -12*3600)), false},
	} {
		id, found, err := l.Equal(ctx, c.id, c.inputs, c.now)
		if err != nil || found != c.want || found && id != p.ID {
			t.Errorf("%s: %v, %v, %v", what, id, found, err)
		}
	}
	changed := aPlan(2)
	changed.Inputs = other
	freeze(t, l, changed, entries(4))
	if _, found, err := l.Equal(ctx, p.ID.Bulletin, p.Inputs, created); found || err != nil {
		t.Errorf("a plan that lost its place is found: %v", err)
	}
	freeze(t, l, aPlan(3), entries(4))
	if id, found, err := l.Equal(ctx, p.ID.Bulletin, p.Inputs, created); id.Number != 3 || !found || err != nil {
		t.Errorf("%v, %v, %v", id, found, err)
	}
}

// TestSupersede: a later plan closes what the earlier ones of its bulletin have not
// begun, leaves what is begun or done, and no other bulletin's.
func TestSupersede(t *testing.T) {
	l := newLedger(t)
	elsewhere := aPlan(1)
	elsewhere.ID.Bulletin = "TS-2026-0070"
	stranger := freeze(t, l, elsewhere, entries(12))
	first := freeze(t, l, aPlan(1), entries(12))
	run := startRun(t, l, first)
	letters := claimSome(t, l, first, run, 2)
	settleAs(t, l, first, run, Accept, letters[:1])
	// No plan is made while there are begun letters; a ledger may hold one all the same.
	if err := l.transact(ctx, func(tx *sql.Tx) error { return l.supersede(ctx, tx, first, aPlan(2).ID, created) }); err != nil {
		t.Fatal(err)
	}
	first, err := l.Plan(ctx, first.ID)
	if err != nil || first.Superseded != "TS-2026-007/2" {
		t.Errorf("superseded by %q, %v", first.Superseded, err)
	}
	wantStates(t, l, first, map[State]int{Accepted: 1, Intent: 1, Superseded: 1})
	wantStates(t, l, stranger, map[State]int{Planned: 3})
	settleAs(t, l, first, run, Return, letters[1:])
	wantStates(t, l, first, map[State]int{Accepted: 1, Superseded: 2})
	second := freeze(t, l, aPlan(2), entries(12))
	wantStates(t, l, second, map[State]int{Planned: 3})
	for _, p := range []Stored{first, second, stranger} {
		if err := l.Verify(ctx, p); err != nil {
			t.Error(err)
		}
	}
	freeze(t, l, aPlan(3), entries(4))
	if first, err = l.Plan(ctx, first.ID); err != nil || first.Superseded != "TS-2026-007/2" {
		t.Errorf("the first is superseded by %q, %v: it lost its place to the second", first.Superseded, err)
	}
	plans, err := l.Plans(ctx, "")
	if got := fmt.Sprint(plans); err != nil || got != "[TS-2026-007/1 TS-2026-007/2 TS-2026-007/3 TS-2026-0070/1]" {
		t.Errorf("plans are %s, %v", got, err)
	}
	if plans, err = l.Plans(ctx, "TS-2026-0070"); err != nil || len(plans) != 1 {
		t.Errorf("plans are %v, %v", plans, err)
	}
}

// TestFreezeWaitsForBegunLetters is F34: while nobody knows whether letters arrived,
// no other letters are made for the same tailnets.
func TestFreezeWaitsForBegunLetters(t *testing.T) {
	l := newLedger(t)
	first := freeze(t, l, aPlan(1), entries(12))
	run := startRun(t, l, first)
	letters := claimSome(t, l, first, run, 2)
	var open *OpenError
	if _, err := l.Freeze(ctx, aPlan(2), pattern, seq(entries(12))); !errors.As(err, &open) || open.Plan != first.ID {
		t.Errorf("frozen beside letters that are begun: %v", err)
	}
	wantStates(t, l, first, map[State]int{Planned: 1, Intent: 2})
	elsewhere := aPlan(1)
	elsewhere.ID.Bulletin = "TS-2026-0070"
	freeze(t, l, elsewhere, entries(4))
	settleAs(t, l, first, run, Accept, letters[:1])
	settleAs(t, l, first, run, Return, letters[1:])
	freeze(t, l, aPlan(2), entries(12))
	first, err := l.Plan(ctx, first.ID)
	if err != nil || first.Superseded != "TS-2026-007/2" {
		t.Errorf("settled, and superseded by %q, %v", first.Superseded, err)
	}
	wantStates(t, l, first, map[State]int{Accepted: 1, Superseded: 2})
}

// TestAccountAddsUp is F29 and F51: sums are shown only where they add up.
func TestAccountAddsUp(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(13))
	a, err := l.Account(ctx, p)
	want := Account{
		Counts: p.Counts, Letters: map[State]int{Planned: 4}, Unsettled: map[State]int{},
		Untold: notify.Counts{notify.Unreachable: p.Counts[notify.Unreachable], notify.Undetermined: p.Counts[notify.Undetermined]},
	}
	if diff := cmp.Diff(want, a); diff != "" || err != nil || a.Open() != 4 || a.Begun() != 0 {
		t.Errorf("%v\n%s", err, diff)
	}
	exec_(t, l, "UPDATE deliveries SET state = 'intent' WHERE row = 1; UPDATE deliveries SET state = 'accepted' WHERE row = 5")
	if a, err := l.Account(ctx, p); err != nil || a.Open() != 3 || a.Begun() != 1 || a.Letters[Accepted] != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	for what, query := range map[string]string{
		"a letter in no state":   "UPDATE deliveries SET state = 'lost' WHERE row = 9",
		"a letter without state": "UPDATE deliveries SET state = 'none' WHERE row = 9",
		"a letter too many":      "UPDATE deliveries SET state = 'planned' WHERE row = 2",
		"no standing":            "UPDATE deliveries SET standing = 'lost' WHERE row = 2",
		"another standing":       "UPDATE deliveries SET standing = 'unreachable' WHERE row = 9",
	} {
		l := newLedger(t)
		p := freeze(t, l, aPlan(1), entries(13))
		exec_(t, l, query)
		if a, err := l.Account(ctx, p); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %+v, %v", what, a, err)
		}
	}
}

// TestCancelledFreezeSaysSo is F49: who interrupts is told that, and nothing of the
// driver's troubles with it.
func TestCancelledFreezeSaysSo(t *testing.T) {
	l := newLedger(t)
	cancelled, cancel := context.WithCancel(ctx)
	_, err := l.Freeze(cancelled, aPlan(1), pattern, cut(entries(400), 20, func() error { cancel(); return nil }))
	if !errors.Is(err, context.Canceled) || errors.Is(err, sql.ErrTxDone) || strings.Contains(err.Error(), "rolled back") {
		t.Errorf("interrupted: %v", err)
	}
}

func TestInStateIsOrderedAndLimited(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	for limit, want := range map[int][]int{0: nil, 3: {1, 5, 9}, 99: {1, 5, 9, 13, 17, 21, 25, 29, 33, 37}} {
		letters, err := l.InState(ctx, p, Planned, limit)
		var got []int
		for _, d := range letters {
			got = append(got, d.Row)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("limit %d: %v, %v", limit, got, err)
		}
	}
}

// TestOneWriterManyReaders is F41: the second writer is told who the first is; readers
// see the last commit while a writer has the ledger and a transaction open.
func TestOneWriterManyReaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := mustOpen(t, path)
	first := freeze(t, l, aPlan(1), entries(8))
	_, err := Open(ctx, path, "late")
	var held *lock.HeldError
	if !errors.As(err, &held) || !strings.Contains(held.Holder, "testing") {
		t.Errorf("a second writer: %v", err)
	}
	_, err = l.Freeze(ctx, aPlan(2), pattern, cut(entries(8), 6, func() error {
		r, err := OpenReader(ctx, path)
		if err != nil {
			return err
		}
		defer r.Close()
		plans, err := r.Plans(ctx, "")
		if len(plans) != 1 {
			t.Errorf("a reader sees %v, %v", plans, err)
		}
		wantStates(t, r, first, map[State]int{Planned: 2})
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	r, err := OpenReader(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Freeze(ctx, aPlan(3), pattern, seq(entries(4))); err == nil {
		t.Error("a reader froze a plan")
	}
	if plans, err := r.Plans(ctx, ""); err != nil || len(plans) != 2 {
		t.Errorf("%v, %v", plans, err)
	}
}

func TestClosedLedgerLetsGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	for range 3 {
		l, err := Open(ctx, path, "testing")
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	var loose *private.LooseError
	if _, err := Open(ctx, path, "testing"); !errors.As(err, &loose) {
		t.Errorf("a loose ledger: %v", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, path) // the refused one has let go of the lock
}

// TestFilesArePrivate is F53.
func TestFilesArePrivate(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := filepath.Join(t.TempDir(), "var")
	l := mustOpen(t, filepath.Join(dir, "ledger.db"))
	freeze(t, l, aPlan(1), entries(4))
	for _, name := range []string{"ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode() != fs.ModeDir|0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestLedgersOfOtherVersions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	if _, err := OpenReader(ctx, path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no ledger: %v", err)
	}
	db, err := database.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReader(ctx, path); !errors.Is(err, ErrNone) {
		t.Errorf("an empty file: %v", err)
	}
	newer := func(db *sql.DB) {
		if _, err := db.Exec(fmt.Sprintf("PRAGMA user_version = %d", schemaVersion+1)); err != nil {
			t.Fatal(err)
		}
	}
	newer(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, writing := Open(ctx, path, "testing")
	_, reading := OpenReader(ctx, path)
	for _, err := range []error{writing, reading} {
		if err == nil || !strings.Contains(err.Error(), "newer tocsin") || !strings.Contains(err.Error(), path) {
			t.Errorf("a newer ledger: %v", err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	l := mustOpen(t, path) // the refused one has let go of the lock
	if v, err := l.version(ctx); err != nil || v != schemaVersion || len(migrations) != schemaVersion {
		t.Errorf("schema %d, %v", v, err)
	}
}

func TestNoSuchPlan(t *testing.T) {
	l := newLedger(t)
	freeze(t, l, aPlan(1), entries(4))
	for _, id := range []notify.PlanID{{Bulletin: "TS-2026-007", Number: 2}, {Bulletin: "TS-2026-00", Number: 1}, {}} {
		if _, err := l.Plan(ctx, id); !errors.Is(err, ErrNoPlan) || !strings.Contains(err.Error(), id.String()) {
			t.Errorf("%v: %v", id, err)
		}
	}
}
