package evidence

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestNamelessDelivery: what a relay delivered to the recipient of a letter in doubt, under a queue
// ID of which no line has a Message-ID, may be that letter. What is another's for certain, by its
// Message-ID or by when it came, is not.
func TestNamelessDelivery(t *testing.T) {
	const id = "4kQ1By6X2Jz9x"
	another := strings.Replace(binds, aMessage, "another@example.com", 1)
	for _, c := range []struct{ name, lines, want string }{
		{"nothing", "", ""},
		{"sent", sends, id},
		{"deferred", strings.Replace(defers, "delay=30,", "delay=1,", 1), id},
		{"bounced", returns + removes, id},
		{"in another case", strings.Replace(sends, "<jo@", "<Jo@", 1), id},
		{"by an alias", strings.Replace(sends, "<jo@example.org>,", "<box7@example.org>, orig_to=<jo@example.org>,", 1), id},
		{"nobody knows when it came", strings.Replace(sends, " delay=0.4,", "", 1), id},
		{"to somebody else", strings.Replace(sends, "<jo@", "<jane@", 1), ""},
		{"a probe", probes, ""},
		{"before the time in question", defers, ""},
		{"after it", "May  4 09:19:00 mx " + sends, ""},
		{"it is the letter", binds + takes + sends + removes, ""},
		{"it is another letter", another + takes + sends + removes, ""},
		{"it was another letter's queue ID", another + takes + removes + sends, id},
		{"on another host", another + takes + "May  4 09:00:02 mx2 " + sends, id},
		{"the letter's own queue ID again", another + binds + removes + sends, id},
	} {
		l := NewLog([]Letter{{MessageID: aMessage, Recipient: "jo@example.org"}}, options)
		if err := l.Read(strings.NewReader(around(c.lines))); err != nil {
			t.Fatal(err)
		}
		if got := l.Of(aMessage, from.Add(-time.Hour), from, to); got.Perhaps != c.want {
			t.Errorf("%s: %q, want %q", c.name, got.Perhaps, c.want)
		}
	}
}

// TestOthersAreBounded: a log that says of no letter that it left the queue is read in bounded
// memory; more letters of others than are kept leave a doubt.
func TestOthersAreBounded(t *testing.T) {
	l := NewLog([]Letter{{MessageID: aMessage, Recipient: "jo@example.org"}}, options)
	var log strings.Builder
	for i := range mostOthers + 1 {
		fmt.Fprintf(&log, "May  4 09:00:01 mx postfix/cleanup[2]: 4kQ%010dz: message-id=<%d@example.net>\n", i, i)
	}
	if err := l.Read(strings.NewReader(around(log.String()))); err != nil || len(l.others) != mostOthers {
		t.Fatalf("%d queue IDs are kept, %v", len(l.others), err)
	}
	for i, want := range map[int]bool{0: false, mostOthers: true} {
		queue := fmt.Sprintf("4kQ%010dz", i)
		if err := l.Read(strings.NewReader(around(strings.Replace(sends, "4kQ1By6X2Jz9x", queue, 1)))); err != nil {
			t.Fatal(err)
		}
		if got := l.Of(aMessage, from, from, to).Perhaps; (got == queue) != want {
			t.Errorf("%s: %q, in doubt %v", queue, got, want)
		}
	}
}
