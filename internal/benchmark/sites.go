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

// scores are CVSS vectors whose scores have the severity of their name.
var scores = map[string]string{
	"critical": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
	"high":     "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
	"medium":   "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
	"low":      "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N",
}

// tocsin is the bulletin as tocsin reads it, with everything that it can hold.
func (b bulletin) tocsin() []byte {
	var out bytes.Buffer
	line := func(format string, values ...any) { fmt.Fprintf(&out, format+"\n", values...) }
	line("---\nid: %s\ntitle: %s\nsummary: %s\nstatus: published", b.id, b.title, b.summary)
	line("published: %s\nseverity: %s\ncvss: %s", day(b.published), b.severity, scores[b.severity])
	line("aliases: [%s]", strings.Join(b.aliases, ", "))
	if b.related != "" {
		line("related: [%s]", b.related)
	}
	line("affected:")
	for _, row := range b.affected {
		if row.fixed == "" {
			line("  - {product: %s, deployed: %s, tailnets: all}", row.product, day(row.available))
			continue
		}
		row.write(&out)
	}
	line("action: %s\nexploited: no_evidence\ndata_visible: no\nusers_affected: unknown", b.action)
	line("references:\n  - {category: external, url: \"https://example.com/advisories/%d\", summary: The advisory of the library}", b.number)
	line("timeline:\n  - {at: %s, event: A user reported the fault.}", day(b.published.AddDate(0, 0, -30)))
	line("  - {at: %s, event: The fix was ready.}", day(b.published.AddDate(0, 0, -7)))
	if b.credit != "" {
		line("credits:\n  - {name: %s, type: reporter}", b.credit)
	}
	if b.revised {
		line("revisions:\n  - {version: 1, at: %s, summary: Initial release.}", day(b.published))
		line("  - {version: 2, at: %s, summary: Another platform was looked at., material: %s}", day(b.published.AddDate(0, 0, 3)), yes(b.material))
	}
	line("---\n\n%s", strings.TrimSuffix(b.body, "\n"))
	return out.Bytes()
}

// hugo is the bulletin as the Hugo site reads it: what its templates use and no more.
// References, timeline, credits, scores, aliases, related bulletins and revisions are
// left out, which is in Hugo's favour.
func (b bulletin) hugo() []byte {
	var out bytes.Buffer
	line := func(format string, values ...any) { fmt.Fprintf(&out, format+"\n", values...) }
	line("---\nid: %s\ntitle: %s\nsummary: %s\ndate: %s", b.id, b.title, b.summary, day(b.published))
	line("severities: [%s]\nproducts: [%s]\nyears: [\"%d\"]", b.severity, strings.Join(b.products(), ", "), b.published.Year())
	if b.action != "none" {
		line("actions: [required]")
	}
	line("action: %s\naffected:", b.action)
	for _, row := range b.affected {
		if row.fixed == "" {
			line("  - {product: %s, deployed: \"%s\"}", row.product, day(row.available))
			continue
		}
		row.write(&out)
	}
	line("---\n\n%s", strings.TrimSuffix(b.body, "\n"))
	return out.Bytes()
}

// write makes the row of a product that users run, which both programs read alike.
func (row affected) write(out *bytes.Buffer) {
	fmt.Fprintf(out, "  - product: %s\n    platforms: [%s]\n    introduced: %s\n    fixed: %s\n    available: %s\n",
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
