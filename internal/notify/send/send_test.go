package send

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify"
	"tocsin/internal/notify/database"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/tailnet"
)

var (
	ctx     = context.Background()
	created = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	planID  = notify.PlanID{Bulletin: "TS-2026-007", Number: 1}
)

func clock() time.Time { return created.Add(time.Minute) }

// home is a folder with a ledger and a mailbox.
type home string

func (h home) ledger() string  { return filepath.Join(string(h), "ledger.db") }
func (h home) mailbox() string { return filepath.Join(string(h), "outbox") }

func messageID(plan, i int) string { return fmt.Sprintf("%04x%028x@example.com", plan, i) }

// message is a letter that names itself.
func message(plan, i int) []byte {
	return []byte(fmt.Sprintf("Message-ID: <%s>\r\nTo: o%d@t.example\r\n\r\n", messageID(plan, i), i) + strings.Repeat(fmt.Sprintf("letter %d\r\n", i), 40+i%60))
}

func newHome(t *testing.T, letters int) home {
	t.Helper()
	h := home(t.TempDir())
	h.freeze(t, 1, letters)
	return h
}

// freeze makes a plan of so many letters, with a row of nobody's between them.
func (h home) freeze(t *testing.T, number, letters int) { h.freezeWith(t, number, letters, nil) }

func (h home) freezeWith(t *testing.T, number, letters int, inputs notify.Inputs) {
	t.Helper()
	book := h.open(t)
	defer closeLedger(t, book)
	plan := notify.Plan{ID: planID, Created: created, Deadline: created.Add(notify.Lifetime), Transport: "maildir:outbox", Inputs: inputs}
	plan.ID.Number = number
	_, err := book.Freeze(ctx, plan, nil, func(yield func(notify.Entry, error) bool) {
		for i := range letters {
			m := message(number, i)
			letter := notify.Entry{Tailnet: tailnet.ID(fmt.Sprintf("t%d", i)), Standing: notify.Mailed, Address: "o@t.example",
				MessageID: messageID(number, i), Digest: notify.Digest(m), Message: m}
			none := notify.Entry{Tailnet: tailnet.ID(fmt.Sprintf("u%d", i)), Standing: notify.Unreachable}
			if !yield(letter, nil) || !yield(none, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (h home) open(t *testing.T) *ledger.Ledger {
	t.Helper()
	book, err := ledger.Open(ctx, h.ledger(), "testing")
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func closeLedger(t *testing.T, book *ledger.Ledger) {
	t.Helper()
	if err := book.Close(); err != nil {
		t.Error(err)
	}
}

// unchanged are the sources of every plan of these tests.
func unchanged() (notify.Inputs, error) { return nil, nil }

// deliver opens everything, lets the caller change the run, runs it and closes.
func (h home) deliver(t *testing.T, ctx context.Context, change func(*Run)) (Result, error) {
	t.Helper()
	book := h.open(t)
	defer closeLedger(t, book)
	plan, err := book.Plan(ctx, planID)
	if err != nil {
		t.Fatal(err)
	}
	mailbox, err := mailer.OpenMaildir(h.mailbox())
	if err != nil {
		return Result{}, err
	}
	run := Run{Ledger: book, Plan: plan, Mailbox: mailbox, Now: clock, Progress: func(int) {}}
	if change != nil {
		change(&run)
	}
	return run.Do(ctx, unchanged)
}

// begin leaves the ledger as a run does that died after writing down its intent.
func (h home) begin(t *testing.T, letters int) {
	t.Helper()
	book := h.open(t)
	defer closeLedger(t, book)
	plan, err := book.Plan(ctx, planID)
	if err != nil {
		t.Fatal(err)
	}
	run, err := book.Start(ctx, plan, ledger.Machine{PID: 1}, clock())
	if err != nil {
		t.Fatal(err)
	}
	if begun, err := book.Claim(ctx, plan, run, letters, clock()); err != nil || len(begun) != letters {
		t.Fatal(len(begun), err)
	}
}

// states counts the letters of a plan by state, and makes sure that they add up and
// that the ledger is whole.
func (h home) states(t *testing.T, number int) map[ledger.State]int {
	t.Helper()
	_, states := h.look(t, number, "")
	return states
}

// look reads a plan's letters in one state, and the states of all.
func (h home) look(t *testing.T, number int, state ledger.State) ([]ledger.Delivery, map[ledger.State]int) {
	t.Helper()
	book, err := ledger.OpenReader(ctx, h.ledger())
	if err != nil {
		t.Fatal(err)
	}
	defer closeLedger(t, book)
	id := planID
	id.Number = number
	plan, err := book.Plan(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	states, err := book.States(ctx, plan)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, n := range states {
		sum += n
	}
	if sum != plan.Counts[notify.Mailed] {
		t.Errorf("the states %v add up to %d of %d letters", states, sum, plan.Counts[notify.Mailed])
	}
	if err := book.Verify(ctx, plan); err != nil {
		t.Error(err)
	}
	letters, err := book.InState(ctx, plan, state, sum)
	if err != nil {
		t.Fatal(err)
	}
	return letters, states
}

func (h home) wantStates(t *testing.T, number int, want map[ledger.State]int) {
	t.Helper()
	maps.DeleteFunc(want, func(_ ledger.State, n int) bool { return n == 0 })
	if diff := cmp.Diff(want, h.states(t, number)); diff != "" {
		t.Errorf("states of plan %d:\n%s", number, diff)
	}
}

// arrived reads the mailbox, makes sure that every message in it is whole, and
// counts how often each letter is there, by its Message-ID.
func (h home) arrived(t *testing.T) map[string]int {
	t.Helper()
	found := make(map[string]int)
	for _, sub := range []string{"new", "cur"} {
		files, err := os.ReadDir(filepath.Join(h.mailbox(), sub))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			data, err := os.ReadFile(filepath.Join(h.mailbox(), sub, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			m, err := mail.ReadMessage(bytes.NewReader(data))
			if err != nil {
				t.Fatalf("%s is no letter: %v", f.Name(), err)
			}
			id := strings.Trim(m.Header.Get("Message-ID"), "<>")
			var plan, i int
			if _, err := fmt.Sscanf(id, "%04x%028x@example.com", &plan, &i); err != nil || !bytes.Equal(data, message(plan, i)) {
				t.Errorf("%s holds %d bytes that are not the letter %s", f.Name(), len(data), id)
			}
			found[id]++
		}
	}
	return found
}

// wantDone makes sure that a plan is delivered: another run does nothing, each letter
// is there exactly once, none is in doubt and nothing is left behind (F34, F35, F46).
func (h home) wantDone(t *testing.T, letters int) {
	t.Helper()
	if result, err := h.deliver(t, ctx, nil); err != nil || result != (Result{}) {
		t.Errorf("another run did %+v, %v", result, err)
	}
	h.wantStates(t, 1, map[ledger.State]int{ledger.Accepted: letters})
	found := h.arrived(t)
	for i := range letters {
		if n := found[messageID(1, i)]; n != 1 {
			t.Errorf("letter %d arrived %d times", i, n)
		}
	}
	if len(found) != letters {
		t.Errorf("%d different letters arrived of %d", len(found), letters)
	}
	if left, err := os.ReadDir(filepath.Join(h.mailbox(), "tmp")); err != nil || len(left) > 0 {
		t.Errorf("tmp holds %d files, %v", len(left), err)
	}
}

func TestFullRun(t *testing.T) {
	t.Parallel()
	for _, letters := range []int{0, 1, windowSize - 1, windowSize, windowSize + 1, 2*windowSize + 3} {
		h := newHome(t, letters)
		told := 0
		result, err := h.deliver(t, ctx, func(r *Run) { r.Progress = func(n int) { told += n } })
		if err != nil || result != (Result{Delivered: letters}) || told != letters {
			t.Errorf("%d letters: %+v, %v, %d told", letters, result, err, told)
		}
		h.wantDone(t, letters)
	}
}

// countdown is a context that is cancelled after it was asked so many times.
type countdown struct {
	context.Context
	left *int
}

func (c countdown) Err() error {
	if *c.left--; *c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestInterruption is F49: stopped at each letter in turn, nothing is in doubt, what
// arrived is written down, and the next run finishes.
func TestInterruption(t *testing.T) {
	t.Parallel()
	for asked := 0; ; asked++ {
		letters := 9
		if asked > 12 {
			letters, asked = windowSize+6, asked+12 // on to the second window
		}
		h, left := newHome(t, letters), asked
		result, err := h.deliver(t, countdown{ctx, &left}, nil)
		if err == nil && result.Delivered == letters {
			if asked < letters {
				t.Errorf("cancelled after %d looks, and everything was delivered", asked)
			}
			h.wantDone(t, letters)
			if letters > windowSize {
				return
			}
			continue
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d looks: %+v, %v", asked, result, err)
		}
		want := map[ledger.State]int{ledger.Planned: letters - result.Delivered}
		if result.Delivered > 0 {
			want[ledger.Accepted] = result.Delivered
		}
		h.wantStates(t, 1, want)
		if n := len(h.arrived(t)); n != result.Delivered {
			t.Errorf("%d arrived, %d were reported", n, result.Delivered)
		}
		again, err := h.deliver(t, ctx, nil)
		if err != nil || again.Delivered != letters-result.Delivered || again.Recovered+again.Returned != 0 {
			t.Errorf("the next run did %+v, %v", again, err)
		}
		h.wantDone(t, letters)
	}
}

// TestCancelledBeforeItBegins settles what is begun all the same.
func TestCancelledBeforeItBegins(t *testing.T) {
	t.Parallel()
	h := newHome(t, 5)
	h.begin(t, 3)
	left := 0
	result, err := h.deliver(t, countdown{ctx, &left}, nil)
	if !errors.Is(err, context.Canceled) || result != (Result{Returned: 3}) {
		t.Errorf("%+v, %v", result, err)
	}
	h.wantStates(t, 1, map[ledger.State]int{ledger.Planned: 5})
}

// block puts a folder in the way of a letter, and tells how to clear it. (Root
// passes permissions.)
func (h home) block(t *testing.T, plan, i int) (clear func()) {
	t.Helper()
	name := fmt.Sprintf("%s.%s.tocsin", strings.TrimSuffix(messageID(plan, i), "@example.com"), notify.Digest(message(plan, i))[:16])
	path := filepath.Join(h.mailbox(), "tmp", name)
	if err := os.MkdirAll(filepath.Join(path, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMailboxFailsAtEachLetter is F50: whichever letter the mailbox refuses, the run
// stops there, those before it are written down, and the next run finishes.
func TestMailboxFailsAtEachLetter(t *testing.T) {
	t.Parallel()
	for _, letters := range []int{9, windowSize + 3} {
		for k := range letters {
			if letters > 9 && k > 0 && k < windowSize-1 || k > windowSize {
				continue // the middle of a window is like any other
			}
			h := newHome(t, letters)
			clear := h.block(t, 1, k)
			result, err := h.deliver(t, ctx, nil)
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("letter %d of TS-2026-007/1", 2*k+1)) || result.Delivered != k {
				t.Errorf("letter %d is refused: %+v, %v", k, result, err)
			}
			if found := h.arrived(t); len(found) != k || h.states(t, 1)[ledger.Accepted] != k {
				t.Errorf("letter %d is refused: %d arrived, states %v", k, len(found), h.states(t, 1))
			}
			if again, err := h.deliver(t, ctx, nil); err == nil || again.Delivered != 0 {
				t.Errorf("letter %d is refused still: %+v, %v", k, again, err)
			}
			clear()
			again, err := h.deliver(t, ctx, nil)
			if err != nil || again.Delivered != letters-k || again.Recovered != 0 {
				t.Errorf("letter %d can go: %+v, %v", k, again, err)
			}
			h.wantDone(t, letters)
		}
	}
}

// TestLedgerFails is F50: where the ledger cannot write, no letter moves without its
// intent, and one that arrived is found by the next run.
func TestLedgerFails(t *testing.T) {
	t.Parallel()
	for write, want := range map[string]struct{ arrive, recovered int }{
		"INSERT ON journal WHEN new.text LIKE '%claimed%'": {0, 0},
		"INSERT ON journal WHEN new.text LIKE '%outcome%'": {10, 10},
		"INSERT ON events WHEN new.text LIKE '% outcome%'": {10, 0}, // what became of them is in the journal
		"UPDATE ON deliveries WHEN new.state = 'accepted'": {10, 0},
	} {
		h := newHome(t, 10)
		h.sql(t, "CREATE TRIGGER full BEFORE "+write+" BEGIN SELECT RAISE(ABORT, 'disk full'); END")
		result, err := h.deliver(t, ctx, nil)
		if err == nil || !strings.Contains(err.Error(), "disk full") || result.Delivered != 0 {
			t.Errorf("%s fails: %+v, %v", write, result, err)
		}
		if found := h.arrived(t); len(found) != want.arrive {
			t.Errorf("%s fails: %d arrived, want %d", write, len(found), want.arrive)
		}
		h.sql(t, "DROP TRIGGER full")
		result, err = h.deliver(t, ctx, nil)
		if err != nil || result != (Result{Recovered: want.recovered, Delivered: 10 - want.arrive}) {
			t.Errorf("%s works again: %+v, %v", write, result, err)
		}
		h.wantDone(t, 10)
	}
}

// sql changes the ledger behind its back, with its rows as its chains say.
func (h home) sql(t *testing.T, query string) {
	t.Helper()
	book, err := ledger.OpenReader(ctx, h.ledger())
	if err != nil {
		t.Fatal(err)
	}
	closeLedger(t, book)
	db, err := database.Open(ctx, h.ledger())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(query); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestChangedLetterStopsTheRun is F51: a letter that is changed before the run stops
// it before the first, one that is changed meanwhile stops it there.
func TestChangedLetterStopsTheRun(t *testing.T) {
	t.Parallel()
	const change = "UPDATE letters SET message = CAST(message || 'x' AS BLOB) WHERE row = "
	h := newHome(t, 5)
	h.begin(t, 1)
	h.sql(t, change+"5")
	if result, err := h.deliver(t, ctx, nil); !errors.Is(err, ledger.ErrChanged) || result != (Result{}) {
		t.Errorf("%+v, %v", result, err)
	}
	if found := h.arrived(t); len(found) != 0 {
		t.Errorf("%d arrived", len(found))
	}

	h = newHome(t, windowSize+5)
	result, err := h.deliver(t, ctx, func(r *Run) {
		r.Progress = func(int) { h.sql(t, change+fmt.Sprint(2*(windowSize+2)+1)) }
	})
	if !errors.Is(err, ledger.ErrChanged) || result.Delivered != windowSize+2 {
		t.Errorf("%+v, %v", result, err)
	}
	if found := h.arrived(t); len(found) != windowSize+2 {
		t.Errorf("%d arrived", len(found))
	}
}

// TestEveryStepOfALetter is F34: a run that died between any two of its steps, for
// some letters here and some there, leaves nothing that the next cannot settle.
func TestEveryStepOfALetter(t *testing.T) {
	t.Parallel()
	steps := []struct {
		what    string
		leave   func(tmp, fresh, read string, m []byte) error
		arrived bool
	}{
		{"intent written", func(tmp, fresh, read string, m []byte) error { return nil }, false},
		{"file made", func(tmp, fresh, read string, m []byte) error { return os.WriteFile(tmp, nil, 0o600) }, false},
		{"half written", func(tmp, fresh, read string, m []byte) error { return os.WriteFile(tmp, m[:len(m)/2], 0o600) }, false},
		{"written", func(tmp, fresh, read string, m []byte) error { return os.WriteFile(tmp, m, 0o600) }, false},
		{"linked", func(tmp, fresh, read string, m []byte) error {
			return errors.Join(os.WriteFile(tmp, m, 0o600), os.Link(tmp, fresh))
		}, true},
		{"linked and read", func(tmp, fresh, read string, m []byte) error {
			return errors.Join(os.WriteFile(tmp, m, 0o600), os.Link(tmp, read))
		}, true},
		{"tmp cleared", func(tmp, fresh, read string, m []byte) error { return os.WriteFile(fresh, m, 0o600) }, true},
		{"tmp cleared, read", func(tmp, fresh, read string, m []byte) error { return os.WriteFile(read, m, 0o600) }, true},
	}
	const letters = 16
	for first := range steps {
		h := newHome(t, letters)
		if _, err := mailer.OpenMaildir(h.mailbox()); err != nil {
			t.Fatal(err)
		}
		h.begin(t, len(steps))
		arrived := 0
		for i := range len(steps) {
			s, m := steps[(first+i)%len(steps)], message(1, i)
			name := fmt.Sprintf("%s.%s.tocsin", strings.TrimSuffix(messageID(1, i), "@example.com"), notify.Digest(m)[:16])
			path := func(sub, flags string) string { return filepath.Join(h.mailbox(), sub, name+flags) }
			if err := s.leave(path("tmp", ""), path("new", ""), path("cur", ":2,S"), m); err != nil {
				t.Fatal(s.what, err)
			}
			if s.arrived {
				arrived++
			}
		}
		result, err := h.deliver(t, ctx, nil)
		want := Result{Recovered: arrived, Returned: len(steps) - arrived, Delivered: letters - arrived}
		if err != nil || result != want {
			t.Errorf("%+v, %v; want %+v", result, err, want)
		}
		h.wantDone(t, letters)
	}
}

// TestSupersededPlan: what is begun is settled, and nothing more goes out; the plan
// that took its place delivers all of its own.
func TestSupersededPlan(t *testing.T) {
	t.Parallel()
	h := newHome(t, 10)
	h.begin(t, 4)
	mailbox, err := mailer.OpenMaildir(h.mailbox())
	if err != nil {
		t.Fatal(err)
	}
	if err := mailbox.Deliver(messageID(1, 2), message(1, 2)); err != nil {
		t.Fatal(err)
	}
	// No plan is made beside begun letters; a ledger may hold one all the same.
	h.sql(t, "UPDATE deliveries SET state = 'accepted' WHERE state = 'intent'")
	h.freeze(t, 2, 5)
	h.sql(t, "UPDATE deliveries SET state = 'intent' WHERE plan = 1 AND state = 'accepted'")
	h.wantStates(t, 1, map[ledger.State]int{ledger.Intent: 4, ledger.Superseded: 6})
	superseded := func(err error) bool {
		var by *SupersededError
		return errors.As(err, &by) && by.Plan == planID && by.By == "TS-2026-007/2"
	}
	for _, want := range []Result{{Recovered: 1, Returned: 3}, {}} {
		if result, err := h.deliver(t, ctx, nil); !superseded(err) || result != want {
			t.Errorf("%+v, %v; want %+v", result, err, want)
		}
		h.wantStates(t, 1, map[ledger.State]int{ledger.Accepted: 1, ledger.Superseded: 9})
		if found := h.arrived(t); len(found) != 1 {
			t.Errorf("%d arrived", len(found))
		}
	}
	h.wantStates(t, 2, map[ledger.State]int{ledger.Planned: 5})

	// Nor would it, were a letter of it said to be planned still.
	h.sql(t, "UPDATE deliveries SET state = 'planned' WHERE plan = 1 AND state = 'superseded'")
	if result, err := h.deliver(t, ctx, nil); !errors.Is(err, ledger.ErrChanged) || result != (Result{}) {
		t.Errorf("%+v, %v", result, err)
	}
}

// TestDeadline: a letter whose Date is stale is not delivered, neither one that was
// begun in time nor those of a run that the deadline overtakes.
func TestDeadline(t *testing.T) {
	t.Parallel()
	late := func() time.Time { return created.Add(notify.Lifetime + time.Second) }
	h := newHome(t, 5)
	h.begin(t, 5)
	var stale *StaleError
	if result, err := h.deliver(t, ctx, func(r *Run) { r.Now = late }); !errors.As(err, &stale) || result != (Result{Returned: 5}) {
		t.Errorf("%+v, %v", result, err)
	}
	h.wantStates(t, 1, map[ledger.State]int{ledger.Planned: 5})

	h = newHome(t, windowSize+5)
	now := created.Add(notify.Lifetime) // the very last instant
	result, err := h.deliver(t, ctx, func(r *Run) {
		r.Now, r.Progress = func() time.Time { return now }, func(int) { now = late() }
	})
	if err != nil || result != (Result{Delivered: windowSize}) {
		t.Errorf("%+v, %v", result, err)
	}
	h.wantStates(t, 1, map[ledger.State]int{ledger.Planned: 5, ledger.Accepted: windowSize})
}

// TestRestoredLedgerDeliversNothingTwice is F43: an older ledger plans what is there
// already. It is refused; and where its head is taken away with it, the mailbox on disk
// still knows.
func TestRestoredLedgerDeliversNothingTwice(t *testing.T) {
	t.Parallel()
	h := newHome(t, 7)
	older, err := os.ReadFile(h.ledger())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.deliver(t, ctx, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.ledger(), older, 0o600); err != nil {
		t.Fatal(err)
	}
	var old *ledger.OlderError
	if book, err := ledger.Open(ctx, h.ledger(), "testing"); !errors.As(err, &old) || old.Plan != planID || old.Holds != 1 || old.Pinned != 5 {
		t.Errorf("an older ledger: %v, %+v", book, err)
	}
	if err := os.Remove(strings.TrimSuffix(h.ledger(), ".db") + ".head"); err != nil {
		t.Fatal(err)
	}
	if result, err := h.deliver(t, ctx, nil); err != nil || result != (Result{Delivered: 7}) {
		t.Fatalf("%+v, %v", result, err)
	}
	h.wantDone(t, 7)
}
