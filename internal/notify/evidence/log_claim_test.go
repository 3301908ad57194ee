package evidence

import (
	"strings"
	"testing"
	"time"
)

// rotated is the log of a Postfix a week on, as it is after a rotation: the lines that say which
// letter 4kQ1By6X2Jz9x is are in a file that is there no more.
const rotated = `May  4 09:00:02 mx postfix/qmgr[812]: 4kQ1By6X2Jz9x: from=<bounces+arw66t6uvkinfsldq2eb4rtpncrmuj7l@example.com>, size=8731, nrcpt=1 (queue active)
May  4 09:00:32 mx postfix/smtp[9231]: connect to mx.example.org[192.0.2.1]:25: Connection timed out
May  4 09:00:32 mx postfix/smtp[9231]: 4kQ1By6X2Jz9x: to=<jo@example.org>, relay=none, delay=432031, delays=432001/0.01/30/0, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.1]:25: Connection timed out)
May  4 09:00:32 mx postfix/qmgr[812]: 4kQ1By6X2Jz9x: from=<bounces+arw66t6uvkinfsldq2eb4rtpncrmuj7l@example.com>, status=expired, returned to sender
May  4 09:00:32 mx postfix/bounce[9240]: 4kQ1By6X2Jz9x: sender non-delivery notification: 4kQ1Bz2Kc3z9y
May  4 09:00:32 mx postfix/qmgr[812]: 4kQ1By6X2Jz9x: removed
`

// TestQueueIDAlone: where the lines with the Message-ID were rotated away, a letter is known by
// its queue ID, its recipient and the time, all three; where they were not, they alone count.
func TestQueueIDAlone(t *testing.T) {
	const id = "4kQ1By6X2Jz9x"
	another := strings.Replace(binds, aMessage, "another@example.com", 1)
	for _, c := range []struct {
		name, lines string
		letter      Letter
		want        Fate
	}{
		{"expired a week on", rotated, Letter{QueueID: id}, Returned},
		{"no queue ID", rotated, Letter{}, Unseen},
		{"another queue ID", rotated, Letter{QueueID: "4kQ1By6X2Jz9y"}, Unseen},
		{"another recipient", rotated, Letter{QueueID: id, Recipient: "jane@example.org"}, Unseen},
		{"in other letters", rotated, Letter{QueueID: id, Recipient: "Jo@Example.ORG"}, Returned},
		{"by an alias", strings.ReplaceAll(returns, "info@", "jim@"), Letter{QueueID: id, Recipient: "jim@example.org"}, Returned},
		{"before its time", rotated, Letter{QueueID: id, Since: from.Add(time.Minute)}, Unseen},
		{"sent", takes + sends + removes, Letter{QueueID: id}, Onward},
		{"still queued", defers, Letter{QueueID: id}, Queued},
		{"deferred, then bounced", defers + returns + removes, Letter{QueueID: id}, Returned},
		{"the same ID again", returns + removes + sends, Letter{QueueID: id}, Returned},
		{"and before its time", "May  4 08:59:30 mx " + returns + "May  4 08:59:31 mx " + removes + sends, Letter{QueueID: id}, Onward},
		{"the ID is another letter's", another + takes + returns + removes, Letter{QueueID: id}, Unseen},
		{"and another's after it", sends + removes + another + returns + removes, Letter{QueueID: id}, Onward},
		{"another's before its time", "May  4 08:59:30 mx " + another + "May  4 08:59:31 mx " + removes + returns, Letter{QueueID: id}, Returned},
		{"by its Message-ID", binds + takes + sends + removes + returns, Letter{QueueID: id}, Onward},
	} {
		if c.letter.Recipient == "" {
			c.letter.Recipient = "jo@example.org"
		}
		if c.letter.Since.IsZero() {
			c.letter.Since = from
		}
		c.letter.MessageID = aMessage
		l := NewLog([]Letter{c.letter}, options)
		if err := l.Read(strings.NewReader(around(c.lines))); err != nil {
			t.Fatal(err)
		}
		got := l.Of(aMessage, c.letter.Since, from, to)
		if got.Fate != c.want || (c.want != Unseen) != (got.QueueID == id) {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
	}
}
