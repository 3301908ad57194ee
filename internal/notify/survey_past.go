package notify

import (
	"iter"

	"tocsin/internal/affected"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// Place is where a survey has a tailnet.
type Place int

const (
	// Touched is one that [Survey.Rows] has.
	Touched Place = iota
	// Unidentified is one that the bulletin may touch and that cannot be told from others: no
	// row is about it, and nobody can say that all is well.
	Unidentified
	// Untouched is one that the bulletin does not touch, or no longer.
	Untouched
)

// Placed is the row of a tailnet with its place. Of an untouched one it says whose it is and
// no more.
type Placed struct {
	Row    Row
	Place  Place
	survey *Survey
	of     member
}

// Reached is the row with its contact resolved, though the policy may ask for no letter. It
// is mailed, or unreachable where there is no address.
func (p Placed) Reached() Row {
	row := p.Row
	contact, found := p.survey.contact(p.of, row.Tailnet)
	row.Standing, row.Contact = Mailed, contact
	if !found {
		row.Standing = Unreachable
	}
	return row
}

// RowsAnd streams the rows of [Survey.Rows] and, in their order, those of the other tailnets
// that are asked for. It asks once for each of these.
func (s *Survey) RowsAnd(choice Choice, asked func(tailnet.ID) bool) iter.Seq2[Placed, error] {
	return func(yield func(Placed, error) bool) {
		for m, found := range s.matches() {
			p := Placed{survey: s, of: m}
			switch {
			case found.err != nil:
				yield(p, found.err)
				return
			case found.Affected == verdict.No:
				p.Place = Untouched
			case s.Unidentified(found.Match):
				p.Place = Unidentified
			}
			switch {
			case p.Place != Touched && !asked(m.id):
				continue
			case p.Place == Untouched:
				p.Row = Row{Tailnet: m.tailnet(), Match: affected.Match{Tailnet: m.id}}
			default:
				p.Row = s.row(m, found.Match, choice)
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}
