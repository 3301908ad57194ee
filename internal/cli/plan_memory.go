package cli

import (
	"path/filepath"
	"runtime/debug"

	"tocsin/internal/notify"
	"tocsin/internal/private"
	"tocsin/internal/tailnet"
)

// stingy is how much the heap may grow before garbage is collected, in per cent, while an
// inventory is read and letters are written. What lives long are large pieces without a
// pointer in them, so that collecting often costs next to nothing; and the millions of
// rows in between must not lie about.
const stingy = 20

// saveRoom collects garbage early, until undo is called.
func saveRoom() (undo func()) {
	before := debug.SetGCPercent(stingy)
	return func() { debug.SetGCPercent(before) }
}

// scratch is where a survey keeps what there is no room for in memory: beside the
// ledger, which is the place for what is private.
func (s *site) scratch() (notify.Scratch, error) {
	return private.Scratch(filepath.Dir(s.path(s.config.Ledger)))
}

// nodes reads the nodes, and again where some are of tailnets that nobody knows or stand
// in two rows: the survey finds that out for many at a time, and only a second reading can
// name the rows.
func (r *reading) nodes(survey *notify.Survey, read func(known func(tailnet.ID) bool, visit func(tailnet.Node) error), visit func(tailnet.Node) error) {
	before := len(r.problems)
	read(func(tailnet.ID) bool { return true }, visit)
	if r.err != nil {
		return
	}
	disputed, err := survey.Disputed()
	if r.err = err; err == nil && disputed != nil {
		r.problems = r.problems[:before]
		read(survey.Known, disputed.Node)
	}
}
