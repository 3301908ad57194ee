// Package booktest says, as tests, what a run may rely on in the ledger that it is given.
// Whatever is to keep plans and deliveries, in whatever database, has to pass [Conform].
package booktest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/send"
	"tocsin/internal/tailnet"
)

// Store is a ledger of which a run is given the [send.Book].
type Store interface {
	send.Book
	Freeze(ctx context.Context, p notify.Plan, pattern []byte, entries iter.Seq2[notify.Entry, error]) (notify.Plan, error)
	Plan(context.Context, notify.PlanID) (ledger.Stored, error)
	Delivery(context.Context, ledger.Stored, tailnet.ID) (ledger.Delivery, bool, error)
	Settle(context.Context, ledger.Stored, ledger.Delivery, ledger.Settlement) error
	Drop(context.Context, ledger.Stored, ledger.Settlement) ([]notify.PlanID, error)
	Equal(context.Context, bulletin.ID, notify.Inputs, time.Time) (notify.PlanID, bool, error)
	Past(context.Context, bulletin.ID, tailnet.ID) (ledger.Past, bool, error)
	Close() error
}

// Opener opens the store of a test, for writing. Opened again after it was closed, by the
// same test, it is the same store.
type Opener func(t *testing.T) Store

// Conform holds a store to what a run relies on. Each promise is tested in a store of its
// own: fresh makes the opener of an empty one.
func Conform(t *testing.T, fresh func(t *testing.T) Opener) {
	for name, promise := range map[string]func(*desk){
		"what is claimed is claimed once":            (*desk).claimedOnce,
		"letters are as they were frozen":            (*desk).asFrozen,
		"what is committed is durable":               (*desk).durable,
		"a commit is whole or nothing":               (*desk).wholeOrNothing,
		"a gone run is settled by its marks":         (*desk).byMarks,
		"a gone run is settled by what a judge says": (*desk).byJudge,
		"a gone run is shut out":                     (*desk).shutOut,
		"deferred letters come when they are due":    (*desk).whenDue,
		"nothing goes after the deadline":            (*desk).inTime,
		"a paused plan hands out nothing":            (*desk).paused,
		"a first letter closes what was before":      (*desk).firstLetter,
		"what never came waits while it is paused":   (*desk).absent,
		"a dropped plan lets the earlier one go on":  (*desk).dropped,
		"rehearsals stop nobody who was told":        (*desk).rehearsed,
	} {
		t.Run(name, func(t *testing.T) {
			d := &desk{T: t, open: fresh(t)}
			d.begin()
			promise(d)
			d.whole()
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// letters is how many the plan of each test has.
const letters = 6

var (
	ctx     = context.Background()
	created = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	now     = created.Add(time.Minute)
	here    = ledger.Machine{PID: 7, Host: "sender.example.com", Boot: "boot", Synced: true}
)

// desk is a test at work on a store with one plan.
type desk struct {
	*testing.T
	Store
	open Opener
	plan ledger.Stored
	run  ledger.Run
}

func message(i int) []byte { return fmt.Appendf(nil, "To: o%d@t.example\r\n\r\nletter %d\r\n", i, i) }

// begin freezes the plan and starts a run of it.
func (d *desk) begin() {
	d.Helper()
	d.Store = d.open(d.T)
	d.freeze(1, relay)
	d.find(1)
	d.start()
}

// What letters go by.
const (
	relay   = "smtp://relay.example.com:587"
	mailbox = "maildir:var/outbox"
)

func planID(number int) notify.PlanID { return notify.PlanID{Bulletin: "TS-2026-007", Number: number} }

// freeze freezes a plan of the bulletin.
func (d *desk) freeze(number int, transport string) {
	d.Helper()
	head := notify.Plan{
		ID: planID(number), Created: created, Deadline: created.Add(notify.Lifetime), Transport: transport,
		Inputs: notify.Inputs{"bulletin": fmt.Sprint("as it was for plan ", number)},
	}
	_, err := d.Freeze(ctx, head, nil, func(yield func(notify.Entry, error) bool) {
		for i := range letters {
			e := notify.Entry{Tailnet: tailnet.ID(fmt.Sprint("t", i)), Standing: notify.Mailed, Address: "o@t.example", MessageID: fmt.Sprint(i, "@example.com"), Message: message(i)}
			e.Digest = notify.Digest(e.Message)
			if !yield(e, nil) {
				return
			}
		}
	})
	d.must(err)
}

// find goes to work on a plan, as it is now.
func (d *desk) find(number int) {
	d.Helper()
	var err error
	if d.plan, err = d.Plan(ctx, planID(number)); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) start() {
	d.Helper()
	var err error
	if d.run, err = d.Start(ctx, d.plan, here, now); err != nil {
		d.Fatal(err)
	}
}

// again closes the store without an end of the run, as a process that dies does, opens it
// and starts another run.
func (d *desk) again() {
	d.Helper()
	if err := d.Close(); err != nil {
		d.Fatal(err)
	}
	d.Store = d.open(d.T)
	d.find(d.plan.ID.Number)
	d.start()
}

func (d *desk) claim(limit int) []ledger.Delivery {
	d.Helper()
	got, err := d.Claim(ctx, d.plan, d.run, limit, now)
	if err != nil {
		d.Fatal(err)
	}
	return got
}

func (d *desk) commit(outcomes []ledger.Outcome, marks ...ledger.Mark) error {
	return d.Commit(ctx, d.plan, d.run, outcomes, marks, now)
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) wants(want map[ledger.State]int) {
	d.Helper()
	got, err := d.States(ctx, d.plan)
	if err != nil || !maps.Equal(got, want) {
		d.Errorf("the letters are %v, want %v; %v", got, want, err)
	}
}

// whole wants the plan to verify, whatever was done to it.
func (d *desk) whole() {
	d.Helper()
	d.find(d.plan.ID.Number)
	if err := d.Verify(ctx, d.plan); err != nil {
		d.Error(err)
	}
}

func (d *desk) claimedOnce() {
	seen := make(map[int]bool)
	for _, limit := range []int{2, 3, 99, 99} {
		for _, l := range d.claim(limit) {
			if seen[l.Row] || l.State != ledger.Intent || l.Attempts != 1 || l.Run != d.run.ID {
				d.Errorf("claimed: %+v", l)
			}
			seen[l.Row] = true
		}
	}
	if len(seen) != letters {
		d.Errorf("%d letters were claimed of %d", len(seen), letters)
	}
	d.wants(map[ledger.State]int{ledger.Intent: letters})
}

func (d *desk) asFrozen() {
	for i, l := range d.claim(99) {
		if m, err := d.Message(ctx, d.plan, l); err != nil || string(m) != string(message(i)) {
			d.Errorf("letter %d: %q, %v", i, m, err)
		}
	}
}

func (d *desk) durable() {
	c := d.claim(5)
	d.must(d.commit(nil, ledger.Mark{Letter: c[0], Connection: 2}, ledger.Mark{Letter: c[1], Connection: 1}))
	d.must(d.commit([]ledger.Outcome{
		{Letter: c[0], Event: ledger.Accept, Reply: ledger.Reply{Code: 250, Enhanced: "2.0.0", Queue: "4XYZ"}},
		{Letter: c[2], Event: ledger.Reject, Reply: ledger.Reply{Code: 550}},
		{Letter: c[1], Event: ledger.Lose},
	}, ledger.Mark{Letter: c[3], Connection: 1}))
	d.again()
	d.wants(map[ledger.State]int{ledger.Accepted: 1, ledger.Rejected: 1, ledger.Unknown: 1, ledger.Intent: 2, ledger.Planned: 1})
	for i, want := range []struct{ connection, code int }{{2, 250}, {1, 0}, {0, 550}, {1, 0}, {0, 0}, {0, 0}} {
		l, found, err := d.Delivery(ctx, d.plan, tailnet.ID(fmt.Sprint("t", i)))
		if err != nil || !found || l.Connection != want.connection || l.Code != want.code {
			d.Errorf("letter %d: %+v, %v", i, l, err)
		}
	}
}

func (d *desk) wholeOrNothing() {
	c := d.claim(3)
	stranger, marked := c[2], c[2]
	stranger.Row = 99
	d.must(d.commit(nil, ledger.Mark{Letter: marked, Connection: 1}))
	for what, err := range map[string]error{
		"a row that is not there":    d.commit([]ledger.Outcome{{Letter: c[0], Event: ledger.Accept}, {Letter: stranger, Event: ledger.Accept}}),
		"a mark that cannot be":      d.commit([]ledger.Outcome{{Letter: c[0], Event: ledger.Accept}}, ledger.Mark{Letter: stranger, Connection: 1}),
		"doubt without a mark":       d.commit([]ledger.Outcome{{Letter: c[0], Event: ledger.Accept}, {Letter: c[1], Event: ledger.Lose}}),
		"a letter marked twice":      d.commit([]ledger.Outcome{{Letter: c[0], Event: ledger.Accept}}, ledger.Mark{Letter: marked, Connection: 2}),
		"a marked one given back":    d.commit([]ledger.Outcome{{Letter: c[0], Event: ledger.Accept}, {Letter: marked, Event: ledger.Return}}),
		"the same letter twice":      d.commit([]ledger.Outcome{{Letter: c[0], Event: ledger.Accept}, {Letter: c[0], Event: ledger.Accept}}),
		"an event that is no ending": d.commit([]ledger.Outcome{{Letter: c[0], Event: ledger.Bounce}}),
	} {
		if err == nil {
			d.Errorf("%s passed", what)
		}
	}
	d.wants(map[ledger.State]int{ledger.Intent: 3, ledger.Planned: 3})
}

func (d *desk) byMarks() {
	c := d.claim(4)
	d.must(d.commit(nil, ledger.Mark{Letter: c[1], Connection: 1}))
	d.again()
	for _, want := range []map[ledger.Event]int{{ledger.Lose: 1, ledger.Return: 3}, {}} { // twice changes nothing
		if got, err := d.Recover(ctx, d.plan, d.run, nil, now); err != nil || !maps.Equal(got, want) {
			d.Errorf("recovered %v, %v; want %v", got, err, want)
		}
	}
	d.wants(map[ledger.State]int{ledger.Unknown: 1, ledger.Planned: 5})
}

func (d *desk) byJudge() {
	d.claim(4)
	d.again()
	odd := func(begun []ledger.Delivery) (events []ledger.Event, err error) {
		for _, l := range begun {
			events = append(events, [...]ledger.Event{ledger.Return, ledger.Accept}[l.Row%2])
		}
		return events, nil
	}
	if got, err := d.Recover(ctx, d.plan, d.run, odd, now); err != nil || got[ledger.Accept] != 2 || got[ledger.Return] != 2 {
		d.Errorf("%v, %v", got, err)
	}
	d.wants(map[ledger.State]int{ledger.Accepted: 2, ledger.Planned: 4})
}

func (d *desk) shutOut() {
	asleep, c := d.run, d.claim(2)
	d.start()
	_, err := d.Recover(ctx, d.plan, d.run, nil, now)
	d.must(err)
	var fenced *ledger.FencedError
	_, claiming := d.Claim(ctx, d.plan, asleep, 1, now)
	for what, err := range map[string]error{
		"marks":  d.Commit(ctx, d.plan, asleep, nil, []ledger.Mark{{Letter: c[0], Connection: 1}}, now),
		"claims": claiming,
		"ends":   d.End(ctx, d.plan, asleep, now),
	} {
		if !errors.As(err, &fenced) {
			d.Errorf("the run that was shut out %s: %v", what, err)
		}
	}
	d.wants(map[ledger.State]int{ledger.Planned: letters})
}

func (d *desk) whenDue() {
	c := d.claim(letters)
	due := now.Add(time.Hour)
	d.must(d.commit([]ledger.Outcome{{Letter: c[0], Event: ledger.Defer, Next: due}, {Letter: c[1], Event: ledger.Defer}}))
	for _, want := range []struct {
		at  time.Time
		row int
	}{{due.Add(-time.Second), 0}, {due, c[0].Row}, {due, 0}} {
		got, err := d.Claim(ctx, d.plan, d.run, 99, want.at)
		if err != nil || len(got) > 1 || (len(got) == 1) != (want.row > 0) || len(got) == 1 && (got[0].Row != want.row || got[0].Attempts != 2) {
			d.Errorf("at %v: %+v, %v", want.at, got, err)
		}
	}
	d.again()
	_, err := d.Recover(ctx, d.plan, d.run, nil, due)
	d.must(err)
	d.wants(map[ledger.State]int{ledger.Deferred: 2, ledger.Planned: 4}) // the second attempt was not sent: it is deferred as it was
}

func (d *desk) inTime() {
	got, err := d.Claim(ctx, d.plan, d.run, 99, d.plan.Deadline.Add(time.Second))
	if err != nil || len(got) > 0 {
		d.Errorf("%d letters after the deadline, %v", len(got), err)
	}
	d.wants(map[ledger.State]int{ledger.Planned: letters})
}
