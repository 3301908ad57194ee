package verdict

import "slices"

// fillings holds the outcome of every way of giving the unknown facts a value.
type fillings struct {
	names    []string
	sizes    []int     // how many values each of them can have
	outcomes []Outcome // counted through like an odometer: the last fact turns fastest
}

// fillings decides every filling of the unknown facts that some clause asks for.
func (r Rules) fillings(facts Facts) fillings {
	var f fillings
	open := facts
	for _, name := range r.Asks() {
		fact := facts.Find(name)
		if fact.Known() {
			continue
		}
		f.names, f.sizes = append(f.names, name), append(f.sizes, len(fact.Domain))
		open = open.with(name, unknown)
	}
	r.fill(&f, open, f.names)
	return f
}

// fill gives the named facts, which must be there, their values in place.
func (r Rules) fill(f *fillings, facts Facts, names []string) {
	if len(names) == 0 {
		f.outcomes = append(f.outcomes, r.decide(facts))
		return
	}
	i := slices.IndexFunc(facts, func(fact Fact) bool { return fact.Name == names[0] })
	for _, v := range facts[i].Domain {
		facts[i].Value = v
		r.fill(f, facts, names[1:])
	}
}

// agree is the one outcome of all fillings; false where they differ.
func (f fillings) agree() (Outcome, bool) {
	if len(f.outcomes) == 0 {
		return Undetermined, false
	}
	first := f.outcomes[0]
	return first, !slices.ContainsFunc(f.outcomes, func(o Outcome) bool { return o != first })
}

// turning names the facts whose value makes the difference in some filling of the
// others; all of them where one has no values to try.
func (f fillings) turning() []string {
	if len(f.outcomes) == 0 {
		return f.names
	}
	var names []string
	stride := len(f.outcomes)
	for i, name := range f.names {
		around := stride
		stride /= f.sizes[i]
		if f.turns(around, stride) {
			names = append(names, name)
		}
	}
	return names
}

// turns looks for a filling that has another outcome than the one in which the fact of
// this stride has its first value, all others being equal; around is the stride of the
// fact before it.
func (f fillings) turns(around, stride int) bool {
	for i, o := range f.outcomes {
		first := i - i%around + i%stride
		if o != f.outcomes[first] {
			return true
		}
	}
	return false
}
