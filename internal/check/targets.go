package check

import (
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"unique"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/policy"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// link is a link of a text to a page of the site.
type link struct {
	mention
	page     address.Page
	fragment string
}

// links keeps the links of a text that lead to pages of the site.
func (c *Checker) links(p *page) []link {
	var all []link
	for _, l := range p.text().Links() {
		if c.Config.Layout.Elsewhere(l.Target) {
			continue
		}
		here := p.here(c.Config.Layout)
		to, fragment, ours := c.pageOf(here, l.Target)
		if ours && (to != here || fragment != "") {
			at := source.Value{Text: l.Target, Position: p.within(l.Line, l.Column)}
			all = append(all, link{mentions(p.file, at)[0], to, strings.Clone(fragment)})
		}
	}
	return all
}

// anchors are what a link to the text can point at.
func (p *page) anchors() []anchor {
	ids := p.text().Anchors()
	all := make([]anchor, len(ids))
	for i, id := range ids {
		all[i] = unique.Make(id)
	}
	return all
}

// pageOf tells which page of the site a link on a page leads to.
func (c *Checker) pageOf(from address.Page, target string) (to address.Page, fragment string, ours bool) {
	layout := c.Config.Layout
	u, err := url.Parse(layout.Resolve(from, target))
	if err != nil {
		return "", "", false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	rest, ours := strings.CutPrefix(u.Scheme+"://"+host+u.Path+"/", layout.URL(address.Home))
	if !ours {
		return "", "", false
	}
	clean := path.Clean("/" + rest)
	if strings.HasSuffix(u.Path, "/") && clean != "/" {
		clean += "/"
	}
	return address.Page(strings.TrimSuffix(clean, "index.html")), u.Fragment, true
}

// target is a page that a link can lead to.
type target struct {
	page    string // what it is, for a message
	hidden  bool   // readers may not know of it yet
	unread  bool   // nobody can say what anchors it has
	anchors []anchor
	rows    func() []*card // of a list: the bulletins that it shows, each with an anchor; else nil
}

// fixed are the pages of the site that are neither lists nor of a bulletin.
func (c *Checker) fixed() map[address.Page]target {
	layout := c.Config.Layout
	found := map[address.Page]target{
		address.Home: {}, address.NotFound: {}, address.Sitemap: {}, address.Robots: {},
		layout.Feeds(): {}, layout.Feed(): {}, layout.Atom(): {}, layout.JSONFeed(): {},
		layout.Policies(): {anchors: c.front},
	}
	var printed []anchor
	for _, slug := range slices.Sorted(maps.Keys(c.policies)) {
		found[layout.Policy(slug)] = target{page: "the policy", anchors: c.policies[slug]}
		for _, a := range c.policies[slug] {
			printed = append(printed, unique.Make(address.PrintPrefix(slug)+a.Value()))
		}
	}
	found[layout.PoliciesPrint()] = target{anchors: printed}
	for _, list := range c.site.Codes {
		if c.shows(list.Bulletin) {
			found[layout.Letters(string(list.Bulletin))] = target{}
		}
	}
	return found
}

// sentenceAnchors are the ids of the sentences of a policy that the rules execute.
func (c *Checker) sentenceAnchors(of policy.Policy) []anchor {
	if of.Slug != c.Rules.Policy {
		return nil
	}
	var all []anchor
	text := of.Text()
	for _, rules := range []verdict.Rules{c.Rules.Disclose, c.Rules.Notify} {
		for _, clause := range rules.Clauses() {
			if _, err := text.Sentence(clause.Under, clause.Quote); err == nil {
				all = append(all, unique.Make(address.ClauseAnchor(rules.Question, clause.ID)))
			}
		}
	}
	return all
}

// destinations holds every link to a page of the site against the pages that it has.
func destinations(c *Checker) source.Problems {
	var problems source.Problems
	for _, cards := range [...][]*card{c.pageCards, c.cards} {
		for _, k := range cards {
			for i := range k.links {
				if p, wrong := c.destination(c.pages(), k, &k.links[i]); wrong {
					problems = append(problems, p)
				}
			}
		}
	}
	return problems
}

// destination judges one link.
func (c *Checker) destination(pages *places, k *card, l *link) (source.Problem, bool) {
	layout := c.Config.Layout
	t, found := pages.find(l.page)
	alike, _ := pages.single(address.Page(strings.ToLower(strings.TrimSuffix(string(l.page), "/")) + "/")) // what gives a draft away need not work
	switch {
	case alike.hidden && l.page != layout.Bulletin(string(k.id)),
		l.page == layout.Bulletins() && c.byID().hides(strings.ToLower(l.fragment)):
		return k.problem(l.mention, "link-to-unpublished", fmt.Sprintf("the link %q shows a bulletin of which readers may not know yet", l.word),
			"release that one first, or take the link out"), true
	case !found:
		return c.missing(pages, k, l)
	case l.fragment == "" || t.unread || strings.HasPrefix(l.fragment, layoutAnchor) || t.has(l.fragment):
		return source.Problem{}, false
	}
	return k.graded(l.mention, "broken-anchor", fmt.Sprintf("the page of the link %q has no place %q", l.word, "#"+l.fragment), c.placeHint(t, l)), true
}

// layoutAnchor begins the anchors that the templates give, which a site may change.
const layoutAnchor = "_"

// has reports whether the page has a place of that name. A row of a list has two: its ID, and
// the same in small letters.
func (t target) has(fragment string) bool {
	return has(t.anchors, fragment) ||
		t.rows != nil && slices.ContainsFunc(t.rows(), func(k *card) bool {
			return fragment == string(k.id) || k.anchored(fragment)
		})
}

func has(anchors []anchor, fragment string) bool {
	return slices.ContainsFunc(anchors, func(a anchor) bool { return a.Value() == fragment })
}

// placeHint tells what could have been meant. The list of bulletins shows the newest only: an
// older one has its row on the page of its year.
func (c *Checker) placeHint(t target, l *link) string {
	layout := c.Config.Layout
	for k := range c.byID().alike(l.fragment) {
		if l.page == layout.Bulletins() && k.public() && k.anchored(address.Anchor(l.fragment)) {
			return fmt.Sprintf("the list shows the newest %d only; this one has its own page: %s", address.PartSize, layout.Bulletin(string(k.id)))
		}
	}
	return anchorHint(t.anchors)
}

func anchorHint(anchors []anchor) string {
	var names []string
	for _, a := range anchors {
		names = append(names, "#"+a.Value())
	}
	if len(names) == 0 {
		return "link to the page without a #"
	}
	const most = 10
	if len(names) > most {
		return "places there: " + strings.Join(names[:most], " ") + " …"
	}
	return "places there: " + strings.Join(names, " ")
}

// missing reports a link to a page that the site does not have.
func (c *Checker) missing(pages *places, k *card, l *link) (source.Problem, bool) {
	layout := c.Config.Layout
	if c.hasMoved(l.page) {
		return source.Problem{}, false
	}
	if name, is := strings.CutPrefix(string(l.page), string(layout.Asset(""))); is {
		if c.Assets == nil {
			return source.Problem{}, false
		}
		if _, err := fs.Stat(c.Assets, name); err == nil {
			return source.Problem{}, false
		}
	}
	hint := "see " + string(layout.Bulletins()) + " and " + string(layout.Policies()) + " for the pages that there are"
	if _, slash := pages.find(l.page + "/"); slash {
		hint = "a page's address ends with a slash: " + string(l.page) + "/"
	}
	return k.graded(l.mention, "broken-link", fmt.Sprintf("the link %q leads to no page of this site", l.word), hint), true
}

// graded is an error of a bulletin and a warning of a policy: repositories of policies
// link to what others serve from the same host, and always build.
func (k *card) graded(at mention, code, message, hint string) source.Problem {
	if k.id == "" {
		return k.warning(at, code, message, hint)
	}
	return k.problem(at, code, message, hint)
}

// pageCard keeps the links of a policy, or of the policies' front page.
func (c *Checker) pageCard(p *page) *card {
	return &card{file: p.file.Name, status: bulletin.Public, links: c.links(p)}
}
