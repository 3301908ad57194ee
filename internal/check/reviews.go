package check

import (
	"fmt"
	"time"

	"tocsin/internal/policy"
	"tocsin/internal/source"
)

// reviewDays is how long a policy may stand without anybody looking at it.
const reviewDays = 365

// reviews reports policies that nobody has looked at for a year. Whether one without a
// date was reviewed is not known, and not knowing is its own answer.
func reviews(c *Checker, of policy.Policy, p *page) source.Problems {
	at := p.file.At(1, 0)
	switch {
	case of.LastUpdated.IsZero():
		return source.Problems{p.note(at, "review-unknown", "not checked: whether the policy was reviewed in the last year", "write last_updated: with the day of the last review")}
	case of.LastUpdated.AddDate(0, 0, reviewDays).Before(day(c.Now)):
		return source.Problems{p.warning(at, "review-due",
			fmt.Sprintf("nobody has reviewed this policy since %s", of.LastUpdated.Format(time.DateOnly)), "read it again, and write the day into last_updated:")}
	}
	return nil
}

// day is the day of an instant, in UTC.
func day(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
