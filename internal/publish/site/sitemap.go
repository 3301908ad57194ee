package site

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/internal/address"
	"tocsin/internal/publish"
)

// mostInSitemap is how many addresses one file may hold (sitemaps.org, protocol 0.9).
const mostInSitemap = 50_000

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

// located is a page with when it changed last; zero where nobody knows.
type located struct {
	page address.Page
	at   time.Time
}

// sitemap yields the files that tell search engines which pages there are: bulletins, policies
// and their lists, each under its own address. It is false where the reader has enough.
func (l *list) sitemap(yield func(publish.File, error) bool) bool {
	for _, file := range l.sitemaps(l.located(), mostInSitemap) {
		if !yield(file, nil) {
			return false
		}
	}
	return yield(publish.File{
		Path: address.Robots.File(),
		Data: []byte("User-agent: *\nAllow: /\n\nSitemap: " + l.Layout.URL(address.Sitemap) + "\n"),
	}, nil)
}

// located lists the pages of the sitemap, sorted. Parts of lists and the page for print
// repeat what stands elsewhere; pages that moved or are gone are none.
func (l *list) located() []located {
	newest := newestOf(l.cards)
	all := []located{{address.Home, newest}, {l.Layout.Bulletins(), newest}, {l.Layout.Feeds(), time.Time{}}}
	for _, c := range l.cards {
		all = append(all, located{l.Layout.Bulletin(string(c.ID)), c.Modified})
	}
	for _, k := range l.kinds() {
		for _, s := range k.lists {
			all = append(all, located{s.page, newestOf(s.cards)})
		}
	}
	var reviewed time.Time
	for _, p := range l.Policies {
		all = append(all, located{l.Layout.Policy(p.Slug), p.LastUpdated})
		reviewed = later(reviewed, p.LastUpdated)
	}
	all = append(all, located{l.Layout.Policies(), reviewed})
	slices.SortFunc(all, func(a, b located) int { return strings.Compare(string(a.page), string(b.page)) })
	return all
}

// newestOf is when a page of some bulletins changed last.
func newestOf(cards []*Card) time.Time {
	var at time.Time
	for _, c := range cards {
		at = later(at, c.Modified)
	}
	return at
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// sitemaps is one file, or an index of several where there are more pages than one may hold.
func (r *Renderer) sitemaps(all []located, most int) []publish.File {
	if len(all) <= most {
		return []publish.File{{Path: address.Sitemap.File(), Data: r.sitemapFile("urlset", "url", all)}}
	}
	var files []publish.File
	var parts []located
	for chunk := range slices.Chunk(all, most) {
		part := located{page: address.SitemapPart(len(parts) + 1)}
		for _, u := range chunk {
			part.at = later(part.at, u.at)
		}
		parts = append(parts, part)
		files = append(files, publish.File{Path: part.page.File(), Data: r.sitemapFile("urlset", "url", chunk)})
	}
	return append(files, publish.File{Path: address.Sitemap.File(), Data: r.sitemapFile("sitemapindex", "sitemap", parts)})
}

// sitemapFile writes one file: its root element, and one element an address.
func (r *Renderer) sitemapFile(root, each string, all []located) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s<%s xmlns=%q>\n", xml.Header, root, sitemapSpace)
	for _, u := range all {
		b.WriteString("<" + each + "><loc>")
		_ = xml.EscapeText(&b, []byte(r.Layout.URL(u.page))) // a buffer takes everything
		b.WriteString("</loc>")
		if !u.at.IsZero() {
			b.WriteString("<lastmod>" + machine(u.at) + "</lastmod>")
		}
		b.WriteString("</" + each + ">\n")
	}
	b.WriteString("</" + root + ">\n")
	return b.Bytes()
}

// machine is a time as programs read it (W3C-DTF): a day of UTC, or an instant where a time
// of day was stated.
func machine(t time.Time) string {
	t = t.UTC()
	if t == t.Truncate(24*time.Hour) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}
