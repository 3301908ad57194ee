package send

import (
	"errors"
	"strings"
	"time"

	"tocsin/internal/notify/mailer"
)

// breath is how long a run leaves a relay alone that takes nothing from it at the moment: because
// it cannot be reached, or because of its word. Letters are not to blame for that, and their own
// waits would not help: they would come due in waves, of which the relay takes the first few.
type breath struct {
	last  time.Duration // the last wait; 0: it has answered for a letter since
	row   int           // letters that it put off one after the other, taking none
	own   bool          // that may have been the letters' own affair: waiting did not help
	ever  bool          // it has answered for a letter of the plan, in whichever run
	alone time.Time     // no connection is made before it beside those that are there
	apart time.Duration // the last wait for that
}

// The first wait, and the longest for a relay that cannot be reached, and for one that is there
// and asks to come again: many count what they take by the minute.
const (
	firstRedial = time.Second
	mostRedial  = 5 * time.Minute
	mostBreath  = time.Minute
	// mostOnce is after which wait a run ends that a timer will call again.
	mostOnce = 30 * time.Second
	// mostRow is how many letters may be put off one after the other before that is taken for the
	// relay's word on all. What it says of recipients, such as by greylisting, is not.
	mostRow = 5
)

// took takes in that the relay took a letter, or refused one for good: it answers.
func (b *breath) took() { b.last, b.row, b.own, b.ever = 0, 0, false, true }

// putOff takes in that it put one off without a word on its recipient, and reports whether that
// is a reason to wait. Where it may be the letters' own affair, and the longest wait did not help
// either, it is until the relay takes one.
func (b *breath) putOff(own bool) bool {
	if b.row++; b.row < mostRow {
		return false
	}
	if own && !b.own && b.last == mostBreath {
		b.own, b.last = true, 0
	}
	return !own || !b.own
}

// mayBeOwn reports whether a letter may have been put off for its own sake after all. A relay that
// hangs up, says itself that it takes none, or has a word for one after the other before it hears of
// anybody, leaves no doubt. At the end of letters some greylist: those let in what comes again, and
// one that took letters before and puts one off again counts them, by the hour perhaps.
func (b *breath) mayBeOwn(why error, retried bool) bool {
	said := new(mailer.ReplyError)
	switch {
	case !errors.As(why, &said) || said.Phase == mailer.Mail || said.Reply.Crowded():
		return false
	case said.Phase == mailer.Dot:
		return !retried || !b.ever
	}
	return true
}

// ofRecipient reports whether a reply speaks of the recipient's mailbox or address (RFC 3463 §3.2,
// §3.3). X.1.7 and X.1.8 are the sender's: some relays say them at RCPT, to each letter.
func ofRecipient(r mailer.Reply) bool {
	sender := r.Enhanced == "4.1.7" || r.Enhanced == "4.1.8"
	return !sender && strings.HasPrefix(r.Enhanced, "4.1.") || strings.HasPrefix(r.Enhanced, "4.2.")
}

// putOff takes in that a letter was put off with a word, or without one, that need not be about its
// recipient.
func (k *desk) putOff(why error, retried bool) {
	own := k.relay.mayBeOwn(why, retried)
	switch {
	case !k.relay.putOff(own):
	case own: // a run that a timer will call again finds out
		k.pause(why, mostBreath)
	default:
		k.rest(why, mostBreath)
	}
}

// longer is the wait that follows another.
func longer(last, most time.Duration) time.Duration { return min(max(firstRedial, 2*last), most) }

// again makes of the relay's second word that it does not hear of a letter at the moment an outcome
// of that letter. MAIL has its size and its own return path: it may be about these.
func (k *desk) again(n *note) {
	switch {
	case n.busy == nil:
	case k.refused[n.returned.Row]:
		n.outcomes, n.pushed, n.crowded = append(n.outcomes, *n.instead), true, n.busy
		n.retried = n.returned.Attempts > 1
		n.returned, n.busy = nil, nil
	default:
		k.refused[n.returned.Row] = true
	}
}

// apart takes in that a carrier could make no connection, and ends. Where others have one, the
// relay wants no more of them for a while.
func (k *desk) apart(why error) {
	k.leaving++
	k.slow.Pushed()
	k.drain() // no other carrier has to find out
	now := k.Now()
	switch {
	case k.out == 0:
		k.relay.alone, k.relay.apart = time.Time{}, 0
		if k.Once && k.tally.Answered() == 0 {
			k.halt(&RelayError{why})
		}
		k.rest(why, mostRedial)
	case now.Before(k.relay.alone): // that is known
	default:
		if now.Sub(k.relay.alone) > mostRedial {
			k.relay.apart = 0
		}
		k.relay.apart = longer(k.relay.apart, mostRedial)
		k.relay.alone = now.Add(k.relay.apart)
	}
}

// crowded takes in the relay's word that it takes nothing from us at the moment.
func (k *desk) crowded(why error) {
	k.slow.Pushed()
	k.rest(why, mostBreath)
}

// rest is a pause. A run that a timer will call again ends where long ones did not help.
func (k *desk) rest(why error, most time.Duration) {
	if k.Once && k.relay.last > mostOnce && !k.Now().Before(k.paused) {
		k.halt(&RelayError{why})
	}
	k.pause(why, most)
}

// pause lets no letter go for a while. Words that come while nothing goes ask for no more.
func (k *desk) pause(why error, most time.Duration) {
	now := k.Now()
	if now.Before(k.paused) {
		return
	}
	k.drain()
	k.relay.last = longer(k.relay.last, most)
	k.absent, k.paused = why, now.Add(k.relay.last)
}
