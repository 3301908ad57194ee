package evidence

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// claim is a letter of which the relay has said under which queue ID it took it. Short queue
// IDs are used again, and every machine has its own: so a line belongs to the letter only if
// it is about its recipient too, and not of the time before.
type claim struct {
	letter    *account
	recipient string
	since     time.Time
}

var originally = regexp.MustCompile(`, orig_to=<([^>]*)>`)

// claimed finds the letter that a delivery is of, by its queue ID and its recipient, where the
// line with its Message-ID is not in the log. From here on the queue ID means that letter.
func (l *Log) claimed(at time.Time, queueID, said []byte) *passage {
	claims := l.claims[string(queueID)]
	if len(claims) == 0 {
		return nil
	}
	m := attempt.FindSubmatch(said)
	if m == nil {
		return nil
	}
	to := []string{string(m[1])}
	if was := originally.FindSubmatch(said); was != nil {
		to = append(to, string(was[1]))
	}
	i := slices.IndexFunc(claims, func(c claim) bool {
		return !at.Before(c.since) && slices.ContainsFunc(to, func(to string) bool { return strings.EqualFold(to, c.recipient) })
	})
	if i < 0 || len(claims[i].letter.passages) >= mostPassages {
		return nil
	}
	p := &passage{letter: claims[i].letter, queueID: string(queueID), began: at}
	p.letter.passages = append(p.letter.passages, p)
	l.queue[string(l.key)] = p
	l.claims[string(queueID)] = slices.Delete(claims, i, i+1)
	return p
}

// disclaim takes note of a line that says by a Message-ID which letter a queue ID means from
// an instant on: nobody has to guess any more.
func (l *Log) disclaim(at time.Time, queueID []byte) {
	claims := l.claims[string(queueID)]
	if len(claims) == 0 {
		return
	}
	l.claims[string(queueID)] = slices.DeleteFunc(claims, func(c claim) bool { return !at.Before(c.since) })
}
