package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// unwilling takes everything, and cannot be closed.
type unwilling struct{ bytes.Buffer }

var errUnwilling = errors.New("input/output error")

func (u *unwilling) Close() error { return errUnwilling }

// TestOutputIsClosed: data that the disk loses when standard output is closed is no success, and a
// command that was refused anyway keeps its own word, too.
func TestOutputIsClosed(t *testing.T) {
	for command, status := range map[string]int{"--version": exitIO, "--help": exitIO, "nonsense": exitIO} {
		var said bytes.Buffer
		w := world()
		w.Stdout, w.Stderr = &unwilling{}, &said
		if got := Run(t.Context(), w, []string{command}); got != status || !strings.Contains(said.String(), "standard output: input/output error") {
			t.Errorf("%s: exit status %d, want %d\n%s", command, got, status, &said)
		}
		if strings.Contains(said.String(), "unknown command") != (command == "nonsense") {
			t.Errorf("%s: %s", command, &said)
		}
	}
}

// TestWithout: what is taken as said hides nothing that came with it.
func TestWithout(t *testing.T) {
	other := errors.New("close ledger.db: input/output error")
	for name, c := range map[string]struct{ err, want error }{
		"nothing":         {nil, nil},
		"said":            {errIncomplete, nil},
		"said twice":      {errors.Join(errIncomplete, errors.Join(errFound, errIncomplete)), nil},
		"another":         {other, other},
		"said and other":  {errors.Join(errIncomplete, other), other},
		"other and said":  {errors.Join(errors.Join(other), errFound), other},
		"both, in a word": {errors.Join(errIncomplete, other, errFound), other},
	} {
		got := without(c.err, errIncomplete, errFound)
		if !errors.Is(got, c.want) || errors.Is(got, errIncomplete) || errors.Is(got, errFound) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestIdlePlanTellsOfItsLedger: a plan that has nobody to tell says so when the ledger cannot be
// closed, as any other does. Somebody takes its lock file away while the plan is at it; where they
// are too late, they try once more.
func TestIdlePlanTellsOfItsLedger(t *testing.T) {
	t.Parallel()
	s, _ := streetOf(t, 1, nil)
	s.wants(exitDone, sendStreet, "accepted 1")
	const idle = "--now 2026-06-08T09:00:00Z plan TS-2026-002"
	s.wants(exitDone, idle, "there is no letter to write")
	lock := filepath.Join(s.site, "var", "ledger.db.lock")
	for began := time.Now(); time.Since(began) < hangs; {
		done, taken := make(chan bool), make(chan bool)
		go func() { taken <- takeAway(lock, "planning TS-2026-002", done) }()
		var said bytes.Buffer
		w := world()
		w.Stdout, w.Stderr = &said, &said
		status := Run(t.Context(), w, append([]string{"-C", s.site}, strings.Fields(idle)...))
		close(done)
		if <-taken && strings.Contains(said.String(), "write the holder of lock") {
			if status != exitIO {
				t.Errorf("exit status %d\n%s", status, &said)
			}
			return
		}
	}
	t.Error("no plan has told that the lock file is gone")
}

// takeAway removes a file once a text stands in it, and reports whether it did before it was done.
func takeAway(name, text string, done <-chan bool) bool {
	for {
		select {
		case <-done:
			return false
		default:
		}
		if data, _ := os.ReadFile(name); bytes.Contains(data, []byte(text)) {
			return os.Remove(name) == nil
		}
	}
}
