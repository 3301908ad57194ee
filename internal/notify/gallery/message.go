package gallery

import (
	"regexp"
	"strings"
)

// root is the opening tag of a page; attribute, one that it has.
var (
	root      = regexp.MustCompile(`(?i)<html\b[^>]*>`)
	attribute = regexp.MustCompile(`(?i)\s(lang|dir)="([a-z0-9-]{1,35})"`)
)

// language is the language that a letter's HTML says it is in, a BCP 47 tag, and its
// direction; empty where it says nothing.
func language(page string) (tag, direction string) {
	for _, found := range attribute.FindAllStringSubmatch(root.FindString(page), -1) {
		if strings.EqualFold(found[1], "dir") {
			direction = strings.ToLower(found[2])
		} else {
			tag = found[2]
		}
	}
	return tag, direction
}
