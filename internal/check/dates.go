package check

import "tocsin/internal/source"

// futureDate reports a bulletin that says it was published tomorrow.
func futureDate(c *Checker, n *notice) source.Problems {
	if !n.Published.After(c.Now) {
		return nil
	}
	return source.Problems{n.problem(n.Places.Of("published"), "future-date",
		"published lies in the future", "a date never publishes by itself: set it when the bulletin is released")}
}
