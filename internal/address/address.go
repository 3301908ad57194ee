// Package address is the layout of the website: which page is which file, and
// which address a reader finds it under.
//
// A [Page] is a place on the site whatever the site's own address is; a [Layout]
// knows that address and turns pages into links. Nothing else joins paths.
package address

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Page is the path of a page or file on the site, from the site's own root on:
// /security-bulletins/ts-2026-004/, or /style.css. A page that ends with a slash
// is a folder with an index.html.
type Page string

// The pages whose place is the same on every site.
const (
	Home      Page = "/"
	NotFound  Page = "/404.html"
	Sitemap   Page = "/sitemap.xml"
	Robots    Page = "/robots.txt"
	assetRoot Page = "/static/"
)

// File is where the page lies in the output tree, with slashes and without one
// in front: security-bulletins/ts-2026-004/index.html.
func (p Page) File() string {
	path := strings.TrimPrefix(string(p), "/")
	if path == "" || strings.HasSuffix(path, "/") {
		path += "index.html"
	}
	return path
}

// Layout is the address of a site and of its two sections. Its zero value is no site.
type Layout struct {
	origin    string // https://security.example.com
	base      string // path of the site at its origin, without slash at the end
	bulletins Page
	policies  Page
}

// New makes the layout of a site at base, such as https://example.com or
// https://example.com/security, with its sections at such paths as
// /security-bulletins/ and /security-policies/.
//
// The base is https; http passes only for a preview on this machine. The error
// says what is wrong with which of the three.
func New(base, bulletins, policies string) (Layout, error) {
	u, err := parseBase(base)
	if err != nil {
		return Layout{}, fmt.Errorf("base_url %q: %w", base, err)
	}
	if err := checkSection(bulletins); err != nil {
		return Layout{}, fmt.Errorf("path of bulletins %q: %w", bulletins, err)
	}
	if err := checkSection(policies); err != nil {
		return Layout{}, fmt.Errorf("path of policies %q: %w", policies, err)
	}
	if strings.HasPrefix(bulletins, policies) || strings.HasPrefix(policies, bulletins) {
		return Layout{}, fmt.Errorf("the paths of bulletins %q and policies %q lie within each other", bulletins, policies)
	}
	return Layout{
		origin:    u.Scheme + "://" + strings.ToLower(u.Host),
		base:      strings.TrimSuffix(u.Path, "/"),
		bulletins: Page(bulletins),
		policies:  Page(policies),
	}, nil
}

// basePath allows what needs no escaping and cannot climb: segments that begin
// with a letter or digit.
var basePath = regexp.MustCompile(`^(/[A-Za-z0-9][A-Za-z0-9._~-]*)*/?$`)

// host allows names of letters, digits and hyphens, and addresses, with a port.
var host = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)

func parseBase(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("begins with https://")
	case !host.MatchString(u.Host):
		return nil, errors.New("names no host")
	case u.User != nil:
		return nil, errors.New("holds no user name or password")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(base, "#"):
		return nil, errors.New("ends with its path, without ? or #")
	case !basePath.MatchString(u.EscapedPath()):
		return nil, errors.New("has a path of plain letters, digits, dots and hyphens")
	case u.Scheme == "http" && !isLocal(u.Hostname()):
		return nil, errors.New("is https; http is for localhost only")
	}
	return u, nil
}

func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func checkSection(path string) error {
	if len(path) < 3 || path[0] != '/' || path[len(path)-1] != '/' {
		return errors.New("begins and ends with a slash, with a name between")
	}
	for _, name := range strings.Split(path[1:len(path)-1], "/") {
		if err := ValidSlug(name); err != nil {
			return err
		}
	}
	if strings.HasPrefix(path, string(assetRoot)) {
		return fmt.Errorf("%s holds the stylesheet and icons", assetRoot)
	}
	return nil
}

// Bulletins is the list of bulletins.
func (l Layout) Bulletins() Page { return l.bulletins }

// Bulletin is the page of one bulletin: TS-2026-004 is at ts-2026-004/.
func (l Layout) Bulletin(id string) Page { return l.bulletins + Page(Anchor(id)) + "/" }

// Letters is where readers find out whether a letter about a bulletin is genuine: letters/.
func (l Layout) Letters(id string) Page { return l.Bulletin(id) + "letters/" }

// LetterCodes is a file of the list of a bulletin's letter codes: those that begin with some
// digits, or all of them.
func (l Layout) LetterCodes(id, digits string) Page {
	if digits == "" {
		return l.Letters(id) + AllCodes
	}
	return l.Letters(id) + Page(digits) + ".txt"
}

// AllCodes is the name of the only file of a short list of codes.
const AllCodes = "codes.txt"

// Year is the list of the bulletins of one year: 2026/.
func (l Layout) Year(year int) Page { return l.bulletins + Page(strconv.Itoa(year)) + "/" }

// Product is the list of the bulletins about one product: products/client/.
func (l Layout) Product(id string) Page { return l.bulletins + "products/" + Page(id) + "/" }

// Severity is the list of the bulletins of one severity: severity/high/. A severity that is
// not stated is the empty word.
func (l Layout) Severity(word string) Page {
	return l.bulletins + "severity/" + Page(cmp.Or(word, "not-stated")) + "/"
}

// ActionRequired is the list of the bulletins that ask users to do something.
func (l Layout) ActionRequired() Page { return l.bulletins + "action-required/" }

// Feeds is the page that explains the feeds.
func (l Layout) Feeds() Page { return l.bulletins + "feeds/" }

// Part is a part of a list that is too long for one page, counted from the oldest, so that a
// part keeps its address and its entries when the list grows: page-1/.
func (p Page) Part(number int) Page { return p + Page(fmt.Sprintf("page-%d/", number)) }

// PartSize is how many entries a part of a long list holds.
const PartSize = 200

// Parts is how many parts a list of so many entries has beside its front page, which shows the
// newest: full ones, split off once the front page keeps as many.
func Parts(entries int) int { return max(0, entries/PartSize-1) }

// RSS is the feed of a list: index.xml beside its page.
func (p Page) RSS() Page { return p + "index.xml" }

// Feed is the RSS feed of the bulletins.
func (l Layout) Feed() Page { return l.bulletins.RSS() }

// Atom is the Atom feed of the bulletins.
func (l Layout) Atom() Page { return l.bulletins + "atom.xml" }

// JSONFeed is the JSON feed of the bulletins.
func (l Layout) JSONFeed() Page { return l.bulletins + "feed.json" }

// Policies is the list of policies.
func (l Layout) Policies() Page { return l.policies }

// Policy is the page of one policy; the slug must be a [ValidSlug].
func (l Layout) Policy(slug string) Page { return l.policies + Page(slug) + "/" }

// Clause is the sentence of a policy that a clause of a question's rules executes, on the
// policy's page. It is a page with a #fragment: for links, not for files.
func (l Layout) Clause(slug, question, clause string) Page {
	return l.Policy(slug) + "#" + Page(ClauseAnchor(question, clause))
}

// ClauseAnchor is the id of that sentence on its page: clause-disclose-fix.
func ClauseAnchor(question, clause string) string { return "clause-" + question + "-" + clause }

// PoliciesPrint is all policies on one page, to be printed.
func (l Layout) PoliciesPrint() Page { return l.policies + "print/" }

// PrintPrefix stands before every id of a policy's text on the page of all policies. No slug
// holds an underscore, so no two policies make one id.
func PrintPrefix(slug string) string { return slug + "_" }

// SitemapPart is a part of a sitemap that is too long for one file, counted from 1.
func SitemapPart(number int) Page { return Page(fmt.Sprintf("/sitemap-%d.xml", number)) }

// Asset is a file of templates/static, by its path there.
func (l Layout) Asset(name string) Page { return assetRoot + Page(name) }

// Anchor is the id of a bulletin's row in lists: ts-2026-004.
func Anchor(id string) string { return strings.ToLower(id) }

// Href is the link from any page of the site to this one: its path from the root
// of the host on, with the path of the site. It may carry a #fragment.
func (l Layout) Href(p Page) string { return l.base + string(p) }

// URL is the full address of a page.
func (l Layout) URL(p Page) string { return l.origin + l.base + string(p) }

// PageAt is the page of a path from the root of the host on: [Layout.Href] the other way. It is
// false of a path outside the site.
func (l Layout) PageAt(path string) (Page, bool) {
	rest, ours := strings.CutPrefix(path, l.base)
	if !ours || !strings.HasPrefix(rest, "/") {
		return "", false
	}
	return Page(rest), true
}

// Elsewhere reports whether a link surely leads to another site, without taking it apart: it
// names a host that does not begin as ours does. Most links do.
func (l Layout) Elsewhere(link string) bool {
	const scheme = "https://"
	ours, found := strings.CutPrefix(l.origin, scheme)
	theirs, full := strings.CutPrefix(link, scheme)
	if !found || !full || theirs == "" || strings.ContainsAny(theirs[:min(len(theirs), len(ours))], "%@") {
		return false
	}
	return len(theirs) < len(ours) || !strings.EqualFold(theirs[:len(ours)], ours)
}

// Rewrite maps a link as authors write it, such as /security-policies/, to one
// that works wherever the site lies; other links stay as they are.
func (l Layout) Rewrite(destination string) string {
	if !isRootRelative(destination) {
		return destination
	}
	return l.base + destination
}

// Resolve maps a link as it stands in the text of a page to its full address, for
// readers who see the text elsewhere: in a feed, in a letter. Other sites' links
// stay as they are, as does what is no link at all.
func (l Layout) Resolve(from Page, destination string) string {
	if isRootRelative(destination) {
		return l.origin + l.base + destination
	}
	page, err := url.Parse(l.URL(from))
	if err != nil {
		return destination
	}
	to, err := page.Parse(destination)
	if err != nil {
		return destination
	}
	return to.String()
}

func isRootRelative(destination string) bool {
	return strings.HasPrefix(destination, "/") && !strings.HasPrefix(destination, "//")
}
