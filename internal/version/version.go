// Package version compares versions and tells whether a version lies in a range.
//
// Versions stay text as people wrote them (1.60 is not 1.6) and are read only to
// be compared, by the rules of Semantic Versioning 2.0.0 with one or two numbers
// allowed where the rest is zero. What cannot be read is an error, never "old":
// in the comparison underneath, an invalid version sorts below every valid one.
package version

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/semver"
)

// Suffix says what follows the first hyphen of a product's versions.
type Suffix string

const (
	// Prerelease is Semantic Versioning's own reading: 1.66.1-rc1 comes before 1.66.1.
	Prerelease Suffix = ""
	// Build reads it as build metadata: 1.66.1-t9d5c0b is 1.66.1.
	Build Suffix = "build"
)

// Version is a version that can be compared.
type Version struct {
	text      string
	canonical string // with leading v, as x/mod wants it
}

// Parse reads a version such as 1.66.1, v1.66 or 1.66.1-t9d5c0b.
func Parse(text string, suffix Suffix) (Version, error) {
	canonical := "v" + strings.TrimPrefix(text, "v")
	if suffix == Build {
		canonical = hyphenAsBuild(canonical)
	}
	if !semver.IsValid(canonical) {
		return Version{}, fmt.Errorf("%q is not a version such as 1.66.1", text)
	}
	return Version{text, canonical}, nil
}

// hyphenAsBuild joins what follows the first hyphen with + instead, unless the
// text already has build metadata before it.
func hyphenAsBuild(text string) string {
	i := strings.IndexAny(text, "-+")
	if i < 0 || text[i] == '+' {
		return text
	}
	return text[:i] + "+" + strings.ReplaceAll(text[i+1:], "+", ".")
}

// String is the version as it was written.
func (v Version) String() string { return v.text }

// Compare is negative where v comes before w, zero where they are equal (build
// metadata does not count), positive where v comes after w.
func (v Version) Compare(w Version) int { return semver.Compare(v.canonical, w.canonical) }

// Range is a half-open span of versions as an author wrote it: from Introduced on
// (from the first version where empty), before Fixed or up to and including
// LastAffected; without an end, everything since Introduced.
type Range struct {
	Introduced   string
	Fixed        string
	LastAffected string
}

var (
	errTwoEnds = errors.New("a range ends with fixed or last_affected, not both")
	errEmpty   = errors.New("the range is empty: it ends before it begins")
)

// Check tells what is wrong with the range itself.
func (r Range) Check(suffix Suffix) error {
	if r.Fixed != "" && r.LastAffected != "" {
		return errTwoEnds
	}
	bounds, err := r.parse(suffix)
	if err != nil {
		return err
	}
	if f := bounds.fixed; f != nil && f.first(suffix) {
		return errEmpty
	}
	if bounds.introduced == nil {
		return nil
	}
	if f := bounds.fixed; f != nil && f.Compare(*bounds.introduced) <= 0 {
		return errEmpty
	}
	if l := bounds.lastAffected; l != nil && l.Compare(*bounds.introduced) < 0 {
		return errEmpty
	}
	return nil
}

// first reports whether no version comes before this one.
func (v Version) first(suffix Suffix) bool {
	least := "v0.0.0-0"
	if suffix == Build {
		least = "v0.0.0"
	}
	return semver.Compare(v.canonical, least) <= 0
}

type bounds struct{ introduced, fixed, lastAffected *Version }

func (r Range) parse(suffix Suffix) (bounds, error) {
	var b bounds
	for _, bound := range []struct {
		text string
		into **Version
	}{{r.Introduced, &b.introduced}, {r.Fixed, &b.fixed}, {r.LastAffected, &b.lastAffected}} {
		if bound.text == "" {
			continue
		}
		v, err := Parse(bound.text, suffix)
		if err != nil {
			return bounds{}, err
		}
		*bound.into = &v
	}
	return b, nil
}

// Where tells on which side of a range a version lies.
type Where int

const (
	// Before the range: older than its first version.
	Before Where = iota
	// Inside the range.
	Inside
	// After the range: the version has the fix.
	After
)

// Locate tells where a version lies. The error is about the range's own bounds.
func (r Range) Locate(v Version, suffix Suffix) (Where, error) {
	b, err := r.parse(suffix)
	switch {
	case err != nil:
		return Before, err
	case b.introduced != nil && v.Compare(*b.introduced) < 0:
		return Before, nil
	case b.fixed != nil && v.Compare(*b.fixed) >= 0:
		return After, nil
	case b.lastAffected != nil && v.Compare(*b.lastAffected) > 0:
		return After, nil
	}
	return Inside, nil
}

// String prints the range as a reader wants it: "1.30.0 and later, before 1.66.1".
func (r Range) String() string {
	end := ""
	switch {
	case r.Fixed != "":
		end = "before " + r.Fixed
	case r.LastAffected != "":
		end = "up to " + r.LastAffected
	}
	switch {
	case r.Introduced == "" && end == "":
		return "all versions"
	case r.Introduced == "":
		return end
	case end == "":
		return r.Introduced + " and later"
	}
	return r.Introduced + " and later, " + end
}
