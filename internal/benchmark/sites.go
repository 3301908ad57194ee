package main

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func day(at time.Time) string { return at.Format(time.DateOnly) }

// score is a CVSS vector and what it comes to, which only tocsin works out for itself.
type score struct {
	vector string
	base   string
}

// scores have the severity of their name.
var scores = map[string]score{
	"critical": {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8"},
	"high":     {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "7.5"},
	"medium":   {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N", "5.3"},
	"low":      {"CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N", "2.5"},
}

// page is the text of one bulletin, line by line.
type page struct{ bytes.Buffer }

func (p *page) line(format string, values ...any) { fmt.Fprintf(p, format+"\n", values...) }

// tocsin is the bulletin as tocsin reads it.
func (b bulletin) tocsin() []byte {
	var out page
	out.line("---\nid: %s\ntitle: %s\nsummary: %s\nstatus: published", b.id, b.title, b.summary)
	out.line("published: %s\nseverity: %s", day(b.published), b.severity)
	out.line("data_visible: no\nusers_affected: unknown\naliases: [%s]", strings.Join(b.aliases, ", "))
	b.facts(&out)
	return out.Bytes()
}

// hugo is the same bulletin as the Hugo site reads it. A taxonomy wants a list, the score is
// given, and what Hugo calls aliases are pages that lead to another.
func (b bulletin) hugo() []byte {
	var out page
	out.line("---\nid: %s\ntitle: %s\nsummary: %s\ndate: %s", b.id, b.title, b.summary, day(b.published))
	out.line("severities: [%s]\nproducts: [%s]\nyears: [\"%d\"]", b.severity, strings.Join(b.products(), ", "), b.published.Year())
	if b.action != "none" {
		out.line("actions: [required]")
	}
	out.line("score: %s\nalso: [%s]", scores[b.severity].base, strings.Join(b.aliases, ", "))
	b.facts(&out)
	return out.Bytes()
}

// facts writes what both programs read alike: the rest of the front matter, and the text.
// A date is in quotes, or Hugo takes it for an instant and writes its hour.
func (b bulletin) facts(out *page) {
	out.line("cvss: %s", scores[b.severity].vector)
	if b.related != "" {
		out.line("related: [%s]", b.related)
	}
	out.line("affected:")
	for _, row := range b.affected {
		row.write(out)
	}
	out.line("action: %s\nexploited: no_evidence", b.action)
	out.line("references:\n  - {category: external, url: %q, summary: The advisory of the library}", b.advisory())
	out.line("timeline:\n  - {at: %q, event: A user reported the fault.}", day(b.published.AddDate(0, 0, -30)))
	out.line("  - {at: %q, event: The fix was ready.}", day(b.published.AddDate(0, 0, -7)))
	if b.credit != "" {
		out.line("credits:\n  - {name: %s, type: reporter}", b.credit)
	}
	if b.revised {
		out.line("revisions:\n  - {version: 1, at: %q, summary: Initial release.}", day(b.published))
		out.line("  - {version: 2, at: %q, summary: Another platform was looked at., material: %s}", day(b.published.AddDate(0, 0, 3)), yes(b.material))
	}
	out.line("---\n\n%s", strings.TrimSuffix(b.body, "\n"))
}

func (b bulletin) advisory() string {
	return fmt.Sprintf("https://example.com/advisories/%d", b.number)
}

// write makes the row of a product.
func (row affected) write(out *page) {
	if row.fixed == "" {
		out.line("  - {product: %s, deployed: %q, tailnets: all}", row.product, day(row.available))
		return
	}
	out.line("  - product: %s\n    platforms: [%s]\n    introduced: %s\n    fixed: %s\n    available: %q",
		row.product, strings.Join(row.platforms, ", "), row.introduced, row.fixed, day(row.available))
}

func (b bulletin) products() (ids []string) {
	for _, row := range b.affected {
		if len(ids) == 0 || ids[len(ids)-1] != row.product {
			ids = append(ids, row.product)
		}
	}
	return ids
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// settings is the tocsin.yaml of the site, which tocsin init wrote for other products.
const settings = `base_url: https://security.example.com
organization:
  name: Example Networks
  contact: security@example.com
products:
  - id: client
    title: Example client
    platforms: [windows, macos, linux, ios, android]
    update:
      windows: winget upgrade Example.Client
      macos: brew upgrade example-client
      linux: sudo apt install example-client={fixed}
    show_version: example version
  - {id: relay, title: Example relay, platforms: [linux]}
  - {id: agent, title: Example agent, platforms: [windows, linux]}
  - {id: control, title: Coordination server, hosted: yes}
`

// writeTocsin makes a site that tocsin init has made the site of this corpus: with the
// sample organisation's two policies, which Hugo does not get.
func (c corpus) writeTocsin(site string) error {
	folder := filepath.Join(site, "content", "bulletins")
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(site, "tocsin.yaml"), []byte(settings)); err != nil {
		return err
	}
	return c.each(func(b bulletin) error {
		return writeFile(filepath.Join(folder, b.id+".md"), b.tocsin())
	})
}

// hugoSite is the site without its content: settings, templates and one style sheet.
//
//go:embed all:hugo
var hugoSite embed.FS

// writeHugo makes the same site for Hugo. A year has a page and no feed, as with tocsin,
// so that each needs a file that says so.
func (c corpus) writeHugo(site string) error {
	layouts, err := fs.Sub(hugoSite, "hugo")
	if err != nil {
		return err
	}
	if err := os.CopyFS(site, layouts); err != nil {
		return err
	}
	for year := firstDay.Year(); year < firstDay.Year()+years; year++ {
		name := filepath.Join(site, "content", "years", strconv.Itoa(year), "_index.md")
		if err := writeFile(name, fmt.Appendf(nil, "---\ntitle: \"%d\"\noutputs: [html]\n---\n", year)); err != nil {
			return err
		}
	}
	return c.each(func(b bulletin) error {
		return writeFile(filepath.Join(site, "content", "security-bulletins", strings.ToLower(b.id)+".md"), b.hugo())
	})
}

// each goes through the first edition of all bulletins.
func (c corpus) each(do func(bulletin) error) error {
	for number := range c.size {
		if err := do(c.bulletin(number, 0)); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o644)
}
