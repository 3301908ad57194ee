package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/check"
	"tocsin/internal/content"
)

const benchmarked = `---
id: TS-2025-%05d
title: Web pages could reach the local service of the client, number %d
status: published
published: 2025-03-%02d
severity: high
summary: A page in a browser on the same machine could talk to the client and change its settings.
aliases: [CVE-2025-%d]
cvss: ["CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:N"]
cwe: [CWE-352]
affected:
  - product: client
    platforms: [windows]
    introduced: 1.30.0
    fixed: 1.66.1
    available: 2025-01-03
  - product: client
    platforms: [linux]
    introduced: 1.30.0
    fixed: 1.66.2
    available: 2025-01-04
action: Update nodes to 1.66.1 or later.
data_visible: no
users_affected: unknown
exploited: no_evidence
timeline:
  - {at: 2025-01-01, event: A researcher told us.}
  - {at: 2025-01-03, event: We released a fix.}
references:
  - {category: external, url: "https://example.com/releases/1661", summary: Release notes}
---
`

// BenchmarkLook reads and checks bulletins of about 3 KB, one after the other.
func BenchmarkLook(b *testing.B) {
	const bulletins = 500
	site := b.TempDir()
	write := func(name, text string) {
		path := filepath.Join(site, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	write(content.ConfigFile, "base_url: https://security.example.com\norganization: {name: Example Networks}\nproducts:\n  - {id: client, title: Example client, platforms: [windows, linux]}\n")
	prose := strings.Repeat("The `client` let a page reach what it **must not**, see [the release](https://example.com/releases/7). It asks no questions. ", 4)
	for i := range bulletins {
		text := fmt.Sprintf(benchmarked, i, i, 1+i%28, 10000+i)
		for _, heading := range []string{"What happened?", "Who was affected?", "What was the impact?", "What do I need to do?"} {
			text += "#### " + heading + "\n\n" + prose + "\n\n"
		}
		write(fmt.Sprintf("%s/TS-2025-%05d.md", content.BulletinFolder, i), text+"- Update.\n- Restart.\n")
	}
	tree := os.DirFS(site)
	config, _, err := content.ReadConfig(tree)
	if err != nil {
		b.Fatal(err)
	}
	reader, err := content.Open(tree, nil)
	if err != nil {
		b.Fatal(err)
	}
	rules, _ := check.Reading(reader.Site())
	checker := check.New(check.Settings{Config: config, Rules: rules, Now: time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)}, reader.Site())
	b.ReportAllocs()
	for b.Loop() {
		for e, err := range reader.Bulletins() {
			if err != nil {
				b.Fatal(err)
			}
			if look := checker.Look(e); look.Problems.Errors() > 0 {
				b.Fatal(look.Problems)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*bulletins), "µs/bulletin")
}
