package planning

import (
	"iter"

	"tocsin/internal/notify"
)

// Sample is the letter of the first row that gets one of the plan's own kind, else of the
// first that gets any, with everything masked that belongs to its tailnet alone; false where
// no row gets a letter.
func (s Sources) Sample(rows iter.Seq2[notify.Row, error], plan notify.Plan) (notify.Letter, bool, error) {
	var chosen *notify.Row
	for r, err := range rows {
		if err != nil {
			return notify.Letter{}, false, err
		}
		if r.Standing != notify.Mailed {
			continue
		}
		if own := r.Kind == s.Kind; own || chosen == nil {
			if chosen = &r; own {
				break
			}
		}
	}
	if chosen == nil {
		return notify.Letter{}, false, nil
	}
	composer, err := s.writer()
	if err != nil {
		return notify.Letter{}, false, err
	}
	letter, err := composer.Masked(plan, *chosen)
	return letter, err == nil, err
}
