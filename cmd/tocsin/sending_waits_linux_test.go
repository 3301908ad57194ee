package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/lock"
	"tocsin/internal/notify/smtptest"
)

// waitsForAReader: while a reader brings the ledger up to date, a sender waits until it has let go,
// and for seconds only; a sender that is at work it does not wait for.
func waitsForAReader(t *testing.T, tool string) {
	m := newMailing(t, tool, 3, smtptest.Options{})
	hold := func(doing string) *lock.Lock {
		t.Helper()
		held, err := lock.Acquire(filepath.Join(m.dir, "var", "ledger.db.lock"), doing)
		if err != nil {
			t.Fatal(err)
		}
		return held
	}
	release := func(held *lock.Lock) {
		if err := held.Release(); err != nil {
			t.Error(err)
		}
	}
	for _, doing := range []string{"sending " + plan, "bringing the ledger up to date"} {
		held := hold(doing)
		m.wants(5, m.command(m.sending()...), "is held by pid ", ": "+doing)
		release(held)
	}
	for late := true; late; {
		m.anew()
		held := hold("bringing the ledger up to date")
		c, said := m.command(m.sending()...), bytes.Buffer{}
		c.Stdout, c.Stderr = &said, &said
		began := time.Now()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // it is refused by then, or waits
		release(held)
		late = time.Since(began) > patience // of this machine nobody can tell how long the sender waited
		if err := c.Wait(); !late && (err != nil || !strings.Contains(said.String(), "accepted 3")) {
			t.Errorf("%v\n%s", err, &said)
		}
	}
	m.reckon("a reader was at it")
}

// patience is a second less than the seconds for which a sender waits.
const patience = 4 * time.Second
