package site

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strings"
	"sync"
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

// sitemap lists the files that tell search engines which pages there are: bulletins, policies
// and their lists, each under its own address; and where to find them.
func (l *list) sitemap(kinds []kind, yield func(Shared) bool) bool {
	few := l.few(kinds)
	seen := l.seenInSitemap(few)
	files := sync.OnceValue(func() []publish.File { return l.sitemaps(l.located(few), mostInSitemap) })
	for i, page := range sitemapPages(len(l.cards)+len(few), mostInSitemap) {
		if !yield(shared(page, seen, func() (publish.File, error) { return files()[i], nil })) {
			return false
		}
	}
	return yield(shared(address.Robots, nil, func() (publish.File, error) {
		return publish.File{Data: []byte("User-agent: *\nAllow: /\n\nSitemap: " + l.Layout.URL(address.Sitemap) + "\n")}, nil
	}))
}

// sitemapPages are the files of a sitemap with so many addresses.
func sitemapPages(count, most int) []address.Page {
	var pages []address.Page
	if count > most {
		for number := range (count + most - 1) / most {
			pages = append(pages, address.SitemapPart(number+1))
		}
	}
	return append(pages, address.Sitemap)
}

// few are the pages of the sitemap but for those of bulletins, sorted. Parts of lists and the page
// for print repeat what stands elsewhere; pages that moved or are gone are none.
func (l *list) few(kinds []kind) []located {
	newest := newestOf(l.cards)
	all := []located{{address.Home, newest}, {l.Layout.Bulletins(), newest}, {l.Layout.Feeds(), time.Time{}}}
	for _, k := range kinds {
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
	slices.SortFunc(all, located.compare)
	return all
}

func (l *list) seenInSitemap(few []located) sight {
	const each = 24 // about
	seen := make(sight, 0, each*len(l.cards)).number(len(few))
	for _, u := range few {
		seen = seen.text(string(u.page)).time(u.at)
	}
	for _, c := range l.cards {
		seen = seen.text(string(c.ID)).time(c.Modified)
	}
	return seen
}

// located lists the pages of the sitemap, sorted: those of bulletins and few others.
func (l *list) located(few []located) []located {
	bulletins := make([]located, 0, len(l.cards))
	for _, c := range slices.Backward(l.cards) { // as a rule that sorts them, and sorting sees it
		bulletins = append(bulletins, located{l.Layout.Bulletin(string(c.ID)), c.Modified})
	}
	slices.SortFunc(bulletins, located.compare)
	all := make([]located, 0, len(bulletins)+len(few))
	for _, u := range bulletins {
		for len(few) > 0 && few[0].page < u.page {
			all, few = append(all, few[0]), few[1:]
		}
		all = append(all, u)
	}
	return append(all, few...)
}

func (u located) compare(other located) int {
	return strings.Compare(string(u.page), string(other.page))
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
	const around = len("<sitemap><loc></loc><lastmod>2006-01-02T15:04:05Z</lastmod></sitemap>\n")
	size := len(xml.Header) + 2*len(root) + len(sitemapSpace) + around
	for _, u := range all {
		size += len(r.Layout.URL("")) + len(u.page) + around
	}
	b := bytes.NewBuffer(make([]byte, 0, size))
	b.WriteString(xml.Header + "<" + root + ` xmlns="` + sitemapSpace + "\">\n")
	open, end := "<"+each+"><loc>", "</"+each+">\n"
	site := xmlText(r.Layout.URL(""))
	for _, u := range all {
		b.WriteString(open)
		b.WriteString(site)
		b.WriteString(xmlText(string(u.page)))
		b.WriteString("</loc>")
		if !u.at.IsZero() {
			b.WriteString("<lastmod>")
			b.Write(appendMachine(b.AvailableBuffer(), u.at))
			b.WriteString("</lastmod>")
		}
		b.WriteString(end)
	}
	b.WriteString("</" + root + ">\n")
	return b.Bytes()
}

// xmlText is a text as it stands in XML.
func xmlText(text string) string {
	plain := func(c byte) bool { return 'a' <= c && c <= 'z' || '-' <= c && c <= '9' }
	for i := range len(text) {
		if !plain(text[i]) {
			var b strings.Builder
			_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
			return b.String()
		}
	}
	return text // nearly always
}

// appendMachine writes a time as programs read it (W3C-DTF): a day of UTC, or an instant where a
// time of day was stated.
func appendMachine(b []byte, t time.Time) []byte {
	t = t.UTC()
	if t == t.Truncate(24*time.Hour) {
		return t.AppendFormat(b, time.DateOnly)
	}
	return t.AppendFormat(b, time.RFC3339)
}
