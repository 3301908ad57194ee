package evidence

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	one   = "4kQ1By6X2Jz9x" // the queue ID of the lines in log_test.go
	two   = "4kQ2Cz0000z1y"
	three = "4kQ3Dz0000z1y"

	piped     = "postfix/pipe[4]: 4kQ1By6X2Jz9x: to=<jo@example.org>, relay=filter, delay=4, delays=0.1/0/0/4, dsn=2.0.0, status=sent (delivered via filter service)\n"
	swallowed = "postfix/smtp[4]: 4kQ1By6X2Jz9x: to=<jo@example.org>, relay=127.0.0.1[127.0.0.1]:10025, delay=0.4, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok: message taken by filter)\n"
	forwards  = "postfix/local[4]: 4kQ1By6X2Jz9x: to=<jo@example.org>, relay=local, delay=0.1, delays=0/0/0/0, dsn=2.0.0, status=sent (forwarded as " + two + ")\n"
	nobody    = "postfix/local[4]: 4kQ1By6X2Jz9x: to=<jo@example.org>, relay=local, delay=0.1, delays=0/0/0/0, dsn=5.1.1, status=bounced (nobody here)\n"
	deletes   = "postfix/postsuper[7]: 4kQ1By6X2Jz9x: removed\n"
	requeues  = "postfix/postsuper[7]: 4kQ1By6X2Jz9x: requeued\n"
	spam      = "postfix/cleanup[2]: 4kQ1By6X2Jz9x: milter-reject: END-OF-MESSAGE from localhost[127.0.0.1]: 5.7.1 spam; from=<> to=<>\n"
	notYet    = "postfix/cleanup[2]: 4kQ1By6X2Jz9x: milter-reject: END-OF-MESSAGE from localhost[127.0.0.1]: 4.7.1 later; from=<> to=<>\n"
	expires   = "postfix/qmgr[3]: 4kQ1By6X2Jz9x: from=<bounces@example.com>, status=expired, returned to sender\n"
)

// as gives lines another queue ID.
func as(queueID, lines string) string { return strings.ReplaceAll(lines, one, queueID) }

// asking gives lines another recipient.
func asking(recipient, lines string) string {
	return strings.ReplaceAll(lines, "to=<jo@example.org>", "to=<"+recipient+">")
}

// queuedTo is a delivery to the next server, which takes it under a queue ID.
func queuedTo(queueID string) string { return strings.Replace(sends, "3F2A1B7C4D", queueID, 1) }

// at gives lines without a stamp one, of a host.
func at(stamp, host, lines string) string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		b.WriteString("May  4 " + stamp + " " + host + " " + line)
	}
	return b.String()
}

// TestHandedOn: what became of a letter is what became of it where it went on, and the gravest of
// its recipients' copies counts; also where no line links the queue IDs, but then against another.
func TestHandedOn(t *testing.T) {
	through := func(delivery string) string { return binds + takes + delivery + removes }
	later := func(queueID, lines string) string { return at("09:00:04", "mx", as(queueID, lines)) }
	bounces := binds + takes + nobody + removes
	arrives := binds + takes + sends + removes
	toTwo := strings.Replace(piped, "relay=", "orig_to=<info@example.org>, relay=", 1) + asking("jane@example.org", strings.Replace(piped, "relay=", "orig_to=<info@example.org>, relay=", 1))
	unnamed := strings.Replace(sends, "queued as 3F2A1B7C4D", "OK 1714813 - gsmtp", 1)
	stoppedFor := func(recipient, line string) string {
		return strings.Replace(line, "from=<> to=<>", "from=<bounces@example.com> to=<"+recipient+"> proto=ESMTP helo=<mx>", 1)
	}
	const thrownAway = "postfix/cleanup[2]: " + one + ": discard: body x from localhost[127.0.0.1]; from=<> to=<>\n"
	for _, c := range []struct {
		name, lines string
		want        Fate
		queue       string
		contrary    string
		times       int
	}{
		{"piped through a filter, and bounced", through(piped) + later(two, bounces), Returned, two, one, 1},
		{"and bounced before pipe says that it is done", binds + takes + as(two, bounces) + at("09:00:04", "mx", piped+removes), Returned, two, one, 1},
		{"a filter that names no queue ID", through(swallowed) + later(two, bounces), Returned, two, one, 1},
		{"deleted behind the filter", through(piped) + later(two, binds+takes+deletes), Dropped, two, one, 1},
		{"thrown away behind the filter", through(piped) + later(two, binds+"postfix/cleanup[2]: 4kQ1By6X2Jz9x: discard: body x from localhost[127.0.0.1]\n"), Dropped, two, one, 1},
		{"refused behind the filter", through(piped) + later(two, binds+spam), Returned, two, one, 1},
		{"refused for now, and then taken", through(piped) + later(two, binds+notYet) + later(three, arrives), Onward, one, "", 2},
		{"waiting behind the filter", through(piped) + later(two, binds+takes+defers), Queued, two, "", 2},
		{"bounced behind two filters", through(piped) + later(two, through(swallowed)) + later(three, bounces), Returned, three, one, 1},
		{"a queue that does not say how it left", binds + takes + removes + later(two, asking("jo@relay.example", bounces)), Returned, two, one, 1},
		{"for two people, one of them unknown", through(toTwo) + later(two, arrives) + later(three, asking("jane@example.org", bounces)), Returned, three, one, 1},
		{"for an alias, in two", through(asking("info@example.org", piped)) + later(two, strings.Replace(bounces, "relay=", "orig_to=<info@example.org>, relay=", 1)), Returned, two, one, 1},
		{"one bounced at once, the other came", through(asking("jane@example.org", nobody)+piped) + later(two, arrives), Returned, one, two, 1},
		{"for a mailbox of another name", through(asking("box7@example.org", piped)) + later(two, bounces), Returned, two, one, 1},
		{"one bounced at once, the other came through two filters", through(queuedTo(two)+asking("jane@example.org", nobody)) + later(two, through(piped)) + at("09:00:06", "mx", as(three, arrives)), Returned, one, three, 1},
		{"forwarded, and bounced", through(forwards) + later(two, asking("jo@relay.example", bounces)), Returned, two, "", 1},
		{"forwarded, and sent", through(forwards) + later(two, asking("jo@relay.example", arrives)), Onward, two, "", 1},
		{"forwarded, and refused", through(forwards) + later(two, binds+spam), Returned, two, "", 1},
		{"forwarded, and refused for now", through(forwards) + later(two, binds+notYet), Unclear, two, "", 1},
		{"in two, one sent and one bounced", through(queuedTo(two)+asking("jane@example.org", queuedTo(three))) + later(two, arrives) + later(three, asking("jane@example.org", bounces)), Returned, three, "", 1},
		{"in two, one bounced and one sent", through(asking("jane@example.org", queuedTo(three))+queuedTo(two)) + later(two, arrives) + later(three, asking("jane@example.org", bounces)), Returned, three, "", 1},
		{"in two, one sent and one deleted", through(queuedTo(two)+asking("jane@example.org", queuedTo(three))) + later(two, arrives) + later(three, binds+takes+deletes), Dropped, three, "", 1},
		{"two of one queue ID", through(queuedTo(two)+asking("jane@example.org", queuedTo(two))) + later(two, arrives+asking("jane@example.org", sends)), Onward, two, "", 1},
		{"to one of two machines that have its queue ID", through(queuedTo(two)) + later(two, arrives) + at("09:00:05", "mx2", as(two, bounces)), Returned, two, "", 1},
		{"handed round in a ring", through(queuedTo(two)) + strings.Replace(as(two, through(sends)), "3F2A1B7C4D", one, 1), Unclear, one, "", 1},
		{"put back after one had bounced", binds + takes + asking("jane@example.org", nobody) + defers + requeues + later(two, arrives), Returned, one, two, 1},
		{"put back, and refused", binds + takes + defers + requeues + later(two, binds+spam), Returned, two, "", 0},

		{"piped through, and sent", through(piped) + later(two, arrives), Onward, one, "", 2},
		{"waiting, and another one bounced", binds + takes + defers + later(two, bounces), Queued, one, "", 2},
		{"bounced, and sent again", bounces + at("09:05:00", "mx", as(two, arrives)), Onward, two, "", 2},
		{"in a ring's stead, sent again", through(queuedTo(two)) + later(two, bounces) + at("09:05:00", "mx", as(three, arrives)), Onward, three, "", 2},
		{"in a mailbox, and a redirection bounced", through(piped) + later(two, asking("jo@relay.example", bounces)), Onward, one, "", 2},
		{"and refused by a filter", through(piped) + later(two, binds+stoppedFor("Jo@relay.example", spam)), Onward, one, "", 1},
		{"and refused by a server of another kind's", through(unnamed) + later(two, binds+stoppedFor("jo@relay.example", spam)), Onward, one, "", 1},
		{"and thrown away by a rule", through(piped) + later(two, binds+stoppedFor("jo@relay.example", thrownAway)), Onward, one, "", 1},
		{"of another name, and a redirection refused", through(asking("box7@example.org", piped)) + later(two, binds+stoppedFor("jo@relay.example", spam)), Onward, one, "", 1},

		{"refused behind the filter, by name", through(piped) + later(two, binds+stoppedFor("JO@example.org", spam)), Returned, two, one, 1},
		{"thrown away behind the filter, by name", through(piped) + later(two, binds+stoppedFor("jo@example.org", thrownAway)), Dropped, two, one, 1},
		{"refused under the mailbox's other name", through(asking("box7@example.org", piped)) + later(two, binds+stoppedFor("box7@example.org", spam)), Returned, two, one, 1},
		{"refused for one of two", through(toTwo) + later(two, arrives) + later(three, binds+stoppedFor("jane@example.org", spam)), Returned, three, one, 1},
		{"a queue that does not say how it left, and a refusal", binds + takes + removes + later(two, binds+stoppedFor("jo@relay.example", spam)), Returned, two, one, 1},
	} {
		l := NewLog([]Letter{{MessageID: aMessage, Recipient: "Jo@example.org"}}, skewed)
		if err := l.Read(strings.NewReader(around(c.lines))); err != nil {
			t.Fatal(err)
		}
		got := l.Of(aMessage, from.Add(-time.Hour), from, to)
		if got.Fate != c.want || got.Contrary != c.contrary || got.Times != c.times || got.QueueID != c.queue {
			t.Errorf("%s: %s under %s, against %q, %d times; want %s under %s, against %q, %d", c.name, got.Fate, got.QueueID, got.Contrary, got.Times, c.want, c.queue, c.contrary, c.times)
		}
		if got.At.IsZero() || got.Named.IsZero() {
			t.Errorf("%s: no line says so: %+v", c.name, got)
		}
	}
}

// TestClaimedCopyCameBack: what the relay told us is the copy that came back counts, also where
// only its queue ID says so, and nobody knows when that copy began.
func TestClaimedCopyCameBack(t *testing.T) {
	l := NewLog([]Letter{{MessageID: aMessage, QueueID: two, Recipient: "jo@example.org", Since: from.Add(-5 * time.Minute), Taken: from}}, skewed)
	if err := l.Read(strings.NewReader(around(binds + takes + swallowed + removes + as(two, nobody+removes)))); err != nil {
		t.Fatal(err)
	}
	if got := l.Of(aMessage, from.Add(-5*time.Minute), from, to); got.Fate != Returned || got.QueueID != two || got.Contrary != one {
		t.Errorf("%+v", got)
	}
}

// TestClocksOfTwoHosts: a letter goes on where the next server says that it does, also where that
// one's clock is behind; and what no line links was on the other machine before only if it was by
// more than clocks differ.
func TestClocksOfTwoHosts(t *testing.T) {
	bounced := as(two, binds+takes+nobody+removes)
	linked, unlinked := binds+takes+queuedTo(two)+removes, binds+takes+swallowed+removes
	for _, c := range []struct {
		name, first, second string
		contrary            string
		want                Fate
	}{
		{"a second behind", at("09:00:02", "mx", linked), at("09:00:01", "out", bounced), "", Returned},
		{"five minutes behind", at("09:06:01", "mx", linked), at("09:01:01", "out", bounced), "", Returned},
		{"an ID of an hour ago", at("10:00:02", "mx", linked), at("09:00:01", "out", bounced), "", Onward},
		{"not linked, a second behind", at("09:00:02", "mx", unlinked), at("09:00:01", "out", bounced), one, Returned},
		{"not linked, an hour ago", at("10:00:02", "mx", unlinked), at("09:00:01", "out", bounced), "", Onward},
		{"not linked, on one machine", at("09:00:02", "mx", unlinked), at("09:00:01", "mx", bounced), "", Onward},
	} {
		for _, lines := range []string{c.first + c.second, c.second + c.first} {
			l := NewLog([]Letter{{MessageID: aMessage}}, skewed)
			if err := l.Read(strings.NewReader(around(lines))); err != nil {
				t.Fatal(err)
			}
			if got := l.Of(aMessage, from.Add(-time.Hour), from, to); got.Fate != c.want || got.Contrary != c.contrary {
				t.Errorf("%s: %s, against %q; want %s, against %q", c.name, got.Fate, got.Contrary, c.want, c.contrary)
			}
		}
	}
}

// TestNeverBetterThanTheGravest: whatever passages a letter has, of one that the relay has taken
// nobody reads that it was refused, or never seen.
func TestNeverBetterThanTheGravest(t *testing.T) {
	ends := []string{piped, queuedTo(two), queuedTo(three), forwards, nobody, defers, deletes, requeues, spam, notYet, ""}
	for _, first := range ends {
		for _, second := range ends {
			for _, third := range ends {
				text := binds + takes + first + at("09:00:04", "mx", as(two, binds+second)) + at("09:00:05", "mx", as(three, binds+third))
				got := read(t, around(text), skewed).Of(aMessage, from.Add(-time.Hour), from, to)
				if first != spam && first != notYet && slices.Contains([]Fate{Refused, Unseen, Unknown, ""}, got.Fate) {
					t.Errorf("%q, %q, %q: %q", first, second, third, got.Fate)
				}
			}
		}
	}
}
