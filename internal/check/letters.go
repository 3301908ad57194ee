package check

import (
	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// tellsLittle warns of a bulletin that only letters tell of, and that tells little there: they
// quote its summary and none of its text, and there is no page on which to read more.
func tellsLittle(_ *Checker, n *notice) source.Problems {
	if n.Status != bulletin.Private || n.Summary != "" && n.Summary != n.Title {
		return nil
	}
	return source.Problems{n.warning(n.Places.Of("title"), "private-summary",
		"it has no page and no summary: its letters say no more of it than the title", "write a summary: what happened, in one or two sentences")}
}
