// Package policy holds the policy page: what an organisation has written down
// about how it behaves. (What follows from it for one bulletin is decided by
// package disclosure.)
package policy

import (
	"time"

	"tocsin/internal/source"
)

// Policy is one page of content/policies. Every policy page is published.
type Policy struct {
	Title       string
	Slug        string    // its folder on the website
	Policy      bool      // kept as written
	FAQ         bool      // kept as written
	Weight      int       // place in the list; equal weights go by title
	LastUpdated time.Time // day of the last review, UTC; zero means "not checked"
	Body        []byte    // Markdown
	BodyLine    int       // line of the file on which Body begins
	Suppress    []source.Suppression
	Source      source.File // the whole file, for places and digests
}
