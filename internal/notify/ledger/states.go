package ledger

import "tocsin/internal/notify"

// State is where one delivery stands.
type State string

const (
	// Planned is frozen and not begun.
	Planned State = "planned"
	// Intent is begun: written down before the letter's first byte moves.
	Intent State = "intent"
	// Accepted is in the mailbox, or taken over by the receiving server.
	Accepted State = "accepted"
	// Deferred was put off by the receiving server, or did not come as far as the dot. It
	// is surely not delivered, and is tried again.
	Deferred State = "deferred"
	// Rejected was refused for good.
	Rejected State = "rejected"
	// Unknown went out whole and no answer came: it may have arrived, or not. Nothing but
	// evidence or a person's decision moves it.
	Unknown State = "unknown"
	// Bounced was accepted, and came back.
	Bounced State = "bounced"
	// Superseded is closed, undelivered: a later plan took its place, or a person decided
	// that it does not go out.
	Superseded State = "superseded"
	// NoLetter is a row that gets no letter: see its standing.
	NoLetter State = "none"
)

// States lists the states of a letter in the order in which they are reported.
var States = [...]State{Planned, Intent, Accepted, Deferred, Rejected, Unknown, Bounced, Superseded}

// Event is what happens to one row.
type Event string

// Events of a row. The first seven a run writes down, the next three evidence shows, and
// the last three a person decides.
const (
	Claim  Event = "claim"  // its intent is written down
	Dot    Event = "dot"    // its last byte is about to go out
	Accept Event = "accept" // the server took it over, or it is in the mailbox
	Defer  Event = "defer"  // the server asks to come again, or the dot was never written
	Reject Event = "reject" // the server refused it for good
	Lose   Event = "lose"   // no answer came after the dot
	Return Event = "return" // it was begun, and provably not sent

	Confirm Event = "confirm" // the relay's records show it accepted
	Absent  Event = "absent"  // the relay's records show that it never came
	Bounce  Event = "bounce"  // a report says that it came back (RFC 3464)

	Told   Event = "told"   // a person told its tailnet by other ways
	Resend Event = "resend" // a person decided that it goes out again; or, of a row without a letter, that it was not told
	Keep   Event = "hold"   // a person decided to leave it as it is
)

// transitions are all that can happen: an event moves a row from a state that stands
// here, to the one beside it, and from no other. What a transition needs besides (that it
// is this run's letter, that no later plan took its place) its operation says. A row without
// a letter stays one, also where a person takes back what was said of it.
var transitions = map[Event]map[State]State{
	Claim:  {Planned: Intent, Deferred: Intent},
	Dot:    {Intent: Intent},
	Accept: {Intent: Accepted},
	Defer:  {Intent: Deferred},
	Reject: {Intent: Rejected},
	Lose:   {Intent: Unknown},
	Return: {Intent: Planned}, // Deferred where it was that; Superseded where a later plan took its place

	Confirm: {Unknown: Accepted},
	Absent:  {Unknown: Planned}, // Superseded where a later plan took its place
	Bounce:  {Accepted: Bounced, Unknown: Bounced},

	Told: {Planned: Superseded, Deferred: Superseded, Rejected: Rejected, Unknown: Unknown, Bounced: Bounced, NoLetter: NoLetter},
	Keep: {Planned: Superseded, Deferred: Superseded, Rejected: Rejected, Unknown: Unknown, Bounced: Bounced, NoLetter: NoLetter},
	// A superseded letter of a plan that still stands was closed by a person.
	Resend: {Deferred: Planned, Rejected: Planned, Unknown: Planned, Bounced: Planned, Superseded: Planned},
}

// after is the state that an event takes a row to, and whether it may.
func (s State) after(e Event) (State, bool) {
	to, may := transitions[e][s]
	return to, may
}

// returned is where a letter goes that was begun and is provably not sent: to where it
// was before. What was deferred has kept the instant at which it was due.
func (p Stored) returned(next string) State {
	switch {
	case p.closed():
		return Superseded
	case next != "":
		return Deferred
	}
	return Planned
}

// open reports whether a row still needs somebody or something: a letter to be sent or
// looked up, or a tailnet that nobody has told. In a plan that another took the place of,
// or that was dropped, only a letter that is begun is open, and one that is in doubt: the
// rest a later plan takes up. A doubt it takes for told, and so takes up only once it has
// told that tailnet for certain.
func (p Stored) open(standing notify.Standing, state State, settled Event, takenUp bool) bool {
	settledSo := settled == Told || settled == Keep // sent again, or proven to have come back, is not told
	if p.closed() {
		doubt := state == Unknown && p.Superseded != "" && !rehearsed(p.Plan)
		return state == Intent || doubt && !settledSo && !takenUp
	}
	switch state {
	case Planned, Intent, Deferred:
		return true
	case Rejected, Unknown, Bounced:
		return !settledSo
	case NoLetter:
		return !settledSo && (standing == notify.Unreachable || standing == notify.Undetermined)
	}
	return false
}

// Unsettled reports whether a row needs a person: no letter of it goes out any more, and
// nobody has told its tailnet, or nobody knows.
func (p Stored) Unsettled(d Delivery) bool {
	return p.open(d.Standing, d.State, d.Settled, d.takenUp) && d.State != Planned && d.State != Intent && d.State != Deferred
}
