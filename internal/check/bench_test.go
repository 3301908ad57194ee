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

// BenchmarkLook checks bulletins of about 3 KB that were read, one after the other.
func BenchmarkLook(b *testing.B) {
	newChecker, entries := benchmarkSite(b, 200)
	checker := newChecker()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if look := checker.Look(entries[i%len(entries)]); look.Problems.Errors() > 0 {
			b.Fatal(look.Problems)
		}
	}
}

// BenchmarkDone holds 10,000 bulletins that were looked at against each other.
func BenchmarkDone(b *testing.B) {
	const bulletins = 10_000
	newChecker, entries := benchmarkSite(b, bulletins)
	looker := newChecker()
	looks := make([]check.Look, len(entries))
	for i, e := range entries {
		looks[i] = looker.Look(e)
	}
	clear(entries)
	b.ReportAllocs()
	for b.Loop() {
		checker := newChecker()
		for i := range looks {
			checker.Add(&looks[i])
		}
		if problems := checker.Done(); problems.Errors() > 0 {
			b.Fatal(problems)
		}
	}
}

// benchmarkSite reads a site of some bulletins, and makes checkers that have seen none of them.
func benchmarkSite(b *testing.B, bulletins int) (newChecker func() *check.Checker, entries []content.Entry) {
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
	addresses := "/security-bulletins/\n/security-bulletins/2025/\n"
	for i := range bulletins {
		text := fmt.Sprintf(benchmarked, i, i, 1+i%28, 10000+i)
		for _, heading := range []string{"What happened?", "Who was affected?", "What was the impact?", "What do I need to do?"} {
			text += "#### " + heading + "\n\n" + prose + "\n\n"
		}
		write(fmt.Sprintf("%s/TS-2025-%05d.md", content.BulletinFolder, i), text+"- Update.\n- Restart.\n")
		addresses += fmt.Sprintf("/security-bulletins/ts-2025-%05d/\n", i)
	}
	write(content.AddressFile, addresses)
	tree := os.DirFS(site)
	config, _, err := content.ReadConfig(tree)
	if err != nil {
		b.Fatal(err)
	}
	reader, err := content.Open(tree, nil)
	if err != nil {
		b.Fatal(err)
	}
	for e, err := range reader.Bulletins() {
		if err != nil {
			b.Fatal(err)
		}
		entries = append(entries, e)
	}
	rules, _ := check.Reading(reader.Site())
	return func() *check.Checker {
		return check.New(check.Settings{Config: config, Rules: rules, Now: time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)}, reader.Site())
	}, entries
}
