package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	mailevidence "tocsin/internal/notify/evidence"
	"tocsin/internal/notify/smtptest"
)

// lostLater is a site whose relay took all letters but three in a first run, and those three
// without a word in a second one, three hours later; and what it took in each.
func lostLater(t *testing.T) (s session, first, second []smtptest.Transaction) {
	t.Helper()
	var again atomic.Bool
	server := smtptest.Start(t, smtptest.Options{Keep: true, Script: func(m smtptest.Moment, n int) smtptest.Action {
		switch {
		case !again.Load() && m == smtptest.Rcpt && slices.Contains([]int{8, 15, 22}, n):
			return smtptest.Reply("450 4.7.1 greylisted")
		case again.Load() && m == smtptest.Taken:
			return smtptest.Drop
		}
		return nil
	}})
	s = relayed(t, server, returning)
	const send = "send TS-2026-002/1 --live --once --no-self --canary 0 --connections 1 --yes TS-2026-002/1"
	s.wants(exitIncomplete, now+send, "accepted 31", "deferred 3")
	n := len(server.Accepted())
	again.Store(true)
	s.wants(exitRefused, "--now 2026-05-05T12:00:00Z "+send, "unknown 3")
	server.Settled()
	return s, server.Accepted()[:n], server.Accepted()[n:]
}

// everyHalfHour is a line of Postfix every half hour from 10:00 to 13:00, with others among them.
func everyHalfHour(said string, others ...string) string {
	lines := others
	for at := at0900.Add(59 * time.Minute); at.Before(at0900.Add(4 * time.Hour)); at = at.Add(30 * time.Minute) {
		lines = append(lines, at.Format(time.RFC3339)+" mx postfix/"+said+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

const delivers = ", relay=mx.example.org[192.0.2.1]:25, delay=0.4, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)"

// TestOtherTimesProveNothing: that a letter never came is proven by no log that is known to be whole,
// and the relay's, at another time only. A refusal without a Message-ID does not vouch for one.
func TestOtherTimesProveNothing(t *testing.T) {
	t.Parallel()
	s, first, second := lostLater(t)
	whole := logOf(first, func(int) string { return "sent" })
	const quiet, filtered = "anvil[9]: statistics: max connection rate 1/60s", "smtp[4]: 4kQ1By6X2Jz9x: to=<x@example.net>" + delivers
	grey := fmt.Sprintf("2026-05-05T11:59:58Z mx postfix/smtpd[4]: NOQUEUE: reject: RCPT from tocsin.example.com[192.0.2.7]: 450 4.7.1 <%[2]s>: Recipient address rejected: Greylisted; from=<%[1]s> to=<%[2]s> proto=ESMTP helo=<tocsin>\n", second[0].From, second[0].To[0])
	for name, c := range map[string]struct {
		log   string
		knows int
	}{
		"another machine's then":      {everyHalfHour(quiet), 31},
		"filtered then":               {everyHalfHour(filtered), 31},
		"filtered, and a greylisting": {everyHalfHour(filtered, grey), 32},
	} {
		said := flat(s.says(exitDone, whole+c.log, "--now 2026-05-05T13:30:00Z settle TS-2026-002/1 --dry-run --log -"))
		if !strings.Contains(said, fmt.Sprintf("it knows %d letters of the plan", c.knows)) || !strings.Contains(said, " 0  never came") ||
			strings.Count(said, "names no letter of the plan by its Message-ID from 2026-05-05T11:55:00Z to 2026-05-05T12:15:") != 3 || strings.Count(said, decide) != 3 {
			t.Errorf("%s:\n%s", name, said)
		}
	}
}

// TestNamelessIsADoubt: in a log that has the Message-ID of one letter of the time, one that it does
// not have never came; but not where something went to its recipient that no line gives a name.
func TestNamelessIsADoubt(t *testing.T) {
	t.Parallel()
	s, first, second := lostLater(t)
	log := logOf(first, func(int) string { return "sent" }) + everyHalfHour("anvil[9]: statistics: max connection rate 1/60s",
		"2026-05-05T12:00:01Z mx postfix/cleanup[2]: 4kQ1By6X2Jz9x: message-id=<"+messageIDOf(second[0])+">\n",
		"2026-05-05T12:00:02Z mx postfix/smtp[4]: 4kQ1By6X2Jz9x: to=<"+second[0].To[0]+">"+delivers+"\n",
		"2026-05-05T12:00:03Z mx postfix/smtp[4]: 4kQ1By6X2Jz9y: to=<"+second[1].To[0]+">"+delivers+"\n")
	said := flat(s.says(exitIncomplete, log, "--now 2026-05-05T13:30:00Z settle TS-2026-002/1 --by A.Example --log -"))
	for _, want := range []string{" 1  confirmed", " 1  never came", " 1  undecided\n", "the relay had something for its recipient then (queue id 4kQ1By6X2Jz9y), and the log has no Message-ID of it", decide, "planned 1, accepted 32, unknown 1"} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %q\n%s", want, said)
		}
	}
}

func messageIDOf(l smtptest.Transaction) string {
	_, id, _ := bytes.Cut(l.Message, []byte("Message-ID: <"))
	id, _, _ = bytes.Cut(id, []byte(">"))
	return string(id)
}

// TestRefusalOnRecord: a refusal may be of an earlier attempt than the one that is in doubt; so the
// record says when it was, and that what proves anything is that nothing came after it.
func TestRefusalOnRecord(t *testing.T) {
	const want = "the relay's log: refused at 2026-05-05T09:01:00Z, and not seen since, 4.7.1, 450 4.7.1 Greylisted"
	if got := recordOfLog(mailevidence.Finding{Fate: mailevidence.Refused, At: at0900, Code: "4.7.1", Said: "450 4.7.1 Greylisted"}); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestCopiesThatDisagree: of a letter that went on under one queue ID and came back under another,
// the row stays in doubt where it was, with both named; one that the relay had accepted has come back.
func TestCopiesThatDisagree(t *testing.T) {
	t.Parallel()
	s, letters := lost(t)
	unknown := s.unknownOf(letters)
	text := logOf(letters, func(int) string { return "sent" })
	for _, i := range []int{unknown[0], 20} {
		for _, line := range []string{"cleanup[2]: %s: message-id=<" + messageIDOf(letters[i]) + ">", "qmgr[3]: %s: from=<>, size=1, nrcpt=1 (queue active)",
			"local[4]: %s: to=<" + letters[i].To[0] + ">, relay=local, delay=0.1, delays=0/0/0/0, dsn=5.1.1, status=bounced (nobody here)", "qmgr[3]: %s: removed"} {
			text += "2026-05-05T09:01:05Z mx postfix/" + fmt.Sprintf(line, fmt.Sprintf("4kR%04dzz9x", i)) + "\n"
		}
	}
	said := flat(s.says(exitIncomplete, text, settles+"--log -"))
	because := fmt.Sprintf("bounced under queue id 4kR%04[1]dzz9x, and better under 4kQ%04[1]dzz9x", unknown[0])
	for _, want := range []string{" 2  confirmed", " 1  bounced\n", " 1  undecided\n", because, decide, "accepted 32, unknown 1, bounced 1"} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %q\n%s", want, said)
		}
	}
	if strings.Contains(said, "came to the relay more than once") {
		t.Errorf("nothing shows that somebody has it twice:\n%s", said)
	}
}
