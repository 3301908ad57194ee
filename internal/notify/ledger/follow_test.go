package ledger

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/notify"
)

// live is a plan whose letters leave this machine.
func live(number int) notify.Plan {
	p := aPlan(number)
	p.Transport = "smtp://relay.example.com:587"
	return p
}

func planID(t *testing.T, name string) notify.PlanID {
	t.Helper()
	id, err := notify.ParsePlanID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// reread is a plan as it is now.
func reread(t *testing.T, l *Ledger, id notify.PlanID) Stored {
	t.Helper()
	p, err := l.Plan(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// verifyReread verifies a plan as it is read after a change, which it takes back.
func verifyReread(t *testing.T, l *Ledger, id notify.PlanID, change string) error {
	t.Helper()
	exec_(t, l, "BEGIN")
	defer exec_(t, l, "ROLLBACK")
	exec_(t, l, change)
	p, err := l.Plan(ctx, id)
	if err == nil {
		err = l.Verify(ctx, p)
	}
	return err
}

// verifyAll verifies the plans of these tests' bulletin.
func verifyAll(t *testing.T, l *Ledger) {
	t.Helper()
	plans, err := l.Plans(ctx, aPlan(1).ID.Bulletin)
	for _, id := range plans {
		err = errors.Join(err, l.Verify(ctx, reread(t, l, id)))
	}
	if err != nil {
		t.Error(err)
	}
}

// fate takes the letter of a plan of four rows, in row 1, to one of the ends that a letter
// can come to. A word more settles it.
func fate(t *testing.T, l *Ledger, p Stored, words ...string) {
	t.Helper()
	for _, word := range words {
		switch word {
		case "planned":
		case "accept", "reject", "defer", "return", "lose":
			r := startRun(t, l, p)
			d := claimSome(t, l, p, r, 1)
			var err error
			if word != "return" {
				err = l.Commit(ctx, p, r, nil, []Mark{{d[0], 1, ""}}, during)
			}
			if err := errors.Join(err, l.Commit(ctx, p, r, all(Event(word), d), nil, during), l.End(ctx, p, r, during)); err != nil {
				t.Fatal(err)
			}
		default:
			if err := l.Settle(ctx, p, rows(t, l, p)[0], Settlement{How: Event(word), Who: "w", Why: "y", At: during}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// ends is what has become of a plan.
func ends(p Stored) string {
	switch {
	case p.Superseded != "":
		return "superseded"
	case p.Paused != "":
		return "paused"
	case p.Dropped != "":
		return "dropped"
	}
	return "stands"
}

// TestWhatAPlanMakesOfTheEarlierOne: one of which people were told, or may have been, is
// paused until the next one's first letter; any other is closed at once. A rehearsal leaves
// alone what people were told by.
func TestWhatAPlanMakesOfTheEarlierOne(t *testing.T) {
	for _, c := range []struct {
		first      notify.Plan
		fate       []string
		next       notify.Plan
		letterless bool
		want       string
	}{
		{live(1), []string{"planned"}, live(2), false, "superseded"},
		{live(1), []string{"planned"}, aPlan(2), false, "superseded"},
		{live(1), []string{"accept"}, live(2), false, "paused"},
		{live(1), []string{"lose"}, live(2), false, "paused"},
		{live(1), []string{"lose", "resend"}, live(2), false, "paused"},
		{live(1), []string{"lose", "resend", "reject"}, live(2), false, "paused"},
		{live(1), []string{"lose", "absent"}, live(2), false, "superseded"},
		{live(1), []string{"lose", "bounce"}, live(2), false, "superseded"},
		{live(1), []string{"accept", "bounce"}, live(2), false, "superseded"},
		{live(1), []string{"accept", "bounce", "told"}, live(2), false, "paused"},
		{live(1), []string{"reject"}, live(2), false, "superseded"},
		{live(1), []string{"reject", "told"}, live(2), false, "paused"},
		{live(1), []string{"reject", "hold"}, live(2), false, "superseded"},
		{live(1), []string{"reject", "told", "resend"}, live(2), false, "superseded"},
		{live(1), []string{"lose", "told", "bounce"}, live(2), false, "paused"}, // evidence does not take back what a person said
		{live(1), []string{"defer"}, live(2), false, "superseded"},
		{live(1), []string{"defer"}, aPlan(2), false, "superseded"},
		{live(1), []string{"accept"}, aPlan(2), false, "stands"},
		{live(1), []string{"lose"}, aPlan(2), false, "stands"},
		{aPlan(1), []string{"accept"}, live(2), false, "superseded"},
		{aPlan(1), []string{"accept"}, aPlan(2), false, "superseded"},
		{live(1), []string{"accept"}, live(2), true, "superseded"},
	} {
		l := newLedger(t)
		p := freeze(t, l, c.first, entries(4))
		fate(t, l, p, c.fate...)
		rows := entries(4)
		if c.letterless {
			rows = rows[1:]
		}
		freeze(t, l, c.next, rows)
		if got := ends(reread(t, l, p.ID)); got != c.want {
			t.Errorf("after %s by %s, %s makes it: %s, want %s", c.fate, c.first.Transport, c.next.Transport, got, c.want)
		}
		verifyAll(t, l)
	}
}

// followed freezes a plan after one of which people were told, and sees to it that nothing
// goes out twice: of the earlier one nothing any more, from no run, and its rows are closed
// with the first letter of the later one, not before.
func followed(t *testing.T, l *Ledger, first, next notify.Plan) {
	t.Helper()
	earlier := reread(t, l, first.ID)
	asleep, before := startRun(t, l, earlier), states(t, l, earlier)
	later := freeze(t, l, next, entries(12))
	for what, p := range map[string]Stored{"read before": earlier, "read after": reread(t, l, first.ID)} {
		var paused *PausedError
		for _, run := range []Run{asleep, startRun(t, l, p)} {
			if d, err := l.Claim(ctx, p, run, 99, during); !errors.As(err, &paused) || paused.By != next.ID.String() || paused.Plan != first.ID || d != nil {
				t.Errorf("%s: it hands out %v, %v", what, d, err)
			}
		}
	}
	wantStates(t, l, earlier, before)
	run := startRun(t, l, later)
	if d, err := l.Claim(ctx, later, run, 99, past); err != nil || d != nil || ends(reread(t, l, first.ID)) != "paused" {
		t.Errorf("after its deadline it hands out %v, %v, and the earlier one %s", d, err, ends(reread(t, l, first.ID)))
	}
	exec_(t, l, "CREATE TRIGGER fails BEFORE INSERT ON journal WHEN NEW.text LIKE '%claimed%' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
	if _, err := l.Claim(ctx, later, run, 1, during); err == nil || ends(reread(t, l, first.ID)) != "paused" {
		t.Errorf("a claim that failed: %v, and the earlier one %s", err, ends(reread(t, l, first.ID)))
	}
	exec_(t, l, "DROP TRIGGER fails")
	wantStates(t, l, earlier, before)
	verifyAll(t, l)
	letters := claimSome(t, l, later, run, 1)
	if len(letters) != 1 || ends(reread(t, l, first.ID)) != "superseded" {
		t.Errorf("with %d letters claimed the earlier one %s", len(letters), ends(reread(t, l, first.ID)))
	}
	want := map[State]int{Superseded: before[Planned] + before[Deferred] + before[Superseded]}
	for _, state := range []State{Accepted, Rejected, Unknown, Bounced} {
		if before[state] > 0 {
			want[state] = before[state]
		}
	}
	wantStates(t, l, earlier, want)
	verifyAll(t, l)
}

// TestFollowUpPauses is F34 and F42: a plan of which letters are out is cut off, another is
// frozen before it goes on, and nobody gets a letter of the earlier one any more.
func TestFollowUpPauses(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(40))
	sendMixed(t, l, p)
	var open *OpenError
	r := startRun(t, l, p)
	begun := claimSome(t, l, p, r, 1)
	if _, err := l.Freeze(ctx, live(2), pattern, seq(entries(12))); !errors.As(err, &open) || ends(reread(t, l, p.ID)) != "stands" {
		t.Errorf("frozen while a letter is begun: %v", err)
	}
	settleAs(t, l, p, r, Return, begun)
	followed(t, l, live(1), live(2))
}

// TestThirdPlan: where nothing has gone out of a second plan, the third takes its place at
// once, and the first waits for the third.
func TestThirdPlan(t *testing.T) {
	l := newLedger(t)
	first := freeze(t, l, live(1), entries(8))
	r := startRun(t, l, first)
	settleAs(t, l, first, r, Accept, claimSome(t, l, first, r, 1))
	second := freeze(t, l, live(2), entries(8))
	followed(t, l, live(1), live(3))
	if s := reread(t, l, second.ID); s.Superseded != "TS-2026-007/3" {
		t.Errorf("%+v", s)
	}
	if d, err := l.Claim(ctx, second, startRun(t, l, second), 9, during); err != nil || d != nil {
		t.Errorf("of a plan whose place was taken: %v, %v", d, err)
	}
}

// TestNothingDueClosesNothing: a plan that has begun no letter can still be dropped, so it
// has not taken the place of the earlier one.
func TestNothingDueClosesNothing(t *testing.T) {
	l := newLedger(t)
	first := freeze(t, l, live(1), entries(4))
	fate(t, l, first, "accept")
	second := freeze(t, l, live(2), entries(4))
	fate(t, l, second, "hold")
	if d := claimSome(t, l, second, startRun(t, l, second), 9); len(d) > 0 || ends(reread(t, l, first.ID)) != "paused" {
		t.Errorf("%d letters, and the earlier one %s", len(d), ends(reread(t, l, first.ID)))
	}
}

// TestRehearsalBetween: a correction is tried on a mailbox between two plans that people
// get, before it is decided and after it has begun. It neither pauses nor closes what goes
// to people, and nobody counts as told by it.
func TestRehearsalBetween(t *testing.T) {
	l := newLedger(t)
	want := func(ends_ ...string) {
		t.Helper()
		var got []string
		for i := range ends_ {
			got = append(got, ends(reread(t, l, aPlan(i+1).ID)))
		}
		if !slices.Equal(got, ends_) {
			t.Errorf("the plans are %v, want %v", got, ends_)
		}
		verifyAll(t, l)
	}
	first := freeze(t, l, live(1), entries(8))
	r := startRun(t, l, first)
	settleAs(t, l, first, r, Accept, claimSome(t, l, first, r, 1))
	sendAll(t, l, freeze(t, l, aPlan(2), entries(8)))
	want("stands", "stands")
	if d := claimSome(t, l, first, r, 1); len(d) != 1 {
		t.Error("a rehearsal has stopped what goes to people")
	} else {
		settleAs(t, l, first, r, Return, d)
	}
	third := freeze(t, l, live(3), entries(8))
	want("paused", "superseded", "stands")
	sendAll(t, l, freeze(t, l, aPlan(4), entries(8)))
	want("paused", "superseded", "stands", "stands")
	sendAll(t, l, third)
	want("superseded", "superseded", "stands", "stands")
	freeze(t, l, aPlan(5), entries(8))
	want("superseded", "superseded", "stands", "superseded", "stands")
	freeze(t, l, live(6), entries(8))
	want("superseded", "superseded", "paused", "superseded", "superseded", "stands")
	if last, _, err := l.LastTelling(ctx, first.ID.Bulletin); err != nil || last.ID != third.ID {
		t.Errorf("people were told last by %v, %v", last.ID, err)
	}
}

// TestSettledWithAFollowUp is F34 and F47: of a plan that another follows no decision and no
// evidence lets a letter go. One that never arrived waits with the rest: it is closed with the
// follow-up's first letter, and goes out where the follow-up is dropped.
func TestSettledWithAFollowUp(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(12))
	r := startRun(t, l, p)
	d := claimSome(t, l, p, r, 3)
	var marks []Mark
	for i, letter := range d {
		marks = append(marks, Mark{letter, i + 1, ""})
	}
	if err := l.Commit(ctx, p, r, all(Lose, d), marks, during); err == nil {
		t.Fatal("lost before it was marked")
	}
	if err := errors.Join(l.Commit(ctx, p, r, nil, marks, during), l.Commit(ctx, p, r, all(Lose, d), nil, during)); err != nil {
		t.Fatal(err)
	}
	second := freeze(t, l, live(2), entries(12))
	p = reread(t, l, p.ID)
	settle := func(letter Delivery, how Event) error {
		now, _, err := l.Delivery(ctx, p, letter.Tailnet)
		return errors.Join(err, l.Settle(ctx, p, now, Settlement{How: how, Who: "w", Why: "y", At: during}))
	}
	var refused *SettleError
	if err := settle(d[0], Resend); !errors.As(err, &refused) || refused.Because != second.ID.String()+" is to take the place of its plan" {
		t.Error(err)
	}
	if err := errors.Join(settle(d[0], Absent), settle(d[1], Confirm), settle(d[2], Told)); err != nil {
		t.Error(err)
	}
	wantStates(t, l, p, map[State]int{Planned: 1, Accepted: 1, Unknown: 1})
	var paused *PausedError
	if _, err := l.Claim(ctx, p, r, 9, during); !errors.As(err, &paused) {
		t.Errorf("of a plan that is paused: %v", err)
	}
	if _, err := l.Drop(ctx, second, dropping()); err != nil {
		t.Fatal(err)
	}
	p = reread(t, l, p.ID)
	goes, err := l.Claim(ctx, p, r, 9, during)
	if err != nil || len(goes) != 1 || goes[0].Tailnet != d[0].Tailnet {
		t.Fatalf("of a plan that goes on: %v, %v", goes, err)
	}
	settleAs(t, l, p, r, Return, goes)
	third := freeze(t, l, live(3), entries(12))
	claimSome(t, l, third, startRun(t, l, third), 1)
	wantStates(t, l, p, map[State]int{Superseded: 1, Accepted: 1, Unknown: 1})
	verifyAll(t, l)
	for _, id := range []notify.PlanID{p.ID, second.ID, third.ID} {
		if out, err := audit(t, exported(t, l, reread(t, l, id), false)); err != nil {
			t.Errorf("the auditor of %s: %v: %s", id, err, out)
		}
	}
}

// TestFollowUpsVerify is F51: what kind of plan and letters there are, and what a later plan
// has done to an earlier one, is held to digest and chain.
func TestFollowUpsVerify(t *testing.T) {
	l := newLedger(t)
	first := freeze(t, l, live(1), entries(4))
	fate(t, l, first, "accept")
	freeze(t, l, live(2), entries(4))
	if _, err := l.Drop(ctx, reread(t, l, live(2).ID), dropping()); err != nil {
		t.Fatal(err)
	}
	third := live(3)
	third.Kind = notify.Correction
	rows := entries(4)
	rows[0].Kind, rows[2].Kind = notify.Correction, notify.FirstNotice
	freeze(t, l, third, rows)
	verifyAll(t, l)
	for what, c := range map[string]struct {
		plan   int
		change string
	}{
		"the kind of the plan":        {3, "UPDATE plans SET kind = 'update' WHERE number = 3"},
		"no kind of it":               {3, "UPDATE plans SET kind = '' WHERE number = 3"},
		"the kind of a letter":        {3, "UPDATE deliveries SET kind = 'update' WHERE plan = 3 AND row = 1"},
		"the kind that is usual":      {3, "UPDATE deliveries SET kind = '' WHERE plan = 3 AND row = 3"},
		"a kind of a row without":     {3, "UPDATE deliveries SET kind = 'first' WHERE plan = 3 AND row = 2"},
		"no pause":                    {1, "UPDATE plans SET paused = '' WHERE number = 1"},
		"a pause for another":         {1, "UPDATE plans SET paused = 'TS-2026-007/2' WHERE number = 1"},
		"superseded for it":           {1, "UPDATE plans SET paused = '', superseded = 'TS-2026-007/3' WHERE number = 1"},
		"a pause of the third":        {3, "UPDATE plans SET paused = 'TS-2026-007/4' WHERE number = 3"},
		"not dropped":                 {2, "UPDATE plans SET dropped = '' WHERE number = 2"},
		"dropped later":               {2, "UPDATE plans SET dropped = '2026-05-05T09:00:00Z' WHERE number = 2"},
		"dropped, and sendable":       {2, "UPDATE deliveries SET state = 'planned' WHERE plan = 2 AND row = 1"},
		"who dropped it":              {2, "UPDATE settlements SET who = 'x' WHERE plan = 2"},
		"nobody dropped it":           {2, "DELETE FROM settlements WHERE plan = 2"},
		"a row of the dropping":       {2, "UPDATE settlements SET row = 1 WHERE plan = 2"},
		"it was settled, not dropped": {2, "UPDATE settlements SET how = 'told' WHERE plan = 2"},
	} {
		if err := verifyReread(t, l, aPlan(c.plan).ID, c.change); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	verifyAll(t, l)
}

// TestEventsOfFollowUpsThatCannotBe: a chain whose events contradict each other is damage,
// even with hashes that fit.
func TestEventsOfFollowUpsThatCannotBe(t *testing.T) {
	for what, events := range map[string][]event{
		"a letter of a paused plan":      {{kind: pausedKind, lines: []string{"by TS-2026-007/2"}}, {kind: claimedKind, lines: []string{"run 1", "1"}}},
		"a letter of a dropped plan":     {{kind: droppedKind, lines: []string{"drop -"}}, {kind: claimedKind, lines: []string{"run 1", "1"}}},
		"a letter of a superseded plan":  {{kind: supersededKind, lines: []string{"by TS-2026-007/2"}}, {kind: claimedKind, lines: []string{"run 1", "1"}}},
		"a pause that another lifts":     {{kind: pausedKind, lines: []string{"by TS-2026-007/2"}}, {kind: liftedKind, lines: []string{"of TS-2026-007/3"}}},
		"a pause that was not":           {{kind: liftedKind, lines: []string{"of TS-2026-007/3"}}},
		"paused after its end":           {{kind: droppedKind, lines: []string{"drop -"}}, {kind: pausedKind, lines: []string{"by TS-2026-007/2"}}},
		"dropped while it is paused":     {{kind: pausedKind, lines: []string{"by TS-2026-007/2"}}, {kind: droppedKind, lines: []string{"drop -"}}},
		"dropped after it is superseded": {{kind: supersededKind, lines: []string{"by TS-2026-007/2"}}, {kind: droppedKind, lines: []string{"drop -"}}},
		"a pause of another wording":     {{kind: pausedKind, lines: []string{"TS-2026-007/2"}}},
	} {
		r := newReplay(Stored{Plan: live(1)}, 1)
		begun := []event{{kind: frozenKind, lines: []string{frozenLine("d", 1, 1)}}, {kind: begunKind, lines: []string{"run 1 m"}}}
		var err error
		for i, e := range append(begun, events...) {
			e.seq, e.at = i+1, stamp(during)
			text := e.text(r.plan.ID)
			if err != nil {
				t.Fatalf("%s: event %d: %v", what, i, err)
			}
			err = r.link(e.seq, text, chained(r.hash, text))
		}
		if !errors.Is(err, ErrChanged) {
			t.Errorf("%s passed", what)
		}
	}
}

// TestApprovedNoMore: nobody signs a plan that was dropped.
func TestApprovedNoMore(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(4))
	signed := func(fingerprint string) notify.Approval {
		return notify.Approval{Fingerprint: fingerprint, Principal: "alice@example.com", Statement: []byte("s"), Signature: []byte("g"), At: during}
	}
	if err := l.Approve(ctx, p, signed("one")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Drop(ctx, p, dropping()); err != nil {
		t.Fatal(err)
	}
	if err := l.Approve(ctx, p, signed("another")); err == nil || !strings.Contains(err.Error(), "was dropped on 2026-05-04T10:00:00Z") {
		t.Errorf("approved: %v", err)
	}
	verifyAll(t, l)
}
