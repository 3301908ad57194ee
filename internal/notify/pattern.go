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
		nobodys := c.Common.following(c.Common.specimen("exampl", language, verdict.Yes), plan.Kind)
		letter, err := c.letter(plan, nobodys, mark{plan.ID.String(), c.code(plan, nobodys)})
		if err != nil {
			return nil, err
		}
		pattern = append(pattern, letter...)
	}
	return pattern, nil
}
