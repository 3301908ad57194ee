package check

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/source"
)

// kept holds every address that readers were given against the pages that there are: none
// disappears without a word (F60).
func kept(c *Checker) source.Problems {
	if len(c.site.Addresses.Lines) == 0 {
		return nil
	}
	k := keeper{c, c.pages(), make(map[address.Page]bool)}
	for _, a := range c.site.Addresses.Lines {
		if a.Stands() {
			delete(k.moved, a.From)
		} else {
			k.moved[a.From] = true
		}
	}
	var problems source.Problems
	for _, a := range c.site.Addresses.Lines {
		if a.Stands() {
			problems = append(problems, k.lost(a)...)
		} else {
			problems = append(problems, k.left(a)...)
		}
	}
	return problems
}

// keeper knows what readers find at an address.
type keeper struct {
	*Checker
	pages *places
	moved map[address.Page]bool // by the addresses that readers have: whether they lead elsewhere
}

// lost reports a page that readers were shown and that the site would no longer have.
func (k keeper) lost(a content.Address) source.Problems {
	t, found := k.pages.find(a.From)
	if found && !t.hidden || k.isUnread(a.From) {
		return nil
	}
	if t.hidden {
		return k.problem(a, "address-lost", fmt.Sprintf("%s is public, and %s would vanish from it", a.From, t.page),
			fmt.Sprintf("tocsin release %s publishes it again; to take it back from its readers, tocsin withdraw %s", t.page, t.page))
	}
	return k.problem(a, "address-lost", fmt.Sprintf("%s is public, and the site would no longer have it", a.From), k.lostHint(a.From))
}

// lostHint is the step that is missing.
func (k keeper) lostHint(p address.Page) string {
	layout := k.Config.Layout
	to := layout.Bulletins()
	switch {
	case !(address.Move{From: p}).Shown():
		to = layout.Feed()
	case strings.HasPrefix(string(p), string(layout.Policies())) && p != layout.Policies():
		to = layout.Policies() + "NAME/"
	}
	product, isProduct := strings.CutPrefix(string(p), strings.TrimSuffix(string(layout.Product("")), "/"))
	id, isBulletin := k.bulletinAt(p)
	switch {
	case isBulletin:
		return fmt.Sprintf("put its file back from git, and withdraw it instead of deleting it: tocsin withdraw %s", id)
	case isProduct:
		product, _, _ = strings.Cut(product, "/")
		return fmt.Sprintf("put the product %q back into %s, or write %s -> %s", product, content.ConfigFile, p, to)
	case to == layout.Feed():
		return fmt.Sprintf("write %s -> %s, and let the server answer so: docs/addresses.md", p, to)
	}
	return fmt.Sprintf("put the page back, or write where it is now: %s -> %s, or %s gone: why", p, to, p)
}

// left looks at an address that leads elsewhere, or nowhere.
func (k keeper) left(a content.Address) source.Problems {
	var problems source.Problems
	if t, found := k.pages.find(lower(a.From)); found && !t.hidden {
		problems = k.inUse(a)
	}
	to, _, _ := strings.Cut(a.To, "#")
	if id, is := k.bulletinAt(a.From); is && !a.Away() && path.Base(to) != address.Anchor(string(id)) {
		problems = append(problems, k.problem(a, "bulletin-removed", fmt.Sprintf("readers of %s would no longer find it", id),
			fmt.Sprintf("put it back, and take it back in the open: tocsin withdraw %s keeps its page and says why", id))...)
	}
	if !a.Shown() {
		note := k.problem(a, "server-must-move", fmt.Sprintf("no page can tell programs what became of %s", a.From),
			fmt.Sprintf("let the server answer %d: docs/addresses.md", a.Status()))
		note[0].Level = source.Note
		problems = append(problems, note...)
	}
	if a.Gone() || a.Away() {
		return problems
	}
	return append(problems, k.destined(a)...)
}

func lower(p address.Page) address.Page { return address.Page(strings.ToLower(string(p))) }

func (k keeper) inUse(a content.Address) source.Problems {
	if lower(a.From) != a.From {
		return k.problem(a, "address-in-use", fmt.Sprintf("%s differs only in case from a page of the site", a.From),
			"remove the line: some systems hold them to be one file")
	}
	return k.problem(a, "address-in-use", fmt.Sprintf("%s is a page of the site, and the line says otherwise", a.From),
		fmt.Sprintf("write %s alone, or remove the page", a.From))
}

// destined looks where an address leads to on the site.
func (k keeper) destined(a content.Address) source.Problems {
	name, fragment, _ := strings.Cut(a.To, "#")
	page := address.Page(name)
	t, found := k.pages.find(page)
	switch {
	case k.moved[page], !found && k.isUnread(page):
		return nil
	case !found || t.hidden:
		return k.problem(a, "moved-nowhere", fmt.Sprintf("readers of %s would be sent to %s, and there is no such page", a.From, page),
			fmt.Sprintf("lead them to a page that is there, or write %s gone: why", a.From))
	case fragment == "" || t.unread || strings.HasPrefix(fragment, layoutAnchor) || t.has(fragment):
		return nil
	}
	return k.problem(a, "moved-nowhere", fmt.Sprintf("%s has no place %q", page, "#"+fragment), anchorHint(t.anchors))
}

// bulletinAt is the bulletin that an address names, in whichever section it once stood.
func (k keeper) bulletinAt(p address.Page) (bulletin.ID, bool) {
	id := bulletin.ID(strings.ToUpper(path.Base(string(p))))
	_, _, is := k.Config.IDs.Number(id)
	return id, is && strings.HasSuffix(string(p), "/")
}

// isUnread tells a page that may be there, since what it is made of cannot be read: a policy
// whose file has other problems, or a list while there is such a bulletin.
func (k keeper) isUnread(p address.Page) bool {
	if slug, in := strings.CutPrefix(string(p), string(k.Config.Layout.Policies())); in {
		slug = strings.TrimSuffix(slug, "/")
		return slices.ContainsFunc(k.Found, func(f source.Problem) bool {
			file := f.Position.File
			return f.Level == source.Error && (file == path.Join(content.PolicyFolder, slug+".md") || file == path.Join(content.PolicyFolder, slug, "index.md"))
		})
	}
	_, isBulletin := k.bulletinAt(p)
	return !isBulletin && slices.ContainsFunc(k.cards, func(of *card) bool { return of.unread })
}

func (k keeper) problem(a content.Address, code, message, hint string) source.Problems {
	return source.Problems{{
		Position: source.Position{File: content.AddressFile, Line: a.Line, Column: cmp.Or(a.Column, 1)},
		Code:     code, Message: message, Hint: hint, Excerpt: a.Text,
	}}
}

// hasMoved tells an address at which readers are led on, or told that there is nothing any
// more. Old texts may link there for ever.
func (c *Checker) hasMoved(p address.Page) bool {
	return slices.ContainsFunc(c.site.Addresses.Lines, func(a content.Address) bool { return a.From == p && !a.Stands() })
}
