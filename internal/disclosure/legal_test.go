package disclosure

import (
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

var (
	past   = today.Add(-time.Second)
	future = today.Add(24 * time.Hour)
)

// legalCells: `legal` and `legal_delay`, a line each.
func legalCells() []cell {
	regime := func(applies verdict.Truth, effect bulletin.Effect, deadline time.Time) bulletin.Legal {
		return bulletin.Legal{Regime: "Example Act", Applies: applies, Effect: effect, Deadline: deadline, Position: here}
	}
	none := time.Time{}
	require := func(t verdict.Truth) bulletin.Legal { return regime(t, bulletin.Require, none) }
	delay := func(t verdict.Truth, until time.Time) bulletin.Legal { return regime(t, bulletin.Delay, until) }
	yes, no, unknown := verdict.Yes, verdict.No, verdict.Unknown
	var cells []cell
	for _, c := range []struct {
		name         string
		regimes      []bulletin.Legal
		legal, delay string
	}{
		{"none was found", nil, "no", "no"},
		{"none applies", []bulletin.Legal{require(no), delay(no, none)}, "no", "no"},
		{"one requires", []bulletin.Legal{require(yes)}, "yes", "no"},
		{"one requires, its deadline passed", []bulletin.Legal{regime(yes, bulletin.Require, past)}, "yes", "no"},
		{"one of three requires", []bulletin.Legal{require(no), require(unknown), require(yes)}, "yes", "no"},
		{"one may require", []bulletin.Legal{require(no), require(unknown)}, "unknown", "no"},
		{"one asks to wait, for ever", []bulletin.Legal{delay(yes, none)}, "no", "yes"},
		{"one asks to wait", []bulletin.Legal{delay(yes, future)}, "no", "yes"},
		{"the wait is over", []bulletin.Legal{delay(yes, past)}, "no", "no"},
		{"the wait is over this instant", []bulletin.Legal{delay(yes, today)}, "no", "no"},
		{"one may ask to wait", []bulletin.Legal{delay(unknown, future)}, "no", "unknown"},
		{"one may ask to wait, for ever", []bulletin.Legal{delay(unknown, none)}, "no", "unknown"},
		{"what it may ask for is over", []bulletin.Legal{delay(unknown, past)}, "no", "no"},
		{"one wait of two is over", []bulletin.Legal{delay(yes, past), delay(yes, future)}, "no", "yes"},
		{"one is over, one may be", []bulletin.Legal{delay(yes, past), delay(unknown, future)}, "no", "unknown"},
		{"one requires, one asks to wait", []bulletin.Legal{require(yes), delay(yes, future)}, "yes", "yes"},
		{"one requires, one may ask to wait", []bulletin.Legal{delay(unknown, none), require(yes)}, "yes", "unknown"},
		{"nobody says what it asks for", []bulletin.Legal{regime(yes, "", none)}, "unknown", "unknown"},
		{"nobody says what it asks for, and the deadline passed", []bulletin.Legal{regime(yes, "", past)}, "unknown", "no"},
		{"nobody says what it would ask for, and it does not apply", []bulletin.Legal{regime(no, "", none)}, "no", "no"},
	} {
		cells = append(cells, cell{name: c.name, write: func(b *bulletin.Bulletin) {
			b.Legal, b.LegalAssessed = c.regimes, true
			b.Places.Set("legal", here)
		}, facts: map[string]string{"legal": c.legal, "legal_delay": c.delay}})
	}
	return append(cells, cell{"the law was not looked at", nothing,
		map[string]string{"legal": "no", "legal_delay": "no"}, "not assessed, counted as no", true})
}

// The regime that decides is named, and of several that ask to wait the last to end.
func TestDelay(t *testing.T) {
	wait := func(name string, applies verdict.Truth, until time.Time) bulletin.Legal {
		return bulletin.Legal{Regime: name, Applies: applies, Effect: bulletin.Delay, Deadline: until, Position: here}
	}
	for _, c := range []struct {
		name    string
		regimes []bulletin.Legal
		want    string
		note    string
	}{
		{"none", nil, "", "not assessed, counted as no"},
		{"one", []bulletin.Legal{wait("A", verdict.Yes, future)}, "A", "A: until 2026-05-05"},
		{"an hour", []bulletin.Legal{wait("A", verdict.Yes, future.Add(time.Hour))}, "A", "A: until 2026-05-05T01:00:00Z"},
		{"no deadline", []bulletin.Legal{wait("A", verdict.Yes, time.Time{})}, "A", "A: no deadline is stated"},
		{"the later", []bulletin.Legal{wait("A", verdict.Yes, future), wait("B", verdict.Yes, future.Add(1))}, "B", ""},
		{"the later, first", []bulletin.Legal{wait("B", verdict.Yes, future.Add(1)), wait("A", verdict.Yes, future)}, "B", ""},
		{"for ever is later", []bulletin.Legal{wait("A", verdict.Yes, time.Time{}), wait("B", verdict.Yes, future)}, "A", ""},
		{"for ever is later, last", []bulletin.Legal{wait("B", verdict.Yes, future), wait("A", verdict.Yes, time.Time{})}, "A", ""},
		{"one applies, one may for longer", []bulletin.Legal{wait("A", verdict.Yes, future), wait("B", verdict.Unknown, time.Time{})}, "A", ""},
		{"one may", []bulletin.Legal{wait("A", verdict.Unknown, future)}, "", "A: until 2026-05-05"},
		{"over", []bulletin.Legal{wait("A", verdict.Yes, past)}, "", ""},
	} {
		b := blank()
		b.Legal = c.regimes
		regime, waits := Delay(b, today)
		if regime.Regime != c.want || waits != (c.want != "") {
			t.Errorf("%s: %q, %v; want %q", c.name, regime.Regime, waits, c.want)
		}
		if f := Builtin().Bulletin(b, today).Facts.Find("legal_delay"); c.note != "" && f.Note != c.note {
			t.Errorf("%s: %q, want %q", c.name, f.Note, c.note)
		}
	}
}

// What a law requires has the first regime's name to it.
func TestLegalNote(t *testing.T) {
	b := blank()
	for _, name := range []string{"A", "B"} {
		b.Legal = append(b.Legal, bulletin.Legal{Regime: name, Applies: verdict.Yes, Effect: bulletin.Require, Position: here})
	}
	b.Legal[0].Deadline = future
	if f := Builtin().Bulletin(b, today).Facts.Find("legal"); f.Note != "A" || f.Position != here {
		t.Errorf("%+v", f)
	}
}
