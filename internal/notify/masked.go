package notify

import (
	"errors"
	"slices"
	"strconv"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/version"
	"tocsin/templates"
)

// Masked is the letter of a row as anybody may see it: what belongs to the tailnet alone, such as
// the names of its nodes, is masked. It goes to terminals, where names must not stand (F53).
func (c Composer) Masked(plan Plan, r Row) (Letter, error) {
	c.Common.At = plan.Created
	r = c.Common.masked(r)
	view, err := c.Common.View(r)
	if err != nil {
		return Letter{}, err
	}
	if c.Common.BulletinURL != "" {
		view.LetterCode = "CODE"
	}
	return c.Templates.Write(r, view, c.Common.Language, plan.Created)
}

// nameless is an error of the templates as anybody may read it (F53): what the library says
// of one quotes the values that it was executed with, whole lists of nodes among them. It
// is the error that the masked row makes, where that makes one.
func (c Composer) nameless(plan Plan, r Row, err error) error {
	if _, masked := c.Masked(plan, r); masked != nil {
		return masked
	}
	if fault := (*templates.Error)(nil); errors.As(err, &fault) {
		return &templates.Error{Path: fault.Path, Err: errNamed}
	}
	return errNamed
}

var errNamed = errors.New("it cannot be written with what the inventory has of this tailnet, and the reason may name somebody")

// masked replaces what a row says of its tailnet alone, and what an inventory may hold in the place
// of a version, a platform or a date.
func (d Common) masked(r Row) Row {
	names := map[string]string{"": "", r.Tailnet.Name(): "NAME", string(r.Tailnet.ID): "ID"}
	r = r.mapped(func(text string) string {
		if _, known := names[text]; !known {
			names[text] = "NAME-" + strconv.Itoa(len(names)-1)
		}
		return names[text]
	})
	for i := range r.Match.Hits {
		h := &r.Match.Hits[i]
		d.maskSoftware(&h.Node)
		h.Evidence = h.Plain // which quotes nothing
	}
	for i := range r.Named {
		d.maskSoftware(&r.Named[i])
	}
	for i := range r.Users {
		r.Users[i].Role = ""
	}
	for i := range r.Match.Findings {
		f := &r.Match.Findings[i]
		for _, date := range []*string{&f.FirstSeen, &f.LastSeen, &f.DoneAt} {
			if bulletin.Instant(*date).IsZero() { // it may be a number that calls somebody
				*date = ""
			}
		}
	}
	return r
}

func (d Common) maskSoftware(n *tailnet.Node) {
	product, found := d.Products.Find(n.Product)
	if !found {
		product = bulletin.Product{}
	}
	if v, err := version.Parse(n.Version, product.VersionSuffix); n.Version != "" && err != nil {
		n.Version = "VERSION"
	} else if err == nil {
		n.Version = v.Release()
	}
	if n.OS != "" && !slices.Contains(product.Platforms, n.OS) {
		n.OS = "PLATFORM"
	}
	n.LastSeen = ""
}
