package cli

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"tocsin/internal/notify/send"
)

// sending shows a run while it lasts: on a terminal how many letters are settled, how fast
// they go, how long the rest will take and what became of those that were not accepted;
// and everywhere why nothing goes for a while.
type sending struct {
	*program
	bar   *progressbar.ProgressBar // nil where nobody watches
	drawn bool
}

func (p *program) sending(total int) *sending {
	s := &sending{program: p}
	if out, isFile := p.Stderr.(*os.File); isFile && term.IsTerminal(int(out.Fd())) {
		s.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(out), progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("letters"),
			progressbar.OptionThrottle(patience/10), progressbar.OptionClearOnFinish())
	}
	return s
}

// said draws how far the run has come. A letter that was put off is not settled.
func (s *sending) said(t send.Tally) {
	if s.bar == nil {
		return
	}
	s.drawn = true
	s.bar.Describe(described(t))
	_ = s.bar.Set(t.Accepted + t.Rejected + t.Unknown) // a bar that cannot be drawn stops nobody's letters
}

// described is what is not as it should be.
func described(t send.Tally) string {
	parts := []string{"sending"}
	for _, part := range []struct {
		n    int
		what string
	}{{t.Waiting, "put off"}, {t.Rejected, "rejected"}, {t.Unknown, "unknown"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return strings.Join(parts, ", ")
}

// clear takes the bar away, for other words or for good.
func (s *sending) clear() {
	if s.drawn {
		s.drawn = false
		_ = s.bar.Clear()
	}
}

// waits tells why nothing goes for a while.
func (s *sending) waits(w send.Wait) {
	s.clear()
	at := fmt.Sprintf("%s, in %s", w.Until.UTC().Format(time.RFC3339), w.For.Round(time.Second))
	switch {
	case w.Unreachable != nil:
		s.say("%v; the next attempt at %s", w.Unreachable, at)
	case w.Canary > 0:
		s.say("the first %s out: look at what comes back; the others go at %s. Interrupted before that, they stay here", are(w.Canary, "letter"), at)
	default:
		s.say("%s put off: the relay asked to come again; the next attempt at %s. Interrupted before that, the same command goes on", are(w.Deferred, "letter"), at)
	}
}

// stopping tells that an interruption was heard.
func (s *sending) stopping(underWay int) {
	s.clear()
	s.say("stopping: %s under way, and finished first; a second interruption cuts them off, and the next run finds out how far they came", are(underWay, "letter"))
}

// are is a number of things with its verb.
func are(n int, thing string) string {
	if n == 1 {
		return many(n, thing) + " is"
	}
	return many(n, thing) + " are"
}
