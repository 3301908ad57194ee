package booktest

import (
	"errors"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/tailnet"
)

// someTold has of the first plan one letter accepted, one put off until now, one in doubt,
// and three planned; and freezes a plan that follows it.
func (d *desk) someTold() {
	d.Helper()
	c := d.claim(3)
	d.must(d.commit(nil, ledger.Mark{Letter: c[0], Connection: 1}, ledger.Mark{Letter: c[2], Connection: 2}))
	d.must(d.commit([]ledger.Outcome{
		{Letter: c[0], Event: ledger.Accept}, {Letter: c[1], Event: ledger.Defer, Next: now}, {Letter: c[2], Event: ledger.Lose},
	}))
	d.freeze(2, relay)
}

// asBefore are the letters of someTold's first plan while nothing has come of the second.
var asBefore = map[ledger.State]int{ledger.Accepted: 1, ledger.Deferred: 1, ledger.Unknown: 1, ledger.Planned: letters - 3}

// closed are they once a letter of the second has begun.
var closed = map[ledger.State]int{ledger.Accepted: 1, ledger.Unknown: 1, ledger.Superseded: letters - 2}

func (d *desk) paused() {
	d.someTold()
	held := func(what string) {
		d.Helper()
		var paused *ledger.PausedError
		if got, err := d.Claim(ctx, d.plan, d.run, 99, now); !errors.As(err, &paused) || paused.By != planID(2).String() || len(got) > 0 {
			d.Errorf("%s hands out %d letters, %v", what, len(got), err)
		}
	}
	held("a run that began before")
	d.again()
	held("a run that began after")
	if recovered, err := d.Recover(ctx, d.plan, d.run, nil, now); err != nil || len(recovered) > 0 {
		d.Errorf("recovered %v, %v", recovered, err)
	}
	d.wants(asBefore)
	d.find(2)
	d.start()
	if got, err := d.Claim(ctx, d.plan, d.run, 99, d.plan.Deadline.Add(time.Second)); err != nil || len(got) > 0 {
		d.Errorf("after its deadline the second hands out %v, %v", got, err)
	}
	d.find(1)
	d.start()
	held("a plan whose follow-up has begun nothing")
	d.wants(asBefore)
}

func (d *desk) firstLetter() {
	d.someTold()
	first := d.run
	d.find(2)
	d.start()
	c := d.claim(1)
	d.wants(map[ledger.State]int{ledger.Intent: 1, ledger.Planned: letters - 1})
	d.whole()
	d.find(1)
	if d.plan.Superseded != planID(2).String() || d.plan.Paused != "" {
		d.Errorf("the first is %+v", d.plan)
	}
	d.wants(closed)
	if got, err := d.Claim(ctx, d.plan, first, 99, now); err != nil || len(got) > 0 {
		d.Errorf("the first hands out %v, %v", got, err)
	}
	d.whole()
	d.find(2)
	d.must(d.commit([]ledger.Outcome{{Letter: c[0], Event: ledger.Return}})) // it never went out, and nothing comes back by that
	d.find(1)
	d.wants(closed)
}

func (d *desk) absent() {
	d.someTold()
	d.find(1)
	settle := func(id tailnet.ID, how ledger.Event) error {
		l, found, err := d.Delivery(ctx, d.plan, id)
		if err != nil || !found {
			d.Fatal(found, err)
		}
		return d.Settle(ctx, d.plan, l, ledger.Settlement{How: how, Who: "w", Why: "y", At: now})
	}
	if err := settle("t2", ledger.Resend); err == nil {
		d.Error("a letter of a paused plan is to be sent again")
	}
	d.must(settle("t2", ledger.Absent))
	want := map[ledger.State]int{ledger.Accepted: 1, ledger.Deferred: 1, ledger.Planned: letters - 2}
	d.wants(want)
	d.start()
	var paused *ledger.PausedError
	if got, err := d.Claim(ctx, d.plan, d.run, 99, now); !errors.As(err, &paused) || len(got) > 0 {
		d.Errorf("a plan that is paused hands out %v, %v", got, err)
	}
	if p, found, err := d.Past(ctx, d.plan.ID.Bulletin, "t2"); err != nil || !found || p.Told {
		d.Errorf("a tailnet that no letter reached: %+v, %v", p, err)
	}
	d.find(2)
	_, err := d.Drop(ctx, d.plan, ledger.Settlement{Who: "w", Why: "y", At: now})
	d.must(err)
	d.find(1)
	d.wants(want)
	d.start()
	if got := d.claim(99); len(got) != letters-1 {
		d.Errorf("%d letters go on, %d were open", len(got), letters-1)
	}
}

func (d *desk) dropped() {
	d.someTold()
	d.find(2)
	second := d.plan
	lifted, err := d.Drop(ctx, second, ledger.Settlement{Who: "w", Why: "y", At: now})
	if err != nil || len(lifted) != 1 || lifted[0] != planID(1) {
		d.Errorf("lifted %v, %v", lifted, err)
	}
	d.wants(map[ledger.State]int{ledger.Superseded: letters})
	if id, found, err := d.Equal(ctx, second.ID.Bulletin, second.Inputs, now); found || err != nil {
		d.Errorf("the dropped plan is found as %v, %v", id, err)
	}
	d.whole()
	d.again()
	if got := d.claim(99); len(got) > 0 {
		d.Errorf("the dropped plan hands out %d letters", len(got))
	}
	d.find(1)
	d.start()
	if got := d.claim(99); len(got) != letters-2 {
		d.Errorf("%d letters go on", len(got))
	}
}

func (d *desk) rehearsed() {
	d.someTold()
	d.freeze(3, mailbox)
	d.find(3)
	d.start()
	d.claim(99)
	d.whole()
	d.find(1)
	d.wants(asBefore)
	d.find(2)
	d.wants(map[ledger.State]int{ledger.Planned: letters})
	d.start()
	d.claim(1)
	d.find(1)
	d.wants(closed)
	if p, found, err := d.Past(ctx, d.plan.ID.Bulletin, "t5"); err != nil || !found || p.Told || p.Tailnet != "t5" {
		d.Errorf("a tailnet that a rehearsal has a letter for: %+v, %v", p, err)
	}
}
