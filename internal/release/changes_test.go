package release

import (
	"errors"
	"iter"
	"slices"
	"testing"

	"tocsin/internal/publish"
)

func website(files map[string]string) iter.Seq2[publish.File, error] {
	return func(yield func(publish.File, error) bool) {
		for name, text := range files {
			if !yield(publish.File{Path: name, Data: []byte(text)}, nil) {
				return
			}
		}
	}
}

func rendered(t *testing.T, files map[string]string) *Tree {
	t.Helper()
	tree, err := Render(website(files))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

const feedOfOne = `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>
<item><title>TS-2026-001: One &amp; all</title><guid isPermaLink="false">TS-2026-001</guid></item></channel></rss>`

const feedOfTwo = `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>
<item><title>TS-2026-002: Two</title><guid isPermaLink="false">TS-2026-002</guid></item>
<item><title>TS-2026-001: One &amp; all, better</title><guid isPermaLink="false">TS-2026-001</guid></item></channel></rss>`

func TestChanges(t *testing.T) {
	before := rendered(t, map[string]string{"index.html": "home", "old.html": "old", "static/a.css": "css", "b/index.xml": feedOfOne})
	after := rendered(t, map[string]string{"index.html": "home!", "z.html": "z", "a/index.html": "a", "static/a.css": "css", "b/index.xml": feedOfTwo})
	want := []Change{
		{New, "a/index.html"}, {New, "z.html"}, {Changed, "b/index.xml"}, {Changed, "index.html"}, {Gone, "old.html"},
	}
	if got := before.Changes(after); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := before.Changes(before); len(got) != 0 {
		t.Errorf("a site that stays: %v", got)
	}
}

// F59: what a feed reader alerts to is a guid that is new, never a changed title.
func TestAnnounced(t *testing.T) {
	one, two := rendered(t, map[string]string{"b/index.xml": feedOfOne}), rendered(t, map[string]string{"b/index.xml": feedOfTwo})
	want := []Entry{{"b/index.xml", "TS-2026-002: Two", "TS-2026-002"}}
	if got := one.Announced(two); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := two.Announced(one); len(got) != 0 {
		t.Errorf("an entry that goes was announced: %v", got)
	}
	elsewhere := rendered(t, map[string]string{"c/index.xml": feedOfOne})
	if got := one.Announced(elsewhere); len(got) != 1 {
		t.Errorf("new in another feed: %v", got)
	}
}

func TestRenderFails(t *testing.T) {
	broken := errors.New("broken")
	failing := func(yield func(publish.File, error) bool) { yield(publish.File{Path: "a"}, broken) }
	if _, err := Render(failing); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := Render(website(map[string]string{"a.xml": "<rss><channel>"})); err == nil {
		t.Error("half a feed was read")
	}
	if tree := rendered(t, map[string]string{"sitemap.xml": "<urlset>", "a.html": "<rss"}); len(tree.entries) > 0 {
		t.Errorf("%v", tree.entries)
	}
}
