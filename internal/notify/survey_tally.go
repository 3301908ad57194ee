package notify

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// Tally is what a survey comes to: sums, and nobody's name, address or node.
type Tally struct {
	Counts       Counts
	NotRequired  map[string]int   // tailnets by the IDs of the clauses that decided, with commas
	Former       int              // of the affected: tailnets that the table has no more
	Unidentified int              // tailnets that may be affected and stand in no row: they cannot be told from others
	Certain      int              // of the unidentified: affected for sure
	Hits         int              // nodes that are affected, or may be
	Software     map[Software]int // hits by what they run; after the first 65,536 kinds of it, under the zero Software
}

// Software is what a node runs, as the inventory words it.
type Software struct{ Product, Platform, Version string }

// ErrUndecided says that some tailnets can be told neither to be affected nor not,
// and that a person has to choose what happens to them.
var ErrUndecided = errors.New("undetermined tailnets need a decision")

// HeldError says that tailnets must be told, or may have to be, and that something
// asks to wait first: a law, say. They are neither written to nor forgotten, so there
// is no plan yet.
type HeldError struct {
	Tailnets int
	Clauses  []verdict.Clause // what asks to wait, or may ask to; of all the tailnets
}

// Error says how many wait.
func (e *HeldError) Error() string { return fmt.Sprintf("%d have to wait", e.Tailnets) }

// add counts one more tailnet, with what holds it.
func (e *HeldError) add(p verdict.Proof) {
	e.Tailnets++
	for _, c := range p.Waits() {
		same := func(o verdict.Clause) bool { return o.ID == c.ID }
		if !slices.ContainsFunc(e.Clauses, same) {
			e.Clauses = append(e.Clauses, c)
		}
	}
}

// Tally adds up the rows of a choice, without making them. Where tailnets are held it
// comes with a [HeldError]; with undetermined tailnets and no choice, with an
// [ErrUndecided]. It is for before [Survey.Stow].
func (s *Survey) Tally(choice Choice) (Tally, error) {
	t := tallying{Survey: s, choice: choice, sum: Tally{
		Counts: make(Counts), NotRequired: make(map[string]int), Software: make(map[Software]int),
	}}
	err := s.sound()
	if err == nil && s.stowed() {
		err = errStowed
	}
	if err == nil {
		err = t.tailnets()
	}
	if err == nil {
		err = t.nodes()
	}
	switch undecided := t.sum.Counts[Undetermined]; {
	case err != nil:
		return t.sum, err
	case t.held.Tailnets > 0:
		slices.SortFunc(t.held.Clauses, func(a, b verdict.Clause) int { return cmp.Compare(a.ID, b.ID) })
		return t.sum, &t.held
	case undecided > 0 && choice == Undecided:
		return t.sum, fmt.Errorf("%d %w", undecided, ErrUndecided)
	}
	return t.sum, nil
}

// tallying is a tally in the making.
type tallying struct {
	*Survey
	choice Choice
	sum    Tally
	held   HeldError
	alike  [4]*end // of tailnets that no finding names, by what their hits come to
}

// end is what becomes of a tailnet, but for whether it can be reached.
type end struct {
	affected, unidentified bool
	certain                bool // affected for sure, row or not
	standing               Standing
	clauses                string
	proof                  verdict.Proof
}

func (t *tallying) tailnets() error {
	for number := range t.Survey.tailnets.len() {
		e, err := t.known(number)
		if err != nil {
			return err
		}
		reached := e.standing != Mailed || t.Survey.tailnets.reached(number)
		if !reached {
			m := t.Survey.tailnets.member(number)
			_, reached = t.contact(m, m.tailnet())
		}
		t.count(e, reached)
	}
	for id, address := range t.found.former {
		if t.Known(id) {
			continue
		}
		e, err := t.end(id, 0)
		if err != nil {
			return err
		}
		_, reached := tailnet.FormerContact(id, address)
		t.count(e, reached)
		if e.affected {
			t.sum.Former++
		}
	}
	return nil
}

// known is what becomes of a tailnet of the table. Those that no finding names differ in
// what their hits come to, and in nothing else.
func (t *tallying) known(number int) (*end, error) {
	hits := t.hits.of(number)
	e := &t.alike[hits>>stateShift]
	if len(t.found.of) > 0 && len(t.found.of[t.Survey.tailnets.id(number)]) > 0 {
		e = new(*end)
	}
	var err error
	if *e == nil {
		*e, err = t.end(t.Survey.tailnets.id(number), hits)
	}
	return *e, err
}

// end judges a tailnet by what its hits come to.
func (t *tallying) end(id tailnet.ID, hits state) (*end, error) {
	match, err := t.matcher.Tailnet(id, hits.outline(id), t.found.ofTailnet(id)...)
	if err != nil {
		return nil, err
	}
	e := &end{unidentified: t.Unidentified(match), affected: match.Affected != verdict.No, certain: match.Affected == verdict.Yes}
	if e.affected = e.affected && !e.unidentified; e.affected {
		e.proof = t.proof(match)
		e.standing = standing(e.proof, t.choice)
		var row Row
		row.decidedBy(e.proof)
		e.clauses = strings.Join(row.Clauses, ", ")
	}
	return e, nil
}

func (t *tallying) count(e *end, reached bool) {
	switch {
	case e.unidentified:
		t.sum.Unidentified++
		if e.certain {
			t.sum.Certain++
		}
	case !e.affected:
	case !reached:
		t.sum.Counts[Unreachable]++
	default:
		t.sum.Counts[e.standing]++
	}
	switch e.standing {
	case NotRequired:
		t.sum.NotRequired[e.clauses]++
	case Held:
		t.held.add(e.proof)
	}
}

// nodes counts the hits. Where tailnets with hits may have no row, since nobody can tell
// them from others, the rows are asked.
func (t *tallying) nodes() error {
	if t.bulletin.Identification != "none" {
		for i, k := range t.hits.kinds.all {
			if count := t.ofKind(i); count > 0 {
				t.sum.add(Software{k.Product, k.OS, k.Version}, count)
			}
		}
		return nil
	}
	for row, err := range t.Rows(t.choice) {
		if err != nil {
			return err
		}
		for _, h := range row.Match.Hits {
			t.sum.add(Software{h.Node.Product, h.Node.OS, h.Node.Version}, 1)
		}
	}
	return nil
}

func (t *Tally) add(runs Software, hits int) {
	t.Hits += hits
	if _, counted := t.Software[runs]; !counted && len(t.Software) >= mostKinds {
		runs = Software{}
	}
	t.Software[runs] += hits
}
