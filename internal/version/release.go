package version

import (
	"strings"

	"golang.org/x/mod/semver"
)

// Release names the release that a version is, or comes before, by its numbers alone.
// What a build or a prerelease is called is left out: in an inventory anything may
// stand there.
func (v Version) Release() string {
	numbers := v.text
	if i := strings.IndexAny(numbers, "-+"); i >= 0 {
		numbers = numbers[:i]
	}
	if semver.Prerelease(v.canonical) != "" {
		return "a prerelease of " + numbers
	}
	return numbers
}
