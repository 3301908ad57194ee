package policy

import "tocsin/internal/source"

// Index is the front page of all policies, content/policies/_index.md: a title and
// a text above the list. The zero Index means that there is none.
type Index struct {
	Title    string
	Body     []byte // Markdown
	BodyLine int    // line of the file on which Body begins
	Source   source.File
}
