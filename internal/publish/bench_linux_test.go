package publish

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

const benchFiles = 10_000

// benchSite is many bulletins of 10 KB; edit makes the nth another file.
type benchSite struct {
	files []File
	sums  []File // the same, as they are added where they are remembered
}

func newBenchSite() *benchSite {
	b := &benchSite{make([]File, benchFiles), make([]File, benchFiles)}
	for i := range b.files {
		b.edit(i, 0)
	}
	return b
}

func (b *benchSite) edit(i, edition int) {
	f := File{Path: fmt.Sprintf("security-bulletins/ts-2026-%05d/index.html", i),
		Data: fmt.Appendf(bytes.Repeat([]byte("0123456789"), 1024), "%d %d", i, edition)}
	b.files[i] = f
	b.sums[i] = File{Path: f.Path, Sum: sha256.Sum256(f.Data), Again: func() ([]byte, error) { return f.Data, nil }}
}

// build adds the files from as many goroutines as there are processors.
func (b *benchSite) build(tb testing.TB, s site, files []File) {
	w, err := s.begin()
	if err != nil {
		tb.Fatal(err)
	}
	var adding sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for start := range n {
		adding.Go(func() {
			for i := start; i < len(files); i += n {
				if err := w.Add(files[i]); err != nil {
					tb.Error(err)
				}
			}
		})
	}
	adding.Wait()
	if _, err := w.Finish(); err != nil {
		tb.Fatal(err)
	}
}

// cpu is what the process has used, in user and system mode.
func cpu(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// What each kind of build costs: time on the clock, and of the processors a file.
func BenchmarkWrite(b *testing.B) {
	bulletins := newBenchSite()
	edition := 0
	edit := func(n int) {
		for i := range n {
			edition++
			bulletins.edit(i*(benchFiles/n), edition)
		}
	}
	for _, c := range []struct {
		name   string
		before int // builds of the site before the one that is measured, each with an edit
		edited int
		sums   bool
	}{
		{"cold", 0, 0, false},
		{"unchanged", 1, 0, false},
		{"unchanged by sum", 1, 0, true},
		{"second, 1 edited", 1, 1, true},
		{"third, 1 edited", 2, 1, true},
		{"fifth, unchanged", 4, 0, true},
		{"fifth, 1 edited", 4, 1, true},
		{"third, 40 edited", 2, 40, true},
		{"third, all edited", 2, benchFiles, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			var used time.Duration
			for b.Loop() {
				b.StopTimer()
				s := newSite(b)
				for range c.before {
					edit(1)
					bulletins.build(b, s, bulletins.files)
				}
				edit(c.edited)
				files := bulletins.files
				if c.sums {
					files = bulletins.sums
				}
				runtime.GC()
				start := cpu(b)
				b.StartTimer()
				bulletins.build(b, s, files)
				used += cpu(b) - start
			}
			b.ReportMetric(float64(used.Microseconds())/float64(b.N)/benchFiles, "cpu-µs/file")
		})
	}
}
