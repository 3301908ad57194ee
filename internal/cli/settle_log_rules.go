package cli

import (
	"fmt"
	"slices"
	"time"

	mailevidence "tocsin/internal/notify/evidence"
	"tocsin/internal/notify/ledger"
)

// What a log is allowed to prove. That a letter came is said by one line. That it never
// came is said by no line, and so only by a log of which everything else is certain.
const (
	// dotTimer is for how long a relay may still be at work on a letter whose sender has
	// hung up (RFC 5321 §4.5.3.2.6).
	dotTimer = 10 * time.Minute
	// skew is how far the relay's clock may be from ours.
	skew = 5 * time.Minute
)

// window is the time in which a relay may have taken a letter, by our clock with the skew
// of its own on either side.
type window struct{ from, to time.Time }

func (w window) has(at time.Time) bool { return !at.Before(w.from) && !at.After(w.to) }

// verdict is what a finding makes of an unknown letter, and why. No event is a row that
// stays as it is.
func (t *trace) verdict(f mailevidence.Finding, w window, lost time.Time) (ledger.Event, string) {
	if f.Contrary != "" {
		return "", fmt.Sprintf("the relay's log: %s under queue id %s, and better under %s; no line says whether both are one copy: look both up in it, or ask the recipient, and %s", f.Fate, f.QueueID, f.Contrary, decide)
	}
	switch f.Fate {
	case mailevidence.Onward, mailevidence.Queued, mailevidence.Unclear:
		return ledger.Confirm, recordOfLog(f)
	case mailevidence.Returned, mailevidence.Dropped:
		return ledger.Bounce, recordOfLog(f)
	}
	if f.Fate == mailevidence.Begun { // no line says so of a letter that is on hold
		return "", fmt.Sprintf("the relay had begun it (queue id %s) and may hold it: look for it with postqueue -p", f.QueueID)
	}
	if because := t.doubt(w, lost); because != "" {
		return "", because
	}
	if f.Perhaps != "" {
		return "", fmt.Sprintf("the relay had something for its recipient then (queue id %s), and the log has no Message-ID of it: add the lines of cleanup, or ask the recipient and %s", f.Perhaps, decide)
	}
	return ledger.Absent, recordOfLog(f)
}

// doubt says why a log does not prove that a letter never came; empty where it does.
func (t *trace) doubt(w window, lost time.Time) string {
	first, last := t.log.Span()
	switch {
	case first.IsZero():
		return "no line of a Postfix is in the log; is it the relay's?"
	case t.now.Before(lost.Add(dotTimer)):
		return fmt.Sprintf("the relay may still be at work on it; not before %s", clockTime(lost.Add(dotTimer)))
	case t.log.Zoneless() && !t.zoned:
		return "the log's stamps name no zone; the same command with --zone"
	case first.After(w.from):
		return fmt.Sprintf("the log begins at %s; it must go back to %s: add an older file", clockTime(first), clockTime(w.from))
	case last.Before(w.to):
		return fmt.Sprintf("the log ends at %s; it must go on to %s: take it again later, or add a newer file", clockTime(last), clockTime(w.to))
	case !t.log.Covers(w.from, w.to):
		return fmt.Sprintf("the log has a gap, or lost lines, between %s and %s: add what is missing", clockTime(w.from), clockTime(w.to))
	case t.known == 0:
		return "the log knows no letter of the plan; is it the relay's?"
	case t.absent > 0:
		return fmt.Sprintf("the log does not know %s that the relay has accepted in its time: it is not the whole log, or another machine's", many(t.absent, "letter"))
	case t.cut > 0:
		return "the log knows accepted letters by their queue IDs alone: it is not the whole log; the lines of cleanup, with the Message-IDs, have to be in it"
	case !slices.ContainsFunc(t.named, w.has):
		return fmt.Sprintf("the log names no letter of the plan by its Message-ID from %s to %s: nothing shows that it is whole then, and this relay's; add the logs of all machines behind the relay's name, or %s",
			clockTime(w.from), clockTime(w.to), decide)
	}
	return ""
}

// decide is what is left to do where no log can prove anything.
const decide = "decide: the same command with --tailnet ID {--resend | --hold} --why REASON in place of --log"

func clockTime(at time.Time) string { return at.UTC().Format(time.RFC3339) }
