package disclosure

import (
	"fmt"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// legalFact is whether a law requires it, whatever the policy says.
func legalFact(b *bulletin.Bulletin, at time.Time) verdict.Fact {
	f, regime := lawful("legal", b, bulletin.Require, at)
	if regime != nil {
		f.Note = regime.Regime
	}
	return f
}

// delayFact is whether a law asks to wait.
func delayFact(b *bulletin.Bulletin, at time.Time) verdict.Fact {
	f, regime := lawful("legal_delay", b, bulletin.Delay, at)
	if regime != nil {
		f.Note = fmt.Sprintf("%s: %s", regime.Regime, until(*regime))
	}
	return f
}

func until(l bulletin.Legal) string {
	if l.Deadline.IsZero() {
		return "no deadline is stated"
	}
	return "until " + instant(l.Deadline)
}

// Delay is the legal regime that a bulletin waits for at an instant: of several the
// one that asks to wait longest. False where none does for certain.
func Delay(b bulletin.Bulletin, at time.Time) (bulletin.Legal, bool) {
	f, regime := lawful("legal_delay", &b, bulletin.Delay, at)
	if regime == nil || f.Value != verdict.Yes.String() {
		return bulletin.Legal{}, false
	}
	return *regime, true
}

// lawful sums up what the legal regimes of a bulletin make of one effect: yes where
// one applies, else unknown where one may. The regime is the one that decides.
func lawful(name string, b *bulletin.Bulletin, effect bulletin.Effect, at time.Time) (verdict.Fact, *bulletin.Legal) {
	for _, t := range []verdict.Truth{verdict.Yes, verdict.Unknown} {
		var found *bulletin.Legal
		for i, l := range b.Legal {
			if asksFor(l, effect, at) == t && (found == nil || effect == bulletin.Delay && later(l, *found)) {
				found = &b.Legal[i]
			}
		}
		if found != nil {
			f := verdict.Statement(name, t)
			f.Position = found.Position
			return f, found
		}
	}
	f := verdict.Statement(name, verdict.No)
	if !b.LegalAssessed {
		f.Note, f.Assumed = notAssessed, true
		return f, nil
	}
	f.Position = b.Places.Of("legal")
	return f, nil
}

// asksFor tells whether a regime has an effect now. A regime that does not say what it
// asks for may ask for either; a delay whose deadline is reached is over, and one
// without a deadline never is.
func asksFor(l bulletin.Legal, effect bulletin.Effect, at time.Time) verdict.Truth {
	switch {
	case effect == bulletin.Delay && !l.Deadline.IsZero() && !at.Before(l.Deadline):
		return verdict.No
	case l.Effect == "":
		return verdict.And(l.Applies, verdict.Unknown)
	case l.Effect != effect:
		return verdict.No
	}
	return l.Applies
}

// later reports whether a regime's deadline lies behind another's.
func later(l, than bulletin.Legal) bool {
	return !than.Deadline.IsZero() && (l.Deadline.IsZero() || l.Deadline.After(than.Deadline))
}
