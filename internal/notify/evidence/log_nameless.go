package evidence

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// nameless is a delivery under a queue ID of which no line has a Message-ID: it may be of any
// letter to its recipient that came to the relay when it did.
type nameless struct {
	queueID string
	came    time.Time
}

// mostOthers is how many queue IDs of others are kept at a time. What is delivered under one
// more of them counts as nameless, which leaves a doubt and settles nothing.
const mostOthers = 200_000

// another takes note that the last key is a queue ID of a letter that was not asked for.
func (l *Log) another() {
	if len(l.others) < mostOthers {
		l.others[string(l.last.key)] = true
	}
}

// stray takes note of a line under a queue ID that is of no letter of ours, or of which the log
// does not say which letter it is.
func (l *Log) stray(at time.Time, daemon, queueID, said []byte) {
	switch {
	case string(said) == "removed":
		delete(l.others, string(l.last.key))
	case bytes.HasPrefix(said, []byte("to=<")) && !l.others[string(l.last.key)]:
		l.unnamed(at, string(daemon), string(queueID), string(said))
	}
}

// unnamed takes note of a delivery to a recipient of ours under a queue ID that nothing names.
func (l *Log) unnamed(at time.Time, daemon, queueID, said string) {
	o, ok := delivery(at, daemon, said)
	if !ok {
		return
	}
	if came, ok := cameAt(at, said); ok {
		at = came
	}
	for _, to := range o.addresses() {
		for _, a := range l.seekers[strings.ToLower(to)] {
			if len(a.nameless) < mostPassages {
				a.nameless = append(a.nameless, nameless{queueID, at})
			}
		}
	}
}

// cameBetween is the queue ID of the first nameless delivery of what came between two instants;
// empty where there is none.
func (a *account) cameBetween(from, to time.Time) string {
	i := slices.IndexFunc(a.nameless, func(n nameless) bool { return !n.came.Before(from) && !n.came.After(to) })
	if i < 0 {
		return ""
	}
	return a.nameless[i].queueID
}
