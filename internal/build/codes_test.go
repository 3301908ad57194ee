package build

import (
	"context"
	"strings"
	"sync"
	"testing"

	"tocsin/internal/publish"
	"tocsin/internal/publish/site"
	"tocsin/internal/source"
)

// A page leads to where the codes of its letters are looked up from the build on that has them,
// though its file is as it was, and no longer once they are gone; between these it is remembered.
func TestCodesBecomePublic(t *testing.T) {
	dir := folder(t, 5)
	const page = "security-bulletins/ts-2026-0002/index.html"
	var last *Memory
	for i, build := range []struct{ codes, made bool }{{false, true}, {false, false}, {true, true}, {true, false}, {false, true}} {
		w := walkOf(t, dir, last)
		if build.codes {
			w.Pages.Codes = site.Codes{"TS-2026-0002": []byte(strings.Repeat("0", 28) + "\n")}
		}
		files := make(map[string]publish.File)
		var mutex sync.Mutex
		made, err := w.Make(context.Background(), func(f publish.File) error {
			mutex.Lock()
			defer mutex.Unlock()
			files[f.Path] = f
			return nil
		}, func(source.Problems) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		last = made.Memory
		f, there := files[page]
		if !there || (f.Again == nil) != build.made {
			t.Errorf("build %d: the page is there: %v, and made anew: %v, want %v", i, there, f.Again == nil, build.made)
		}
		if links := strings.Contains(string(f.Data), "/letters/"); f.Again == nil && links != build.codes {
			t.Errorf("build %d: the page leads to the codes: %v, want %v", i, links, build.codes)
		}
	}
}
