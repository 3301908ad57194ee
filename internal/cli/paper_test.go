package cli

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/internal/notify/smtptest"
)

var broken = regexp.MustCompile(`\n {4}(\S)`)

// flat is what was said before its lines were broken to fit the paper.
func flat(said string) string { return broken.ReplaceAllString(said, " $1") }

// fits holds all that is said to the width of a terminal, but for commands, which no line is
// broken in.
func (s session) fits(said string) {
	s.Helper()
	for line := range strings.Lines(said) {
		wide := utf8.RuneCountInString(strings.TrimSuffix(line, "\n"))
		if wide > paperWidth && !strings.Contains(line, "tocsin ") {
			s.Errorf("%d columns: %s", wide, line)
		}
	}
}

// TestStatusFitsThePaper: no state of letters, and no reason why one is undecided, runs over the
// line.
func TestStatusFitsThePaper(t *testing.T) {
	t.Parallel()
	s, _ := toTell(t, 7, smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, n int) smtptest.Action {
		switch {
		case m == smtptest.Rcpt && n == 1:
			return smtptest.Reply("550 5.1.1 nobody of that name")
		case m == smtptest.Rcpt && n == 2:
			return smtptest.Reply("450 4.2.0 come back later")
		case m == smtptest.Taken && n == 3:
			return smtptest.Drop
		}
		return nil
	}}))
	s.wants(exitIncomplete, on("09:00:30", "settle TS-2026-002/1 --by Robin --told phoned --tailnet "+house(5)))
	s.wants(exitIncomplete, on("09:00:30", "settle TS-2026-002/1 --by Robin --hold --why gone --tailnet "+house(6)))
	s.wants(exitIncomplete, sendStreet)
	said := s.says(exitIncomplete, "", on("09:02:00", "status TS-2026-002/1"))
	s.has(strings.Join(strings.Fields(said), " "), "rejected 1, unknown 1, told otherwise 1, held back 1)")
	s.fits(said)
	s.fits(s.says(exitIncomplete, "", on("09:02:00", "status TS-2026-002")))
	log := s.says(exitIncomplete, "", on("09:30:00", "settle TS-2026-002/1 --log - --by Robin"))
	s.has(log, "undecided: ")
	s.fits(log[strings.Index(log, "  undecided: "):])
}
