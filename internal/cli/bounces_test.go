package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify/smtptest"
)

// says plays a command with an input, wants its exit status, and gives all that it says.
func (s session) says(status int, input, command string, more ...string) string {
	s.Helper()
	w := world()
	if strings.HasPrefix(command, "--now ") {
		w.Now = time.Now // it measures how long things take
	}
	var said bytes.Buffer
	w.Stdin, w.Stdout, w.Stderr = strings.NewReader(input), &said, &said
	if got := Run(context.Background(), w, append(append([]string{"-C", s.site}, strings.Fields(command)...), more...)); got != status {
		s.Errorf("%s: exit status %d, want %d\n%s", command, got, status, &said)
	}
	return said.String()
}

const returning = "  bounces: bounces@example.com\n"

// sent is a site of which all letters of a plan have gone to a relay, and what it took;
// what went to the site itself is left out.
func sent(t *testing.T, options smtptest.Options) (session, []smtptest.Transaction) {
	t.Helper()
	options.Keep = true
	server := smtptest.Start(t, options)
	s := relayed(t, server, returning)
	s.wants(exitIncomplete, now+"send TS-2026-002/1 --live --canary 0 --connections 1 --yes TS-2026-002/1")
	server.Settled()
	return s, slices.DeleteFunc(server.Accepted(), func(l smtptest.Transaction) bool { return l.To[0] == "security@example.com" })
}

// dropping takes some letters and hangs up without a word.
func dropping(nth ...int) smtptest.Script {
	return func(m smtptest.Moment, n int) smtptest.Action {
		if m == smtptest.Taken && slices.Contains(nth, n) {
			return smtptest.Drop
		}
		return nil
	}
}

// whoever is a return path in the samples, and whom they name.
var whoever = regexp.MustCompile(`(?i)bounces\+[a-z2-7]{32}@example\.com`)

// reportOn is a report in the shape of a server's, on a letter.
func reportOn(t *testing.T, name string, letter smtptest.Transaction) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "notify", "evidence", "testdata", filepath.FromSlash(name)+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return whoever.ReplaceAllString(string(text), letter.From)
}

// file puts a message into a Maildir beside the site.
func (s session) file(name, text string) {
	s.Helper()
	box := s.box()
	for _, part := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(box, part), 0o700); err != nil {
			s.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(box, filepath.FromSlash(name)), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s session) box() string { return filepath.Join(filepath.Dir(s.site), "Maildir") }

// failures are the samples that say that a letter failed, with the code that they say.
var failures = [...]struct{ name, code string }{
	{"postfix", "5.1.1"}, {"exim", "5.2.2"}, {"sendmail", "5.7.1"}, {"exchange", "5.1.10"}, {"gmail", "5.1.1"},
	{"qmail", "5.1.1"}, {"domino", "5.1.1"}, {"ses", "5.4.4"}, {"full", "5.2.1"}, {"utf8", "5.6.7"},
}

const bounced34 = now + "bounces "

// TestTenReportsBounce is F33, end to end: ten reports of ten servers move the ten rows to
// whose return paths they came; what is no report, or of no letter of ours, moves none; the
// same mailbox read again changes nothing; nobody's address is told (F53).
func TestTenReportsBounce(t *testing.T) {
	t.Parallel()
	s, letters := sent(t, smtptest.Options{})
	for i, f := range failures {
		s.file(fmt.Sprintf("new/%02d", i), reportOn(t, "reports/"+f.name, letters[i]))
	}
	other := letters[20]
	other.From = "bounces+arw66t6uvkinfsldq2eb4rtpncrmuj7l@example.com" // of another key
	s.file("cur/20:2,S", reportOn(t, "reports/postfix", other))
	s.file("cur/21:2,S", reportOn(t, "reports/delayed", letters[21]))
	s.file("cur/22:2,S", reportOn(t, "reports/relayed", letters[22]))
	s.file("cur/23:2,S", reportOn(t, "others/vacation", letters[23]))
	s.file("cur/24:2,S", "no message\n")
	s.file("cur/25:2,S", strings.Repeat("A: b\n", 4<<20))
	s.file("cur/26 jo@zqplant.example:2,S", reportOn(t, "others/person", letters[26]))
	s.file("cur/27:2,S", strings.ReplaceAll(reportOn(t, "reports/postfix", letters[27]), letters[27].From, "somebody@example.com"))

	dry := s.says(exitIncomplete, "", bounced34+"--dry-run", s.box())
	s.wants(exitIncomplete, now+"status TS-2026-002/1", "accepted 34")
	said := s.says(exitIncomplete, "", bounced34, s.box())
	for _, want := range []string{
		"18 messages in ", "      13  delivery status", "TS-2026-002/1: 10 bounced, 0 confirmed as delivered; 1 delayed, 1 relayed: that changes nothing",
		"cur/20:2,S  forged: the name in the return path is forged", "cur/23:2,S  ", "could not be read", "cur/25:2,S  could not be read: the message is larger",
		"message 17  message of a person", "cur/27:2,S  delivery status: it came to no return path of ours",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("bounces does not say %q:\n%s", want, said)
		}
	}
	for i, f := range failures {
		if !strings.Contains(said, fmt.Sprintf(" (%s)  new/%02d\n", f.code, i)) {
			t.Errorf("%s is not told:\n%s", f.name, said)
		}
	}
	again := s.says(exitIncomplete, "", bounced34, s.box())
	if !strings.Contains(again, "0 bounced, 0 confirmed as delivered; 10 on record already") {
		t.Errorf("read again:\n%s", again)
	}
	asJSON := s.says(exitIncomplete, "", bounced34+"--json", s.box())
	var shown bounced
	if err := json.Unmarshal([]byte(asJSON), &shown); err != nil || shown.Messages != 18 || shown.Plans[0].Again != 10 || shown.Plans[0].Open != 11 {
		t.Errorf("%v: %+v", err, shown)
	}
	status := s.says(exitIncomplete, "", now+"status TS-2026-002/1")
	if !strings.Contains(status, "accepted 24, bounced 10") {
		t.Error(status)
	}
	s.wants(exitDone, "ledger verify", "whole")
	for _, said := range []string{dry, said, again, asJSON, status} {
		if strings.Contains(said, "@") || strings.Contains(said, "zqplant") {
			t.Errorf("an address is told:\n%s", said)
		}
	}
}

// TestReportsInEveryForm: an mbox and standard input are read as a Maildir is; a letter that
// was sent again after its report is not bounced by that report once more.
func TestReportsInEveryForm(t *testing.T) {
	t.Parallel()
	s, letters := sent(t, smtptest.Options{})
	first, second := reportOn(t, "reports/postfix", letters[0]), reportOn(t, "reports/exim", letters[1])
	mbox := filepath.Join(t.TempDir(), "mbox")
	const from = "From MAILER-DAEMON Mon May  4 09:00:00 2026\n"
	if err := os.WriteFile(mbox, []byte(from+first+"\n"+from+second+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := s.says(exitIncomplete, "", bounced34, mbox); !strings.Contains(said, "2 bounced") {
		t.Error(said)
	}
	if said := s.says(exitIncomplete, reportOn(t, "reports/gmail", letters[2]), bounced34+"-"); !strings.Contains(said, "1 message in -") || !strings.Contains(said, "1 bounced") {
		t.Error(said)
	}
	s.sql("UPDATE deliveries SET state = 'accepted' WHERE state = 'bounced'")
	if said := s.says(exitIncomplete, "", bounced34+"--dry-run", mbox); !strings.Contains(said, "0 bounced, 0 confirmed as delivered; 2 on record already") {
		t.Errorf("a report counts for the letter that was sent again:\n%s", said)
	}
	s.says(exitIO, "", bounced34, filepath.Join(t.TempDir(), "nowhere"))
	s.says(exitIO, "", bounced34, t.TempDir())
}

// TestDeliveredSettlesUnknown: a report of delivery shows that a letter had come of which
// nobody knew; that it was only delayed does not.
func TestDeliveredSettlesUnknown(t *testing.T) {
	t.Parallel()
	s, letters := sent(t, smtptest.Options{Script: dropping(4, 5)}) // the first is to the site itself
	s.wants(exitIncomplete, now+"status TS-2026-002/1", "unknown 2")
	delivered := strings.NewReplacer("Action: failed", "Action: delivered", "Status: 5.1.1", "Status: 2.0.0").Replace(reportOn(t, "reports/postfix", letters[3]))
	if said := s.says(exitIncomplete, delivered, bounced34+"-"); !strings.Contains(said, "1 confirmed as delivered") {
		t.Error(said)
	}
	if said := s.says(exitIncomplete, reportOn(t, "reports/delayed", letters[4]), bounced34+"-"); !strings.Contains(said, "1 delayed: that changes nothing") {
		t.Error(said)
	}
	s.wants(exitIncomplete, now+"status TS-2026-002/1", "accepted 33, unknown 1")
}

// TestBounceInWords: what only a person can read is left to one, who puts it on record.
func TestBounceInWords(t *testing.T) {
	t.Parallel()
	s, letters := sent(t, smtptest.Options{})
	said := s.says(exitIncomplete, reportOn(t, "others/words", letters[0]), bounced34+"-")
	found := regexp.MustCompile(`bounce in words only: about the letter of TS-2026-002/1 to (\S+), which is accepted`).FindStringSubmatch(said)
	if found == nil || !strings.Contains(said, "settle TS-2026-002/1 --tailnet "+found[1]+" --bounced") {
		t.Fatal(said)
	}
	s.wants(exitIncomplete, now+"settle TS-2026-002/1 --tailnet "+found[1]+" --bounced --why mailbox-full --by A.Example", "which was accepted", "it came back", "bounced 1")
}

// TestBouncesAreRefused: where no letter has a return path of its own, and where the key is
// lost by which they are known.
func TestBouncesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitUsage, "bounces -", "there is no ledger yet")
	s.wants(exitDone, "plan TS-2026-002")
	s.wants(exitRefused, "bounces -", "mail.bounces is not set")
	s.edit("tocsin.yaml", "  transport:", returning+"  transport:")
	s.wants(exitDone, "bounces -", "0 messages in -")
	if err := os.Remove(filepath.Join(s.site, "secrets", "plan.key")); err != nil {
		t.Fatal(err)
	}
	s.wants(exitRefused, "bounces -", "secrets/plan.key is missing", "restore it from a backup")
}

// TestBounceAfterTheNextPlan: who counted as told when the next plan was made, and was not,
// as a report says since, is left by no plan in silence.
func TestBounceAfterTheNextPlan(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Keep: true, Script: smtptest.Once(smtptest.Rcpt, 7, smtptest.Reply("550 5.1.1 nobody here"))})
	s := relayed(t, server, returning)
	s.wants(exitIncomplete, now+"send TS-2026-002/1 --live --canary 0 --connections 1 --yes TS-2026-002/1", "accepted 33, deferred 0, rejected 1")
	s.wants(exitDone, "--now 2026-05-05T10:00:00Z plan TS-2026-002", "TS-2026-002/2")
	s.wants(exitIncomplete, "--now 2026-05-05T10:01:00Z send TS-2026-002/2 --live --canary 0 --yes TS-2026-002/2", "accepted 1")
	server.Idle(t)
	letters := server.Accepted()
	report := reportOn(t, "reports/postfix", letters[10])
	said := s.says(exitIncomplete, report, "--now 2026-05-05T11:00:00Z bounces -")
	if !strings.Contains(said, "TS-2026-002/1: 1 bounced") || !strings.Contains(said, "plan TS-2026-002, for whom those letters did not reach: TS-2026-002/2 was made before they came back") {
		t.Error(said)
	}
	s.wants(exitIncomplete, "--now 2026-05-05T11:01:00Z status TS-2026-002",
		"before: TS-2026-002/1: accepted 32, rejected 1, bounced 1; TS-2026-002/2 has\n    taken its place", "1 tailnet counted as told, whose letter came back since")
	s.wants(exitDone, "--now 2026-05-05T11:02:00Z plan TS-2026-002", "TS-2026-002/3", "1  mailed")
}
