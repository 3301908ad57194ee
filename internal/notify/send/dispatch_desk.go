package send

import (
	"context"
	"slices"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/pace"
)

// desk hands letters on and writes down what becomes of them. One goroutine works at it,
// so that nothing of it needs a lock.
type desk struct {
	Dispatch
	run   ledger.Run
	tally Tally

	work     chan ledger.Delivery
	notes    chan note
	gone     chan bool // a carrier has ended; true: without a connection
	carriers int       // that have not ended
	leaving  int       // of those: they are about to, without a connection
	serial   int       // of the last one

	queue   []ledger.Delivery // claimed, and not handed on
	out     int               // handed on, and without an outcome
	spent   bool              // nothing is due before the instant in due
	due     time.Time         // zero: nothing will be
	pace    *pace.Pace
	slow    pace.SlowStart
	stop    pace.Stop
	relay   breath       // what the relay's words ask for
	refused map[int]bool // rows of which the relay would not hear at the moment
	paused  time.Time    // no letter goes before it
	absent  error        // why, where it is the relay's word
	told    time.Time    // until when it waits, as was told last
	first   canary
	canary  int              // letters that still go before the others are let out; below 0: all are
	halted  bool             // no letter goes any more
	over    context.Context  // done then: no connection is made for one, either
	cut     func()           // ends over
	failure error            // why
	written []batch          // in the ledger, and not on the disk
	syncing []batch          // under way to the disk
	synced  chan error       // they are there
	behind  <-chan time.Time // then who reads the ledger is shown what was written; nil: they are
	broken  error            // the ledger failed: nothing may be written, and no dot (F50)
}

func newDesk(d Dispatch, run ledger.Run, first canary) *desk {
	d.Connections = max(1, d.Connections)
	k := &desk{
		Dispatch: d, run: run, notes: make(chan note), gone: make(chan bool), synced: make(chan error), refused: make(map[int]bool),
		pace: pace.New(d.Limits), slow: pace.Begin(d.Connections), first: first, canary: -1, paused: first.until,
		relay: breath{ever: first.gone > 0},
	}
	k.over, k.cut = context.WithCancel(context.Background())
	room := d.Connections // so that a carrier finds the next letter at hand
	if d.Limits != (pace.Limits{}) {
		room = 0 // what lies there would go late, and then all at once
	}
	k.work = make(chan ledger.Delivery, room)
	if first.letters > 0 {
		k.canary = first.letters
	}
	return k
}

// deliver goes on until no letter is left that comes due, or something stops it.
func (k *desk) deliver(ctx, hard context.Context) error {
	stopped := ctx.Done()
	for k.advance(); !k.finished(); k.advance() {
		at, wait, why := k.choose()
		var hand chan<- ledger.Delivery
		var letter ledger.Delivery
		var timer <-chan time.Time
		if at >= 0 {
			hand, letter = k.work, k.queue[at]
			wait = k.enough(hard)
		} else if wait > 0 {
			if k.show(); k.broken != nil {
				continue
			}
			k.wait(wait, why)
		}
		if wait > 0 {
			timer = k.After(k.nap(wait))
		}
		select {
		case hand <- letter: // first of all, so that no carrier waits for a letter
			k.handed(at)
			continue
		default:
		}
		select {
		case hand <- letter:
			k.handed(at)
		case n := <-k.notes:
			k.take(k.gather(n))
		case err := <-k.synced:
			k.landed(err)
		case apart := <-k.gone:
			k.ended(apart)
		case <-timer:
		case <-k.behind:
			k.show()
		case <-stopped:
			stopped = nil
			k.halt(ctx.Err())
			if k.Stopping != nil && k.out > 0 {
				k.Stopping(k.out)
			}
		}
	}
	return k.close()
}

// advance does what time and the outcomes so far ask for.
func (k *desk) advance() {
	now := k.Now()
	if k.canary == 0 && k.out == 0 {
		k.canaryBack(now)
	}
	if now.After(k.until()) {
		k.halt(nil)
	}
	if done := len(k.queue) == 0 && k.spent && k.due.IsZero(); done || k.stands(now) {
		k.refill(now)
	}
}

// wait tells that nothing goes for a while, and why. That letters are held to a rate is
// what somebody asked for, and not told.
func (k *desk) wait(d time.Duration, why reason) {
	until := k.Now().Add(d).Truncate(time.Second)
	if k.Waits == nil || k.out > 0 || why == rate || d < firstRedial || !until.After(k.told) {
		return
	}
	k.told = until
	w := Wait{Until: until, For: d, Deferred: k.tally.Waiting}
	switch {
	case why == pause && k.absent == nil:
		w.Canary = k.first.gone + k.tally.Accepted
	case why == pause:
		w.Unreachable = k.absent
	}
	k.Waits(w)
}

// nap is how much of a wait passes until the desk looks up from it: what ends a run need not come
// with a carrier's word.
func (k *desk) nap(wait time.Duration) time.Duration {
	left := max(0, k.until().Sub(k.Now())) + time.Nanosecond // then no letter may begin any more
	if k.Stands != nil {
		left = min(left, askEvery)
	}
	return min(wait, left)
}

// reason is why no letter goes at the moment.
type reason int

const (
	busy  reason = iota // only a carrier's word can change anything
	pause               // all wait: for the relay, or for what comes back of the canary
	rate                // the next letter's turn has not come
	later               // all that is left was put off
)

// finished reports whether the desk can close: nothing is on its way, and nothing follows.
func (k *desk) finished() bool {
	switch {
	case k.broken != nil:
		return true
	case k.out > 0:
		return false
	}
	return k.halted || len(k.queue) == 0 && k.spent && (k.Once || k.due.IsZero() || k.due.After(k.until()))
}

// close lets the carriers go, and puts back what was claimed and not handed on.
func (k *desk) close() error {
	k.drain()
	close(k.work)
	for k.carriers > 0 || k.syncing != nil {
		select {
		case err := <-k.synced:
			k.landed(err)
		case n := <-k.notes: // after a failure of the ledger some are still under way
			k.take([]note{n})
		case apart := <-k.gone:
			k.ended(apart)
		}
	}
	if k.broken != nil {
		return k.broken
	}
	for back := range slices.Chunk(k.queue, windowSize) {
		if k.putBack(back); k.broken != nil {
			return k.broken
		}
	}
	return k.failure
}

// returning puts letters back that were not begun.
func returning(letters []ledger.Delivery) []ledger.Outcome {
	outcomes := make([]ledger.Outcome, len(letters))
	for i, d := range letters {
		outcomes[i] = ledger.Outcome{Letter: d, Event: ledger.Return}
	}
	return outcomes
}

// drain takes back what no carrier has taken yet.
func (k *desk) drain() {
	for {
		select {
		case letter, open := <-k.work:
			if !open {
				return
			}
			k.queue = append(k.queue, letter)
			k.back(1)
		default:
			return
		}
	}
}

// back counts letters that were handed on and did not go.
func (k *desk) back(n int) {
	k.out -= n
	if k.canary >= 0 {
		k.canary += n
	}
}

// halt lets no letter begin any more. The first reason counts.
func (k *desk) halt(why error) {
	if !k.halted {
		k.halted, k.failure = true, why
		k.cut()
	}
	k.drain()
}

// refill claims the next window when the last is handed on.
func (k *desk) refill(now time.Time) {
	waits := k.spent && (k.due.IsZero() || now.Before(k.due))
	if k.halted || k.canary == 0 || len(k.queue) > 0 || waits {
		return
	}
	limit := max(windowSize, 32*k.Connections)
	if k.canary > 0 {
		limit = k.canary
	}
	record := context.Background() // what is claimed is written down, whoever wants to stop
	due, err := k.Ledger.Claim(record, k.Plan, k.run, limit, now)
	if err == nil && len(due) == 0 {
		k.spent = true
		k.due, err = k.Ledger.Due(record, k.Plan)
	}
	if err != nil {
		k.fail(err)
	}
	k.wroteDown()
	for _, letter := range due {
		if letter.Next != "" {
			k.tally.Waiting--
		}
	}
	k.queue = due
}

// choose finds a letter that may go now, or says how long to wait for one; -1, 0 where
// only a carrier's word can change anything: then one is out.
func (k *desk) choose() (at int, wait time.Duration, why reason) {
	now := k.Now()
	switch {
	case k.halted || k.canary == 0 || k.out >= k.most():
		return -1, 0, busy
	case now.Before(k.paused):
		return -1, k.paused.Sub(now), pause
	case len(k.queue) == 0 && (k.Once || k.due.IsZero()):
		return -1, 0, busy
	case len(k.queue) == 0:
		return -1, max(time.Millisecond, k.due.Sub(now)), later
	}
	shortest := time.Duration(-1)
	for i, letter := range k.queue {
		wait := k.pace.Wait(letter.Address.Domain(), now)
		if wait == 0 {
			return i, 0, busy
		}
		if shortest < 0 || wait < shortest {
			shortest = wait
		}
	}
	return -1, max(0, shortest), rate
}

// most is how many letters may be on their way. Where none is held back a connection has
// up to three, the one that was answered, the one that goes and the one that follows at
// once; and so many more are at hand. Where they are held back it has two: what became of one is
// told with the next.
//
// After a relay was left alone one letter finds out whether it takes them again.
func (k *desk) most() int {
	if k.relay.last > 0 {
		return 1
	}
	if cap(k.work) == 0 {
		return 2 * k.slow.Connections()
	}
	return k.slow.Connections() + 3*min(cap(k.work), k.slow.Connections())
}

// enough sees to it that there is a carrier for the next letter, or says how long the relay wants
// no more of them.
func (k *desk) enough(hard context.Context) (alone time.Duration) {
	working := k.carriers - k.leaving
	if working > k.out || working >= k.slow.Connections() {
		return 0
	}
	if alone = k.relay.alone.Sub(k.Now()); working > 0 && alone > 0 {
		return alone
	}
	k.carriers++
	k.serial++
	c := &carrier{Dispatch: k.Dispatch, number: k.serial, over: k.over, work: k.work, notes: k.notes}
	go func() { k.gone <- c.run(hard) }()
	return 0
}

// ended takes in that a carrier has.
func (k *desk) ended(apart bool) {
	k.carriers--
	if apart {
		k.leaving--
	}
}

func (k *desk) handed(at int) {
	k.pace.Take(k.queue[at].Address.Domain(), k.Now())
	if at == 0 {
		k.queue = k.queue[1:]
	} else {
		k.queue = slices.Delete(k.queue, at, at+1)
	}
	k.out++
	if k.canary > 0 {
		k.canary--
	}
}

// gather hears what other carriers say at the moment. While a write is on its way to the disk
// and fewer speak than half of those that will, it listens on until that is there: what is
// written before would have to wait for it, and go apart from what comes meanwhile.
func (k *desk) gather(first note) []note {
	batch := []note{first}
	for {
		select {
		case n := <-k.notes:
			batch = append(batch, n)
			continue
		default:
		}
		if 2*len(batch) >= min(k.carriers-k.leaving, k.out) || k.syncing == nil {
			return batch
		}
		select {
		case n := <-k.notes:
			batch = append(batch, n)
		case err := <-k.synced:
			k.landed(err)
		}
	}
}

// putBack writes down that letters were not begun, and waits for the disk.
func (k *desk) putBack(letters []ledger.Delivery) {
	back := returning(letters)
	k.failed(k.Ledger.Commit(context.Background(), k.Plan, k.run, back, nil, k.Now()))
	for _, o := range back {
		k.count(o)
	}
}

// count adds an outcome to the sums, and to what slows a run down or stops it.
func (k *desk) count(o ledger.Outcome) {
	switch o.Event {
	case ledger.Return: // it was not handed on, or stands in a note of its own
		if o.Letter.Next != "" {
			k.tally.Waiting++
		}
		return
	case ledger.Accept:
		k.tally.Accepted++
		k.stop.Accepted()
		k.slow.Took()
		k.relay.took()
	case ledger.Reject:
		k.tally.Rejected++
		k.stop.Rejected()
		k.slow.Took()
		k.relay.took()
	case ledger.Defer:
		k.tally.Deferred++
		k.tally.Waiting++
		k.spent = false // it comes due
	case ledger.Lose:
		k.tally.Unknown++
		k.stop.Rejected()
	}
	k.out--
	delete(k.refused, o.Letter.Row)
	k.tally.Connections = k.slow.Connections()
}

// heed does what a note asks for besides the ledger.
func (k *desk) heed(n note) {
	if n.pushed {
		k.slow.Pushed()
	}
	switch {
	case n.crowded != nil:
		k.putOff(n.crowded, n.retried)
	case n.personal:
		k.relay.last = 0
	}
	if n.returned == nil {
		return
	}
	k.back(1)
	switch {
	case n.busy != nil: // other letters first: it may be about this one after all
		k.queue = append(k.queue, *n.returned)
		k.crowded(n.busy)
		return
	case n.fatal != nil:
		k.halt(n.fatal)
	case n.unreachable != nil:
		k.apart(n.unreachable)
	}
	k.queue = slices.Insert(k.queue, 0, *n.returned)
}

// fail ends the run after a failure of the ledger: what it does not hold did not happen.
func (k *desk) fail(err error) {
	if k.broken == nil {
		k.broken = err
	}
	k.halt(err)
}
