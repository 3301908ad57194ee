package evidence

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const aMessage = "0a0a@example.com"

var (
	taken   = time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC) // when the logs were taken
	options = LogOptions{Zone: time.UTC, Until: taken}
	from    = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	to      = from.Add(10 * time.Minute)
)

// around is a log that covers the time in question, with some lines in the middle; those
// without a stamp get the same one.
func around(lines string) string {
	var b strings.Builder
	b.WriteString("May  4 08:59:00 mx postfix/smtpd[1]: connect from tocsin.example.com[192.0.2.7]\n")
	for line := range strings.Lines(lines) {
		if !strings.HasPrefix(line, "May") {
			b.WriteString("May  4 09:00:01 mx ")
		}
		b.WriteString(line)
	}
	return b.String() + "\nMay  4 09:20:00 mx postfix/anvil[9]: statistics: max connection rate 1/60s\n"
}

func read(t testing.TB, text string, o LogOptions) *Log {
	t.Helper()
	l := NewLog([]Letter{{MessageID: aMessage, ReturnPath: path(t, aPlan, 1)}}, o)
	if err := l.Read(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return l
}

const (
	binds   = "postfix/cleanup[2]: 4kQ1By6X2Jz9x: message-id=<" + aMessage + ">\n"
	takes   = "postfix/qmgr[3]: 4kQ1By6X2Jz9x: from=<bounces@example.com>, size=2048, nrcpt=1 (queue active)\n"
	sends   = "postfix/smtp[4]: 4kQ1By6X2Jz9x: to=<jo@example.org>, relay=mx.example.org[192.0.2.1]:25, delay=0.4, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 3F2A1B7C4D)\n"
	defers  = "postfix/smtp[4]: 4kQ1By6X2Jz9x: to=<jo@example.org>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.1]:25: Connection timed out)\n"
	returns = "postfix/lmtp[4]: 4kQ1By6X2Jz9x: to=<jo@example.org>, orig_to=<info@example.org>, relay=mx.example.org[private/lmtp], conn_use=2, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.org said: 550 5.1.1 <jo@example.org>: User unknown (in reply to RCPT TO command))\n"
	removes = "postfix/qmgr[3]: 4kQ1By6X2Jz9x: removed\n"
)

// TestFates: what the lines of a log come to.
func TestFates(t *testing.T) {
	short := strings.NewReplacer("4kQ1By6X2Jz9x", "3F2A1B7C")
	for _, c := range []struct {
		name, lines string
		want        Finding
	}{
		{"nothing", "", Finding{Fate: Unseen}},
		{"delivered onward", binds + takes + sends + removes, Finding{Fate: Onward, Code: "2.0.0", Times: 1, Relay: "mx.example.org[192.0.2.1]:25", Said: "250 2.0.0 Ok: queued as 3F2A1B7C4D"}},
		{"a short queue ID", short.Replace(binds + takes + sends + removes), Finding{Fate: Onward, Code: "2.0.0", QueueID: "3F2A1B7C", Times: 1, Relay: "mx.example.org[192.0.2.1]:25", Said: "250 2.0.0 Ok: queued as 3F2A1B7C4D"}},
		{"an instance, and a service", strings.ReplaceAll(strings.ReplaceAll(binds+takes+sends+removes, "postfix/", "postfix-out/"), "/smtp[", "/relay/smtp["), Finding{Fate: Onward, Code: "2.0.0", Times: 1, Relay: "mx.example.org[192.0.2.1]:25", Said: "250 2.0.0 Ok: queued as 3F2A1B7C4D"}},
		{"into a mailbox", binds + takes + "postfix/local[4]: 4kQ1By6X2Jz9x: to=<jo@example.org>, relay=local, delay=0.1, delays=0/0/0/0, dsn=2.0.0, status=sent (delivered to mailbox)\n" + removes, Finding{Fate: Onward, Code: "2.0.0", Times: 1, Relay: "local", Said: "delivered to mailbox"}},
		{"still queued", binds + takes, Finding{Fate: Queued, Times: 1}},
		{"deferred", binds + takes + defers, Finding{Fate: Queued, Code: "4.4.1", Times: 1, Relay: "none", Said: "connect to mx.example.org[192.0.2.1]:25: Connection timed out"}},
		{"deferred, then sent", binds + takes + defers + sends + removes, Finding{Fate: Onward, Code: "2.0.0", Times: 1, Relay: "mx.example.org[192.0.2.1]:25", Said: "250 2.0.0 Ok: queued as 3F2A1B7C4D"}},
		{"a soft bounce", binds + takes + strings.Replace(returns, "status=bounced", "status=SOFTBOUNCE", 1), Finding{Fate: Queued, Code: "5.1.1", Times: 1, Relay: "mx.example.org[private/lmtp]", Said: "host mx.example.org said: 550 5.1.1 <[address]>: User unknown (in reply to RCPT TO command)"}},
		{"bounced", binds + takes + returns + "postfix/bounce[5]: 4kQ1By6X2Jz9x: sender non-delivery notification: 4kQ1Bz2Kc3z9y\n" + removes, Finding{Fate: Returned, Code: "5.1.1", Times: 1, Relay: "mx.example.org[private/lmtp]", Said: "host mx.example.org said: 550 5.1.1 <[address]>: User unknown (in reply to RCPT TO command)"}},
		{"expired", binds + takes + defers + "postfix/qmgr[3]: 4kQ1By6X2Jz9x: from=<bounces@example.com>, status=expired, returned to sender\n" + removes, Finding{Fate: Returned, Code: "4.4.1", Times: 1, Relay: "none", Said: "connect to mx.example.org[192.0.2.1]:25: Connection timed out"}},
		{"expired at once", binds + takes + "postfix/qmgr[3]: 4kQ1By6X2Jz9x: from=<bounces@example.com>, status=force-expired, returned to sender\n" + removes, Finding{Fate: Returned, Times: 1, Said: "expired"}},
		{"one of two recipients", binds + takes + sends + strings.ReplaceAll(defers, "jo@", "jane@"), Finding{Fate: Queued, Code: "4.4.1", Times: 1, Relay: "none", Said: "connect to mx.example.org[192.0.2.1]:25: Connection timed out"}},
		{"one of two bounced", binds + takes + strings.ReplaceAll(returns, "jo@", "jane@") + sends + removes, Finding{Fate: Returned, Code: "5.1.1", Times: 1, Relay: "mx.example.org[private/lmtp]", Said: "host mx.example.org said: 550 5.1.1 <[address]>: User unknown (in reply to RCPT TO command)"}},
		{"a probe of the address", binds + takes + strings.Replace(sends, "status=sent", "status=deliverable", 1), Finding{Fate: Queued, Times: 1}},
		{"only its header", binds, Finding{Fate: Begun}},
		{"its header, and the connection lost", binds + "postfix/smtpd[1]: lost connection after DATA (1234 bytes) from tocsin.example.com[192.0.2.7]\n", Finding{Fate: Begun}},
		{"held by a rule", binds + "postfix/cleanup[2]: 4kQ1By6X2Jz9x: hold: header Subject: x from tocsin.example.com[192.0.2.7]; from=<bounces@example.com> to=<jo@example.org> proto=ESMTP helo=<tocsin>\n", Finding{Fate: Begun}},
		{"held by a filter", binds + "postfix/cleanup[2]: 4kQ1By6X2Jz9x: milter-hold: END-OF-MESSAGE from tocsin.example.com[192.0.2.7]: milter triggers HOLD action; from=<bounces@example.com> to=<jo@example.org> proto=ESMTP helo=<tocsin>\n", Finding{Fate: Queued, Times: 1}},
		{"held, and then refused", binds + "postfix/cleanup[2]: 4kQ1By6X2Jz9x: hold: header Subject: x from tocsin.example.com[192.0.2.7]\npostfix/cleanup[2]: 4kQ1By6X2Jz9x: milter-reject: END-OF-MESSAGE from tocsin.example.com[192.0.2.7]: 5.7.1 Spam; from=<> to=<>\n", Finding{Fate: Refused, Code: "5.7.1", Said: "5.7.1 Spam"}},
		{"held, and let go", binds + "postfix/cleanup[2]: 4kQ1By6X2Jz9x: hold: header Subject: x from tocsin.example.com[192.0.2.7]\npostfix/postsuper[7]: 4kQ1By6X2Jz9x: released from hold\n" + takes + sends + removes, Finding{Fate: Onward, Code: "2.0.0", Times: 1, Relay: "mx.example.org[192.0.2.1]:25", Said: "250 2.0.0 Ok: queued as 3F2A1B7C4D"}},
		{"a filter refuses", binds + "postfix/cleanup[2]: 4kQ1By6X2Jz9x: milter-reject: END-OF-MESSAGE from tocsin.example.com[192.0.2.7]: 5.7.1 Spam of jo@example.org; from=<bounces@example.com> to=<jo@example.org> proto=ESMTP helo=<tocsin>\n", Finding{Fate: Refused, Code: "5.7.1", Said: "5.7.1 Spam of [address]"}},
		{"a rule refuses", binds + "postfix/cleanup[2]: 4kQ1By6X2Jz9x: reject: body x from tocsin.example.com[192.0.2.7]; from=<bounces@example.com> to=<jo@example.org> proto=ESMTP helo=<tocsin>: 5.7.1 not here\n", Finding{Fate: Refused, Said: "body x from tocsin.example.com[192.0.2.7]"}},
		{"a rule throws away", binds + "postfix/cleanup[2]: 4kQ1By6X2Jz9x: discard: body x from tocsin.example.com[192.0.2.7]\n", Finding{Fate: Dropped, Said: "body x from tocsin.example.com[192.0.2.7]"}},
		{"deleted", binds + takes + defers + "postfix/postsuper[7]: 4kQ1By6X2Jz9x: removed\n", Finding{Fate: Dropped, Times: 1, Said: "deleted from the queue"}},
		{"discarded", binds + takes + "postfix/discard[4]: 4kQ1By6X2Jz9x: to=<jo@example.org>, relay=none, delay=0.1, delays=0/0/0/0, dsn=2.0.0, status=sent (silently)\n" + removes, Finding{Fate: Dropped, Code: "2.0.0", Times: 1, Relay: "none", Said: "silently"}},
		{"removed, and nobody says why", binds + takes + removes, Finding{Fate: Unclear, Times: 1}},
		{"put back into the queue", binds + takes + defers + "postfix/postsuper[7]: 4kQ1By6X2Jz9x: requeued\n" + "postfix/pickup[8]: 4kQ2: uid=0 from=<> orig_id=4kQ1By6X2Jz9x\n" + strings.ReplaceAll(binds+takes+sends+removes, "4kQ1By6X2Jz9x", "4kQ2Cz00"), Finding{Fate: Onward, QueueID: "4kQ2Cz00", Code: "2.0.0", Times: 1, Relay: "mx.example.org[192.0.2.1]:25", Said: "250 2.0.0 Ok: queued as 3F2A1B7C4D"}},
		{"through a filter that gives it back", binds + takes + strings.Replace(sends, "3F2A1B7C4D", "4kQ2Cz00", 1) + removes + strings.ReplaceAll(binds+takes+defers, "4kQ1By6X2Jz9x", "4kQ2Cz00"), Finding{Fate: Queued, QueueID: "4kQ2Cz00", Code: "4.4.1", Times: 1, Relay: "none", Said: "connect to mx.example.org[192.0.2.1]:25: Connection timed out"}},
		{"twice", binds + takes + returns + removes + "May  4 09:05:00 mx " + strings.ReplaceAll(binds+takes+sends+removes, "4kQ1By6X2Jz9x", "4kQ2Cz00"), Finding{Fate: Onward, QueueID: "4kQ2Cz00", Code: "2.0.0", Times: 2, Relay: "mx.example.org[192.0.2.1]:25", Said: "250 2.0.0 Ok: queued as 3F2A1B7C4D"}},
		{"refused first, then taken", strings.ReplaceAll(binds, "4kQ1By6X2Jz9x", "4kQ0Aa00") + "postfix/cleanup[2]: 4kQ0Aa00: milter-reject: END-OF-MESSAGE from x[192.0.2.7]: 4.7.1 later; from=<> to=<>\n" + binds + takes, Finding{Fate: Queued, Times: 1}},
		{"refused before it had a queue ID", "postfix/smtpd[1]: NOQUEUE: reject: RCPT from tocsin.example.com[192.0.2.7]: 550 5.1.1 <jo@example.org>: Recipient address rejected: User unknown; from=<" + string(mustPath(1)) + "> to=<jo@example.org> proto=ESMTP helo=<tocsin>\n", Finding{Fate: Refused, Code: "5.1.1", Said: "550 5.1.1 <[address]>: Recipient address rejected: User unknown"}},
		{"somebody else refused", "postfix/smtpd[1]: NOQUEUE: reject: RCPT from tocsin.example.com[192.0.2.7]: 550 5.1.1 no; from=<" + string(mustPath(2)) + "> to=<jo@example.org> proto=ESMTP helo=<tocsin>\n", Finding{Fate: Unseen}},
		{"another letter", strings.Replace(binds, aMessage, "x@example.com", 1) + takes + sends + removes, Finding{Fate: Unseen}},
		{"the queue ID used again", binds + takes + removes + strings.Replace(binds, aMessage, "x@example.com", 1) + takes + sends + removes, Finding{Fate: Unclear, Times: 1}},
		{"used again, and its end not logged", binds + takes + strings.Replace(binds, aMessage, "x@example.com", 1) + takes + sends + removes, Finding{Fate: Queued, Times: 1}},
		{"the same queue ID on another host", binds + takes + "May  4 09:00:01 mx2 " + strings.Replace(binds, aMessage, "x@example.com", 1) + "May  4 09:00:02 mx2 " + sends, Finding{Fate: Queued, Times: 1}},
		{"lines twice", binds + binds + takes + takes + sends + sends + removes + removes, Finding{Fate: Onward, Code: "2.0.0", Times: 1, Relay: "mx.example.org[192.0.2.1]:25", Said: "250 2.0.0 Ok: queued as 3F2A1B7C4D"}},
		{"words of others", "postfix/smtpd[1]: warning: message-id=<" + aMessage + ">\n" + "dovecot: 4kQ1By6X2Jz9x: message-id=<" + aMessage + ">\n" + "other/cleanup2[2]: 4kQ1By6X2Jz9x: message-id=<" + aMessage + ">\n", Finding{Fate: Unseen}},
	} {
		l := read(t, around(c.lines), options)
		got := l.Of(aMessage, from.Add(-time.Hour), from, to)
		if c.want.QueueID == "" && c.want.Times > 0 && c.want.Fate != Unseen {
			c.want.QueueID = "4kQ1By6X2Jz9x"
		}
		if got.Fate != Unseen && got.At.IsZero() {
			t.Errorf("%s: no line says so", c.name)
		}
		if c.want.Fate == Begun || got.QueueID != "" && c.want.QueueID == "" {
			got.QueueID = ""
		}
		if named := strings.Contains(c.lines, "message-id=<"+aMessage) && got.Fate != Unseen; named != got.Named.Equal(from.Add(time.Second)) {
			t.Errorf("%s: its Message-ID came at %v; in the log: %v", c.name, got.Named, named)
		}
		if got.At, got.Named = (time.Time{}), (time.Time{}); !cmp.Equal(got, c.want) {
			t.Errorf("%s: %s", c.name, cmp.Diff(c.want, got))
		}
		if strings.Contains(got.Said, "@") {
			t.Errorf("%s: an address in %q", c.name, got.Said)
		}
	}
}

// TestEarlierSending: what the log says of a letter before it was sent again is not said of
// the present sending, neither for good nor for ill.
func TestEarlierSending(t *testing.T) {
	refused := "postfix/smtpd[1]: NOQUEUE: reject: RCPT from tocsin.example.com[192.0.2.7]: 550 5.1.1 no; from=<" + mustPath(1) + "> to=<jo@example.org> proto=ESMTP helo=<tocsin>\n"
	second := "May  4 09:05:00 mx " + strings.ReplaceAll(binds, "4kQ1By6X2Jz9x", "4kQ2Cz00") + "May  4 09:05:01 mx " + strings.ReplaceAll(sends, "4kQ1By6X2Jz9x", "4kQ2Cz00")
	again := from.Add(4 * time.Minute)
	for name, c := range map[string]struct {
		lines string
		since time.Time
		want  Fate
		times int
	}{
		"sent, then lost":            {binds + takes + sends + removes, again, Unseen, 0},
		"bounced, then lost":         {binds + takes + returns + removes, again, Unseen, 0},
		"refused, then lost":         {refused, again, Unseen, 0},
		"refused, and not again":     {refused, from, Refused, 0},
		"bounced, then sent":         {binds + takes + returns + removes + second, again, Onward, 1},
		"sent, of the first sending": {binds + takes + sends + removes, from, Onward, 1},
		"to the second":              {binds + takes + sends + removes, from.Add(time.Second), Onward, 1},
	} {
		if got := read(t, around(c.lines), options).Of(aMessage, c.since, from, to); got.Fate != c.want || got.Times != c.times {
			t.Errorf("%s: %s, %d times; want %s, %d", name, got.Fate, got.Times, c.want, c.times)
		}
	}
}

func mustPath(row int) string {
	made, err := bounces.Make(aPlan, row)
	if err != nil {
		panic(err)
	}
	return string(made)
}

// TestStamps: of each form, the same instant; and what is no stamp begins no line.
func TestStamps(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("NOT CHECKED: no zones here:", err)
	}
	at := time.Date(2026, 5, 4, 9, 0, 1, 0, time.UTC)
	const rest = " mx postfix/qmgr[3]: 4kQ1By6X2Jz9x: removed"
	for line, want := range map[string]time.Time{
		"May  4 11:00:01" + rest:                      at,
		"May 04 11:00:01" + rest:                      at,
		"May  4 11:00:01.25" + rest:                   at.Add(250 * time.Millisecond),
		"<22>May  4 11:00:01" + rest:                  at,
		"2026-05-04T09:00:01Z" + rest:                 at,
		"2026-05-04T11:00:01.250000+02:00" + rest:     at.Add(250 * time.Millisecond),
		"2026-05-04T11:00:01+0200" + rest:             at,
		"2026-05-04T05:00:01.000-04:00" + rest:        at,
		"Mon 2026-05-04 11:00:01 CEST" + rest:         at,
		"Mon 2026-05-04 09:00:01 UTC" + rest:          at,
		"1777885201.250000" + rest:                    at.Add(250 * time.Millisecond),
		"May  6 09:00:01" + rest:                      time.Date(2025, 5, 6, 7, 0, 1, 0, time.UTC), // more than a day after the log was taken
		"Dec 31 23:59:59" + rest:                      time.Date(2025, 12, 31, 22, 59, 59, 0, time.UTC),
		"Feb 29 12:00:00" + rest:                      time.Date(2024, 2, 29, 11, 0, 0, 0, time.UTC),
		"Mon 2026-05-04 11:00:01 XYZ" + rest:          {},
		"May 32 11:00:01" + rest:                      {},
		"2026-13-04T11:00:01Z" + rest:                 {},
		"Mai  4 11:00:01" + rest:                      {},
		"-- Boot 0123456789abcdef0123456789abcdef --": {},
		"":                              {},
		"May  4 11:00:01":               {},
		"May  4 11:00:01 mx -- MARK --": {},
		"<22>1 2026-05-04T11:00:01+02:00 mx postfix/qmgr 3 - - 4kQ1By6X2Jz9x: removed":                   at,
		"<22>1 2026-05-04T11:00:01+02:00 mx postfix/qmgr 3 - [x@1 a=\"b\"] \ufeff4kQ1By6X2Jz9x: removed": at,
		"<22>1 2026-05-04T11:00:01+02:00 mx postfix/qmgr":                                                {},
	} {
		s := stamper{zone: berlin, until: taken}
		for range 2 { // the second time it is remembered
			e, ok := s.line([]byte(line))
			if ok != !want.IsZero() || ok && (!e.at.Equal(want) || string(e.host) != "mx" || string(e.program) != "postfix/qmgr" || string(e.text) != "4kQ1By6X2Jz9x: removed") {
				t.Errorf("%q: %t, %v of %q, %q: %q", line, ok, e.at, e.host, e.program, e.text)
			}
		}
	}
}

// TestNeverSeenNeedsCover: where the log has a gap, or begins too late, or ends too early,
// or says that lines were lost, nothing is said of a letter that is not in it.
func TestNeverSeenNeedsCover(t *testing.T) {
	const line = " mx postfix/anvil[9]: statistics: max connection rate 1/60s\n"
	for name, c := range map[string]struct {
		text string
		want Fate
	}{
		"covered":                  {"May  4 08:59:00" + line + "May  4 09:30:00" + line, Unseen},
		"to the instant":           {"May  4 09:00:00" + line + "May  4 09:10:00" + line, Unseen},
		"empty":                    {"", Unknown},
		"begins late":              {"May  4 09:00:01" + line + "May  4 09:30:00" + line, Unknown},
		"ends early":               {"May  4 08:59:00" + line + "May  4 09:09:59" + line, Unknown},
		"another day":              {"May  3 08:59:00" + line + "May  3 09:30:00" + line, Unknown},
		"a gap":                    {"May  4 07:59:00" + line + "May  4 08:30:00" + line + "May  4 09:30:01" + line, Unknown},
		"an hour of silence":       {"May  4 08:59:00" + line + "May  4 09:59:00" + line, Unseen},
		"only other programs":      {strings.ReplaceAll("May  4 08:59:00"+line+"May  4 09:30:00"+line, "postfix/anvil", "cron"), Unknown},
		"another host begins late": {"May  4 08:59:00" + line + "May  4 09:05:00 mx2 postfix/anvil[9]: x\n" + "May  4 09:30:00" + line + "May  4 09:30:00 mx2 postfix/anvil[9]: x\n", Unknown},
		"lines lost":               {"May  4 08:59:00" + line + "May  4 09:05:00 mx rsyslogd: imuxsock lost 17 messages from pid 5 due to rate-limiting\n" + "May  4 09:30:00" + line, Unknown},
		"lines suppressed":         {"May  4 08:59:00" + line + "May  4 09:15:00 mx systemd-journald[1]: Suppressed 455 messages from postfix.service\n" + "May  4 09:30:00" + line, Unknown},
		"lines lost before":        {"May  4 07:59:00" + line + "May  4 08:55:00 mx rsyslogd: imuxsock lost 17 messages from pid 5 due to rate-limiting\n" + "May  4 08:58:00" + line + "May  4 09:30:00" + line, Unseen},
		"files in another order":   {"May  4 09:05:00" + line + "May  4 09:30:00" + line + "May  4 08:59:00" + line + "May  4 09:04:00" + line, Unseen},
	} {
		l := read(t, c.text, options)
		if got := l.Of(aMessage, from.Add(-time.Hour), from, to); got.Fate != c.want {
			t.Errorf("%s: %s, want %s", name, got.Fate, c.want)
		}
		if got := l.Of("never asked@example.com", from, from, to); got.Fate != Unknown {
			t.Errorf("%s: a letter that was not looked for: %s", name, got.Fate)
		}
	}
	if got := read(t, around(binds+takes), options).Of(aMessage, from.Add(-time.Hour), from.AddDate(0, 0, -2), to); got.Fate != Queued {
		t.Errorf("a letter that was seen, in a log that does not cover all: %s", got.Fate)
	}
	if got := read(t, around(""), options).Of(aMessage, from, to, from); got.Fate != Unknown {
		t.Errorf("from after to: %s", got.Fate)
	}
}

// TestRotatedFiles: in whatever order they are named, packed or not.
func TestRotatedFiles(t *testing.T) {
	folder := t.TempDir()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte("May  4 08:59:00 mx postfix/smtpd[1]: connect from x\nMay  4 09:00:01 mx " + binds)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"mail.log": "May  4 09:20:00 mx " + removes, "mail.log.1": "May  4 09:00:02 mx " + takes + "May  4 09:00:03 mx " + sends,
		"mail.log.2.gz": packed.String(), "empty": "", "torn.gz": packed.String()[:packed.Len()/2], "mail.log.3.xz": "\xfd7zXZ\x00x", "mail.log.4.zst": "\x28\xb5\x2f\xfdx", "mail.log.5.bz2": "BZh9",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	paths := func(names ...string) (out []string) {
		for _, name := range names {
			out = append(out, filepath.Join(folder, name))
		}
		return out
	}
	for _, order := range [][]string{{"mail.log", "mail.log.1", "mail.log.2.gz", "empty"}, {"mail.log.2.gz", "empty", "mail.log", "mail.log.1"}, {"mail.log.1", "mail.log.1", "mail.log", "mail.log.2.gz", "mail.log.2.gz"}} {
		l := read(t, "", options)
		if err := l.ReadFiles(paths(order...)); err != nil {
			t.Fatal(err)
		}
		if got := l.Of(aMessage, from.Add(-time.Hour), from, to); got.Fate != Onward || got.Times != 1 || !l.Covers(from, to) {
			t.Errorf("%v: %+v, covered %t", order, got, l.Covers(from, to))
		}
		if first, last := l.Span(); !first.Equal(from.Add(-time.Minute)) || !last.Equal(from.Add(20*time.Minute)) {
			t.Errorf("%v: from %v to %v", order, first, last)
		}
	}
	for name, want := range map[string]string{"torn.gz": "unexpected EOF", "mail.log.3.xz": `"xz -dk FILE"`, "mail.log.4.zst": "zstd", "mail.log.5.bz2": "bzip2", "none": "no such file"} {
		if err := read(t, "", options).ReadFiles(paths(name)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSameLogTwice: mail.log and mail.info may hold the same lines; a letter is counted once.
func TestSameLogTwice(t *testing.T) {
	text := around(binds + takes + defers + sends + removes)
	l := read(t, text, options)
	if err := l.Read(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if got := l.Of(aMessage, from.Add(-time.Hour), from, to); got.Fate != Onward || got.Times != 1 {
		t.Errorf("%+v", got)
	}
}

// TestLongLines: a line of any length is one line.
func TestLongLines(t *testing.T) {
	long := "May  4 09:00:01 mx postfix/smtpd[1]: " + strings.Repeat("x", 3*longestLine) + " mx " + binds
	if got := read(t, around("")+long, options).Of(aMessage, from.Add(-time.Hour), from, to); got.Fate != Unseen {
		t.Errorf("the end of a long line is read as a line: %s", got.Fate)
	}
	if got := read(t, around(strings.Repeat("y", 2*longestLine)+"\n"+binds+takes), options).Of(aMessage, from.Add(-time.Hour), from, to); got.Fate != Queued {
		t.Errorf("after a long line: %s", got.Fate)
	}
}

// TestFatesAreOrdered: each got further than the next.
func TestFatesAreOrdered(t *testing.T) {
	for i, a := range fates {
		for j, b := range fates {
			if further(a, b) != (i < j) {
				t.Errorf("%s and %s", a, b)
			}
		}
	}
	if !slices.Contains(fates[:], Unknown) {
		t.Error("not all are listed")
	}
}

// FuzzLog: any text is read, and of a letter that is not in it nothing is said but that.
func FuzzLog(f *testing.F) {
	f.Add(around(binds + takes + defers + sends + removes))
	f.Add("<22>1 2026-05-04T11:00:01+02:00 mx postfix/qmgr 3 - - 4kQ1By6X2Jz9x: removed")
	f.Add("1777885201.250000 mx postfix/smtpd[1]: NOQUEUE: reject: x]: y; from=<z>")
	f.Fuzz(func(t *testing.T, text string) {
		l := NewLog([]Letter{{MessageID: aMessage}, {MessageID: "no one writes this"}}, options)
		if err := l.Read(strings.NewReader(text)); err != nil {
			return
		}
		if got := l.Of("no one writes this", from, from, to); !strings.Contains(text, "no one") && got.Fate != Unseen && got.Fate != Unknown {
			t.Errorf("%+v", got)
		}
		if got := l.Of(aMessage, from.Add(-time.Hour), from, to); strings.Contains(got.Said, "@") || got.Fate == "" {
			t.Errorf("%+v", got)
		}
	})
}

// millionLines is the log of 166,667 letters of six lines, a hundred of them looked for.
func millionLines() ([]byte, []Letter) {
	var b bytes.Buffer
	var letters []Letter
	for i := range 166_667 {
		at := from.Add(time.Duration(i) * 20 * time.Millisecond).Format("Jan _2 15:04:05")
		id := fmt.Sprintf("%032x@example.com", i)
		queue := fmt.Sprintf("4kQ%010dz", i)
		fmt.Fprintf(&b, "%[1]s mx postfix/smtpd[1]: %[2]s: client=tocsin.example.com[192.0.2.7]\n%[1]s mx postfix/cleanup[2]: %[2]s: message-id=<%[3]s>\n%[1]s mx postfix/qmgr[3]: %[2]s: from=<bounces@example.com>, size=2048, nrcpt=1 (queue active)\n"+
			"%[1]s mx postfix/smtp[4]: Trusted TLS connection established to mx.example.org[192.0.2.1]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n%[1]s mx postfix/smtp[4]: %[2]s: to=<jo@example.org>, relay=mx.example.org[192.0.2.1]:25, delay=0.4, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n%[1]s mx postfix/qmgr[3]: %[2]s: removed\n", at, queue, id)
		if i%1667 == 0 {
			letters = append(letters, Letter{MessageID: id})
		}
	}
	return b.Bytes(), letters
}

// BenchmarkLog reads a million lines.
func BenchmarkLog(b *testing.B) {
	data, letters := millionLines()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		l := NewLog(letters, options)
		if err := l.Read(bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
		for _, letter := range letters {
			if got := l.Of(letter.MessageID, from, from, to); got.Fate != Onward {
				b.Fatal(got)
			}
		}
	}
}
