package ledger

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify"
)

// grid says by hand where each event takes a letter from each state; a dash is nowhere.
const grid = `
           claim  dot    accept   defer    reject   lose    return  confirm  absent  bounce  told       hold       resend
planned    intent -      -        -        -        -       -       -        -       -       superseded superseded -
intent     -      intent accepted deferred rejected unknown planned -        -       -       -          -          -
accepted   -      -      -        -        -        -       -       -        -       bounced -          -          -
deferred   intent -      -        -        -        -       -       -        -       -       superseded superseded planned
rejected   -      -      -        -        -        -       -       -        -       -       rejected   rejected   planned
unknown    -      -      -        -        -        -       -       accepted planned bounced unknown    unknown    planned
bounced    -      -      -        -        -        -       -       -        -       -       bounced    bounced    planned
superseded -      -      -        -        -        -       -       -        -       -       -          -          planned
none       -      -      -        -        -        -       -       -        -       -       none       none       -
`

// happen makes an event happen to a row by the operation that it belongs to.
func happen(l *Ledger, p Stored, r Run, d Delivery, e Event) error {
	switch e {
	case Claim:
		got, err := l.Claim(ctx, p, r, 99, during)
		if err == nil && len(got) == 0 {
			err = errors.New("it is not due")
		}
		return err
	case Dot:
		return l.Commit(ctx, p, r, nil, []Mark{{d, 1, ""}}, during)
	case Accept, Defer, Reject, Lose, Return:
		return l.Commit(ctx, p, r, []Outcome{{Letter: d, Event: e}}, nil, during)
	}
	return l.Settle(ctx, p, d, Settlement{How: e, Who: "w", Why: "y", At: during})
}

// TestEveryEventInEveryState is F35 and F46: what the grid allows moves the row, and
// nothing else does; what is refused leaves the row and the chain as they were.
func TestEveryEventInEveryState(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(grid), "\n")
	events := strings.Fields(lines[0])
	if len(events) != len(transitions) || len(lines)-1 != len(States)+1 {
		t.Fatalf("the grid has %d events of %d, %d states of %d", len(events), len(transitions), len(lines)-1, len(States)+1)
	}
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		for i, event := range events {
			if to, may := State(words[0]).after(Event(event)); may != (words[i+1] != "-") || may && string(to) != words[i+1] {
				t.Errorf("the table takes %s by %s to %q, %v", words[0], event, to, may)
			}
			l := newLedger(t)
			p := freeze(t, l, aPlan(1), entries(4)) // one letter, in row 1
			r := startRun(t, l, p)
			row := 1
			if words[0] == string(NoLetter) {
				row = 3
			}
			connection := 0
			if event == string(Lose) {
				connection = 2
			}
			exec_(t, l, "UPDATE deliveries SET state = ?, run = ?, connection = ? WHERE row = ?", words[0], r.ID, connection, row)
			if words[0] != string(Planned) {
				exec_(t, l, "UPDATE deliveries SET state = 'accepted' WHERE state = 'planned'")
			}
			if words[0] == string(Deferred) {
				exec_(t, l, "UPDATE deliveries SET next = ? WHERE row = 1", stamp(during))
			}
			d := rows(t, l, p)[row-1]
			before, _ := l.Events(ctx, p)
			err := happen(l, p, r, d, Event(event))
			now := rows(t, l, p)[row-1]
			after, _ := l.Events(ctx, p)
			want, added := words[i+1], 1
			if want == "-" {
				want, added = words[0], 0
			}
			if (err == nil) != (added == 1) || string(now.State) != want || after-before != added {
				t.Errorf("%s, %s: is %s, want %s; %d events; %v", words[0], event, now.State, want, after-before, err)
			}
		}
	}
}

// TestOutcomesNeedTheirMarks: a letter is in doubt only once its dot may have gone out, and
// goes back only while it has not.
func TestOutcomesNeedTheirMarks(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(12))
	r := startRun(t, l, p)
	d := claimSome(t, l, p, r, 3)
	if err := l.Commit(ctx, p, r, nil, []Mark{{d[0], 1, ""}}, during); err != nil {
		t.Fatal(err)
	}
	var move *MoveError
	for what, err := range map[string]error{
		"in doubt without a mark": l.Commit(ctx, p, r, all(Lose, d[1:2]), nil, during),
		"sent back with a mark":   l.Commit(ctx, p, r, all(Return, d[:1]), nil, during),
		"marked twice":            l.Commit(ctx, p, r, nil, []Mark{{d[0], 2, ""}}, during),
		"one of two":              l.Commit(ctx, p, r, all(Return, []Delivery{d[2], d[0]}), nil, during),
		"marks fail outcomes":     l.Commit(ctx, p, r, all(Return, d[2:]), []Mark{{d[0], 2, ""}}, during),
	} {
		if !errors.As(err, &move) || move.Plan != p.ID {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := l.Commit(ctx, p, r, nil, []Mark{{d[1], 0, ""}}, during); err == nil {
		t.Error("a mark without a connection passed")
	}
	wantStates(t, l, p, map[State]int{Intent: 3})
	if err := l.Verify(ctx, p); err != nil {
		t.Error(err)
	}
}

// TestFencedRunWritesNothing is F42: once a run was found gone, it marks no letter, ends
// none and begins none, whenever it wakes.
func TestFencedRunWritesNothing(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(12))
	asleep := startRun(t, l, p)
	d := claimSome(t, l, p, asleep, 2)
	if err := l.Commit(ctx, p, asleep, nil, []Mark{{d[0], 1, ""}}, during); err != nil {
		t.Fatal(err)
	}
	next := startRun(t, l, p)
	if got, err := l.Recover(ctx, p, next, nil, during); err != nil || got[Lose] != 1 || got[Return] != 1 || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	claimSome(t, l, p, next, 9) // takes what the sleeper had begun
	_, claiming := l.Claim(ctx, p, asleep, 1, during)
	var fenced *FencedError
	for what, err := range map[string]error{
		"marks":   l.Commit(ctx, p, asleep, nil, []Mark{{d[1], 1, ""}}, during),
		"ends":    l.Commit(ctx, p, asleep, all(Accept, d[:1]), nil, during),
		"begins":  claiming,
		"leaves":  l.End(ctx, p, asleep, during),
		"settles": func() error { _, err := l.Recover(ctx, p, asleep, nil, during); return err }(),
	} {
		if !errors.As(err, &fenced) || fenced.Run != asleep.ID {
			t.Errorf("it %s: %v", what, err)
		}
	}
	wantStates(t, l, p, map[State]int{Unknown: 1, Intent: 2})
	if err := l.Verify(ctx, p); err != nil {
		t.Error(err)
	}
}

// TestRecoverByMarks is F34: what a gone run had begun is settled by its marks, and by
// nothing else; where marks may be lost with the power, everything it had begun is in doubt.
func TestRecoverByMarks(t *testing.T) {
	rebooted := here
	rebooted.Boot = "boot-2"
	for what, c := range map[string]struct {
		synced  bool
		by      Machine
		unknown int
	}{
		"same boot":                  {true, here, 1},
		"rebooted, marks synced":     {true, rebooted, 1},
		"same boot, marks unsynced":  {false, here, 1},
		"rebooted, marks unsynced":   {false, rebooted, 4},
		"boots unknown, marks loose": {false, Machine{}, 4},
	} {
		l := newLedger(t)
		p := freeze(t, l, aPlan(1), entries(20))
		m := here
		m.Synced = c.synced
		gone, err := l.Start(ctx, p, m, created)
		if err != nil {
			t.Fatal(err)
		}
		first := claimSome(t, l, p, gone, 1)
		settleDeferred(t, l, p, gone, first[0])
		d, err := l.Claim(ctx, p, gone, 4, during) // the deferred one is due, and comes first
		if err != nil || len(d) != 4 || d[0].Row != first[0].Row || d[0].Attempts != 2 {
			t.Fatalf("%+v, %v", d, err)
		}
		if err := l.Commit(ctx, p, gone, nil, []Mark{{d[2], 3, ""}}, during); err != nil {
			t.Fatal(err)
		}
		by, err := l.Start(ctx, p, c.by, during)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 { // resuming twice changes nothing
			got, err := l.Recover(ctx, p, by, nil, during)
			want := map[bool]map[Event]int{true: {Lose: c.unknown, Return: 4 - c.unknown}, false: {}}[i == 0]
			if err != nil || got[Lose] != want[Lose] || got[Return] != want[Return] {
				t.Errorf("%s: %v, %v, want %v", what, got, err, want)
			}
		}
		want := map[State]int{Unknown: 1, Planned: 3, Deferred: 1}
		if c.unknown == 4 {
			want = map[State]int{Unknown: 4, Planned: 1}
		}
		wantStates(t, l, p, want)
		if err := l.Verify(ctx, p); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// settleDeferred puts a letter off until during.
func settleDeferred(t *testing.T, l *Ledger, p Stored, r Run, d Delivery) {
	t.Helper()
	if err := l.Commit(ctx, p, r, []Outcome{{Letter: d, Event: Defer, Reply: Reply{Code: 451, Enhanced: "4.3.0"}, Next: during}}, nil, created); err != nil {
		t.Fatal(err)
	}
}

// TestClaim: what is due comes, the longest due first, and no more than was asked for;
// nothing that is not due, nothing after the deadline, and nothing of a plan that another
// took the place of.
func TestClaim(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	r := startRun(t, l, p)
	for i, next := range []time.Duration{3, 1, 2} {
		d := claimSome(t, l, p, r, 1)[0]
		if err := l.Commit(ctx, p, r, []Outcome{{Letter: d, Event: Defer, Next: created.Add(next * time.Hour)}}, nil, created); err != nil {
			t.Fatal(i, err)
		}
	}
	given := claimSome(t, l, p, r, 1)[0]
	if err := l.Commit(ctx, p, r, []Outcome{{Letter: given, Event: Defer}}, nil, created); err != nil {
		t.Fatal(err)
	}
	claim := func(after time.Duration, limit int) (got []int) {
		t.Helper()
		letters, err := l.Claim(ctx, p, r, limit, created.Add(after))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range letters {
			got = append(got, d.Row)
		}
		return got
	}
	for _, c := range []struct {
		after time.Duration
		limit int
		want  string
	}{
		{time.Hour - time.Second, 2, "[17 21]"},
		{2 * time.Hour, 3, "[5 25 9]"},
		{notify.Lifetime + time.Second, 99, "[]"},
		{notify.Lifetime, 99, "[1 29 33 37]"}, // row 13 has no further attempt
		{notify.Lifetime, 99, "[]"},
	} {
		if got := fmt.Sprint(claim(c.after, c.limit)); got != c.want {
			t.Errorf("after %v: %s, want %s", c.after, got, c.want)
		}
	}
	other := freeze(t, l, bulletin8(), entries(8))
	run := startRun(t, l, other)
	two := bulletin8()
	two.ID.Number = 2
	freeze(t, l, two, entries(8))
	if letters, err := l.Claim(ctx, other, run, 9, created); err != nil || len(letters) != 0 {
		t.Errorf("of a plan whose place was taken: %v, %v", letters, err)
	}
	if err := l.Verify(ctx, p); err != nil {
		t.Error(err)
	}
}

// bulletin8 is a plan of another bulletin.
func bulletin8() notify.Plan {
	p := aPlan(1)
	p.ID.Bulletin = "TS-2026-008"
	return p
}

// TestRepliesAreKeptWithoutAddresses is F53: what a server says is kept beside the letter,
// cut short, in plain characters, and without addresses.
func TestRepliesAreKeptWithoutAddresses(t *testing.T) {
	long := strings.Repeat("x", mostReply+5)
	for text, want := range map[string]string{
		"Ok: queued as 4XYZ":                                 "Ok: queued as 4XYZ",
		"<o1@t.example>: no such user":                       "... no such user",
		"5.1.1 user=o1@t.example\r\nnext\x1b[31m line ü@ü x": "5.1.1 ... next [31m line ... x",
		long: long[:mostReply],
	} {
		if got := (Reply{Text: text}).clean().Text; got != want {
			t.Errorf("%q is kept as %q, want %q", text, got, want)
		}
	}
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	sendMixed(t, l, p)
	var queue, text, wire string
	if err := l.db.QueryRow("SELECT queue, text, wire FROM replies WHERE row = 1").Scan(&queue, &text, &wire); err != nil || queue != "4XYZ" || text != "Ok: queued as 4XYZ" || wire != "" {
		t.Errorf("%q, %q, %q, %v", queue, text, wire, err)
	}
	if err := l.db.QueryRow("SELECT text, wire FROM replies WHERE row = 5").Scan(&text, &wire); err != nil || text != "try again" || len(wire) != 64 {
		t.Errorf("%q, %q, %v", text, wire, err)
	}
}

// TestDeferredIsSuperseded is F47: what was put off when a later plan is frozen closes with
// what was never begun, and is not tried again.
func TestDeferredIsSuperseded(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(12))
	r := startRun(t, l, p)
	settleDeferred(t, l, p, r, claimSome(t, l, p, r, 1)[0])
	freeze(t, l, aPlan(2), entries(12))
	p, err := l.Plan(ctx, p.ID)
	if err == nil {
		err = l.Verify(ctx, p)
	}
	if err != nil {
		t.Error(err)
	}
	wantStates(t, l, p, map[State]int{Superseded: 3})
	if letters, err := l.Claim(ctx, p, r, 9, during); err != nil || len(letters) > 0 {
		t.Errorf("%v, %v", letters, err)
	}
}
