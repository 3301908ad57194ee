package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify/sample"
)

// world is a quiet world with a fixed clock and no randomness.
func world() World {
	at := time.Date(2026, 5, 5, 9, 0, 0, 0, time.UTC)
	return World{
		Stdin:  strings.NewReader(""),
		Stdout: io.Discard,
		Stderr: io.Discard,
		Random: bytes.NewReader(make([]byte, keyOctets)),
		Now:    func() time.Time { return at },
	}
}

// tocsin runs a command that must succeed.
func tocsin(b *testing.B, args ...string) {
	b.Helper()
	w := world()
	var talk bytes.Buffer
	w.Stderr = &talk
	if status := Run(context.Background(), w, args); status != exitDone {
		b.Fatalf("tocsin %v: exit status %d\n%s", args, status, &talk)
	}
}

// BenchmarkBuild is the first walk, from Markdown to public/, with every check.
func BenchmarkBuild(b *testing.B) {
	for _, bulletins := range []int{100, 1000} {
		b.Run(fmt.Sprintf("bulletins=%d", bulletins), func(b *testing.B) {
			site := filepath.Join(b.TempDir(), "site")
			tocsin(b, "init", site)
			multiply(b, site, bulletins)
			for b.Loop() {
				tocsin(b, "-C", site, "build")
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*bulletins), "µs/bulletin")
		})
	}
}

// multiply fills a site with copies of a sample bulletin under other IDs.
func multiply(b *testing.B, site string, bulletins int) {
	b.Helper()
	folder := filepath.Join(site, "content", "bulletins")
	text, err := os.ReadFile(filepath.Join(folder, "TS-2026-002.md"))
	if err != nil {
		b.Fatal(err)
	}
	for i := range bulletins {
		id := fmt.Sprintf("TS-2025-%05d", i)
		copied := strings.ReplaceAll(string(text), "TS-2026-002", id)
		if err := os.WriteFile(filepath.Join(folder, id+".md"), []byte(copied), 0o600); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlan is the second walk up to the ledger: inventory, matching, letters.
func BenchmarkPlan(b *testing.B) {
	for _, tailnets := range []int{100, 1000} {
		b.Run(fmt.Sprintf("tailnets=%d", tailnets), func(b *testing.B) {
			site := filepath.Join(b.TempDir(), "site")
			tocsin(b, "init", site)
			grow(b, site, sample.Size{Tailnets: tailnets, Nodes: 10 * tailnets, Seed: 1})
			for b.Loop() {
				if err := os.RemoveAll(filepath.Join(site, "var")); err != nil {
					b.Fatal(err)
				}
				tocsin(b, "-C", site, "plan", "TS-2026-002")
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*tailnets), "µs/tailnet")
		})
	}
}

// grow replaces the inventory of a site.
func grow(b *testing.B, site string, size sample.Size) {
	b.Helper()
	var tailnets, nodes bytes.Buffer
	if err := sample.WriteTailnets(&tailnets, size); err != nil {
		b.Fatal(err)
	}
	if err := sample.WriteNodes(&nodes, size); err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]*bytes.Buffer{"tailnets.csv": &tailnets, "nodes.csv": &nodes} {
		if err := os.WriteFile(filepath.Join(site, "inventory", name), text.Bytes(), 0o600); err != nil {
			b.Fatal(err)
		}
	}
}
