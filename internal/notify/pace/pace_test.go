package pace

import (
	"fmt"
	"math"
	"testing"
	"time"
)

var begin = time.Date(2026, 5, 4, 3, 0, 0, 0, time.UTC)

// drive sends as fast as the pace allows for a while, and returns when each letter went.
func drive(p *Pace, domain func(i int) string, until time.Duration) (at []time.Duration) {
	for now := begin; ; {
		wait := p.Wait(domain(len(at)), now)
		if now = now.Add(wait); now.Sub(begin) >= until {
			return at
		}
		p.Take(domain(len(at)), now)
		at = append(at, now.Sub(begin))
	}
}

// F52: the rate is never more than 1 % above the setting, over any span.
func TestRateIsKept(t *testing.T) {
	for _, rate := range []float64{0.1, 1, 3, 7.77, 100, 9999} {
		at := drive(New(Limits{Relay: rate}), func(int) string { return "example.com" }, 300*time.Second)
		if want := 300 * rate; math.Abs(float64(len(at))-want) > 1+want/100 {
			t.Errorf("%g a second: %d letters in 300 s, want about %g", rate, len(at), want)
		}
		for _, span := range []int{1, 2, 10, 100} {
			for i := 0; i+span < len(at); i++ {
				if took := at[i+span] - at[i]; took.Seconds() < float64(span)/rate*0.9999999 {
					t.Fatalf("%g a second: %d letters after letter %d within %v", rate, span, i, took)
				}
			}
		}
	}
}

// What was not used is not saved up: after an hour of silence no burst follows.
func TestNothingIsSavedUp(t *testing.T) {
	p := New(Limits{Relay: 10})
	p.Take("example.com", begin)
	later := begin.Add(time.Hour)
	p.Take("example.com", later)
	if got, want := p.Wait("example.com", later), 100*time.Millisecond; got != want {
		t.Errorf("wait is %v, want %v", got, want)
	}
}

func TestDomainsWaitByThemselves(t *testing.T) {
	p := New(Limits{Domain: 2})
	p.Take("a.example", begin)
	for domain, want := range map[string]time.Duration{
		"a.example": 500 * time.Millisecond, "A.Example.": 500 * time.Millisecond, "b.example": 0,
	} {
		if got := p.Wait(domain, begin); got != want {
			t.Errorf("%s waits %v, want %v", domain, got, want)
		}
	}
}

func TestBothLimitsHold(t *testing.T) {
	p := New(Limits{Relay: 4, Domain: 1})
	at := drive(p, func(i int) string { return fmt.Sprintf("d%d.example", i%2) }, 100*time.Second)
	if len(at) < 198 || len(at) > 202 { // two domains, one a second each
		t.Errorf("%d letters in 100 s", len(at))
	}
}

func TestNoLimit(t *testing.T) {
	for _, l := range []Limits{{}, {Relay: -1}, {Relay: math.NaN(), Domain: math.NaN()}, {Relay: math.Inf(1)}} {
		p := New(l)
		for range 1000 {
			p.Take("example.com", begin)
		}
		if wait := p.Wait("example.com", begin); wait > 10*time.Microsecond {
			t.Errorf("%+v: %v", l, wait)
		}
	}
}

// A rate next to nothing waits for ever, and does not run over into the past.
func TestLeastRate(t *testing.T) {
	p := New(Limits{Relay: 1e-300})
	p.Take("example.com", begin)
	if wait := p.Wait("example.com", begin); wait < 24*time.Hour {
		t.Errorf("waits %v", wait)
	}
}

// A million domains are not remembered once their time is over (F52).
func TestDomainsAreForgotten(t *testing.T) {
	p := New(Limits{Domain: 1})
	most := 0
	for i := range 1_000_000 {
		now := begin.Add(time.Duration(i) * time.Millisecond)
		p.Take(fmt.Sprintf("d%d.example", i), now)
		most = max(most, len(p.domains))
	}
	if most > 2*leastSweep {
		t.Errorf("%d domains were remembered", most)
	}
}

// A clock that goes back makes a run wait; it lets none go early.
func TestClockGoesBack(t *testing.T) {
	p := New(Limits{Relay: 1})
	p.Take("example.com", begin)
	if wait := p.Wait("example.com", begin.Add(-time.Hour)); wait != time.Hour+time.Second {
		t.Errorf("waits %v", wait)
	}
}

func TestSlowStart(t *testing.T) {
	s := Begin(4)
	var held []int
	for _, step := range "tttttttttttptttp" {
		if step == 'p' {
			s.Pushed()
		} else {
			s.Took()
		}
		held = append(held, s.Connections())
	}
	if got, want := fmt.Sprint(held), "[2 2 3 3 3 4 4 4 4 4 4 2 2 3 3 1]"; got != want {
		t.Errorf("connections are %s, want %s", got, want)
	}
	if s := Begin(0); s.Connections() != 1 {
		t.Error("a run without a connection")
	}
}

// F48: a fault that all letters have stops the run after the first few; single dead
// addresses do not.
func TestStop(t *testing.T) {
	for _, tt := range []struct {
		name     string
		letters  string // a: accepted, r: rejected; repeated
		most     int
		stopped  int // after so many letters; 0: not at all
		rejected int
	}{
		{"all are rejected", "r", 1000, 3, 3},
		{"one dead address first", "raaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 10_000, 0, 0},
		{"two of three", "rar", 1000, 4, 3},
		{"one in fifty is the bound", "raaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 50, 0, 1},
		{"one in forty", "araaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 10_000, 162, 5},
		{"none", "a", 1000, 0, 0},
	} {
		var s Stop
		stopped, rejected := 0, 0
		for i := range tt.most {
			if tt.letters[i%len(tt.letters)] == 'r' {
				rejected++
				s.Rejected()
			} else {
				s.Accepted()
			}
			if s.Reached() {
				stopped = i + 1
				break
			}
		}
		if stopped != tt.stopped || tt.rejected > 0 && rejected != tt.rejected {
			t.Errorf("%s: stopped after %d letters with %d rejected, want %d with %d", tt.name, stopped, rejected, tt.stopped, tt.rejected)
		}
	}
}
