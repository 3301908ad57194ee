package site

import (
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/markdown"
)

// Preview makes the page of a bulletin in any state, for its authors: what readers would get if
// it were published at an instant. It returns bytes and no [publish.File], so that nothing can
// write it into a site by mistake; whoever shows it says that it is no page of the site.
func (r *Renderer) Preview(b bulletin.Bulletin, text *markdown.Document, at time.Time) ([]byte, error) {
	if b.Published.IsZero() {
		b.Published = at
	}
	file, err := r.Bulletin(Notice{draft: &b, Text: text})
	return file.Data, err
}

// shown is the bulletin that a page shows.
func (n Notice) shown() bulletin.Bulletin {
	if n.draft != nil {
		return *n.draft
	}
	return n.Bulletin.Bulletin()
}
