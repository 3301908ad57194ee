package main

import (
	"strings"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// marksOfOneConnection is F34: where letters go out over one connection, nothing that the ledger was
// told waits for the disk when a dot is written. So the mark that is there is the letter's own.
func marksOfOneConnection(t *testing.T, tool string) {
	strace := tracer(t)
	m := newMailing(t, tool, 6, smtptest.Options{})
	c, trace := m.traced(strace)
	c.Args = append(c.Args, "--connections", "1")
	m.must(c)
	made := calls(t, trace)
	dots := 0
	for i, c := range made {
		if !c.ends() {
			continue
		}
		dots++
		for _, w := range made[:i] {
			if w.kept() && w.name == "pwrite64" && !strings.HasSuffix(w.on, "-shm") && !onDisk(made, w, c) {
				t.Errorf("dot %d goes out while %d octets of %s are not on the disk", dots, w.octets, w.on)
			}
		}
	}
	if dots != m.letters {
		t.Errorf("%d dots of %d letters", dots, m.letters)
	}
}
