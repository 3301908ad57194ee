package address

import (
	"fmt"
	"regexp"
)

var (
	slug = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)

	// reserved names are devices on Windows, where people check sites out, or names
	// under which readers look for other things: feeds, the page of all policies.
	reserved = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9]|index|feed|atom|rss|print)$`)
)

// ValidSlug tells why a name cannot be the folder of a page; nil where it can.
// It allows lower-case letters, digits and hyphens, begins and ends with none of
// the hyphens, and has at most 64 characters.
func ValidSlug(name string) error {
	switch {
	case !slug.MatchString(name):
		return fmt.Errorf("%q is no slug: up to 64 of a-z, 0-9 and -, with no - at either end", name)
	case reserved.MatchString(name):
		return fmt.Errorf("%q is a reserved name", name)
	}
	return nil
}
