package site

import (
	"strings"

	"tocsin/internal/address"
	"tocsin/internal/publish"
)

type movedPage struct {
	Frame
	To   string // the link
	Full string // the same with its host, as readers see it
	Away bool   // to another site
}

type gonePage struct {
	Frame
	Reason string
	List   string // the link to what there is of the kind
	Kind   string // bulletins or policies
}

// moved lists the pages of addresses that lead elsewhere or nowhere: files have no status, so
// that the page itself has to say it. What moved comes from no bulletin, but may change from build
// to build as they do.
func (r *Renderer) moved(yield func(Shared) bool) bool {
	for _, m := range r.Moves {
		if !m.Shown() {
			continue // only a server can tell programs
		}
		seen := sight(nil).text(string(m.From), m.To, m.Reason)
		if !yield(shared(m.From, seen, func() (publish.File, error) { return r.movedPage(m) })) {
			return false
		}
	}
	return true
}

func (r *Renderer) movedPage(m address.Move) (publish.File, error) {
	if m.Gone() {
		return r.render(m.From, "gone.html", r.gone(m))
	}
	full := r.Layout.Resolve(m.From, m.To)
	page := movedPage{
		Frame: r.frame(m.From, "none", r.words.plain("moved.title"), ""),
		To:    r.Layout.MovedTo(m),
		Full:  full,
		Away:  m.Away(),
	}
	page.Canonical, _, _ = strings.Cut(full, "#")
	return r.render(m.From, "moved.html", page)
}

// gone says why. What is gone has no canonical address: search engines shall forget it.
func (r *Renderer) gone(m address.Move) gonePage {
	page := gonePage{
		Frame:  r.frame(m.From, "none", r.words.plain("gone.title"), ""),
		Reason: m.Reason,
		List:   r.Layout.Href(r.Layout.Bulletins()),
		Kind:   "bulletins",
	}
	if strings.HasPrefix(string(m.From), string(r.Layout.Policies())) {
		page.List, page.Kind = r.Layout.Href(r.Layout.Policies()), "policies"
	}
	page.Canonical = ""
	return page
}
