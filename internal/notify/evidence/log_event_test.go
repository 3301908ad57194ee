package evidence

import (
	"strings"
	"testing"
	"time"
)

// TestOlderCopyTakesNothingBack: who names a copy of a log that was made before, and one that was
// made after, reads in the second what the first says already.
func TestOlderCopyTakesNothingBack(t *testing.T) {
	begins := binds + takes + defers
	for _, c := range []struct {
		name, newer string
		want        Fate
	}{
		{"bounced", nobody + removes, Returned},
		{"sent", sends + removes, Onward},
		{"expired", expires + removes, Returned},
		{"still waiting", "", Queued},
	} {
		for name, letter := range map[string]Letter{
			"from its beginning": {MessageID: aMessage},
			"from its middle":    {MessageID: aMessage, QueueID: one, Recipient: "jo@example.org", Since: from.Add(-5 * time.Minute), Taken: from},
		} {
			first := at("09:00:31", "mx", begins)
			if letter.QueueID != "" {
				first = at("09:00:31", "mx", defers) // the line with its Message-ID is in the other copy alone
			}
			first += at("09:00:40", "mx", strings.Replace(c.newer, "delay=0.", "delay=39.", 1))
			l := NewLog([]Letter{letter}, skewed)
			for _, text := range []string{first, at("09:00:31", "mx", begins)} {
				if err := l.Read(strings.NewReader(around(text))); err != nil {
					t.Fatal(err)
				}
			}
			if got := l.Of(aMessage, from.Add(-time.Hour), from, to); got.Fate != c.want || got.Times != 1 || got.Named.IsZero() {
				t.Errorf("%s, %s: %+v, want %s, once", c.name, name, got, c.want)
			}
		}
	}
}

// TestThrownAway: a filter, or a rule, that takes a letter and throws it away answers as if it were sent.
func TestThrownAway(t *testing.T) {
	said := func(words string) string {
		return binds + takes + strings.Replace(sends, "250 2.0.0 Ok: queued as 3F2A1B7C4D", words, 1) + removes
	}
	noqueue := "postfix/smtpd[1]: NOQUEUE: discard: RCPT from tocsin.example.com[192.0.2.7]: <jo@example.org>: Recipient address triggers DISCARD action; from=<" + mustPath(1) + "> to=<jo@example.org> proto=ESMTP helo=<tocsin>\n"
	for _, c := range []struct {
		name, lines string
		want        Fate
		says        string
	}{
		{"by Amavis", said("250 2.7.0 Ok, discarded, id=12345-01 - spam"), Dropped, "discarded"},
		{"by an older one", said("250 2.5.0 Ok, id=12345-01, DISCARD(bounce.suppressed)"), Dropped, "DISCARD"},
		{"passed by Amavis", said("250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 3F2A1B7C4D"), Onward, "queued as"},
		{"another's words", said("250 2.0.0 Ok: queued; spam is discarded, id=1"), Onward, "queued"},
		{"before it had a queue ID", noqueue, Dropped, "<[address]>: Recipient address triggers DISCARD action"},
		{"somebody else's", strings.Replace(noqueue, mustPath(1), mustPath(2), 1), Unseen, ""},
		{"and its header was read", noqueue + binds, Dropped, "DISCARD"},
		{"refused before", strings.Replace(noqueue, "discard", "reject", 1) + noqueue, Dropped, "DISCARD"},
		{"but another attempt came", noqueue + binds + takes + sends + removes, Onward, "queued as"},
	} {
		got := read(t, around(c.lines), options).Of(aMessage, from.Add(-time.Hour), from, to)
		if got.Fate != c.want || !strings.Contains(got.Said, c.says) || strings.Contains(got.Said, "@") {
			t.Errorf("%s: %s, %q; want %s, %q", c.name, got.Fate, got.Said, c.want, c.says)
		}
	}
	if got := read(t, around(noqueue), options).Of(aMessage, from.Add(time.Minute), from, to); got.Fate != Unseen {
		t.Errorf("of an earlier sending: %s", got.Fate)
	}
}
