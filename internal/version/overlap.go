package version

import "fmt"

// Overlaps reports whether a version could lie in both ranges. Ranges whose
// versions cannot be read overlap nothing; of one that ends before it begins, which
// [Range.Check] refuses, the answer means nothing.
func (r Range) Overlaps(o Range, suffix Suffix) bool {
	a, aErr := r.parse(suffix)
	b, bErr := o.parse(suffix)
	return aErr == nil && bErr == nil && !a.endsBefore(b) && !b.endsBefore(a)
}

// endsBefore reports whether every version of b comes before the first one of o.
func (b bounds) endsBefore(o bounds) bool {
	switch {
	case o.introduced == nil:
		return false
	case b.fixed != nil:
		return b.fixed.Compare(*o.introduced) <= 0
	case b.lastAffected != nil:
		return b.lastAffected.Compare(*o.introduced) < 0
	}
	return false
}

// Holds reports whether a version, as an author wrote it, lies in the range. What
// cannot be read does not.
func (r Range) Holds(text string, suffix Suffix) bool {
	v, err := Parse(text, suffix)
	if err != nil {
		return false
	}
	where, err := r.Locate(v, suffix)
	return err == nil && where == Inside
}

// GapBefore names the versions between the end of the range and the beginning of a
// later one; false where there are none, or the other is not later.
func (r Range) GapBefore(later Range, suffix Suffix) (string, bool) {
	a, aErr := r.parse(suffix)
	b, bErr := later.parse(suffix)
	if aErr != nil || bErr != nil || !a.endsBefore(b) {
		return "", false
	}
	if a.fixed == nil {
		return fmt.Sprintf("versions after %s, before %s,", a.lastAffected, b.introduced), true
	}
	if a.fixed.Compare(*b.introduced) == 0 {
		return "", false
	}
	return fmt.Sprintf("versions from %s on, before %s,", a.fixed, b.introduced), true
}
