package check

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first needed. Those of this package
// are long, and nearly every command ends before it needs them all.
type pattern func() *regexp.Regexp

func newPattern(text string) pattern {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// MatchString reports whether a text contains a match.
func (p pattern) MatchString(text string) bool { return p().MatchString(text) }
