package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/notify"
	mailevidence "tocsin/internal/notify/evidence"
	"tocsin/internal/notify/smtptest"
)

// quoting makes a report return a letter as it is: with its Message-ID.
func quoting(report string, letter smtptest.Transaction) string {
	return regexp.MustCompile(`(?m)^Message-ID: <.*>$`).ReplaceAllLiteralString(report, "Message-ID: <"+messageID(letter)+">")
}

// nameless is a report whose server dropped what follows the plus.
func nameless(report string, letter smtptest.Transaction) string {
	return strings.ReplaceAll(report, letter.From, "bounces@example.com")
}

// TestContradictionsBounce is F33: a report that says things twice, and differently, is taken
// at its gravest, and not left.
func TestContradictionsBounce(t *testing.T) {
	t.Parallel()
	s, letters := sent(t, smtptest.Options{})
	for i, twice := range []struct{ field, other string }{
		{"Diagnostic-Code:", "Diagnostic-Code: smtp; 550 another line\n"}, {"Status:", "Status: 2.0.0\n"}, {"Action:", "Action: delivered\n"},
	} {
		report := reportOn(t, "reports/postfix", letters[i])
		said := s.says(exitIncomplete, strings.Replace(report, twice.field, twice.other+twice.field, 1), bounced34+"-")
		if !strings.Contains(said, "1 bounced") {
			t.Errorf("%s twice:\n%s", twice.field, said)
		}
	}
	s.wants(exitIncomplete, now+"status TS-2026-002/1", "accepted 31, bounced 3")
}

// TestUnreadableIsADoubt is F33: what came to a letter's return path and could not be read is
// left to a person, who is told whose it is, until that person has put it on record.
func TestUnreadableIsADoubt(t *testing.T) {
	t.Parallel()
	s, letters := sent(t, smtptest.Options{})
	report := reportOn(t, "reports/postfix", letters[0])
	broken := strings.Replace(report, "Subject:", "this is no field\nSubject:", 1)
	large := strings.Replace(report, "This is the mail system", strings.Repeat("This is the mail system\n", 17<<20/24), 1)
	told := regexp.MustCompile(`could not be read: .*; about the letter of TS-2026-002/1 to (\S+), which is accepted`)
	var tailnet string
	for name, text := range map[string]string{"out of form": broken, "too large": large} {
		said := s.says(exitIncomplete, text, bounced34+"-")
		found := told.FindStringSubmatch(said)
		if found == nil || !strings.Contains(said, "settle TS-2026-002/1 --tailnet "+found[1]+" --bounced") {
			t.Fatalf("%s:\n%s", name, said)
		}
		tailnet = found[1]
		s.says(exitIncomplete, text, bounced34+"- --json")
	}
	s.wants(exitIncomplete, now+"settle TS-2026-002/1 --tailnet "+tailnet+" --bounced --why unknown-user --by A.Example", "bounced 1")
	s.wants(exitIncomplete, now+"settle TS-2026-002/1 --tailnet "+tailnet+" --told by-phone --by A.Example")
	before := s.says(exitIncomplete, reportOn(t, "reports/delayed", letters[1]), bounced34+"-") // rows that no letter settles are open
	if said := s.says(exitIncomplete, broken, bounced34+"-"); strings.Contains(said, "and names a letter") || strings.Contains(before, "and names a letter") {
		t.Errorf("it is on record, and still in doubt:\n%s", said)
	}
}

// TestReportOfNoNameIsADoubt is F33: where a mail server dropped what follows the plus, the
// Message-ID in what it returns leads to the letter, and a person judges. What strangers'
// letters came back by, and what says of none that it failed, leaves nothing to do.
func TestReportOfNoNameIsADoubt(t *testing.T) {
	t.Parallel()
	s, letters := sent(t, smtptest.Options{})
	l := letters[0]
	report := nameless(quoting(reportOn(t, "reports/postfix", l), l), l)
	forged := strings.ReplaceAll(report, "bounces@example.com", "bounces+"+strings.Repeat("a", 32)+"@example.com")
	unread := strings.Replace(report, "--4kQ1By6X2Jz9x.1777885207/mail.example.com--", strings.Repeat("--4kQ1By6X2Jz9x.1777885207/mail.example.com\n\nx\n", 101), 1)
	const names = "by its Message-ID it returns the letter of TS-2026-002/1 to "
	var tailnet string
	for text, want := range map[string]string{
		report: "delivery status: it came to no return path of ours; " + names,
		strings.NewReplacer("Action: failed", "X: y", "Status: 5.1.1", "X: y", "Diagnostic-Code", "X").Replace(report): "bounce in words only: it came to no return path of ours; " + names,
		forged: "plan key; " + names,
		unread: "which is what is read; " + names,
	} {
		said := s.says(exitIncomplete, text, bounced34+"-")
		at := strings.Index(said, want)
		if at < 0 {
			t.Fatalf("%q is not in:\n%s", want, said)
		}
		tailnet, _, _ = strings.Cut(said[at+len(want):], ",")
		if !strings.Contains(said, "settle TS-2026-002/1 --tailnet "+tailnet+" --bounced") || strings.Contains(said, "@") {
			t.Errorf("no command, or an address:\n%s", said)
		}
		s.says(exitIncomplete, text, bounced34+"- --json")
	}
	for name, text := range map[string]string{
		"a stranger's":          nameless(reportOn(t, "reports/postfix", l), l),
		"in the form of ours":   strings.ReplaceAll(report, messageID(l), strings.Repeat("0", 32)+"@example.com"),
		"delayed":               nameless(quoting(reportOn(t, "reports/delayed", l), l), l),
		"forged, of a stranger": strings.ReplaceAll(forged, messageID(l), "1@elsewhere.example"),
	} {
		if said := s.says(exitDone, text, bounced34+"-"); strings.Contains(said, "next:") || strings.Contains(said, tailnet) {
			t.Errorf("%s:\n%s", name, said)
		}
	}
	s.wants(exitIncomplete, now+"status TS-2026-002/1", "accepted 34")
	s.wants(exitIncomplete, now+"settle TS-2026-002/1 --tailnet "+tailnet+" --bounced --why unknown-user --by A.Example", "bounced 1")
	if said := s.says(exitDone, report, bounced34+"-"); !strings.Contains(said, names+tailnet+", which is bounced") || strings.Contains(said, "next:") {
		t.Errorf("it is on record, and still in doubt:\n%s", said)
	}
}

// TestLetterThatTheLedgerDoesNotHold is F43 and F33: a report of a letter made with our key,
// in a ledger that knows nothing of it, is somebody's business.
func TestLetterThatTheLedgerDoesNotHold(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitDone, "plan TS-2026-002")
	s.edit("tocsin.yaml", "  transport:", returning+"  transport:")
	key, err := os.ReadFile(filepath.Join(s.site, "secrets", "plan.key"))
	if err != nil {
		t.Fatal(err)
	}
	paths := mailevidence.ReturnPath{Key: key, Base: "bounces@example.com"}
	for want, of := range map[string]struct{ number, row int }{
		"it is of a plan that the ledger does not hold": {7, 1}, "TS-2026-002/1 has no row 100000": {1, 100_000},
	} {
		made, err := paths.Make(notify.PlanID{Bulletin: "TS-2026-002", Number: of.number}, of.row)
		if err != nil {
			t.Fatal(err)
		}
		letter := smtptest.Transaction{From: string(made)}
		said := s.says(exitIncomplete, reportOn(t, "reports/postfix", letter), bounced34+"-")
		if !strings.Contains(said, want) || !strings.Contains(said, "ledger verify, which says whether this ledger is the newest: 1 report of letters") {
			t.Errorf("%s:\n%s", want, said)
		}
		if said := s.says(exitIncomplete, reportOn(t, "others/words", letter), bounced34+"-"); !strings.Contains(said, "ledger verify, ") {
			t.Errorf("in words, %s:\n%s", want, said)
		}
		if of.row > 1 {
			continue // the plan that holds no such row has others, which are open
		}
		if said := s.says(exitDone, reportOn(t, "reports/delayed", letter), bounced34+"-"); strings.Contains(said, "next:") {
			t.Errorf("delayed:\n%s", said)
		}
	}
}

// TestDeferredOnceBouncesOnce is F33: a letter that a relay took at the second try was sent
// once, and a report on it counts, however slow the clock of the server that wrote it.
func TestDeferredOnceBouncesOnce(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Keep: true, Script: smtptest.Once(smtptest.Rcpt, 7, smtptest.Reply("450 4.2.0 greylisted"))})
	s := relayed(t, server, returning)
	s.wants(exitIncomplete, now+"send TS-2026-002/1 --live --once --canary 0 --connections 1 --yes TS-2026-002/1", "deferred 1")
	server.Idle(t)
	n := len(server.Accepted())
	s.wants(exitIncomplete, "--now 2026-05-05T11:01:00Z send TS-2026-002/1 --live --once --canary 0 --yes TS-2026-002/1", "accepted 1")
	server.Idle(t)
	report := regexp.MustCompile(`(?m)^Arrival-Date:.*$`).ReplaceAllString(reportOn(t, "reports/postfix", server.Accepted()[n]), "Arrival-Date: Tue, 5 May 2026 10:50:00 +0000")
	if said := s.says(exitIncomplete, report, "--now 2026-05-05T12:00:00Z bounces -"); !strings.Contains(said, "1 bounced") {
		t.Error(said)
	}
}

// TestConfirmedAndThenBounced is F33: a letter that was confirmed, and never sent again, comes
// back by every later report, whenever the letter came to the server that reports.
func TestConfirmedAndThenBounced(t *testing.T) {
	t.Parallel()
	s, letters := sent(t, smtptest.Options{Script: dropping(4)}) // the first is to the site itself
	delivered := strings.NewReplacer("Action: failed", "Action: delivered", "Status: 5.1.1", "Status: 2.0.0").Replace(reportOn(t, "reports/postfix", letters[3]))
	if said := s.says(exitIncomplete, delivered, bounced34+"-"); !strings.Contains(said, "1 confirmed as delivered") {
		t.Error(said)
	}
	if said := s.says(exitIncomplete, reportOn(t, "reports/exim", letters[3]), bounced34+"-"); !strings.Contains(said, "1 bounced") {
		t.Error(said)
	}
}

// TestLineFromInAMaildir: what was filed by a pipe is read there as from standard input.
func TestLineFromInAMaildir(t *testing.T) {
	t.Parallel()
	s, letters := sent(t, smtptest.Options{})
	s.file("new/1", "From MAILER-DAEMON Mon May  4 09:00:00 2026\n"+reportOn(t, "reports/postfix", letters[0]))
	if said := s.says(exitIncomplete, "", bounced34, s.box()); !strings.Contains(said, "1 bounced") {
		t.Error(said)
	}
	none := t.TempDir()
	if said := s.says(exitIO, "", bounced34, none); !strings.Contains(said, none+" is not a Maildir: it has no folder new") || !strings.Contains(said, "next: find "+none+" -name cur") {
		t.Error(said)
	}
}
