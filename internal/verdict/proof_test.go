package verdict

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// A clause comes into force with its instant, not before; all others stay, and so do
// the rules that were asked.
func TestAt(t *testing.T) {
	start := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	rules := barkRules()
	for _, part := range [][]Clause{rules.Delay, rules.First, rules.All, rules.Any, rules.Except} {
		part[len(part)-1].Since = start
	}
	all := ids(rules.Clauses())
	before := "ours burglar old-cat"
	for at, want := range map[time.Time]string{
		start.Add(-time.Nanosecond): before, {}: before,
		start: strings.Join(all, " "), start.Add(time.Hour): strings.Join(all, " "),
	} {
		if got := strings.Join(ids(rules.At(at).Clauses()), " "); got != want {
			t.Errorf("at %s: %s, want %s", at, got, want)
		}
	}
	if got := ids(rules.Clauses()); !slices.Equal(got, all) {
		t.Errorf("asking changed the rules: %s", got)
	}
	if at := rules.At(start); at.Question != "bark" || at.Policy != "watchdog" {
		t.Errorf("%+v", at)
	}
}

// TestContradictions: an exemption that holds, against each promise that holds and
// that it is not over.
func TestContradictions(t *testing.T) {
	for facts, want := range map[string]string{
		"burglar=yes":                                                   "",
		"known_cat=yes":                                                 "",
		"burglar=yes known_cat=yes":                                     "old-cat/burglar",
		"cat=yes noise=high known_cat=yes":                              "",
		"burglar=yes cat=yes noise=high":                                "",
		"burglar=yes empty_street=yes":                                  "nobody/burglar",
		"burglar=yes empty_street=yes known_cat=yes":                    "old-cat/burglar nobody/burglar",
		"burglar=yes cat=yes noise=high empty_street=yes":               "nobody/burglar nobody/loud-cat",
		"burglar=yes cat=yes noise=high empty_street=yes known_cat=yes": "old-cat/burglar nobody/burglar nobody/loud-cat",
		"burglar=unknown known_cat=yes":                                 "",
		"burglar=yes known_cat=unknown":                                 "",
	} {
		var got []string
		for _, c := range barkRules().Judge(home(facts)).Contradictions() {
			got = append(got, c.Exemption.ID+"/"+c.Promise.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s, want %s", facts, got, want)
		}
	}
}

func home(text string) Facts { return facts("own_garden=yes awake=yes " + text) }

// What is acted on: an override departs from the rules, and not from the law.
func TestStands(t *testing.T) {
	for _, c := range []struct {
		facts    string
		override Outcome
		want     Outcome
		against  bool
	}{
		{"burglar=yes", "", Required, false},
		{"burglar=yes", NotRequired, NotRequired, false},
		{"burglar=unknown", "", Undetermined, false},
		{"burglar=unknown", NotRequired, NotRequired, false},
		{"burglar=unknown", Required, Required, false},
		{"", Required, Required, false},
		{"", NotRequired, NotRequired, false},
		{"awake=no burglar=yes", Required, Required, false}, // a fix is not waited for
		{"awake=no burglar=yes", NotRequired, NotRequired, false},
		// The law asks for it, or may.
		{"ordered=yes", NotRequired, Required, true},
		{"ordered=yes", Required, Required, false},
		{"ordered=unknown", NotRequired, Undetermined, true},
		{"ordered=unknown burglar=yes", NotRequired, Required, true},
		{"ordered=yes night=yes", NotRequired, Held, true},
		// The law asks to wait, or may.
		{"burglar=yes night=yes", Required, Held, false},
		{"night=yes", Required, Held, false},
		{"night=unknown", Required, Undetermined, false},
		{"burglar=yes night=yes", NotRequired, NotRequired, false},
	} {
		p := barkRules().Judge(home(c.facts))
		before := p.Outcome
		if c.override != "" {
			p.Override = &Override{Outcome: c.override, Reason: "r", By: "b"}
		}
		if got := p.Stands(); got != c.want || p.AgainstLaw() != c.against || p.Outcome != before {
			t.Errorf("%q overridden as %q: %s, against the law %v; want %s, %v", c.facts, c.override, got, p.AgainstLaw(), c.want, c.against)
		}
	}
}

// What is waited for: a delay that is not ruled out, else the conditions that hold it.
func TestWaits(t *testing.T) {
	for text, want := range map[string]string{
		"burglar=yes":                                      "",
		"burglar=yes night=yes":                            "quiet-hours",
		"burglar=yes night=unknown":                        "quiet-hours",
		"burglar=yes awake=no":                             "awake",
		"burglar=yes awake=unknown":                        "awake",
		"burglar=yes awake=no night=yes":                   "quiet-hours",
		"burglar=yes awake=no night=unknown":               "quiet-hours",
		"burglar=yes awake=no own_garden=no":               "awake", // not being ours is no matter of time
		"burglar=yes awake=no own_garden=unknown night=no": "awake",
	} {
		p := barkRules().Judge(home(text))
		if got := strings.Join(ids(p.Waits()), " "); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
		if want := p.Facts.Find("night").Value; p.Delayed().String() != want {
			t.Errorf("%s: delayed %s, want %s", text, p.Delayed(), want)
		}
	}
}

// An override that says what the rules say, or that the law does not let count, departs
// from nothing.
func TestDeparts(t *testing.T) {
	for _, c := range []struct {
		facts    string
		override Outcome
		want     bool
	}{
		{"burglar=yes", "", false},
		{"burglar=yes", Required, false},
		{"burglar=yes", NotRequired, true},
		{"burglar=unknown", Required, true},
		{"ordered=yes", NotRequired, false},
		{"burglar=yes night=yes", Required, false},
		{"night=yes", Required, true},
	} {
		p := barkRules().Judge(home(c.facts))
		if c.override != "" {
			p.Override = &Override{Outcome: c.override}
		}
		if p.Departs() != c.want {
			t.Errorf("%s overridden as %q: %v", c.facts, c.override, p.Departs())
		}
	}
}

// Every step says which part of the rules it belongs to.
func TestParts(t *testing.T) {
	var got []string
	for _, s := range barkRules().Judge(facts("")).Steps {
		got = append(got, fmt.Sprint(s.Part, " ", s.Clause.ID))
	}
	want := []string{
		"delay quiet-hours", "law law", "condition ours", "condition awake",
		"promise burglar", "promise loud-cat", "exemption old-cat", "exemption nobody",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
