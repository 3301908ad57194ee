// Package verdict judges statements against written rules, honestly about what
// is not known.
//
// A [Fact] is a statement with a value, or unknown. [Rules] are sentences of a
// written policy as data: each [Clause] quotes its sentence and says which facts
// it asks for. [Rules.Judge] gives the outcome with its [Proof]. Where the
// unknown facts, filled in every possible way, would lead to different outcomes,
// the outcome is Undetermined and the proof names the facts to find out; unknown
// never turns into "no".
package verdict

// Truth is a value of Kleene's strong three-valued logic. The zero value is
// Unknown, so that nothing becomes "no" by being forgotten.
type Truth int8

// The three values.
const (
	Unknown Truth = iota
	No
	Yes
)

// String is the word as people write it in front matter: yes, no, unknown.
func (t Truth) String() string {
	return [...]string{"unknown", "no", "yes"}[t]
}

// Of turns a plain boolean into a Truth.
func Of(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// Not is yes for no, no for yes, and unknown for unknown.
func (t Truth) Not() Truth {
	return [...]Truth{Unknown, Yes, No}[t]
}

// And is no where any of its parts is no, else unknown where any is unknown, else yes.
func And(parts ...Truth) Truth {
	all := Yes
	for _, t := range parts {
		switch t {
		case No:
			return No
		case Unknown:
			all = Unknown
		}
	}
	return all
}

// Or is yes where any of its parts is yes, else unknown where any is unknown, else no.
func Or(parts ...Truth) Truth {
	found := No
	for _, t := range parts {
		switch t {
		case Yes:
			return Yes
		case Unknown:
			found = Unknown
		}
	}
	return found
}
