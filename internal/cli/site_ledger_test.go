package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/internal/lock"
	"tocsin/internal/notify/ledger"
)

// TestSoon: who opens the ledger waits for a reader that brings it up to date, and for nobody else.
// For an instant the lock may name a sender that was killed, or nobody.
func TestSoon(t *testing.T) {
	t.Parallel()
	const sender, reader = "pid 1: sending TS-2026-002/1", "pid 2: " + catchingUp
	for name, c := range map[string]struct {
		holders []string // whom the lock names, look by look; after them it is free
		opens   bool
	}{
		"free":                   {nil, true},
		"a reader":               {[]string{reader, reader, reader}, true},
		"a reader after a dead":  {[]string{sender, "", reader, reader}, true},
		"a sender":               {[]string{sender, sender}, false},
		"a sender after readers": {[]string{reader, reader, sender, sender}, false},
		"not said yet":           {[]string{"", "", sender, sender}, false},
	} {
		left := c.holders
		_, err := soon(t.Context(), func() (*ledger.Ledger, error) {
			if len(left) == 0 {
				return nil, nil
			}
			held := &lock.HeldError{Path: "ledger.db.lock", Holder: left[0]}
			left = left[1:]
			return nil, held
		})
		if (err == nil) != c.opens || len(left) > 0 {
			t.Errorf("%s: %v, and %q were not looked at", name, err, left)
		}
	}
}

// TestSoonEnds: whoever waits can stop that, and waits for seconds only.
func TestSoonEnds(t *testing.T) {
	t.Parallel() // with others that wait
	ctx, stop := context.WithCancel(t.Context())
	held := &lock.HeldError{Path: "ledger.db.lock", Holder: "pid 2: " + catchingUp}
	looks := 0
	_, err := soon(ctx, func() (*ledger.Ledger, error) {
		if looks++; looks == 3 {
			stop()
		}
		return nil, held
	})
	if err != context.Canceled || looks != 3 {
		t.Errorf("%v after %d looks", err, looks)
	}
	began := time.Now()
	if _, err := soon(t.Context(), func() (*ledger.Ledger, error) { return nil, held }); err != held || time.Since(began) < waitReader {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

// peeking is a context that looks around whenever somebody asks whether it is done.
type peeking struct {
	context.Context
	look func()
}

func (p peeking) Done() <-chan struct{} {
	p.look()
	return p.Context.Done()
}

// TestReadersWord: what is waited for is what a reader writes down that finds an older ledger.
func TestReadersWord(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitDone, "--now 2026-06-01T12:00:00Z plan TS-2026-004")
	s.sql("PRAGMA user_version = 5")
	path := filepath.Join(s.site, "var", "ledger.db")
	var mutex sync.Mutex
	var notes strings.Builder
	book, err := ledger.OpenReader(peeking{t.Context(), func() {
		mutex.Lock()
		defer mutex.Unlock()
		note, _ := os.ReadFile(path + ".lock")
		notes.Write(note)
	}}, path)
	if err == nil { // it is of no such age, so that it need not come through
		err = book.Close()
	}
	mutex.Lock()
	defer mutex.Unlock()
	if !strings.Contains(notes.String(), ": "+catchingUp+"\n") {
		t.Errorf("the lock said %q; %v", notes.String(), err)
	}
}
