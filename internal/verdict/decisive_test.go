package verdict

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Which question is asked first: a line each.
func TestDecisive(t *testing.T) {
	for _, c := range []struct{ name, facts, want string }{
		{"nothing unknown", "own_garden=yes awake=yes burglar=yes", ""},
		{"unknown, and nothing hangs on it", "own_garden=yes awake=yes burglar=yes cat=unknown", ""},
		{"one", "own_garden=yes awake=yes burglar=unknown", "burglar"},
		// Without a burglar nothing is left to ask; awake or not, the burglar is.
		{"on average the one that may end it", "own_garden=yes awake=unknown burglar=unknown", "burglar awake"},
		// A burglar ends it; noise ends it in one value of three, a cat in none.
		{"the same among three", "own_garden=yes awake=yes burglar=unknown cat=unknown noise=unknown", "burglar cat noise"},
		// A known cat ends it in one answer of two, noise in one of three, the night in none.
		{"the average is of the answers", "own_garden=yes awake=yes cat=yes noise=unknown known_cat=unknown night=unknown", "known_cat noise night"},
		{"ours or not comes first", "own_garden=unknown awake=unknown burglar=unknown", "own_garden burglar awake"},
	} {
		if got := strings.Join(barkRules().Decisive(facts(c.facts)), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// The worst case counts before the average: a tells which of two ways it goes and leaves
// three questions for certain; noise may end it all, or leave four.
func TestTheWorstCaseFirst(t *testing.T) {
	r := Rules{Any: []Clause{clause("one: noise=high a=yes c=yes d=yes"), clause("two: noise=high a=no c=yes e=yes")}}
	open := Facts{Word("noise", "", noises)}
	if got := strings.Join(r.Decisive(open), " "); got != "a noise c d e" {
		t.Error(got)
	}
	if n := leaves([]Question{{r, open}}, "noise", noises); n != (tally{4, 4, 3}) {
		t.Errorf("%+v", n)
	}
	if once, twice := leaves([]Question{{r, open}}, "a", yesNo), leaves([]Question{{r, open}, {r, open}}, "a", yesNo); once != twice || once != (tally{3, 6, 2}) {
		t.Errorf("a question that two rules ask is one question: %+v, %+v", once, twice)
	}
}

// TestDecisiveByDefinition recomputes the order from what each answer leaves open, for
// random rules and facts.
func TestDecisiveByDefinition(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 4))
	t.Logf("seed %d", seed)
	ordered := 0
	for range 2000 {
		rules, known := someRules(r), someFacts(r)
		got := rules.Decisive(known)
		missing := rules.Judge(known).Missing
		if sorted(got) != sorted(missing) {
			t.Fatalf("%v are asked, %v are missing", got, missing)
		}
		for i := 1; i < len(got); i++ {
			first, second := burden(rules, known, got[i-1]), burden(rules, known, got[i])
			tie := first == second
			if first.worst > second.worst || first.worst == second.worst && first.average > second.average ||
				tie && slices.Index(missing, got[i-1]) > slices.Index(missing, got[i]) {
				t.Fatalf("%v: %s leaves %+v, %s leaves %+v\nrules %+v\nfacts %+v", got, got[i-1], first, got[i], second, rules, known)
			}
			ordered++
		}
	}
	if ordered < 200 {
		t.Errorf("only %d pairs were compared: the test looks away", ordered)
	}
}

func sorted(names []string) string { return strings.Join(slices.Sorted(slices.Values(names)), " ") }

type load struct {
	worst   int
	average float64
}

func burden(r Rules, known Facts, name string) load {
	var l load
	domain := known.Find(name).Domain
	for _, v := range domain {
		n := len(r.Judge(known.with(name, v)).Missing)
		l.worst = max(l.worst, n)
		l.average += float64(n) / float64(len(domain))
	}
	return l
}

// Of two questions, one answer may settle both: what is left open is counted once.
func TestDecisiveOfTwoQuestions(t *testing.T) {
	a := Rules{Any: []Clause{clause("one: a=yes b=yes")}}
	b := Rules{Any: []Clause{clause("two: b=yes"), clause("three: c=yes")}}
	open := Facts{Statement("a", Unknown), Statement("b", Unknown), Statement("c", Unknown)}
	if got := strings.Join(Decisive(Question{a, open}, Question{b, open}), " "); got != "b a c" {
		t.Error(got)
	}
	if got := strings.Join(Decisive(Question{a, open}, Question{a, open}), " "); got != "a b" {
		t.Errorf("one question twice is one question: %s", got)
	}
	if got := Decisive(); got != nil {
		t.Error(got)
	}
}

// What is only assumed can be asked like what is unknown.
func TestOpen(t *testing.T) {
	known := facts("own_garden=yes awake=yes")
	for i, f := range known {
		known[i].Assumed = f.Name == "burglar"
	}
	if got := barkRules().Decisive(known); got != nil {
		t.Errorf("asked though all is assumed: %s", got)
	}
	if got := barkRules().Decisive(known.Open()); !slices.Equal(got, []string{"burglar"}) {
		t.Errorf("%s", got)
	}
	if known.Find("burglar").Value != "no" {
		t.Error("opening changed the facts")
	}
}

// A fact without any value to try stays a question (F18).
func TestNoValuesToTry(t *testing.T) {
	p := Rules{Any: []Clause{clause("burglar: burglar=yes")}}.Judge(Facts{{Name: "burglar", Value: unknown}})
	if p.Outcome != Undetermined || !slices.Equal(p.Missing, []string{"burglar"}) {
		t.Errorf("%s, missing %s", p.Outcome, p.Missing)
	}
}

// Judging works on facts of the caller's, and leaves them as they were.
func TestFactsStayAsTheyWere(t *testing.T) {
	known := facts("own_garden=unknown awake=unknown burglar=unknown noise=unknown cat=unknown")
	before := slices.Clone(known)
	barkRules().Judge(known)
	barkRules().Decisive(known)
	barkRules().Turns(known)
	for i, f := range known {
		if f.Value != before[i].Value {
			t.Errorf("%s became %s", f.Name, f.Value)
		}
	}
}
