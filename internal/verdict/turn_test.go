package verdict

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// shop is a small policy: we open when it is day and somebody is there, on holidays
// never unless we promised.
func shop() Rules {
	is := func(fact string, in ...string) []Condition { return []Condition{{Fact: fact, In: in}} }
	return Rules{
		All: []Clause{{ID: "day", When: is("day", "yes"), Otherwise: Held}},
		Any: []Clause{{ID: "staffed", When: is("staff", "two", "three")}, {ID: "promised", When: is("promise", "yes")}},
	}
}

func shopFacts(day, staff, promise string) Facts {
	return Facts{
		Word("staff", staff, []string{"none", "one", "two", "three"}),
		{Name: "day", Value: day, Domain: yesNo},
		{Name: "promise", Value: promise, Domain: yesNo},
	}
}

// show writes turns as staff=two → held; day=yes, staff=two → required.
func show(turns []Turn) string {
	var out []string
	for _, t := range turns {
		var changes []string
		for _, c := range t.Changes {
			changes = append(changes, c.Fact+"="+c.Value)
		}
		out = append(out, fmt.Sprintf("%s → %s", strings.Join(changes, ", "), t.Outcome))
	}
	return strings.Join(out, "; ")
}

// TestTurns lists single changes where one suffices, and of several values that lead
// to one outcome the first.
func TestTurns(t *testing.T) {
	for _, c := range []struct{ name, day, staff, promise, want string }{
		{"open", "yes", "two", "no", "day=no → held; staff=none → not_required"},
		{"closed at night", "no", "two", "no", "day=yes → required; staff=none → not_required"},
		{"nobody there", "yes", "one", "no", "staff=two → required; promise=yes → required"},
		{"night and nobody", "no", "one", "no", "staff=two → held; promise=yes → held"},
		{"both reasons", "yes", "two", "yes", "day=no → held"},
		{"unknown staff", "yes", "", "no", "staff=none → not_required; staff=two → required; promise=yes → required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(shop().Turns(shopFacts(c.day, c.staff, c.promise))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestTurnsInPairs: where no single change turns an outcome, pairs do.
func TestTurnsInPairs(t *testing.T) {
	and := Rules{Any: []Clause{{ID: "both", When: []Condition{{Fact: "a", In: []string{"yes"}}, {Fact: "b", In: []string{"yes"}}}}}}
	facts := Facts{Statement("a", No), Statement("b", No)}
	if got := show(and.Turns(facts)); got != "a=yes, b=yes → required" {
		t.Error(got)
	}
	if got := (Rules{}).Turns(facts); got != nil {
		t.Errorf("rules that ask nothing turn by nothing: %v", got)
	}
}

// TestTurnsTurn makes sure of every turn by judging the changed facts.
func TestTurnsTurn(t *testing.T) {
	for _, day := range []string{"yes", "no", unknown} {
		for _, staff := range []string{"none", "two", ""} {
			facts := shopFacts(day, staff, unknown)
			before := shop().Judge(facts).Outcome
			for _, turn := range shop().Turns(facts) {
				changed := facts
				for _, c := range turn.Changes {
					if slices.ContainsFunc(facts, func(f Fact) bool { return f.Name == c.Fact && f.Value == c.Value }) {
						t.Errorf("%v: %v is no change", facts, c)
					}
					changed = changed.with(c.Fact, c.Value)
				}
				if after := shop().Judge(changed).Outcome; after == before || after != turn.Outcome {
					t.Errorf("%v: %v gives %s, said %s, was %s", facts, turn.Changes, after, turn.Outcome, before)
				}
			}
		}
	}
}
