package pace

// Stop ends a run in which too many letters are refused: then something is wrong with
// the letters or with the sender, and the rest would fare no better (F48).
type Stop struct {
	answered, rejected int
}

// A run stops above 2 % of rejected letters, once there are so many rejected ones that a
// few dead addresses do not decide; before that where nearly nothing but rejected ones is
// met.
const (
	stopPerMille = 20
	stopLeast    = 5
	stopEarly    = 3 // of which more than half of all
)

// Accepted counts a letter that was taken over.
func (s *Stop) Accepted() { s.answered++ }

// Rejected counts a letter that was refused for good.
func (s *Stop) Rejected() { s.answered++; s.rejected++ }

// Reached reports whether the run has to stop.
func (s *Stop) Reached() bool {
	if s.rejected < stopLeast {
		return s.rejected >= stopEarly && 2*s.rejected > s.answered
	}
	return 1000*s.rejected > stopPerMille*s.answered
}
