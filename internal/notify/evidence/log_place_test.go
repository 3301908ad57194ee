package evidence

import (
	"strings"
	"testing"
	"time"
)

// slowly is a delivery by a transport with a name of its own in the log (-o syslog_name=…).
func slowly(lines string) string {
	return strings.NewReplacer("postfix/smtp", "postfix-slow/smtp", "postfix/local", "postfix-slow/local", "postfix/lmtp", "postfix-slow/lmtp").Replace(lines)
}

// TestNamedTransports: a transport may have a name of its own in the log. What it delivers is the
// letter of that queue ID on that machine, if that is for whom it is and when it came; and not
// where the queue ID is another instance's.
func TestNamedTransports(t *testing.T) {
	another := strings.ReplaceAll(strings.Replace(binds, aMessage, "another@example.com", 1), "postfix/", "postfix-slow/")
	elsewhere := strings.ReplaceAll(binds+takes, "postfix/", "postfix-out/")
	for _, c := range []struct {
		name, lines string
		want        Fate
	}{
		{"bounced", binds + takes + slowly(nobody) + removes, Returned},
		{"sent", binds + takes + slowly(sends) + removes, Onward},
		{"waiting", binds + takes + at("09:00:31", "mx", slowly(defers)), Queued},
		{"waited, and expired", binds + takes + at("09:00:31", "mx", slowly(defers)+expires+removes), Returned},
		{"waited, and bounced by another transport", binds + takes + at("09:00:31", "mx", slowly(defers)+strings.Replace(nobody, "delay=0.1,", "delay=30.1,", 1)+removes), Returned},
		{"by an alias", binds + takes + asking("box7@example.org", strings.Replace(slowly(nobody), "relay=", "orig_to=<Jo@example.org>, relay=", 1)) + removes, Returned},

		{"to somebody else", binds + takes + asking("jane@example.org", slowly(nobody)) + removes, Unclear},
		{"on another machine", binds + takes + at("09:00:01", "mx2", slowly(nobody)) + removes, Unclear},
		{"of what came an hour before", binds + takes + strings.Replace(slowly(nobody), "delay=0.1,", "delay=3600,", 1) + removes, Unclear},
		{"nobody knows when it came", binds + takes + strings.Replace(slowly(nobody), " delay=0.1,", "", 1) + removes, Unclear},
		{"of a probe", binds + takes + slowly(probes) + removes, Unclear},
		{"another letter of that instance", another + binds + takes + slowly(nobody) + removes, Unclear},
		{"of two instances", elsewhere + binds + takes + slowly(nobody) + removes, Unclear},
		{"after its end", binds + takes + removes + slowly(nobody), Unclear},
		{"how another instance ends a letter", binds + takes + strings.ReplaceAll(deletes, "postfix/", "postfix-slow/"), Queued},
	} {
		l := NewLog([]Letter{{MessageID: aMessage, Recipient: "jo@example.org"}}, skewed)
		if err := l.Read(strings.NewReader(around(c.lines))); err != nil {
			t.Fatal(err)
		}
		if got := l.Of(aMessage, from.Add(-time.Hour), from, to); got.Fate != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.Fate, c.want)
		}
	}
}

// TestClaimedByNamedTransport: of a letter that is known by its queue ID alone, too.
func TestClaimedByNamedTransport(t *testing.T) {
	letter := Letter{MessageID: aMessage, QueueID: one, Recipient: "jo@example.org", Since: from, Taken: from}
	for name, c := range map[string]struct {
		lines string
		want  Fate
	}{
		"waited, and bounced by another": {defers + slowly(nobody), Returned},
		"of what came later":             {defers + at("09:19:00", "mx", slowly(nobody)), Queued},
	} {
		l := NewLog([]Letter{letter}, skewed)
		if err := l.Read(strings.NewReader(around(c.lines))); err != nil {
			t.Fatal(err)
		}
		if got := l.Of(aMessage, from, from, to); got.Fate != c.want {
			t.Errorf("%s: %s, want %s", name, got.Fate, c.want)
		}
	}
}

// TestSameQueueIDOfTwoInstances: each instance has its own letters, and one's end is not the other's.
func TestSameQueueIDOfTwoInstances(t *testing.T) {
	const second = "0b0b@example.com"
	out := func(lines string) string { return strings.ReplaceAll(lines, "postfix/", "postfix-out/") }
	l := NewLog([]Letter{{MessageID: aMessage, Recipient: "jo@example.org"}, {MessageID: second, Recipient: "jo@example.org"}}, skewed)
	lines := binds + takes + out(strings.Replace(binds, aMessage, second, 1)+takes) + sends + removes + out(nobody+removes)
	if err := l.Read(strings.NewReader(around(lines))); err != nil {
		t.Fatal(err)
	}
	since := from.Add(-time.Hour)
	if a, b := l.Of(aMessage, since, from, to), l.Of(second, since, from, to); a.Fate != Onward || b.Fate != Returned || len(l.queue) != 0 {
		t.Errorf("%s and %s, %d under way", a.Fate, b.Fate, len(l.queue))
	}
}
