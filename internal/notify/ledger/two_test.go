package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// process is one of two that have a ledger open at the same time, because the lock was lost.
type process struct {
	name     int
	l        *Ledger
	run      *Run
	verified bool // since it opened the ledger, or since its last run
	recovers bool // before it claims
	begun    map[int]Delivery
	marked   map[int]bool
}

// unlocked lets two processes do what they please, and notes what became of letters.
type unlocked struct {
	*testing.T
	chance
	path string
	plan Stored
	now  time.Time
	dots map[int]int   // that may have gone out and were not put off, by row
	ends map[int]State // that were answered for
	log  []string
}

func (u *unlocked) fail(format string, args ...any) {
	u.Helper()
	u.Fatalf("%s\n%s", fmt.Sprintf(format, args...), strings.Join(u.log, "\n"))
}

func (u *unlocked) note(format string, args ...any) {
	u.log = append(u.log, fmt.Sprintf(format, args...))
}

// open takes the lock away and opens the ledger.
func (u *unlocked) open(p *process) {
	_ = os.Remove(u.path + ".lock") // there may be none yet
	l, err := Open(ctx, u.path, "walking")
	u.note("%d opens: %v", p.name, err)
	if err != nil {
		u.fail("open: %v", err)
	}
	*p = process{name: p.name, l: l, begun: make(map[int]Delivery), marked: make(map[int]bool)}
}

// failed reports whether an error ends a process; it begins anew then. What another wrote ends one,
// damage must not come of it.
func (u *unlocked) failed(p *process, did string, err error) bool {
	u.note("%d %s: %v", p.name, did, err)
	if err == nil {
		return false
	}
	var damage *DamageError
	var fenced *FencedError
	if errors.As(err, &damage) || !errors.As(err, &fenced) && !errors.Is(err, ErrChanged) && !strings.Contains(err.Error(), "locked") {
		u.fail("%d %s: %v", p.name, did, err)
	}
	u.dies(p)
	return true
}

func (u *unlocked) dies(p *process) {
	u.note("%d dies", p.name)
	if err := p.l.Close(); err != nil {
		u.fail("%d closes: %v", p.name, err)
	}
	u.open(p)
}

// step is one thing that a process does.
func (u *unlocked) step(p *process) {
	u.now = u.now.Add(time.Duration(u.IntN(700)-50) * time.Millisecond) // clocks go back, too
	switch u.IntN(14) {
	case 0:
		u.dies(p)
	case 1:
		u.failed(p, "enters", p.l.Enter(ctx))
	case 2:
		reader, err := OpenReader(ctx, u.path)
		if err == nil {
			err = errors.Join(reader.Verify(ctx, u.plan), reader.Close())
		}
		if err != nil {
			u.fail("a reader: %v", err)
		}
	case 3:
		if p.run != nil && len(p.begun) == 0 && !u.failed(p, "ends", p.l.End(ctx, u.plan, *p.run, u.now)) {
			p.run, p.verified = nil, false
		}
	case 4, 5, 6:
		u.goOn(p)
	default:
		if p.run != nil {
			u.commit(p)
		}
	}
}

// goOn verifies, starts a run, recovers as most do, and claims.
func (u *unlocked) goOn(p *process) {
	switch {
	case p.run == nil && !p.verified:
		p.verified = !u.failed(p, "verifies", p.l.Verify(ctx, u.plan))
	case p.run == nil:
		r, err := p.l.Start(ctx, u.plan, here, u.now)
		if !u.failed(p, fmt.Sprintf("starts %d", r.ID), err) {
			p.run, p.recovers = &r, u.IntN(3) > 0
		}
	case p.recovers:
		p.recovers = false
		settled, err := p.l.Recover(ctx, u.plan, *p.run, nil, u.now)
		u.failed(p, fmt.Sprintf("recovers %v", settled), err)
	default:
		due, err := p.l.Claim(ctx, u.plan, *p.run, 1+u.IntN(4), u.now)
		if u.failed(p, fmt.Sprintf("claims %d", len(due)), err) {
			return
		}
		for _, d := range due {
			p.begun[d.Row] = d
		}
	}
}

// commit marks some letters and ends others. A letter whose mark is written may have arrived.
func (u *unlocked) commit(p *process) {
	var outcomes []Outcome
	var marks []Mark
	did := "commits"
	for row, d := range p.begun {
		o := Outcome{Letter: d, Event: []Event{Return, Defer}[u.IntN(2)], Next: u.now.Add(time.Second)}
		switch {
		case u.IntN(2) == 0:
			continue
		case !p.marked[row] && u.IntN(4) > 0:
			marks = append(marks, Mark{Letter: d, Connection: 1 + u.IntN(3), Wire: []string{"", "abc"}[u.IntN(2)]})
			did += fmt.Sprintf(", marks %d", row)
			continue
		case p.marked[row]:
			o.Event, o.Reply = []Event{Accept, Defer, Lose, Reject}[u.IntN(4)], Reply{250, "2.0.0", `O"k \ é`, []string{"", "4X"}[u.IntN(2)]}
		}
		outcomes = append(outcomes, o)
		did += fmt.Sprintf(", %s %d", o.Event, row)
	}
	if len(outcomes)+len(marks) == 0 || u.failed(p, did, p.l.Write(ctx, u.plan, *p.run, outcomes, marks, u.now)) {
		return
	}
	for _, m := range marks {
		row := m.Letter.Row
		p.marked[row] = true
		if u.dots[row]++; u.dots[row] > 1 || u.ends[row] != "" {
			u.fail("letter %d goes out twice", row)
		}
	}
	for _, o := range outcomes {
		u.ended(p, o)
	}
}

func (u *unlocked) ended(p *process, o Outcome) {
	row := o.Letter.Row
	switch {
	case p.marked[row] && o.Event == Defer:
		u.dots[row]--
	case p.marked[row]:
		u.ends[row], _ = Intent.after(o.Event)
	}
	delete(p.begun, row)
	delete(p.marked, row)
}

// F42: two processes that both take themselves for the only one, in any order of what they do:
// no letter goes out twice, what was answered for stays so, and the ledger is whole.
func TestTwoWithoutALock(t *testing.T) {
	dice := newChance(t)
	for range dice.times(1000, 6) {
		u := &unlocked{T: t, chance: dice, path: filepath.Join(t.TempDir(), "ledger.db"), now: created, dots: make(map[int]int), ends: make(map[int]State)}
		one, other := &process{name: 1}, &process{name: 2}
		u.open(one)
		u.plan = freeze(t, one.l, aPlan(1), entries(40))
		u.open(other)
		for range 60 {
			u.step([]*process{one, other}[u.IntN(2)])
		}
		u.dies(other)
		if err := errors.Join(one.l.Close(), other.l.Verify(ctx, u.plan)); err != nil {
			u.fail("at the end: %v", err)
		}
		for row, want := range u.ends {
			if d, _, err := other.l.DeliveryAt(ctx, u.plan, row); err != nil || d.State != want {
				u.fail("letter %d is %s, and was %s: %v", row, d.State, want, err)
			}
		}
		if err := other.l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
