package verdict

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/source"
)

// clause makes a clause of the words "id: fact=value|value fact=value".
func clause(text string) Clause {
	id, conditions, _ := strings.Cut(text, ": ")
	c := Clause{ID: id, Quote: "the words of " + id, Force: Promise}
	for word := range strings.FieldsSeq(conditions) {
		fact, values, _ := strings.Cut(word, "=")
		c.When = append(c.When, Condition{Fact: fact, In: strings.Split(values, "|")})
	}
	return c
}

func gate(text string, otherwise Outcome) Clause {
	c := clause(text)
	c.Otherwise = otherwise
	return c
}

func exemption(text string, over ...string) Clause {
	c := clause(text)
	c.Over = over
	return c
}

// barkRules are small rules with every kind of clause.
func barkRules() Rules {
	return Rules{
		Question: "bark", Policy: "watchdog",
		Delay:  []Clause{clause("quiet-hours: night=yes")},
		First:  []Clause{clause("law: ordered=yes")},
		All:    []Clause{gate("ours: own_garden=yes", NotRequired), gate("awake: awake=yes", Held)},
		Any:    []Clause{clause("burglar: burglar=yes"), clause("loud-cat: cat=yes noise=high|deafening")},
		Except: []Clause{exemption("old-cat: known_cat=yes", "loud-cat"), exemption("nobody: empty_street=yes")},
	}
}

var noises = []string{"deafening", "high", "low"}

// facts reads "night=no burglar=yes"; all that barkRules ask and the text does not
// name is no, and the noise low.
func facts(text string) Facts {
	fs := Facts{Word("noise", "low", noises)}
	for _, name := range []string{"night", "ordered", "own_garden", "awake", "burglar", "cat", "known_cat", "empty_street"} {
		fs = append(fs, Statement(name, No))
	}
	for word := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(word, "=")
		fs = fs.with(name, value)
	}
	return fs
}

func TestJudge(t *testing.T) {
	const home = "own_garden=yes awake=yes "
	for _, c := range []struct {
		name, facts string
		want        Outcome
		decides     string // clauses
		missing     string // facts
	}{
		{"a promise holds", home + "burglar=yes", Required, "burglar", ""},
		{"two promises hold", home + "burglar=yes cat=yes noise=high", Required, "burglar loud-cat", ""},
		{"one condition of two", home + "cat=yes noise=low", NotRequired, "burglar loud-cat", ""},
		{"no promise", home, NotRequired, "burglar loud-cat", ""},
		{"a promise is unknown", home + "burglar=unknown", Undetermined, "", "burglar"},
		{"unknown, and another holds anyway", home + "burglar=yes cat=unknown noise=unknown", Required, "burglar", ""},
		{"two unknowns, both needed", home + "cat=unknown noise=unknown", Undetermined, "", "cat noise"},
		{"an unknown word that cannot matter", home + "cat=no noise=unknown", NotRequired, "burglar loud-cat", ""},

		// What must hold besides.
		{"not ours", "awake=yes burglar=yes", NotRequired, "ours", ""},
		{"perhaps ours", "awake=yes own_garden=unknown burglar=yes", Undetermined, "", "own_garden"},
		{"perhaps ours, but no promise", "awake=yes own_garden=unknown", NotRequired, "burglar loud-cat", ""},
		{"a matter of time", "own_garden=yes burglar=yes", Held, "awake", ""},
		{"a matter of time, and nothing promised", "own_garden=yes", NotRequired, "burglar loud-cat", ""},
		{"a matter of time, perhaps", "own_garden=yes awake=unknown burglar=yes", Undetermined, "", "awake"},
		{"waiting for what is perhaps promised", "own_garden=yes burglar=unknown", Undetermined, "", "burglar"},
		{"neither ours nor awake: no is stronger than held", "burglar=yes", NotRequired, "ours", ""},

		// Exemptions outweigh the promises they name and no other.
		{"exempt", home + "cat=yes noise=high known_cat=yes", NotRequired, "old-cat", ""},
		{"the exemption names another promise", home + "burglar=yes known_cat=yes", Required, "burglar", ""},
		{"one promise of two is outweighed", home + "burglar=yes cat=yes noise=high known_cat=yes", Required, "burglar", ""},
		{"perhaps exempt", home + "cat=yes noise=high known_cat=unknown", Undetermined, "", "known_cat"},
		{"perhaps exempt, another promise holds: that one decides", home + "burglar=yes cat=yes noise=high known_cat=unknown", Required, "burglar", ""},
		{"an exemption over nothing loses to every promise", home + "burglar=yes empty_street=yes", Required, "burglar", ""},
		{"an exemption is cited where nothing is promised", home + "empty_street=yes", NotRequired, "nobody", ""},

		// The law decides alone, and first.
		{"the law, before what must hold", "ordered=yes", Required, "law", ""},
		{"the law does not wait", "ordered=yes own_garden=yes burglar=yes", Required, "law", ""},
		{"perhaps the law", home + "ordered=unknown", Undetermined, "", "ordered"},
		{"perhaps the law, promised anyway", home + "ordered=unknown burglar=yes", Required, "burglar", ""},
		{"perhaps the law, else held", "own_garden=yes ordered=unknown burglar=yes", Undetermined, "", "ordered"},

		// A delay holds what is required and nothing else.
		{"delayed", home + "night=yes burglar=yes", Held, "quiet-hours", ""},
		{"delayed, though the law asks; the gates do not count", "night=yes ordered=yes", Held, "quiet-hours", ""},
		{"delayed, and not awake", "own_garden=yes night=yes burglar=yes", Held, "quiet-hours awake", ""},
		{"delayed, and perhaps not awake: held both ways", "own_garden=yes awake=unknown night=yes burglar=yes", Held, "quiet-hours", ""},
		{"a delay of nothing", home + "night=yes", NotRequired, "burglar loud-cat", ""},
		{"perhaps delayed", home + "night=unknown burglar=yes", Undetermined, "", "night"},
		{"perhaps delayed, not awake: held both ways", "own_garden=yes night=unknown burglar=yes", Held, "awake", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := barkRules().Judge(facts(c.facts))
			if p.Outcome != c.want {
				t.Errorf("%s, want %s", p.Outcome, c.want)
			}
			decides := strings.Join(ids(p.Deciding()), " ")
			if missing := strings.Join(p.Missing, " "); decides != c.decides || missing != c.missing {
				t.Errorf("decided by %q, want %q; missing %q, want %q", decides, c.decides, missing, c.missing)
			}
		})
	}
}

// A fact that nobody mentioned is unknown, and asked for by its name.
func TestFactsNobodyMentioned(t *testing.T) {
	p := Rules{Any: []Clause{clause("burglar: burglar=yes")}}.Judge(nil)
	if p.Outcome != Undetermined || !slices.Equal(p.Missing, []string{"burglar"}) {
		t.Errorf("%s, missing %v", p.Outcome, p.Missing)
	}
	if f := p.Facts.Find("burglar"); f.Known() || f.Note != "not asked yet" {
		t.Errorf("%+v", f)
	}
	if f := Word("noise", "", noises); f.Known() || f.Value != "unknown" {
		t.Errorf("%+v", f)
	}
}

func TestProof(t *testing.T) {
	known := facts("own_garden=yes awake=yes burglar=yes cat=unknown noise=high")
	known[0].Position = source.Position{File: "garden.md", Line: 3}
	p := barkRules().Judge(known)
	if p.Question != "bark" || p.Policy != "watchdog" || p.Facts.Find("noise").Position.Line != 3 {
		t.Errorf("%+v", p)
	}
	var steps []string
	for _, s := range p.Steps {
		steps = append(steps, s.Clause.ID+" "+s.Truth.String())
	}
	want := []string{"quiet-hours no", "law no", "ours yes", "awake yes", "burglar yes", "loud-cat unknown", "old-cat no", "nobody no"}
	if !slices.Equal(steps, want) {
		t.Errorf("steps %q, want %q", steps, want)
	}
}

// An unknown word satisfies a condition only where all its values would.
func TestUnknownWords(t *testing.T) {
	for want, in := range map[Truth][]string{Yes: noises, No: {"silent"}, Unknown: {"high", "deafening"}} {
		c := Clause{When: []Condition{{Fact: "noise", In: in}}}
		if got := c.Truth(Facts{Word("noise", "", noises)}); got != want {
			t.Errorf("noise in %q is %s, want %s", in, got, want)
		}
	}
}

func TestOutcomeWords(t *testing.T) {
	for o, want := range map[Outcome]string{Required: "required", NotRequired: "not required", Held: "held", Undetermined: "undetermined"} {
		if o.Words() != want {
			t.Errorf("%s reads %q", o, o.Words())
		}
	}
}

// settled is the second opinion: rules applied to facts without any unknown, as
// the policy and its conventions tell it (package disclosure).
func settled(r Rules, value map[string]string) Outcome {
	holds := func(c Clause) bool {
		for _, w := range c.When {
			if !slices.Contains(w.In, value[w.Fact]) {
				return false
			}
		}
		return true
	}
	promised := false
	for _, promise := range r.Any {
		outweighed := false
		for _, e := range r.Except {
			outweighed = outweighed || holds(e) && slices.Contains(e.Over, promise.ID)
		}
		promised = promised || holds(promise) && !outweighed
	}
	outcome := NotRequired
	if promised {
		outcome = Required
	}
	for _, otherwise := range []Outcome{Held, NotRequired} {
		for _, c := range r.All {
			if outcome != NotRequired && !holds(c) && c.Otherwise == otherwise {
				outcome = otherwise
			}
		}
	}
	if slices.ContainsFunc(r.First, holds) {
		outcome = Required
	}
	if outcome == Required && slices.ContainsFunc(r.Delay, holds) {
		outcome = Held
	}
	return outcome
}

// TestEveryFilling holds Judge against every way of filling the unknowns, for
// random rules over random facts (F18).
func TestEveryFilling(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 18))
	t.Logf("seed %d", seed)
	counts := make(map[Outcome]int)
	for range 3000 {
		rules, known := someRules(r), someFacts(r)
		p := rules.Judge(known)
		counts[p.Outcome]++
		if want := everyWay(rules, known, nil); p.Outcome != want {
			t.Fatalf("%s, want %s\nrules %+v\nfacts %+v", p.Outcome, want, rules, known)
		}
		for _, f := range known {
			turns := p.Outcome == Undetermined && !f.Known() && canTurn(rules, known, f)
			if slices.Contains(p.Missing, f.Name) != turns {
				t.Fatalf("missing %v; that %s can turn it is %v\nrules %+v\nfacts %+v", p.Missing, f.Name, turns, rules, known)
			}
		}
		if p.Outcome == Undetermined && (len(p.Missing) == 0 || len(p.Deciding()) > 0) {
			t.Fatalf("undetermined, missing %v, decided by %v", p.Missing, p.Deciding())
		}
	}
	for _, o := range []Outcome{Required, NotRequired, Held, Undetermined} {
		if counts[o] < 30 {
			t.Errorf("only %d of 3000 are %s: the test looks away", counts[o], o)
		}
	}
}

// everyWay is the one outcome of all fillings, or Undetermined.
func everyWay(r Rules, known Facts, filled map[string]string) Outcome {
	if len(filled) == len(known) {
		return settled(r, filled)
	}
	f := known[len(filled)]
	values := []string{f.Value}
	if !f.Known() {
		values = f.Domain
	}
	var outcome Outcome
	for i, v := range values {
		next := map[string]string{f.Name: v}
		for name, value := range filled {
			next[name] = value
		}
		if o := everyWay(r, known, next); i > 0 && o != outcome {
			outcome = Undetermined
		} else {
			outcome = o
		}
		if outcome == Undetermined {
			return outcome
		}
	}
	return outcome
}

// canTurn reports whether, the other unknowns filled somehow, two values of one
// fact give two outcomes.
func canTurn(r Rules, known Facts, fact Fact) bool {
	for i, f := range known {
		if f.Known() || f.Name == fact.Name {
			continue
		}
		for _, v := range f.Domain {
			filled := slices.Clone(known)
			filled[i].Value = v
			if canTurn(r, filled, fact) {
				return true
			}
		}
		return false
	}
	return everyWay(r, known, nil) == Undetermined
}

var someNames = []string{"a", "b", "c", "noise"}

func someFacts(r *rand.Rand) Facts {
	var fs Facts
	for _, name := range someNames[:3] {
		fs = append(fs, Statement(name, Truth(r.IntN(3))))
	}
	return append(fs, Word("noise", append(noises, "", "")[r.IntN(5)], noises))
}

func someRules(r *rand.Rand) Rules {
	n := 0
	some := func(most int, change func(*Clause)) []Clause {
		var clauses []Clause
		for range r.IntN(most + 1) {
			c := Clause{ID: fmt.Sprint("c", n)}
			n++
			for range 1 + r.IntN(2) {
				name := someNames[r.IntN(len(someNames))]
				in := [][]string{{"yes"}, {"no"}}[r.IntN(2)]
				if name == "noise" {
					in = [][]string{{"high"}, {"high", "deafening"}, noises}[r.IntN(3)]
				}
				c.When = append(c.When, Condition{Fact: name, In: in})
			}
			change(&c)
			clauses = append(clauses, c)
		}
		return clauses
	}
	keep := func(*Clause) {}
	rules := Rules{Delay: some(1, keep), First: some(1, keep), Any: some(3, keep)}
	rules.All = some(2, func(c *Clause) { c.Otherwise = []Outcome{Held, NotRequired}[r.IntN(2)] })
	rules.Except = some(2, func(c *Clause) {
		for _, promise := range rules.Any {
			if r.IntN(2) == 0 {
				c.Over = append(c.Over, promise.ID)
			}
		}
	})
	return rules
}
