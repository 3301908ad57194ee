package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
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
		if later.ended >= twoAtOnce || later.begun >= twoAtOnce || later.wrote(failed) || failed.counts() && status != 3 {
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
type aftermath struct{ begun, ended, written, commits int }

// wrote reports whether the log was written to once that had failed. Syncs run beside the next
// transaction: one that is under way then is finished, and none of its letters goes out.
func (a aftermath) wrote(failed call) bool {
	if failed.syncs() {
		return a.commits > 1
	}
	return a.written > 0
}

// afterFault finds the first call that was made to fail, of those that count if there is one, and
// what came after it: letters that began and letters that went out, each of another connection
// that was at it, and writes to the log.
func afterFault(made []call) (failed call, later aftermath) {
	for _, c := range made {
		switch {
		case !c.made && !failed.counts():
			failed, later = c, aftermath{}
		case failed.name == "" || c.began < failed.ended: // other threads went on until it said so
		case c.begins() && !c.ends():
			later.begun++
		case c.ends():
			later.ended++
		case failed.counts() && c.name == "pwrite64" && strings.HasSuffix(c.on, "-wal"):
			later.written++
			if c.commits() {
				later.commits++
			}
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

// commits reports whether a call writes the header of a transaction's last frame into the log: it
// says how many pages the database has from then on, and all others say none (SQLite's file
// format, §4.1).
func (c call) commits() bool {
	const header, pages, end = 24, 4, 8
	octets := traced(c.text)
	return c.octets == header && len(octets) >= end && strings.Trim(octets[pages:end], "\x00") != ""
}

// traced is what strace writes down of octets, read back.
func traced(text string) string {
	return escaped.ReplaceAllStringFunc(text, func(e string) string {
		if i := strings.IndexByte(`tnvfr"\`, e[1]); i >= 0 {
			return "\t\n\v\f\r\"\\"[i : i+1]
		}
		octet, _ := strconv.ParseUint(e[1:], 8, 8)
		return string([]byte{byte(octet)})
	})
}

var escaped = regexp.MustCompile(`\\([0-7]{1,3}|.)`)
