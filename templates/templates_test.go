package templates

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// TestContrast computes the contrast of every pair of text and ground that the
// stylesheet uses (WCAG 2.2, 1.4.3: 4.5 to 1; 1.4.11: 3 to 1 for focus and edges
// that carry meaning).
func TestContrast(t *testing.T) {
	css, err := fs.ReadFile(Files(), "static/style.css")
	if err != nil {
		t.Fatal(err)
	}
	pairs := []struct {
		front, ground string
		least         float64
	}{
		{"ink", "paper", 7}, {"ink", "raised", 7}, {"quiet", "paper", 4.5}, {"quiet", "raised", 4.5},
		{"link", "paper", 4.5}, {"link", "raised", 4.5}, {"link", "act-paper", 4.5}, {"link", "calm-paper", 4.5}, {"link", "gone-paper", 4.5},
		{"ink", "act-paper", 7}, {"ink", "calm-paper", 7}, {"ink", "gone-paper", 7}, {"gone-ink", "gone-paper", 4.5}, {"gone-ink", "paper", 4.5},
		{"on-mark", "critical", 4.5}, {"on-mark", "high", 4.5}, {"medium", "paper", 4.5}, {"low", "paper", 4.5}, {"medium", "raised", 4.5}, {"low", "raised", 4.5}, {"medium", "act-paper", 4.5}, {"low", "act-paper", 4.5},
		{"focus", "paper", 3}, {"focus", "raised", 3}, {"bell", "paper", 3},
		{"act-line", "paper", 3}, {"calm-line", "paper", 3}, {"gone-line", "paper", 3},
	}
	light, dark, _ := strings.Cut(string(css), "prefers-color-scheme: dark")
	dark, _, _ = strings.Cut(dark, "\n}")
	for scheme, source := range map[string]string{"light": light, "dark": dark} {
		colours := luminances(t, source)
		for _, p := range pairs {
			front, ground := colours[p.front], colours[p.ground]
			got := (math.Max(front, ground) + 0.05) / (math.Min(front, ground) + 0.05)
			if math.IsNaN(got) || got < p.least {
				t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", scheme, p.front, p.ground, got, p.least)
			}
		}
	}
}

// luminances reads the named colours of a piece of CSS (WCAG: relative luminance).
func luminances(t *testing.T, css string) map[string]float64 {
	found := make(map[string]float64)
	for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(css, -1) {
		n, err := strconv.ParseUint(m[2], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		linear := func(shift uint) float64 {
			c := float64(n>>shift&0xFF) / 255
			if c <= 0.04045 {
				return c / 12.92
			}
			return math.Pow((c+0.055)/1.055, 2.4)
		}
		found[m[1]] = 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
	}
	return found
}

// TestStaysAtHome is F63: nothing that a reader's browser would fetch elsewhere.
func TestStaysAtHome(t *testing.T) {
	css, err := fs.ReadFile(Files(), "static/style.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"url(", "@import", "image-set", "//"} {
		if strings.Contains(string(css), word) {
			t.Errorf("style.css has %q", word)
		}
	}
}

func TestSiteTemplatesSayWhatTheyAreGiven(t *testing.T) {
	names, err := fs.Glob(Files(), "site/*.html")
	if err != nil || len(names) < 7 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(Files(), name)
		if err != nil || !strings.HasPrefix(string(text), "{{/*\n") {
			t.Errorf("%s does not begin with a comment on its data: %v", name, err)
		}
	}
}

func TestOver(t *testing.T) {
	own := fstest.MapFS{
		"site/home.html":   {Data: []byte("own")},
		"static/logo.svg":  {Data: []byte("logo")},
		"static/style.css": {Data: []byte("plain")},
	}
	both := Over(own)
	for name, want := range map[string]string{"site/home.html": "own", "static/style.css": "plain", "static/logo.svg": "logo"} {
		if got, err := fs.ReadFile(both, name); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := fs.ReadFile(both, "site/layout.html"); err != nil || len(got) < 100 {
		t.Errorf("layout.html: %q, %v", got, err)
	}
	names, err := fs.Glob(both, "static/*")
	if got := strings.Join(names, " "); err != nil || got != "static/favicon.svg static/feed.css static/letters.js static/logo.svg static/style.css" {
		t.Errorf("static: %s, %v", got, err)
	}
	if _, err := fs.Stat(both, "site/none.html"); err == nil {
		t.Error("there is site/none.html")
	}
	if Over(nil) == nil {
		t.Error("Over(nil) has no files")
	}
}
