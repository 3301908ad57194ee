package evidence

import (
	"fmt"
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

var skewed = LogOptions{Zone: time.UTC, Until: taken, Skew: 5 * time.Minute}

const (
	// probes asks whether an address is there; it has a queue ID like a letter.
	probes = "postfix/smtp[4]: 4kQ1By6X2Jz9x: to=<jo@example.org>, relay=mx.example.org[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=undeliverable (host mx.example.org said: 550 5.1.1 nobody)\n"
	// again is of another letter to the same recipient, under a queue ID that was used before.
	again = "May  4 09:19:00 mx postfix/smtp[4]: 4kQ1By6X2Jz9x: to=<jo@example.org>, relay=mx.example.org[192.0.2.1]:25, delay=2, delays=0/0/0/2, dsn=5.2.2, status=bounced (host mx.example.org said: 552 5.2.2 full)\n"
	// reused is of a letter to somebody else under that queue ID, and begins a line that says how it ends.
	reused = "May  4 09:19:00 mx postfix/smtp[4]: 4kQ1By6X2Jz9x: to=<other@example.net>, relay=none, delay=2, delays=0/0/0/2, dsn=4.4.1, status=deferred (connect to mx.example.net[192.0.2.9]:25: Connection timed out)\n" +
		"May  4 09:19:30 mx postfix/"
)

// TestQueueIDAlone: where the lines with the Message-ID were rotated away, a letter is known by
// its queue ID, its recipient and when it came, all three; where they were not, they alone count.
func TestQueueIDAlone(t *testing.T) {
	const id = "4kQ1By6X2Jz9x"
	daysAgo := from.Add(-432000 * time.Second)
	another := strings.Replace(binds, aMessage, "another@example.com", 1)
	for _, c := range []struct {
		name, lines string
		letter      Letter
		want        Fate
	}{
		{"expired five days on", rotated, Letter{QueueID: id, Taken: daysAgo}, Returned},
		{"nobody knows when it came", rotated, Letter{QueueID: id, Taken: time.Unix(0, 0)}, Unseen},
		{"the relay's clock is four minutes off", rotated, Letter{QueueID: id, Taken: daysAgo.Add(4 * time.Minute)}, Returned},
		{"the ID was used again, later", rotated, Letter{QueueID: id, Taken: daysAgo.Add(-6 * time.Minute)}, Unseen},
		{"and earlier", rotated, Letter{QueueID: id, Taken: daysAgo.Add(6 * time.Minute)}, Unseen},
		{"of no delay", strings.ReplaceAll(returns, " delay=1,", ""), Letter{QueueID: id}, Unseen},
		{"of a strange delay", strings.ReplaceAll(returns, " delay=1,", " delay="+strings.Repeat("9", 30)+","), Letter{QueueID: id}, Unseen},
		{"used again, without the lines between", sends + again, Letter{QueueID: id}, Onward},
		{"used again, and expired", defers + reused + "qmgr[3]: " + id + ": from=<x@example.net>, status=expired, returned to sender\n", Letter{QueueID: id, Taken: from.Add(-30 * time.Second)}, Queued},
		{"used again, and deleted", defers + reused + "postsuper[3]: " + id + ": removed\n", Letter{QueueID: id, Taken: from.Add(-30 * time.Second)}, Queued},
		{"used again, and refused", defers + reused + "cleanup[3]: " + id + ": milter-reject: END-OF-MESSAGE from x[192.0.2.9]: 5.7.1 spam\n", Letter{QueueID: id, Taken: from.Add(-30 * time.Second)}, Queued},
		{"a probe", probes, Letter{QueueID: id}, Unseen},
		{"after a probe", probes + removes + returns, Letter{QueueID: id}, Returned},
		{"no queue ID", rotated, Letter{}, Unseen},
		{"another queue ID", rotated, Letter{QueueID: "4kQ1By6X2Jz9y", Taken: daysAgo}, Unseen},
		{"another recipient", rotated, Letter{QueueID: id, Taken: daysAgo, Recipient: "jane@example.org"}, Unseen},
		{"in other letters", rotated, Letter{QueueID: id, Taken: daysAgo, Recipient: "Jo@Example.ORG"}, Returned},
		{"by an alias", strings.ReplaceAll(returns, "info@", "jim@"), Letter{QueueID: id, Recipient: "jim@example.org"}, Returned},
		{"before its time", rotated, Letter{QueueID: id, Taken: daysAgo, Since: from.Add(time.Minute)}, Unseen},
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
		if c.letter.Taken.IsZero() {
			c.letter.Taken = from
		}
		c.letter.MessageID = aMessage
		l := NewLog([]Letter{c.letter}, skewed)
		if err := l.Read(strings.NewReader(around(c.lines))); err != nil {
			t.Fatal(err)
		}
		got := l.Of(aMessage, c.letter.Since, from, to)
		if got.Fate != c.want || (c.want != Unseen) != (got.QueueID == id) {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
		if named := strings.Contains(c.lines, "message-id=<"+aMessage); got.Named.IsZero() == named {
			t.Errorf("%s: its Message-ID came at %v; in the log: %v", c.name, got.Named, named)
		}
	}
}

// TestQueueIDOfTwo: two letters to one recipient, one after the other under the same queue ID, are
// told apart by when they came.
func TestQueueIDOfTwo(t *testing.T) {
	const id, second = "4kQ1By6X2Jz9x", "0b0b@example.com"
	l := NewLog([]Letter{
		{MessageID: aMessage, QueueID: id, Recipient: "jo@example.org", Since: from, Taken: from},
		{MessageID: second, QueueID: id, Recipient: "jo@example.org", Since: from, Taken: from.Add(19 * time.Minute)},
	}, skewed)
	if err := l.Read(strings.NewReader(around(sends + again))); err != nil {
		t.Fatal(err)
	}
	if first, second := l.Of(aMessage, from, from, to), l.Of(second, from, from, to); first.Fate != Onward || second.Fate != Returned {
		t.Errorf("%s and %s, want %s and %s", first.Fate, second.Fate, Onward, Returned)
	}
}

// TestFilterHandsBack: behind a content filter a letter has two queue IDs, and the relay told us
// the first. What became of the second is what became of the letter, whether the line with the
// Message-ID of the first is in the log or not.
func TestFilterHandsBack(t *testing.T) {
	const first, second = "4kQ1By6X2Jz9x", "4kQ2Cz0000z1y"
	filtered := strings.ReplaceAll(binds+takes, first, second) +
		strings.Replace(sends, "3F2A1B7C4D", second, 1) + removes + strings.ReplaceAll(returns+removes, first, second)
	for _, lines := range []string{filtered, binds + takes + filtered} {
		lines = strings.Replace(lines, "postfix/smtp", "May  4 09:00:04 mx postfix/smtp", 1) // the filter takes a while
		l := NewLog([]Letter{{MessageID: aMessage, QueueID: first, Recipient: "jo@example.org", Since: from, Taken: from}}, skewed)
		if err := l.Read(strings.NewReader(around(lines))); err != nil {
			t.Fatal(err)
		}
		if got := l.Of(aMessage, from, from, to); got.Fate != Returned || got.QueueID != second || got.Named.IsZero() {
			t.Errorf("%+v, want %s", got, Returned)
		}
	}
}

// BenchmarkOneQueueID reads 10,000 lines under a queue ID that as many letters have had, none of
// them when the lines were written: a relay may say the same of every letter.
func BenchmarkOneQueueID(b *testing.B) {
	const many, id = 10_000, "4kQ1By6X2Jz9x"
	letters := make([]Letter, many)
	for i := range letters {
		letters[i] = Letter{MessageID: fmt.Sprint(i, "@example.com"), QueueID: id, Recipient: "jo@example.org", Since: to, Taken: to}
	}
	for name, line := range map[string]string{"named": strings.Replace(binds, aMessage, "another@example.com", 1), "delivered": sends} {
		b.Run(name, func(b *testing.B) {
			text := around(strings.Repeat(line, many))
			for b.Loop() {
				if err := NewLog(letters, skewed).Read(strings.NewReader(text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
