package cli

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"tocsin/internal/check"
	"tocsin/internal/content"
)

// BenchmarkCheck is the first walk up to its problems. Memory stays flat: a bulletin is
// read, checked and forgotten.
func BenchmarkCheck(b *testing.B) {
	for _, bulletins := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprintf("bulletins=%d", bulletins), func(b *testing.B) {
			site := filepath.Join(b.TempDir(), "site")
			generate(b, site, bulletins, 1)
			before, peak := cpu(), watch()
			for b.Loop() {
				tocsin(b, "-C", site, "check")
			}
			each := float64(b.N * bulletins)
			b.ReportMetric(float64(b.Elapsed().Microseconds())/each, "µs/bulletin")
			b.ReportMetric((cpu()-before)*1e6/each, "CPU-µs/bulletin")
			b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
		})
	}
}

// cpu is the processor time that the program has used, in seconds, collecting garbage
// included.
func cpu() float64 {
	runtime.GC() // brings the numbers up to date
	sample := []metrics.Sample{{Name: "/cpu/classes/total:cpu-seconds"}, {Name: "/cpu/classes/idle:cpu-seconds"}}
	metrics.Read(sample)
	return sample[0].Value.Float64() - sample[1].Value.Float64()
}

// watch looks at the heap every few milliseconds until it is asked for the most that it
// has seen.
func watch() (peak func() uint64) {
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		var seen uint64
		for {
			select {
			case <-stop:
				most <- seen
				return
			case <-time.After(2 * time.Millisecond):
				seen = max(seen, heap())
			}
		}
	}()
	return func() uint64 {
		close(stop)
		return <-most
	}
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// generate makes a site of many bulletins that are in order, each another: with links,
// aliases and texts of different lengths.
func generate(tb testing.TB, site string, bulletins int, seed uint64) {
	tb.Helper()
	dice := rand.New(rand.NewPCG(seed, seed))
	write := func(name, text string) {
		path := filepath.Join(site, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	write(content.ConfigFile, "base_url: https://security.example.com\norganization: {name: Example Networks}\nproducts:\n  - {id: client, title: Example client, platforms: [windows, linux]}\n")
	for i := range bulletins {
		write(fmt.Sprintf("%s/%s.md", content.BulletinFolder, name(i)), oneOf(dice, i, bulletins))
	}
}

func name(i int) string { return fmt.Sprintf("TS-2025-%05d", i) }

func oneOf(dice *rand.Rand, i, of int) string {
	prose := func() string {
		return strings.Repeat("The client let a page reach what it must not. ", 1+dice.IntN(12))
	}
	return fmt.Sprintf(`---
id: %s
title: Fault %d of the client
status: published
published: 2025-%02d-%02d
severity: %s
aliases: [CVE-2025-%d]
affected:
  - product: client
    platforms: [windows]
    introduced: 1.%d.0
    fixed: 1.%d.1
    available: 2025-01-01
action: Update.
data_visible: no
---
#### What happened?

%s

#### Who was affected?

%s See also [the other](/security-bulletins/%s/#what-happened).

#### What was the impact?

%s

#### What do I need to do?

%s
`, name(i), i, 1+dice.IntN(12), 1+dice.IntN(28), []string{"low", "medium", "high", "critical"}[dice.IntN(4)], 10000+i,
		dice.IntN(30), 30+dice.IntN(30), prose(), prose(), strings.ToLower(name(dice.IntN(of))), prose(), prose())
}

// What check keeps of a bulletin is a few hundred bytes, whatever the bulletin says.
func TestCheckKeepsLittle(t *testing.T) {
	const most = 1500
	bulletins := 4000
	if testing.Short() {
		bulletins = 400
	}
	site := filepath.Join(t.TempDir(), "site")
	generate(t, site, bulletins, 2)
	tree := os.DirFS(site)
	config, problems, err := content.ReadConfig(tree)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	reader, err := content.Open(tree, nil)
	if err != nil {
		t.Fatal(err)
	}
	rules, _ := check.Reading(reader.Site())
	checker := check.New(check.Settings{Config: config, Rules: rules, Now: world().Now()}, reader.Site())
	before := kept()
	for e, err := range reader.Bulletins() {
		if err != nil {
			t.Fatal(err)
		}
		checker.Bulletin(e)
	}
	each := (int64(kept()) - int64(before)) / int64(bulletins)
	if found := checker.Done(); len(found) > 0 {
		t.Errorf("the generated site has problems: %v", found)
	}
	runtime.KeepAlive(checker)
	t.Logf("%d bytes a bulletin", each)
	if each > most {
		t.Errorf("%d bytes a bulletin are kept, want at most %d", each, most)
	}
}

// kept is how much memory is in use when everything that can be is given back.
func kept() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers let go of
	return heap()
}
