package verdict

import "slices"

// Question is rules with what is known of the facts they ask for.
type Question struct {
	Rules Rules
	Facts Facts
}

// Decisive lists the unknown facts that can still turn the outcome, the most decisive
// first: the one whose answer leaves the fewest of them open in the worst case, then
// on average; ties in the order of the clauses. [Facts.Open] adds the facts that are
// only assumed.
func (r Rules) Decisive(facts Facts) []string {
	return Decisive(Question{r, facts})
}

// Decisive is [Rules.Decisive] over several questions at once: one answer to a fact
// may settle more than one of them.
func Decisive(questions ...Question) []string {
	var names []string
	left := make(map[string]tally)
	for _, q := range questions {
		_, missing := q.Rules.outcome(q.Facts)
		for _, name := range missing {
			if !slices.Contains(names, name) {
				names = append(names, name)
				left[name] = leaves(questions, name, q.Facts.Find(name).Domain)
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return left[a].compare(left[b]) })
	return names
}

// tally is how many facts stay open after an answer.
type tally struct{ worst, sum, answers int }

// leaves asks a fact in thought, with every answer of its domain.
func leaves(questions []Question, name string, domain []string) tally {
	var t tally
	for _, value := range domain {
		var open []string
		for _, q := range questions {
			_, missing := q.Rules.outcome(q.Facts.with(name, value))
			open = append(open, missing...)
		}
		slices.Sort(open)
		n := len(slices.Compact(open))
		t.worst, t.sum, t.answers = max(t.worst, n), t.sum+n, t.answers+1
	}
	return t
}

// compare orders by the worst case, then by the average.
func (t tally) compare(o tally) int {
	if t.worst != o.worst {
		return t.worst - o.worst
	}
	return t.sum*o.answers - o.sum*t.answers
}
