package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mailevidence "tocsin/internal/notify/evidence"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/smtptest"
)

// lost is a site of which the relay took three letters without a word, and what it took.
func lost(t *testing.T) (session, []smtptest.Transaction) {
	t.Helper()
	s, letters := sent(t, smtptest.Options{Script: dropping(8, 15, 22)})
	s.wants(exitIncomplete, now+"status TS-2026-002/1", "accepted 31, unknown 3")
	return s, letters
}

// at0900 is when the letters went, by the relay's clock.
var at0900 = time.Date(2026, 5, 5, 9, 1, 0, 0, time.UTC)

// logOf is the log of a relay that knows some letters, with what became of each.
func logOf(letters []smtptest.Transaction, fate func(i int) string) string {
	return logAt(at0900, letters, fate)
}

// logAt is the log of a relay that knows some letters, which went at an instant, with what
// became of each; it covers half an hour before and after.
func logAt(went time.Time, letters []smtptest.Transaction, fate func(i int) string) string {
	var b strings.Builder
	line := func(at time.Time, format string, args ...any) {
		fmt.Fprintf(&b, at.Format(time.RFC3339)+" mx postfix/"+format+"\n", args...)
	}
	line(went.Add(-30*time.Minute), "postfix-script[1]: starting the Postfix mail system")
	for i, l := range letters {
		id := messageIDOf(l)
		queue := fmt.Sprintf("4kQ%04dzz9x", i)
		switch fate(i) {
		case "never":
			continue
		case "begun", "held":
			line(went, "cleanup[2]: %s: message-id=<%s>", queue, id)
			if fate(i) == "held" {
				line(went, "cleanup[2]: %s: milter-hold: END-OF-MESSAGE from tocsin.example.com[192.0.2.7]: milter triggers HOLD action; from=<%s> to=<%s> proto=ESMTP helo=<tocsin>", queue, l.From, l.To[0])
			}
		case "sent":
			line(went, "cleanup[2]: %s: message-id=<%s>", queue, id)
			line(went, "qmgr[3]: %s: from=<%s>, size=2048, nrcpt=1 (queue active)", queue, l.From)
			line(went, "smtp[4]: %s: to=<%s>, relay=mx.example.org[192.0.2.1]:25, delay=0.4, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)", queue, l.To[0])
			line(went, "qmgr[3]: %s: removed", queue)
		case "bounced":
			line(went, "cleanup[2]: %s: message-id=<%s>", queue, id)
			line(went, "smtp[4]: %s: to=<%s>, relay=mx.example.org[192.0.2.1]:25, delay=0.4, delays=0.1/0/0.1/0.2, dsn=5.1.1, status=bounced (host mx said: 550 5.1.1 <%s> nobody here)", queue, l.To[0], l.To[0])
			line(went, "qmgr[3]: %s: removed", queue)
		}
	}
	line(went.Add(30*time.Minute), "anvil[9]: statistics: max connection rate 1/60s")
	return b.String()
}

// unknownOf finds which of the letters the ledger does not know about.
func (s session) unknownOf(letters []smtptest.Transaction) (rows []int) {
	s.Helper()
	csv := s.says(exitDone, "", now+"status TS-2026-002/1 --format csv --personal")
	for i, l := range letters {
		for line := range strings.Lines(csv) {
			if strings.Contains(line, ",unknown,") && strings.HasSuffix(strings.TrimSpace(line), l.To[0]) {
				rows = append(rows, i)
			}
		}
	}
	return rows
}

const (
	later   = "--now 2026-05-05T10:00:00Z "
	settles = later + "settle TS-2026-002/1 --by A.Example "
)

// TestSettleByLog: what a relay's log says of unknown letters, and of those that it had
// taken: one came, one came back, one never came and goes out again, and one that was
// accepted has come back. Gzip and several files are read; nobody's address is told (F53).
func TestSettleByLog(t *testing.T) {
	t.Parallel()
	s, letters := lost(t)
	unknown := s.unknownOf(letters)
	if len(unknown) != 3 {
		t.Fatalf("%d letters are unknown", len(unknown))
	}
	text := logOf(letters, func(i int) string {
		switch i {
		case unknown[1], 20:
			return "bounced"
		case unknown[2]:
			return "never"
		}
		return "sent"
	})
	half := strings.Index(text[len(text)/2:], "\n") + 1 + len(text)/2
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(text[:half])); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	older, newer := filepath.Join(folder, "mail.log.1.gz"), filepath.Join(folder, "mail.log")
	for name, data := range map[string][]byte{older: packed.Bytes(), newer: []byte(text[half:])} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dry := s.says(exitDone, "", later+"settle TS-2026-002/1 --dry-run --log", newer, older)
	s.wants(exitIncomplete, now+"status TS-2026-002/1", "accepted 31, unknown 3")
	said := s.says(exitIncomplete, "", settles+"--log", newer, older)
	for _, said := range []string{dry, said} {
		for _, want := range []string{"it knows 33 letters of the plan", " 1  confirmed: the relay has taken them\n", " 2  bounced\n", " 1  never came: they tell nobody\n", " 0  undecided\n"} {
			if !strings.Contains(said, want) {
				t.Errorf("not said: %q\n%s", want, said)
			}
		}
		if strings.Contains(said, "@") {
			t.Errorf("an address is told:\n%s", said)
		}
	}
	if !strings.Contains(said, "planned 1, accepted 31, bounced 2") || !strings.Contains(said, "send TS-2026-002/1 --live") {
		t.Error(said)
	}
	s.wants(exitDone, "ledger verify", "whole")
	if said := s.says(exitIncomplete, text, settles+"--log -"); !strings.Contains(said, " 0  confirmed") || !strings.Contains(said, " 0  bounced") {
		t.Errorf("the same log again:\n%s", said)
	}
}

// TestSettleByQueueID: where the lines that name letters were rotated away, the relay's log
// names those that it had accepted by the queue IDs that it told us, and no others.
func TestSettleByQueueID(t *testing.T) {
	t.Parallel()
	s, letters := sent(t, smtptest.Options{})
	bounce := func(queue, to string) string {
		return fmt.Sprintf("2026-05-05T09:40:00Z mx postfix/smtp[4]: %[1]s: to=<%[2]s>, relay=mx.example.org[192.0.2.1]:25, delay=2340, delays=2339/0/0.1/0.2, dsn=5.1.1, status=bounced (host mx said: 550 5.1.1 <%[2]s> nobody here)\n2026-05-05T09:40:00Z mx postfix/qmgr[3]: %[1]s: removed\n", queue, to)
	}
	text := bounce(letters[3].Queue, letters[3].To[0]) + bounce(letters[4].Queue, letters[5].To[0]) + bounce("4kQ1By6X2Jz9x", letters[6].To[0])
	said := s.says(exitIncomplete, text, settles+"--log -")
	if !strings.Contains(said, "it knows 1 letter of the plan") || !strings.Contains(said, " 1  bounced\n") || !strings.Contains(said, "accepted 33, bounced 1") || strings.Contains(said, "@") {
		t.Error(said)
	}
	csv := s.says(exitDone, "", later+"status TS-2026-002/1 --format csv --personal")
	for line := range strings.Lines(csv) {
		if strings.Contains(line, ",bounced,") && !strings.HasSuffix(strings.TrimSpace(line), letters[3].To[0]) {
			t.Errorf("another letter came back: %s", line)
		}
	}
	s.wants(exitDone, "ledger verify", "whole")
}

// TestAbsentIsProven is DESIGN §7.5 and FAULTS §F.7: a letter that a log does not have never
// came only where everything else is certain. Each of these logs leaves a doubt, and the
// letters stay unknown.
func TestAbsentIsProven(t *testing.T) {
	t.Parallel()
	s, letters := lost(t)
	unknown := s.unknownOf(letters)
	is := func(i int) bool { return i == unknown[0] || i == unknown[1] || i == unknown[2] }
	whole := logOf(letters, func(i int) string {
		if is(i) {
			return "never"
		}
		return "sent"
	})
	lines := strings.SplitAfter(whole, "\n")
	cut := func(from, to int) string { return strings.Join(lines[from:to], "") }
	n := len(lines) - 1
	zoneless := strings.NewReplacer("2026-05-05T", "May  5 ", "Z mx", " mx").Replace(whole)
	for _, c := range []struct{ name, command, log, because string }{
		{"an empty log", settles, "", "no line of a Postfix"},
		{"of another relay", settles, lines[0] + strings.Replace(lines[n-1], "T09:31", "T09:45", 1), "has a gap"},
		{"of another relay, without a gap", settles, logOf(nil, nil)[:len(lines[0])] + strings.Replace(lines[0], "08:31", "09:10", 1) + lines[n-1], "knows no letter of the plan"},
		{"begins too late", settles, cut(1, n), "the log begins at 2026-05-05T09:01:00Z; it must go back to 2026-05-05T08:56:00Z"},
		{"ends too early", settles, cut(0, n-1), "the log ends at 2026-05-05T09:01:00Z; it must go on to 2026-05-05T09:16:"},
		{"one of several machines'", settles, logOf(letters, func(i int) string {
			if is(i) || i == 30 {
				return "never"
			}
			return "sent"
		}), "the log does not know 1 letter that the relay has accepted in its time"},
		{"lines were lost", settles, whole + "2026-05-05T09:05:00Z mx rsyslogd: 5 messages lost\n", "has a gap, or lost lines"},
		{"in the dot timer", "--now 2026-05-05T09:10:00Z settle TS-2026-002/1 --by A.Example ", whole, "the relay may still be at work on it; not before 2026-05-05T09:11:"},
		{"of no zone", settles, zoneless, "stamps name no zone"},
	} {
		said := flat(s.says(exitIncomplete, c.log, c.command+"--log -"))
		if !strings.Contains(said, " 3  undecided\n") || strings.Count(said, c.because) < 3 || !strings.Contains(said, "unknown 3") {
			t.Errorf("%s: wanted %q:\n%s", c.name, c.because, said)
		}
	}
	said := s.says(exitIncomplete, zoneless, settles+"--zone UTC --log -")
	if !strings.Contains(said, " 3  never came: they tell nobody\n") || !strings.Contains(said, "planned 3, accepted 31") {
		t.Error(said)
	}
	s.wants(exitDone, "ledger verify", "whole")
}

// TestClaimedProvesNothing: a log of which somebody kept the lines about deliveries alone knows
// the accepted letters, by the queue IDs that the relay told us. It cannot know the others, and
// does not say of them that they never came.
func TestClaimedProvesNothing(t *testing.T) {
	t.Parallel()
	s, letters := lost(t)
	said := flat(s.says(exitIncomplete, deliveries(letters), settles+"--log -"))
	for _, want := range []string{"it knows 31 letters of the plan", " 0  never came", " 3  undecided\n", "unknown 3"} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %q\n%s", want, said)
		}
	}
	if strings.Count(said, "by their queue IDs alone: it is not the whole log") != 3 {
		t.Error(said)
	}
}

// TestVouching: a letter that is known by its queue ID alone does not show whose the log is, also
// where it says nothing of the time in which the line with its Message-ID would be.
func TestVouching(t *testing.T) {
	var log strings.Builder
	for _, at := range []string{"09:00", "09:30", "10:00"} {
		log.WriteString("2026-05-05T" + at + ":00Z mx postfix/anvil[9]: statistics: max connection rate 1/60s\n")
	}
	found := &trace{log: mailevidence.NewLog(nil, mailevidence.LogOptions{}), now: at0900.Add(time.Hour), zoned: true}
	if err := found.log.Read(strings.NewReader(log.String())); err != nil {
		t.Fatal(err)
	}
	inside, before := window{at0900, at0900.Add(time.Minute)}, window{at0900.Add(-time.Hour), at0900.Add(-time.Minute)}
	found.knows(mailevidence.Finding{QueueID: "4kQ1By6X2Jz9x"}, before)
	found.knows(mailevidence.Finding{QueueID: "4kQ1By6X2Jz9y", Named: before.to}, before)
	found.vouches(mailevidence.Finding{QueueID: "4kQ1By6X2Jz9w", Named: inside.to.Add(time.Second)})
	found.vouches(mailevidence.Finding{Fate: mailevidence.Refused, At: at0900})
	if why := found.doubt(inside, at0900); !strings.Contains(why, "names no letter of the plan by its Message-ID from 2026-05-05T09:01:00Z to 2026-05-05T09:02:00Z") || !strings.HasSuffix(why, decide) {
		t.Errorf("%q", why)
	}
	found.knows(mailevidence.Finding{QueueID: "4kQ1By6X2Jz9z", Named: inside.to}, inside)
	if why := found.doubt(inside, at0900); why != "" {
		t.Errorf("%q", why)
	}
	found.knows(mailevidence.Finding{QueueID: "4kQ1By6X2Jz9x"}, inside)
	if why := found.doubt(inside, at0900); !strings.Contains(why, "by their queue IDs alone") {
		t.Errorf("%q", why)
	}
}

// deliveries is a log that covers the time and has nothing in it but lines about deliveries.
func deliveries(letters []smtptest.Transaction) string {
	var b strings.Builder
	line := func(at time.Time, queue, to string) {
		fmt.Fprintf(&b, "%s mx postfix/smtp[4]: %s: to=<%s>, relay=mx.example.org[192.0.2.1]:25, delay=0.4, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n", at.Format(time.RFC3339), queue, to)
	}
	line(at0900.Add(-30*time.Minute), "4kQ1By6X2Jz9x", "x@example.net")
	for i, l := range letters {
		queue := l.Queue
		if queue == "" {
			queue = fmt.Sprintf("4kQ%04dzz9x", i)
		}
		line(at0900, queue, l.To[0])
	}
	line(at0900.Add(30*time.Minute), "4kQ1By6X2Jz9y", "x@example.net")
	return b.String()
}

// TestHeldAtRelay: a Postfix that holds a letter has taken it. Where it only begins one, it
// may hold it too: that letter does not go out again, however whole the log is.
func TestHeldAtRelay(t *testing.T) {
	t.Parallel()
	s, letters := lost(t)
	unknown := s.unknownOf(letters)
	text := logOf(letters, func(i int) string {
		switch i {
		case unknown[0]:
			return "held"
		case unknown[1]:
			return "begun"
		case unknown[2]:
			return "never"
		}
		return "sent"
	})
	said := flat(s.says(exitIncomplete, text, settles+"--log -"))
	because := fmt.Sprintf("the relay had begun it (queue id 4kQ%04dzz9x) and may hold it: look for it with postqueue -p", unknown[1])
	for _, want := range []string{" 1  confirmed: the relay has taken them\n", " 1  never came: they tell nobody\n", " 1  undecided\n", because, "planned 1, accepted 32, unknown 1"} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %q\n%s", want, said)
		}
	}
}

// TestVerdictsOfFates: a letter that the relay had is accepted or has come back, whatever
// the log covers; that it was begun or refused proves nothing without that.
func TestVerdictsOfFates(t *testing.T) {
	unproven := trace{log: mailevidence.NewLog(nil, mailevidence.LogOptions{}), now: at0900}
	for fate, want := range map[mailevidence.Fate]ledger.Event{
		mailevidence.Onward: ledger.Confirm, mailevidence.Queued: ledger.Confirm, mailevidence.Unclear: ledger.Confirm,
		mailevidence.Returned: ledger.Bounce, mailevidence.Dropped: ledger.Bounce,
		mailevidence.Begun: "", mailevidence.Refused: "", mailevidence.Unseen: "", mailevidence.Unknown: "",
	} {
		if got, why := unproven.verdict(mailevidence.Finding{Fate: fate}, window{at0900, at0900}, at0900); got != want || why == "" {
			t.Errorf("%s: %q, %q; want %q", fate, got, why, want)
		}
	}
}

// TestSettleMany: all rows of a state, or of a list, at once: once the plan's name is typed,
// all or none.
func TestSettleMany(t *testing.T) {
	t.Parallel()
	s, letters := lost(t)
	csv := s.says(exitDone, "", now+"status TS-2026-002/1 --format csv")
	var ids []string
	for line := range strings.Lines(csv) {
		if strings.Contains(line, ",unknown,") {
			ids = append(ids, line[:strings.Index(line, ",")])
		}
	}
	const why = " --why asked-them --yes TS-2026-002/1"
	s.wants(exitUsage, settles+"--state accepted --hold"+why, "--state is rejected, unknown")
	s.wants(exitUsage, settles+"--state unknown --tailnet x --hold"+why, "settle needs one of --tailnet ID")
	s.wants(exitUsage, settles+"--state unknown --log x", "--log says itself which rows")
	s.wants(exitUsage, later+"settle TS-2026-002/1 --log x", "settle needs --by NAME")
	s.wants(exitUsage, settles+"--zone UTC --state unknown --hold"+why, "goes with --log")
	s.wants(exitRefused, settles+"--state unknown --resend --why asked-them", "3 rows of TS-2026-002/1: their letters go out again", "type TS-2026-002/1 to settle it", "nothing was changed")
	s.wants(exitRefused, settles+"--state unreachable --resend"+why, "there is nothing to settle so", "nothing was settled")
	s.wants(exitDone, settles+"--state rejected --hold"+why, "nothing to do")
	s.wants(exitDone, settles+"--state unknown --hold --why x --dry-run", ids[0]+" is unknown", "nothing was written")
	list := filepath.Join(t.TempDir(), "told")
	write := func(text string) {
		if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(ids[0] + "\n\nnobody.example.com\n" + ids[1] + "\n")
	s.wants(exitUsage, settles+"--tailnets "+list+" --told by-phone --yes TS-2026-002/1", `told:3: TS-2026-002/1 has no row for "nobody.example.com"`, "nothing was settled")
	write(ids[1] + "\r\n" + ids[0] + "\n" + ids[1])
	s.wants(exitIncomplete, settles+"--tailnets "+list+" --told by-phone --yes TS-2026-002/1", "settled: 2 rows of TS-2026-002/1, by A.Example", "unknown 3")
	s.wants(exitIncomplete, settles+"--state unknown --resend"+why, "settled: 1 row", "possibly twice 1", "planned 1")
	s.wants(exitDone, "ledger verify", "whole")
	if len(letters) != 34 {
		t.Errorf("%d letters", len(letters))
	}
}

// TestManyReports: thousands of reports are one event each and one transaction a plan.
func TestManyReports(t *testing.T) {
	t.Parallel()
	s, letters := sent(t, smtptest.Options{})
	for i, l := range letters {
		s.file(fmt.Sprintf("new/%02d", i), reportOn(t, "reports/postfix", l))
	}
	if said := s.says(exitIncomplete, "", bounced34, s.box()); !strings.Contains(said, "34 bounced") || !strings.Contains(said, "bounced: 14 more") {
		t.Error(said)
	}
	book, err := ledger.OpenReader(context.Background(), filepath.Join(s.site, "var", "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	ids, err := book.Plans(context.Background(), "")
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	plan, err := book.Plan(context.Background(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	records, err := book.Settlements(context.Background(), plan)
	if err != nil || len(records) != 34 || !strings.Contains(records[0].Why, "5.1.1 550 5.1.1 <[address]>") || strings.Contains(records[0].Why, "@") || records[0].Who != "tocsin bounces" {
		t.Errorf("%d records, %+v, %v", len(records), records[0], err)
	}
}

// TestScreenFits: where an incident stands fits a terminal of 80 columns and 24 lines, and
// ends with one command, however many rows are open.
func TestScreenFits(t *testing.T) {
	t.Parallel()
	s, letters := lost(t)
	for i, l := range letters[:20] {
		s.file(fmt.Sprintf("new/%02d", i), reportOn(t, "reports/postfix", l))
	}
	s.says(exitIncomplete, "", bounced34, s.box())
	for _, command := range []string{"status TS-2026-002", "status"} {
		said := s.says(exitIncomplete, "", now+command)
		lines := strings.Split(strings.TrimSuffix(said, "\n"), "\n")
		if len(lines) > 24 || strings.Count(said, "next: ") != 1 || !strings.HasPrefix(lines[len(lines)-1], "next: ") {
			t.Errorf("%s: %d lines:\n%s", command, len(lines), said)
		}
		for _, line := range lines[:len(lines)-1] {
			if len([]rune(line)) > 80 {
				t.Errorf("%s: %d columns: %s", command, len([]rune(line)), line)
			}
		}
	}
}
