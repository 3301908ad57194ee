package send

import "time"

// breath is how long a run leaves a relay alone that takes nothing from it at the moment: because
// it cannot be reached, or because of its word. Letters are not to blame for that, and their own
// waits would not help: they would come due in waves, of which the relay takes the first few.
type breath struct {
	last  time.Duration // the last wait; 0: it has taken a letter since
	row   int           // letters that it put off one after the other, taking none
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
	// relay's word on all. Greylisting is not: that is said of recipients.
	mostRow = 5
)

// took takes in that the relay took a letter.
func (b *breath) took() { b.last, b.row = 0, 0 }

// putOff takes in that it put one off without a word on its recipient, and reports whether that
// is a reason to wait.
func (b *breath) putOff() bool {
	b.row++
	return b.row >= mostRow
}

// longer is the wait that follows another.
func longer(last, most time.Duration) time.Duration { return min(max(firstRedial, 2*last), most) }

// apart takes in that a carrier could make no connection, and ends. Where others have one, the
// relay wants no more of them for a while.
func (k *desk) apart(why error) {
	k.leaving++
	k.slow.Pushed()
	if k.drain(); k.out == 0 { // no other carrier has to find out
		k.pause(why, mostRedial)
		return
	}
	k.relay.apart = longer(k.relay.apart, mostRedial)
	k.relay.alone = k.Now().Add(k.relay.apart)
}

// crowded takes in the relay's word that it takes nothing from us at the moment.
func (k *desk) crowded(why error) {
	k.slow.Pushed()
	k.pause(why, mostBreath)
}

// pause lets no letter go for a while. Words that come while nothing goes ask for no more.
func (k *desk) pause(why error, most time.Duration) {
	now := k.Now()
	if now.Before(k.paused) {
		return
	}
	k.drain()
	if k.Once && (k.tally.Answered() == 0 || k.relay.last > mostOnce) {
		k.halt(&RelayError{why})
	}
	k.relay.last = longer(k.relay.last, most)
	k.absent, k.paused = why, now.Add(k.relay.last)
}
