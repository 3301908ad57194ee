package send

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/smtptest"
	"tocsin/internal/tailnet"
)

// filtered is a home whose relay puts off the letters of some rows at their end, however often they
// come: the filter of a domain is away.
type filtered struct {
	home
	*virtual
	*smtptest.Server
	mu sync.Mutex
	at string // return path of the letter under way
}

func newFiltered(t *testing.T, letters, from, to int) *filtered {
	f := &filtered{home: newHome(t, letters), virtual: &virtual{now: clock()}}
	f.Server = smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment, _ int) smtptest.Action {
		f.mu.Lock()
		defer f.mu.Unlock()
		var row int
		if _, err := fmt.Sscanf(f.at, "row%d@", &row); m == smtptest.Dot && err == nil && from < row && row <= to {
			return smtptest.Reply("451 4.7.1 the filter is away")
		}
		return nil
	}})
	return f
}

// run sends for an hour at most, and until so many letters have had an answer where that is not 0.
func (f *filtered) run(t *testing.T, answers int, once bool) (accepted int) {
	t.Helper()
	stopped, stop := context.WithCancel(ctx)
	defer stop()
	done, err := f.dispatch(t, stopped, f.Server, func(d *Dispatch) {
		d.Now, d.After, d.Connections, d.Once, d.Until = f.Now, f.After, 1, once, f.Now().Add(time.Hour)
		d.Said = func(sum Tally) {
			if answers > 0 && sum.Answered() >= answers {
				stop()
			}
		}
		d.Return = func(l ledger.Delivery) (tailnet.Address, error) {
			return tailnet.Address(fmt.Sprintf("row%d@example.com", l.Row)), nil
		}
		dial := d.Relay
		d.Relay = func(ctx context.Context) (Session, error) {
			s, err := dial(ctx)
			return telling{s, func(a tailnet.Address) {
				f.mu.Lock()
				defer f.mu.Unlock()
				f.at = string(a)
			}}, err
		}
	})
	if err != nil && answers == 0 && !once {
		t.Error(err)
	}
	return done.Accepted
}

// forward sets the clock forward.
func (v *virtual) forward(d time.Duration) {
	v.Lock()
	defer v.Unlock()
	v.now = v.now.Add(d)
}

// Letters that a relay puts off at their end each time, and those that were never tried, take turns
// in a run that goes on where another ended: it took 16 hours to the last of these, and 104 runs of
// those that a timer calls.
func TestPutOffEachTime(t *testing.T) {
	t.Parallel()
	const letters, from, to, takes = 600, 20, 400, 410 // every second row has a letter
	begun := func(t *testing.T) (*filtered, int) {
		f := newFiltered(t, letters, from, to)
		accepted := f.run(t, 200, false)
		f.forward(10 * time.Minute)
		return f, accepted
	}
	t.Run("one run", func(t *testing.T) {
		t.Parallel()
		f, accepted := begun(t)
		if accepted += f.run(t, 0, false); accepted != takes {
			t.Errorf("%d accepted", accepted)
		}
	})
	t.Run("by a timer", func(t *testing.T) {
		t.Parallel()
		f, accepted := begun(t)
		for range 4 {
			accepted += f.run(t, 0, true)
			f.forward(15 * time.Minute)
		}
		if accepted != takes {
			t.Errorf("%d accepted", accepted)
		}
	})
}
