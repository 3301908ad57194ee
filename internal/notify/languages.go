package notify

import (
	"maps"
	"slices"
)

// Languages are those that letters can be written in, in lower case, in the order in which
// [Composer.Pattern] has a letter of each.
func (t *Templates) Languages() []string { return slices.Sorted(maps.Keys(t.words)) }
