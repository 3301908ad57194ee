package evidence

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// claim is a letter of which the relay has said under which queue ID it took it. Short queue
// IDs are used again, and every machine has its own: so a line belongs to the letter only if
// it is about its recipient too, and about what came to the relay when the letter did.
type claim struct {
	letter    *account
	recipient string
	since     time.Time
	taken     time.Time
}

var delayed = regexp.MustCompile(`, delay=([0-9]+(?:\.[0-9]+)?)(?:,|$)`)

// claimed finds the letter that a delivery is of, by its queue ID, its recipient and when it
// came, where the line with its Message-ID is not in the log. From here on the queue ID means
// that letter. It has meant it since the letter may have gone: the lines of another queue ID,
// under which a content filter hands the letter back, stand before the one that says so.
func (l *Log) claimed(e entry, queueID, text []byte) *passage {
	claims := l.claims[string(queueID)]
	may := claims[:begun(claims, e.at)]
	if len(may) == 0 {
		return nil
	}
	_, daemon, _ := e.daemon()
	at, said := e.at, string(text)
	o, ok := delivery(at, string(daemon), said)
	came, dated := cameAt(at, said)
	if !ok || !dated {
		return nil
	}
	i := slices.IndexFunc(may, func(c claim) bool { return l.cameWith(c, came) && o.isTo(c.recipient) })
	if i < 0 || len(claims[i].letter.passages) >= mostPassages {
		return nil
	}
	c := claims[i]
	p := &passage{letter: c.letter, host: string(e.host), queueID: string(queueID), began: c.since, claimed: &c}
	p.letter.passages = append(p.letter.passages, p)
	l.sit(p)
	l.claims[string(queueID)] = slices.Delete(claims, i, i+1)
	return p
}

// addresses are where something was delivered, and where it was to go before the relay knew better.
func (o outcome) addresses() []string {
	if o.was != "" {
		return []string{o.address, o.was}
	}
	return []string{o.address}
}

// isTo reports whether something was delivered to a recipient, or to where the relay sent what was for them.
func (o outcome) isTo(recipient string) bool {
	return slices.ContainsFunc(o.addresses(), func(to string) bool { return strings.EqualFold(to, recipient) })
}

// begun is how many of some claims, in their order, are of letters that may have gone by an instant.
func begun(claims []claim, at time.Time) int {
	n, _ := slices.BinarySearchFunc(claims, at, func(c claim, at time.Time) int {
		if c.since.After(at) {
			return 1
		}
		return -1
	})
	return n
}

// cameWith reports whether what came to the relay at an instant did when a letter came.
func (l *Log) cameWith(c claim, came time.Time) bool { return came.Sub(c.taken).Abs() <= l.skew }

// cameAt is when what was delivered at an instant came to the relay: Postfix counts the delay of
// a delivery from then on (https://www.postfix.org/postconf.5.html#delay_logging_resolution_limit).
func cameAt(at time.Time, said string) (came time.Time, ok bool) {
	m := delayed.FindStringSubmatch(said)
	if m == nil {
		return time.Time{}, false
	}
	delay, err := time.ParseDuration(m[1] + "s")
	return at.Add(-delay), err == nil
}

// strange reports whether a delivery is of a later letter under the queue ID of one that was
// claimed: in a log without the lines that a queue ID begins and ends with, nothing else parts
// the two.
func (l *Log) strange(p *passage, at time.Time, said []byte) bool {
	if p.claimed == nil || !attempt.Match(said) {
		return false
	}
	came, dated := cameAt(at, string(said))
	return !dated || !l.cameWith(*p.claimed, came)
}

// disclaim takes note of a line that says by a Message-ID which letter a queue ID means from
// an instant on: nobody has to guess any more. A relay may have said one queue ID of every letter,
// so that no claim is looked at here.
func (l *Log) disclaim(at time.Time, queueID []byte) {
	if claims := l.claims[string(queueID)]; len(claims) > 0 {
		l.claims[string(queueID)] = claims[begun(claims, at):]
	}
}
