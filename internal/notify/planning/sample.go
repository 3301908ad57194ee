package planning

import (
	"iter"

	"tocsin/internal/notify"
)

// Sample is the letter of the first row that gets one, with everything masked that belongs to its
// tailnet alone; false where no row gets a letter.
func (s Sources) Sample(rows iter.Seq2[notify.Row, error], plan notify.Plan) (notify.Letter, bool, error) {
	for r, err := range rows {
		if err != nil {
			return notify.Letter{}, false, err
		}
		if r.Standing != notify.Mailed {
			continue
		}
		composer, err := s.writer()
		if err != nil {
			return notify.Letter{}, false, err
		}
		letter, err := composer.Masked(plan, r)
		return letter, err == nil, err
	}
	return notify.Letter{}, false, nil
}
