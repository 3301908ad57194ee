package notify

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

var (
	certain = tailnet.Node{Tailnet: "acme", ID: "n1", OS: "windows", Product: "client", Version: "1.60.0"}
	odd     = tailnet.Node{Tailnet: "other", ID: "n2", OS: "windows", Product: "client", Version: "custom"}
)

func waiting(applies verdict.Truth, until time.Time) bulletin.Bulletin {
	b := severe()
	b.LegalAssessed = true
	b.Legal = []bulletin.Legal{{Regime: "Example Act", Applies: applies, Effect: bulletin.Delay, Deadline: until}}
	return b
}

// A law that asks to wait, or may: nobody is written to and nobody is forgotten, whatever
// the planner chose for those that are undetermined (F29).
func TestHeld(t *testing.T) {
	later := planned.Add(time.Hour)
	for _, c := range []struct {
		name   string
		b      bulletin.Bulletin
		choice Choice
		held   int
		want   string // standings of acme, which is affected, and other, which may be
	}{
		{"the law asks to wait", waiting(verdict.Yes, later), Hold, 1, "held undetermined"},
		{"a choice does not overrule it", waiting(verdict.Yes, later), Tell, 2, "held held"},
		{"before any choice", waiting(verdict.Yes, later), Undecided, 1, "held undetermined"},
		{"without a deadline", waiting(verdict.Yes, time.Time{}), Hold, 1, "held undetermined"},
		{"it may ask to wait", waiting(verdict.Unknown, later), Tell, 2, "held held"},
		{"it may ask to wait, and they are held back anyway", waiting(verdict.Unknown, later), Hold, 0, "undetermined undetermined"},
		{"the wait is over", waiting(verdict.Yes, planned), Tell, 0, "mailed mailed"},
		{"it does not apply", waiting(verdict.No, later), Tell, 0, "mailed mailed"},
		{"nobody must be told", mildly(waiting(verdict.Yes, later)), Tell, 0, "not_required not_required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, err := rowsOf(one(t, c.b, certain, odd), c.choice)
			var got []string
			for _, r := range rows {
				got = append(got, string(r.Standing))
				if r.Standing == Held && r.Contact.Address != "" {
					t.Errorf("held, and has the address %s", r.Contact.Address)
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("%s, want %s", s, c.want)
			}
			held, is := errors.AsType[*HeldError](err)
			if is != (c.held > 0) || is && (held.Tailnets != c.held || len(held.Clauses) != 1 || held.Clauses[0].ID != "legal-delay") {
				t.Errorf("%+v, want %d held", err, c.held)
			}
			if !is && err != nil {
				t.Error(err)
			}
		})
	}
}

func mildly(b bulletin.Bulletin) bulletin.Bulletin {
	b.Severity = bulletin.Low
	return b
}

// A team's own rules may wait for more than a law: what holds is named.
func TestHeldByACondition(t *testing.T) {
	s := one(t, severe(), certain)
	s.rules.Notify.All = append(s.rules.Notify.All, verdict.Clause{
		ID: "fix", Quote: "once there is a fix", Otherwise: verdict.Held,
		When: []verdict.Condition{{Fact: "fix_available", In: []string{"yes"}}},
	})
	s.bulletin.Affected[0].Unfixed = "in work"
	rows, err := rowsOf(s, Tell)
	held, is := errors.AsType[*HeldError](err)
	if !is || held.Tailnets != 1 || len(held.Clauses) != 1 || held.Clauses[0].ID != "fix" || rows[0].Standing != Held {
		t.Errorf("%+v, %v", rows, err)
	}
}

// Overrides of the authors: who is told by one is told so, and by no sentence of the policy.
func TestOverridden(t *testing.T) {
	override := func(b bulletin.Bulletin, o verdict.Outcome) bulletin.Bulletin {
		b.Overrides.Notify = &verdict.Override{Outcome: o, Reason: "r", By: "b"}
		return b
	}
	for _, c := range []struct {
		name    string
		b       bulletin.Bulletin
		choice  Choice
		want    string
		clauses []string // of acme
	}{
		{"told all the same", override(mild(), verdict.Required), Hold, "mailed not_required", []string{"override"}},
		{"told as the policy asks anyway", override(severe(), verdict.Required), Hold, "mailed undetermined", []string{"severe-action"}},
		{"told without a rating", override(unrated(), verdict.Required), Hold, "mailed undetermined", []string{"override"}},
		{"spared", override(severe(), verdict.NotRequired), Tell, "not_required not_required", []string{"override"}},
		{"spared, and not required anyway", override(mild(), verdict.NotRequired), Tell, "not_required not_required", []string{"severe-action", "tailnet-data"}},
	} {
		rows, err := rowsOf(one(t, c.b, certain, odd), c.choice)
		if err != nil || len(rows) != 2 {
			t.Errorf("%s: %v, %+v", c.name, err, rows)
			continue
		}
		if got := string(rows[0].Standing) + " " + string(rows[1].Standing); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		overridden := c.clauses[0] == "override"
		if !slices.Equal(rows[0].Clauses, c.clauses) || rows[0].Overridden != overridden || overridden && rows[0].Missing != nil {
			t.Errorf("%s: %v, missing %v", c.name, rows[0].Clauses, rows[0].Missing)
		}
		if rows[0].Standing != Mailed {
			continue
		}
		l := write(t, desk(c.b), rows[0])
		for _, text := range []string{l.Text, l.HTML} {
			text = strings.Join(strings.Fields(text), " ")
			said := strings.Contains(text, "does not ask us to tell you directly. We decided to tell you all the same.")
			if said != overridden || strings.Contains(text, "We do not know yet whether our") || strings.Contains(text, "critical or high impact") == overridden {
				t.Errorf("%s:\n%s", c.name, text)
			}
		}
		if faults := untidy(l.Text); len(faults) > 0 {
			t.Errorf("%s: %v", c.name, faults)
		}
	}
}

// What one tailnet is told of itself, with the proof that its row rests on.
func TestTell(t *testing.T) {
	s := one(t, severe(), certain, odd)
	for id, want := range map[tailnet.ID]verdict.Outcome{"acme": verdict.Required, "other": verdict.Undetermined} {
		match, proof, found, err := s.Tell(id)
		if err != nil || !found || proof.Outcome != want || match.Tailnet != id || len(match.Hits) != 1 || match.Hits[0].Node.Tailnet != id {
			t.Errorf("%s: %+v, %s, %v, %v", id, match, proof.Outcome, found, err)
		}
	}
	if match, _, found, err := s.Tell("nobody"); found || err != nil || match.Hits != nil {
		t.Errorf("nobody: %+v, %v, %v", match, found, err)
	}
}

// The instant of the survey decides what has come into force.
func TestSurveyAtAnInstant(t *testing.T) {
	s := one(t, severe(), certain)
	s.rules.Notify.Any[0].Since = planned.Add(time.Nanosecond)
	if rows, err := rowsOf(s, Hold); err != nil || rows[0].Standing != NotRequired {
		t.Errorf("before: %+v, %v", rows, err)
	}
	s = one(t, severe(), certain)
	s.rules.Notify.Any[0].Since = planned
	if rows, err := rowsOf(s, Hold); err != nil || rows[0].Standing != Mailed {
		t.Errorf("from then on: %+v, %v", rows, err)
	}
}

// A hosted product that concerned only some: nobody is told that it was all (F29).
func TestHostedForSome(t *testing.T) {
	b := hosted(true)
	b.Affected[0].Where = []bulletin.Column{{Name: "region", Values: []string{"eu"}}}
	rows, err := rowsOf(one(t, b), Tell)
	if err != nil || len(rows) != 2 || rows[0].Match.Affected != verdict.Unknown {
		t.Fatalf("%v, %+v", err, rows)
	}
	if l := write(t, desk(b), rows[0]); !strings.Contains(strings.Join(strings.Fields(l.Text), " "), "cannot tell yet whether it concerned your tailnet") {
		t.Error(l.Text)
	}
}
