package cli

import (
	"path/filepath"
	"runtime"
	"runtime/debug"

	"tocsin/internal/notify"
	"tocsin/internal/private"
	"tocsin/internal/tailnet"
)

// stingy is how much the heap may grow before garbage is collected, in per cent, while an
// inventory is read and letters are written. What lives long are large pieces without a
// pointer in them, so that collecting often costs next to nothing; and the millions of
// rows in between must not lie about.
const stingy = 10

// saveRoom collects garbage early, until undo is called.
func saveRoom() (undo func()) {
	before := debug.SetGCPercent(stingy)
	return func() { debug.SetGCPercent(before) }
}

// Garbage may lie about to so many octets while letters are written, and at most to this
// many per cent of what lives: where little lives, collecting it all the time would take a
// quarter of the work. Where much lives there is room for a little only.
const (
	roomForGarbage = 32 << 20
	generous       = 400
	roomToKeep     = 128 << 20
	sparing        = 4 // per cent, where much lives
)

// giveRoom collects garbage as early as what lives by now makes it necessary, until saveRoom
// is undone.
func giveRoom() {
	if allocated() > roomToKeep {
		debug.FreeOSMemory() // what reading has left
	} else {
		runtime.GC()
	}
	debug.SetGCPercent(garbage(allocated()))
}

// allocated is how much lives, with the garbage that lies about, in octets.
func allocated() uint64 {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapAlloc
}

// garbage is how much may lie about beside what lives, in per cent.
func garbage(lives uint64) int {
	if lives > roomToKeep {
		return sparing
	}
	return int(min(max(stingy, 100*roomForGarbage/max(lives, 1)), generous))
}

// scratch is where a survey keeps what there is no room for in memory: beside the
// ledger, which is the place for what is private.
func (s *site) scratch() (notify.Scratch, error) {
	return private.Scratch(filepath.Dir(s.path(s.config.Ledger)))
}

// nodes reads the nodes, and again where some are of tailnets that nobody knows or stand
// in two rows, or where a row is bad for another reason: the survey finds that out for many
// at a time, and only a second reading can name all the rows.
func (r *reading) nodes(survey *notify.Survey, read func(known func(tailnet.ID) bool, visit func(tailnet.Node) error), visit func(tailnet.Node) error) {
	before := len(r.problems)
	read(nil, visit)
	if r.err != nil {
		return
	}
	disputed, err := survey.Disputed()
	if r.err = err; err != nil {
		return
	}
	first := r.problems
	r.problems = first[:before]
	switch {
	case disputed != nil:
		read(survey.Known, disputed.Node)
	case len(first) > before:
		read(func(tailnet.ID) bool { return true }, visit)
		if len(r.problems) == before {
			r.problems = first // a table that was mended meanwhile was read as it was before
		}
	}
}
