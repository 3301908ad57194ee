package send

import (
	"context"
	"errors"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
)

// linger is how long a carrier waits for another letter. Then it says goodbye: the answer
// shows whether the relay's last word was meant for the last letter.
const linger = 200 * time.Millisecond

// note is what a carrier tells the desk. Once it is committed, or cannot be, the desk
// answers.
type note struct {
	outcomes []ledger.Outcome
	mark     *ledger.Mark
	pushed   bool  // the relay deferred, or hung up
	personal bool  // it put a letter off with a word on its recipient: it is there
	crowded  error // with a word, or without one, that need not be about the letter's recipient
	retried  bool  // that letter had been put off before

	returned    *ledger.Delivery // a letter that was not begun, to be handed on again
	unreachable error            // because no connection can be made at the moment: the carrier ends
	busy        error            // because the relay takes none from us at the moment, by its word or by hanging up
	instead     *ledger.Outcome  // beside busy: what becomes of a letter that it says so of again
	asks        bool             // whether a letter may still begin, for which a connection took its time
	fatal       error            // because no letter can go

	answer chan error
}

// carrier takes letters over one connection at a time.
type carrier struct {
	Dispatch
	number  int
	over    context.Context // done once no letter may begin any more
	cut     func()          // ends its connections, and one that is being made
	work    <-chan ledger.Delivery
	notes   chan<- note
	session Session
	used    bool            // the session has had a letter
	last    *ledger.Outcome // of the letter before, not told yet
	waiting *loaded         // taken already: it goes with the last dot's breath
}

// loaded is a letter in hand.
type loaded struct {
	ledger.Delivery
	envelope mailer.Envelope
	wire     []byte
	digest   string // of the wire, where that is not the letter's own
	err      error  // it cannot be read, or sealed
}

// errApart ends a carrier that could make no connection. The desk knows, and sees to it when
// there is to be another.
var errApart = errors.New("no connection")

// errOver is the desk's answer where no letter may begin any more.
var errOver = errors.New("no letter begins any more")

// run carries letters until there are no more, or there is no connection for them, and reports
// whether it ended for that. Hard cuts its connection.
func (c *carrier) run(hard context.Context) (apart bool) {
	hard, c.cut = context.WithCancel(hard)
	defer c.cut()
	for {
		letter, more := c.next()
		if !more {
			break
		}
		if err := c.chain(hard, c.load(hard, letter)); err != nil {
			apart = errors.Is(err, errApart)
			break // the desk knows
		}
	}
	_ = c.goodbye()
	return apart
}

// next waits for a letter, and lets the connection go where none comes.
func (c *carrier) next() (ledger.Delivery, bool) {
	if c.session != nil {
		select {
		case letter, more := <-c.work:
			return letter, more
		case <-c.After(linger):
			if c.goodbye() != nil {
				return ledger.Delivery{}, false
			}
		}
	}
	letter, more := <-c.work
	return letter, more
}

// goodbye ends the connection, and tells what became of its last letter.
func (c *carrier) goodbye() error {
	if c.session != nil {
		c.doubt(c.session.Quit())
		c.session = nil
	}
	return c.tell(note{})
}

// doubt takes back the outcome of the letter before where an answer shows that it was not
// the relay's word on it.
func (c *carrier) doubt(err error) {
	if c.last != nil && mailer.Contradicts(err) {
		c.last.Event, c.last.Reply = ledger.Lose, ledger.Reply{}
	}
}

// load reads a letter as it was frozen, and makes of it what goes out.
func (c *carrier) load(ctx context.Context, letter ledger.Delivery) *loaded {
	l := &loaded{Delivery: letter}
	message, err := c.Letters.Message(ctx, c.Plan, letter)
	if err == nil && c.Seal != nil {
		if message, err = c.Seal(message); err == nil {
			l.digest = notify.Digest(message)
		}
	}
	back, failed := c.Return(letter)
	l.wire, l.err = message, errors.Join(err, failed)
	l.envelope = mailer.Envelope{From: back, To: letter.Address, Octets: len(message)}
	return l
}

// chain carries a letter, and those that follow at once on the same connection. An error
// is the desk's: then the run is over.
func (c *carrier) chain(hard context.Context, l *loaded) error {
	begun, err := c.begin(hard, l)
	for {
		if err != nil {
			return err
		}
		if !begun {
			return nil
		}
		if begun, err = c.carry(hard, l); err != nil || !begun {
			return err
		}
		l, c.waiting = c.waiting, nil
		switch {
		case l == nil:
			return nil // what became of it is told with the next letter, or with the goodbye
		case l.err != nil:
			return c.tell(note{returned: &l.Delivery, fatal: l.err})
		}
		begun, err = c.follows(hard, l)
	}
}

// follows takes what became of the envelope that went with the last dot. One that came upon the
// end of a connection, which some relays set after so many letters, goes over another.
func (c *carrier) follows(hard context.Context, l *loaded) (bool, error) {
	err := c.session.Begun()
	if !overAtOnce(err) {
		return c.begun(l, err)
	}
	c.drop()
	if err := c.tell(note{}); err != nil { // of the letter before: to connect can take a while
		return false, err
	}
	return c.begin(hard, l)
}

// begin opens a transaction, on a connection that is there or a new one. One that the
// relay has given up meanwhile is no fault of the letter's: a new one is made once.
func (c *carrier) begin(hard context.Context, l *loaded) (bool, error) {
	switch {
	case l.err != nil:
		return false, c.tell(note{returned: &l.Delivery, fatal: l.err})
	case c.late():
		return false, c.tell(note{returned: &l.Delivery})
	}
	for {
		if err := c.connect(hard, l); err != nil || c.session == nil {
			return false, err
		}
		err := c.session.Begin(l.envelope)
		if stale := c.used && overAtOnce(err); !stale {
			c.used = true
			return c.begun(l, err)
		}
		c.drop()
		if err := c.tell(note{}); err != nil { // of the letter before: to connect can take a while
			return false, err
		}
	}
}

// late reports whether no letter may begin any more: between the desk and here the machine may
// have slept.
func (c *carrier) late() bool { return c.Now().After(c.until()) }

// connect sees to it that there is a connection for a letter. Without an error and without a
// connection, the letter is back at the desk.
func (c *carrier) connect(hard context.Context, l *loaded) error {
	if c.session != nil {
		return nil
	}
	began := c.Now()
	session, err := c.dial(hard, c.cut, c.over)
	switch {
	case err == nil:
		c.session, c.used = session, false
		return c.wanted(l, c.Now().Sub(began))
	case mailer.ClassOf(err) == mailer.Refused:
		return c.tell(note{returned: &l.Delivery, fatal: &RelayError{err}})
	}
	if err := c.tell(note{returned: &l.Delivery, unreachable: err}); err != nil {
		return err
	}
	return errApart
}

// wanted sees to it that a letter for which a connection took its time does not begin where the plan
// was taken back meanwhile, or its time is over: some relays let a caller wait for their greeting.
func (c *carrier) wanted(l *loaded, took time.Duration) error {
	if took < askEvery {
		return nil
	}
	err := c.tell(note{asks: true})
	if errors.Is(err, errOver) {
		err = errors.Join(c.goodbye(), c.tell(note{returned: &l.Delivery}))
	}
	return err
}

// dial makes a connection, which ends with hard at the latest. While it is made, stop cuts hard: a
// relay may take minutes to greet, and no letter is under way yet.
func (d Dispatch) dial(hard context.Context, cut func(), stop context.Context) (Session, error) {
	made := context.AfterFunc(stop, cut)
	session, err := d.Relay(hard)
	if stopped := !made(); err == nil && stopped {
		session.Close()
		return nil, &mailer.ConnError{Phase: mailer.Connecting, Err: context.Cause(stop)}
	}
	return session, err
}

// overAtOnce reports whether a connection ended before anything was said of a letter: it broke,
// or the relay ended it (421, RFC 5321 §3.8).
func overAtOnce(err error) bool {
	var lost *mailer.ConnError
	var said *mailer.ReplyError
	return errors.As(err, &lost) && lost.Phase == mailer.Mail ||
		errors.As(err, &said) && said.Phase == mailer.Mail && said.Reply.Code == 421
}

// nobodyNamed reports whether a connection ended, or the relay said no, before it heard of a letter's
// recipient: it may be about us.
func nobodyNamed(err error) bool {
	var said *mailer.ReplyError
	return overAtOnce(err) || errors.As(err, &said) && said.Phase == mailer.Mail
}

// begun takes what became of a letter's envelope. A relay that is out of step may have
// been so with its last answer.
func (c *carrier) begun(l *loaded, err error) (bool, error) {
	if err == nil {
		return true, nil
	}
	c.doubt(err)
	return false, c.ended(l, err)
}

// carry takes a letter from the relay's readiness to the relay's word on it.
func (c *carrier) carry(hard context.Context, l *loaded) (bool, error) {
	if err := c.session.Content(l.wire); err != nil {
		return false, c.ended(l, err)
	}
	follow := c.follow(hard)
	if err := c.tell(note{mark: &ledger.Mark{Letter: l.Delivery, Connection: c.number, Wire: l.digest}}); err != nil {
		c.drop() // without a dot: it is not sent
		return false, err
	}
	c.waiting = <-follow
	var next *mailer.Envelope
	if c.waiting != nil && c.waiting.err == nil {
		next = &c.waiting.envelope
	}
	reply, err := c.session.End(next)
	if err != nil {
		return false, c.cutOff(l, err)
	}
	c.last = c.outcome(l, reply.Class(), reply)
	if !c.session.Open() {
		return false, c.cutOff(nil, nil)
	}
	return true, nil
}

// follow takes the next letter if there is one, and reads it while the desk writes down
// the mark of this one.
func (c *carrier) follow(hard context.Context) <-chan *loaded {
	out := make(chan *loaded, 1)
	if c.late() {
		out <- nil
		return out
	}
	select {
	case letter, more := <-c.work:
		if more {
			go func() { out <- c.load(hard, letter) }()
			return out
		}
	default:
	}
	out <- nil
	return out
}

// cutOff tells what became of a letter with which the connection ended, and gives back
// the one that was to follow.
func (c *carrier) cutOff(l *loaded, err error) error {
	follower := c.waiting
	c.waiting = nil
	var failed error
	if l != nil {
		failed = c.ended(l, err)
	} else {
		c.drop()
		failed = c.tell(note{})
	}
	if follower != nil && failed == nil {
		failed = c.tell(note{returned: &follower.Delivery})
	}
	return failed
}

// ended tells what became of a letter for which the session gave an error.
func (c *carrier) ended(l *loaded, err error) error {
	if c.session != nil && !c.session.Open() {
		c.drop()
	}
	class, reply := mailer.ClassOf(err), mailer.Reply{}
	said := new(mailer.ReplyError)
	if errors.As(err, &said) {
		reply = said.Reply
	}
	switch {
	case mailer.TooLarge(err):
		if class = mailer.Rejected; reply.Code == 0 { // as the relay would say itself (RFC 1870 §6.1)
			reply = mailer.Reply{Code: 552, Enhanced: "5.3.4", Text: "larger than the relay takes"}
		}
	case class == mailer.Refused:
		return c.tell(note{returned: &l.Delivery, fatal: &RelayError{err}})
	}
	o := c.outcome(l, class, reply)
	if class == mailer.Deferred && nobodyNamed(err) {
		return c.tell(note{returned: &l.Delivery, busy: err, instead: o})
	}
	n := note{outcomes: []ledger.Outcome{*o}, pushed: class != mailer.Rejected, retried: l.Attempts > 1}
	switch {
	case class != mailer.Deferred:
	case reply.Code == 0 || reply.Crowded() || n.retried && !ofRecipient(reply): // greylisting would have let it in
		n.crowded = err
	default:
		n.personal = true
	}
	return c.tell(n)
}

// outcome is what the ledger is told of a letter.
func (c *carrier) outcome(l *loaded, class mailer.Class, reply mailer.Reply) *ledger.Outcome {
	o := &ledger.Outcome{
		Letter: l.Delivery,
		Event:  map[mailer.Class]ledger.Event{mailer.Accepted: ledger.Accept, mailer.Deferred: ledger.Defer, mailer.Rejected: ledger.Reject, mailer.Unknown: ledger.Lose}[class],
		Reply:  ledger.Reply{Code: reply.Code, Enhanced: reply.Enhanced, Text: reply.Text, Queue: reply.QueueID()},
	}
	if o.Event == ledger.Defer {
		o.Next = c.again(l.Attempts)
	}
	return o
}

// again is when a letter is tried again: for the last time shortly before the deadline,
// however long the next wait would be; zero where that is too near.
func (c *carrier) again(attempts int) time.Time {
	now := c.Now()
	next, before := c.Backoff.Next(attempts, now)
	if before {
		return next
	}
	if last := c.Backoff.Deadline.Add(-c.Backoff.First); now.Add(c.Backoff.First).Before(last) {
		return last
	}
	return time.Time{}
}

// tell tells the desk something, with what became of the letter before, and waits until
// it stands in the ledger.
func (c *carrier) tell(n note) error {
	if c.last != nil {
		n.outcomes = append([]ledger.Outcome{*c.last}, n.outcomes...)
		if c.last.Event == ledger.Defer {
			n.putOff(c.last)
		}
		c.last = nil
	}
	if n.outcomes == nil && n.mark == nil && n.returned == nil && !n.pushed && !n.asks {
		return nil
	}
	n.answer = make(chan error, 1)
	c.notes <- n
	return <-n.answer
}

// putOff takes in that the relay put a letter off at its end.
func (n *note) putOff(o *ledger.Outcome) {
	n.pushed = true
	reply := mailer.Reply{Code: o.Reply.Code, Enhanced: o.Reply.Enhanced, Text: o.Reply.Text}
	if ofRecipient(reply) {
		n.personal = true
		return
	}
	n.crowded, n.retried = &mailer.ReplyError{Phase: mailer.Dot, Reply: reply}, o.Letter.Attempts > 1
}

func (c *carrier) drop() {
	c.session.Close()
	c.session = nil
}
