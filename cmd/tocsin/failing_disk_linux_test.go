package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// failsAtEveryWrite is F50: at each write and sync of the ledger the disk is full, or fails. No
// letter goes out that was not past its mark, nothing more is written there, the run ends with
// exit status 3, and the next runs need no help.
func failsAtEveryWrite(t *testing.T, tool string) {
	strace := tracer(t)
	m := newMailing(t, tool, 12, smtptest.Options{})
	writes := []string{"pwrite64", "fsync", "fdatasync", "ftruncate"}
	all, _ := m.points(strace, func(c call) bool {
		return c.kept() && !strings.HasSuffix(c.on, "-shm") && slices.Contains(writes, c.name)
	})
	if !soaking() {
		all = shuffled(t, all)
	}
	x := make(matrix)
	for i, at := range all {
		if !soaking() && i >= 8 && len(x) > 0 {
			break // before that, nothing has failed
		}
		fault := []string{"ENOSPC", "EIO"}[i%2]
		m.anew()
		c, trace := m.traced(strace, fmt.Sprintf("%s:error=%s:when=%d", at.name, fault, at.n))
		status, said := m.status(c)
		failed, later := afterFault(calls(t, trace))
		if !failed.kept() {
			continue // it came through, or the call was another one
		}
		how := fmt.Sprintf("%s at %s of %s", fault, failed.name, failed.on)
		if later.ended >= twoAtOnce || later.begun >= twoAtOnce || later.written > 0 || failed.counts() && status != 3 {
			t.Errorf("%s: exit status %d; after it %+v\n%s", how, status, later, said)
		}
		x.add(failed.kind()+": "+fault, m.resumed(how))
	}
	t.Log(x.table())
	if len(x) == 0 {
		t.Error("nothing failed")
	}
}

// aftermath is what a run does after a call has failed.
type aftermath struct{ begun, ended, written int }

// afterFault finds the first call that was made to fail, of those that count if there is one, and
// what came after it: letters that began and letters that went out, each of another connection
// that was at it, and writes to the log.
func afterFault(made []call) (failed call, later aftermath) {
	for _, c := range made {
		switch {
		case !c.made && !failed.counts():
			failed, later = c, aftermath{}
		case failed.name == "":
		case c.begins() && !c.ends():
			later.begun++
		case c.ends():
			later.ended++
		case failed.counts() && c.name == "pwrite64" && strings.HasSuffix(c.on, "-wal"):
			later.written++
		}
	}
	if !failed.counts() {
		later = aftermath{}
	}
	return failed, later
}

// counts reports whether a call writes down what nothing else holds. What goes into the database
// itself still stands in its log, and a folder is synced after the log is in it.
func (c call) counts() bool {
	return strings.HasSuffix(c.on, "-wal") || strings.Contains(c.on, "ledger.head")
}
