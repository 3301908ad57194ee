package serve

import (
	"regexp"
	"strings"
	"testing"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// TestCount: how many problems there are reads as a sentence does.
func TestCount(t *testing.T) {
	for _, c := range []struct {
		errors, warnings, notes int
		want                    string
	}{
		{0, 0, 0, "no problems"},
		{1, 0, 0, "1 error"},
		{2, 1, 15, "2 errors, 1 warning, 15 notes"},
		{0, 2, 0, "2 warnings"},
		{0, 2, 1, "2 warnings, 1 note"},
		{3, 0, 1, "3 errors, 1 note"},
		{3, 1, 0, "3 errors, 1 warning"},
	} {
		html, err := piece("count", findings{Errors: c.errors, Warnings: c.warnings, Notes: c.notes})
		if got := tags.ReplaceAllString(string(html), ""); err != nil || got != c.want {
			t.Errorf("%q, want %q: %v", got, c.want, err)
		}
	}
}

// TestBannerIsALandmark: who goes from landmark to landmark learns that nobody else sees the page,
// in the language in which it is said.
func TestBannerIsALandmark(t *testing.T) {
	for state, want := range map[string]string{"draft": "Draft, not published", "private": "Private, not published"} {
		html, err := piece("banner", Unpublished{ID: "TS-2026-004", State: state})
		if err != nil || !strings.Contains(string(html), `lang="en" dir="ltr" role="region" aria-label="`+want+`"`) {
			t.Errorf("%s: %v: %s", state, err, html)
		}
	}
	html, err := piece("dock", dock{findings: findings{Warnings: 2}})
	if err != nil || !strings.Contains(string(html), `lang="en" dir="ltr" aria-label="Preview"`) || !strings.Contains(string(html), `Problems: <span class="_count">`) {
		t.Errorf("%v: %s", err, html)
	}
}
