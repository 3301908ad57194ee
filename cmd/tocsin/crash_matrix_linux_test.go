package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// killed runs a sender that is killed as it enters a call, and is the calls up to it; none where
// the run came through.
func (m *mailing) killed(strace string, at point) []call {
	m.Helper()
	m.anew()
	c, trace := m.traced(strace, fmt.Sprintf("%s:signal=KILL:when=%d", at.name, at.n))
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return calls(m.T, trace)
	}
	if err != nil {
		m.Fatalf("killed at %v: %v\n%s", at, err, out)
	}
	return nil
}

// matrix adds up what kills cost, by the kind of the call.
type matrix map[string]*toll

func (x matrix) add(kind string, t toll) {
	if x[kind] == nil {
		x[kind] = new(toll)
	}
	x[kind].add(t)
}

// table is the matrix as it is published.
func (x matrix) table() string {
	var b strings.Builder
	b.WriteString("\n| fault | crash points | duplicates | silently lost | unknown | of those not sent |\n|---|---|---|---|---|---|\n")
	var sum toll
	line := func(kind string, t toll) {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d |\n", kind, t.points, t.twice, t.lost, t.unknown, t.unsent)
	}
	for _, kind := range slices.Sorted(maps.Keys(x)) {
		line(kind, *x[kind])
		sum.add(*x[kind])
	}
	line("together", sum)
	return b.String()
}

// killedAtEveryCall is F34 and F35 for the program itself: killed as it enters each system call
// that writes, syncs or makes a file of the ledger, or reads from or writes to the relay. What
// lies between two of them changes nothing that lasts: a kill before one is a kill after the one
// before it. No letter arrives twice, none is lost, at most one a connection is unknown, and the
// second run after it calls nobody.
func killedAtEveryCall(t *testing.T, tool string) {
	strace := tracer(t)
	m := newMailing(t, tool, 6, smtptest.Options{})
	all, of := m.points(strace, func(c call) bool { return c.kept() || c.socket() })
	if !soaking() {
		all = shuffled(t, all)
	}
	all = slices.Concat(all, all) // threads share the work in another way each time
	x, hit := make(matrix), make(map[point]bool)
	for tried, at := range all {
		if !soaking() && tried >= 24 && len(hit) >= 8 && len(x) >= 2 {
			break // before that, the thread that was to die has made fewer calls than last time
		}
		made := m.killed(strace, at)
		if made == nil {
			continue
		}
		hit[last(made)] = true
		on := made[len(made)-1]
		x.add("killed before: "+on.kind(), m.resumed(fmt.Sprintf("killed at %v, on %s", last(made), on.on)))
	}
	t.Logf("killed at %d different calls%s", len(hit), x.table())
	if of < 60 || len(hit) < 8 || len(x) < 2 {
		t.Errorf("only %d kills at %d calls, of %d kinds", len(hit), of, len(x))
	}
}

// shuffled is all of them in another order, by a seed that is printed.
func shuffled[T any](t *testing.T, all []T) []T {
	t.Helper()
	all = slices.Clone(all)
	seeded(t).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// unsynced is what was written to a file and not synced.
type unsynced struct{ from, to int64 }

// atRisk are the writes that a power cut may undo, by file.
func atRisk(made []call) map[string][]unsynced {
	risk := make(map[string][]unsynced)
	for _, c := range made {
		switch {
		case strings.HasSuffix(c.on, "-shm"): // is made anew
		case c.kept() && c.name == "pwrite64":
			risk[c.on] = append(risk[c.on], unsynced{c.at, c.at + c.octets})
		case c.syncs():
			delete(risk, c.on)
		}
	}
	return risk
}

// cuts are what a power cut may leave of what a file holds, of which the last writes were not
// on the disk yet.
var cuts = map[string]func(file []byte, last []unsynced) []byte{
	"nothing of it": func(file []byte, last []unsynced) []byte { return lose(file, last) },
	"half of it": func(file []byte, last []unsynced) []byte {
		return lose(file, last[len(last)/2:])
	},
	"half of one write": func(file []byte, last []unsynced) []byte {
		end := last[len(last)-1]
		return lose(file, []unsynced{{(end.from + end.to) / 2, end.to}})
	},
	"all but one octet": func(file []byte, last []unsynced) []byte {
		end := last[len(last)-1]
		return lose(file, []unsynced{{end.to - 1, end.to}})
	},
	"the end without the beginning": func(file []byte, last []unsynced) []byte {
		return zero(file, last[:(len(last)+1)/2])
	},
	"a flipped bit": func(file []byte, last []unsynced) []byte {
		end := last[len(last)-1]
		file[(end.from+end.to)/2] ^= 4
		return file
	},
	"other octets": func(file []byte, last []unsynced) []byte {
		for _, w := range last {
			for i := w.from; i < w.to; i++ {
				file[i] ^= byte(37 * i)
			}
		}
		return file
	},
}

// lose takes writes back: off the end of the file, else they are zeros.
func lose(file []byte, writes []unsynced) []byte {
	file = zero(file, writes)
	for i := len(writes) - 1; i >= 0 && writes[i].to >= int64(len(file)); i-- {
		file = file[:min(writes[i].from, int64(len(file)))]
	}
	return file
}

func zero(file []byte, writes []unsynced) []byte {
	for _, w := range writes {
		clear(file[w.from:w.to])
	}
	return file
}

// cutOffAtEverySync is F34 and F51: killed before each sync of the ledger, with what it had
// written since the last one torn, garbled or gone, as a power cut leaves it. What a sender goes
// by when it sends is on the disk by then.
func cutOffAtEverySync(t *testing.T, tool string) {
	strace := tracer(t)
	m := newMailing(t, tool, 6, smtptest.Options{})
	all, of := m.points(strace, func(c call) bool { return c.kept() && c.syncs() })
	type torn struct {
		point
		how string
	}
	var some []torn
	for _, at := range all {
		for _, how := range slices.Sorted(maps.Keys(cuts)) {
			some = append(some, torn{at, how})
		}
	}
	if !soaking() {
		some = shuffled(t, some)
	}
	x := make(matrix)
	for tried, at := range some {
		if !soaking() && tried >= 10 && len(x) >= 2 {
			break // before that, too few were hit with anything at risk
		}
		made := m.killed(strace, at.point)
		m.relay.Idle(t)
		if made == nil || !m.tear(atRisk(made[:len(made)-1]), at.how) {
			continue // it came through, or nothing was at risk
		}
		x.add("killed before a sync, with "+at.how+" left", m.resumed(fmt.Sprintf("killed at %v, with %s left", last(made), at.how)))
	}
	t.Logf("%d syncs%s", of, x.table())
	if of < 8 || len(x) < 2 {
		t.Errorf("only %d syncs, torn in %d ways", of, len(x))
	}
}

// tear does to files what a power cut may do, and reports whether there was anything to tear.
func (m *mailing) tear(risk map[string][]unsynced, how string) (torn bool) {
	m.Helper()
	for name, last := range risk {
		file, err := os.ReadFile(name)
		if err != nil {
			m.Fatal(err)
		}
		if last = within(last, int64(len(file))); len(last) == 0 {
			continue // it was cut short since
		}
		torn = true
		if err := os.WriteFile(name, cuts[how](file, last), 0o600); err != nil {
			m.Fatal(err)
		}
		if err := os.Remove(strings.TrimSuffix(name, "-wal") + "-shm"); err != nil && !errors.Is(err, os.ErrNotExist) {
			m.Fatal(err)
		}
	}
	return torn
}

// within are the writes that still are in a file of so many octets.
func within(writes []unsynced, octets int64) (left []unsynced) {
	for _, w := range writes {
		if w.to = min(w.to, octets); w.from < w.to {
			left = append(left, w)
		}
	}
	return left
}

// marksAreSynced is F34: before a letter's dot is written there is on the disk what the ledger was
// told since the letter's content went out, its mark among it, and all that it was told before.
// What it is told of another connection's letter meanwhile may wait.
func marksAreSynced(t *testing.T, tool string) {
	atEachDot(t, newMailing(t, tool, 6, smtptest.Options{}), nil, func(dot int, made []call, i int) {
		c := made[i]
		content := made[lastOn(made[:i], c.on)]
		marks, waits := "", 0
		for _, w := range made[:i] {
			switch there := onDisk(made, w, c); {
			case !w.keeps():
			case w.began < content.began && !there:
				waits++
			case w.began > content.ended && there:
				marks = w.on
			}
		}
		if waits > 0 || !strings.HasSuffix(marks, "-wal") {
			t.Errorf("dot %d goes out while %d earlier writes are not on the disk, and of the letter's own %q", dot, waits, marks)
		}
	})
}

// marksOfOneConnection is F34: where letters go out over one connection, nothing that the ledger was
// told waits for the disk when a dot is written. So the mark that is there is the letter's own.
func marksOfOneConnection(t *testing.T, tool string) {
	one := []string{"--connections", "1"}
	atEachDot(t, newMailing(t, tool, 6, smtptest.Options{}), one, func(dot int, made []call, i int) {
		for _, w := range made[:i] {
			if w.keeps() && !onDisk(made, w, made[i]) {
				t.Errorf("dot %d goes out while %d octets of %s are not on the disk", dot, w.octets, w.on)
			}
		}
	})
}

// atEachDot sends all letters and looks at each call that ends one, among all that were made.
func atEachDot(t *testing.T, m *mailing, how []string, look func(dot int, made []call, i int)) {
	t.Helper()
	c, trace := m.traced(tracer(t))
	c.Args = append(c.Args, how...)
	m.must(c)
	made := calls(t, trace)
	dots := 0
	for i := range made {
		if made[i].ends() {
			dots++
			look(dots, made, i)
		}
	}
	if dots != m.letters {
		t.Errorf("%d dots of %d letters", dots, m.letters)
	}
}

// keeps reports whether a call writes to a file of the ledger that outlives a crash: the -shm is
// made anew.
func (c call) keeps() bool {
	return c.kept() && c.name == "pwrite64" && !strings.HasSuffix(c.on, "-shm")
}

// lastOn finds the last call that wrote to a connection.
func lastOn(made []call, connection string) int {
	for i, c := range slices.Backward(made) {
		if c.on == connection && c.name == "write" {
			return i
		}
	}
	return 0
}

// onDisk reports whether what a call wrote was synced, from the beginning to the end of the sync,
// before another call began.
func onDisk(made []call, w, before call) bool {
	return slices.ContainsFunc(made, func(c call) bool {
		return c.syncs() && c.on == w.on && c.began > w.ended && c.ended < before.began
	})
}

// syncs reports whether a call waits until a file is on the disk.
func (c call) syncs() bool { return c.name == "fsync" || c.name == "fdatasync" }
