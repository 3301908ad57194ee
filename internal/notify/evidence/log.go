package evidence

import (
	"slices"
	"strings"
	"time"
)

// Fate is what a relay's log says became of a letter.
type Fate string

// Fates, the furthest that a letter got first.
const (
	Onward   Fate = "delivered onward"       // into a mailbox, or taken by the next server
	Queued   Fate = "accepted, still queued" // at the log's end
	Unclear  Fate = "accepted, then unclear" // it left the queue, and the log does not say how
	Returned Fate = "bounced"                // for good, or its time in the queue ran out
	Dropped  Fate = "deleted at the relay"   // by its administrator, or by a rule of theirs
	Begun    Fate = "begun, not accepted"    // the relay read its header and never said that it took it
	Refused  Fate = "refused"                // by a filter or a rule, before the relay took it
	Unseen   Fate = "never seen"             // in a log that covers the time in question
	Unknown  Fate = "the log does not cover the time"
)

// fates lists them in that order.
var fates = [...]Fate{Onward, Queued, Unclear, Returned, Dropped, Begun, Refused, Unseen, Unknown}

// Letter is what to look for in a log.
type Letter struct {
	MessageID  string // without angle brackets
	ReturnPath string // where known: a relay that refuses the sender or the recipient logs no Message-ID
	// QueueID is where known that under which the relay said it took the letter: lines that come
	// after those with the Message-ID were rotated away name nothing else.
	QueueID   string
	Recipient string    // a delivery under a queue ID alone is of the letter, or may be, only if it went there
	Since     time.Time // before this the QueueID was another letter's
	Taken     time.Time // when the relay said so, by our clock
}

// Finding is what a log says about a letter.
type Finding struct {
	Fate    Fate
	At      time.Time // of the line that says so
	QueueID string
	Code    Code
	Relay   string // the next server, as mx.example.org[192.0.2.1]:25
	Said    string // what it said, on one line, without people's addresses and names
	// Named is when a line first had its Message-ID; zero where none has. A letter that was found
	// by its queue ID alone is in a log that is cut off, or that somebody has filtered.
	Named time.Time
	// Perhaps is a queue ID under which something was delivered to its recipient that came to the
	// relay in the time in question, and of which no line has a Message-ID; empty where none is.
	Perhaps string
	// Contrary is a queue ID of which the log says better, where no line says whether that was another
	// copy, or the one that came back later, as through a content filter; empty where nothing speaks
	// against the Fate. A letter that the relay is known to have accepted has come back then.
	Contrary string
	Times    int // how often the relay took the letter for certain; more than once, and somebody may have it twice
}

// LogOptions say how to read times.
type LogOptions struct {
	// Zone is that of the relay's clock, for stamps that do not name it.
	Zone *time.Location
	// Until is when the log was taken: stamps without a year are not later than a day after it.
	Until time.Time
	// Quiet is for how long a log may be silent without having a gap there. Zero: an hour.
	Quiet time.Duration
	// Skew is how far the relay's clock may be from ours.
	Skew time.Duration
}

// Log collects what the log of a Postfix says about some letters. It keeps what concerns them,
// and of the rest no more than which queue IDs are others', so that logs of any size can be read.
type Log struct {
	stamps  stamper
	quiet   time.Duration
	skew    time.Duration
	letters map[string]*account   // by Message-ID
	paths   map[string]*account   // by return path, in lower case
	queue   map[string][]sitting  // by host and queue ID: those that are under way
	claims  map[string][]claim    // by queue ID, who may have gone first first: letters that have met no line of theirs yet
	seekers map[string][]*account // of letters without a queue ID, by recipient, in lower case
	others  map[string]bool       // by host, queue ID and instance: those under way that a Message-ID says to be of other letters
	hosts   map[string]*cover
	last    place
}

// account is what is known of one letter.
type account struct {
	recipient string
	passages  []*passage
	refused   *Finding // or thrown away, before it had a queue ID
	nameless  []nameless
}

// passage is one letter's way through one queue.
type passage struct {
	letter   *account
	host     string
	queueID  string
	began    time.Time
	claimed  *claim // by which it was found, where no line says that it is this letter
	taken    bool   // the queue manager has it, or it is held
	removed  bool
	requeued bool // it goes on under another queue ID
	stopped  *Finding
	barred   []string  // addresses that lines named of what stopped it as it came in
	to       []outcome // a recipient that stands for several has several
}

// outcome is the last that was said about one recipient.
type outcome struct {
	address string
	was     string // the address before the relay knew better; empty where it is the same
	Finding
	next string // queue ID that the next server gave it
}

// NewLog begins to look for letters.
func NewLog(letters []Letter, o LogOptions) *Log {
	l := &Log{
		stamps: stamper{zone: o.Zone, until: o.Until}, quiet: o.Quiet, skew: o.Skew,
		letters: make(map[string]*account, len(letters)), paths: make(map[string]*account),
		queue: make(map[string][]sitting), claims: make(map[string][]claim), hosts: make(map[string]*cover),
		seekers: make(map[string][]*account), others: make(map[string]bool),
	}
	if l.quiet == 0 {
		l.quiet = time.Hour
	}
	if o.Zone == nil {
		l.stamps.zone = time.UTC
	}
	for _, letter := range letters {
		a := &account{recipient: letter.Recipient}
		l.letters[letter.MessageID] = a
		if letter.ReturnPath != "" {
			l.paths[strings.ToLower(letter.ReturnPath)] = a
		}
		switch to := strings.ToLower(letter.Recipient); {
		case letter.QueueID != "":
			l.claims[letter.QueueID] = append(l.claims[letter.QueueID], claim{a, letter.Recipient, letter.Since, letter.Taken})
		case to != "":
			l.seekers[to] = append(l.seekers[to], a)
		}
	}
	for _, claims := range l.claims {
		slices.SortStableFunc(claims, func(a, b claim) int { return a.since.Compare(b.since) })
	}
	return l
}

// Of says what became of a letter that may have been handed over between two instants. What
// began before since is of an earlier sending, and says nothing of this one: both have the
// same Message-ID. That it was never seen is said only where the log of every host in it has
// no gap from one instant to the other.
func (l *Log) Of(messageID string, since, from, to time.Time) Finding {
	a := l.letters[messageID]
	if a == nil {
		return Finding{Fate: Unknown}
	}
	c := a.chained(since, l.skew)
	found, times := c.fate()
	if r := a.refused; r != nil && !r.At.Before(since) && further(r.Fate, found.Fate) {
		found = *r
	}
	if found.Fate == Unknown && l.Covers(from, to) {
		found.Fate = Unseen
	}
	found.Times, found.Named, found.Perhaps = times, c.named(), a.cameBetween(from, to)
	return found
}

// further reports whether a letter of one fate got further than one of another.
func further(a, b Fate) bool {
	for _, f := range fates {
		if f == a || f == b {
			return f == a && a != b
		}
	}
	return false
}

// standing is what is said of a letter as a whole, before anything is of its recipients.
func (p *passage) standing() Finding {
	found := Finding{Fate: Begun, At: p.began, QueueID: p.queueID}
	switch {
	case p.stopped != nil:
		return *p.stopped
	case p.taken && p.removed:
		found.Fate = Unclear
	case p.taken:
		found.Fate = Queued
	}
	return found
}

// graver compares what is said about recipients.
func graver(a, b Fate) bool {
	rank := map[Fate]int{Onward: 0, Queued: 1, Unclear: 2, Begun: 3, Dropped: 4, Returned: 5}
	return rank[a] > rank[b]
}
