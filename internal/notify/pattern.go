package notify

import (
	"maps"
	"slices"

	"tocsin/internal/verdict"
)

// Pattern is what the letters of a plan have in common, and nobody's own: the letter of a
// tailnet that there is not, in each language that letters are written in. The ledger
// packs letters against it.
func (c Composer) Pattern(plan Plan) ([]byte, error) {
	var pattern []byte
	for _, language := range slices.Sorted(maps.Keys(c.Templates.words)) {
		letter, err := c.letter(plan, c.Common.specimen("exampl", language, verdict.Yes), plan.ID.String())
		if err != nil {
			return nil, err
		}
		pattern = append(pattern, letter...)
	}
	return pattern, nil
}
