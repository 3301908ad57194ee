package serve

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestContrast computes the contrast of every text on its ground, light and dark
// (WCAG 2.2, 1.4.3: 4.5 to 1).
func TestContrast(t *testing.T) {
	css, err := ownFiles.ReadFile("own/live.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, _ := strings.Cut(string(css), "prefers-color-scheme: dark")
	dark, _, _ = strings.Cut(dark, "\n}")
	for scheme, source := range map[string]string{"light": light, "dark": dark} {
		colours := luminances(t, source)
		for _, pair := range [][2]string{
			{"ink", "paper"}, {"ink", "raised"}, {"quiet", "paper"}, {"link", "paper"}, {"error", "paper"}, {"warning", "paper"}, {"note", "paper"}, {"on-draft", "draft"},
		} {
			a, b := colours[pair[0]], colours[pair[1]]
			if got := (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05); a == 0 && b == 0 || got < 4.5 {
				t.Errorf("%s: %s on %s has a contrast of %.2f", scheme, pair[0], pair[1], got)
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

// TestStyleIsOurs: no rule for a preview can touch what a reader would see: each
// begins with a name that no page of a site has, and no class is one of the site's.
func TestStyleIsOurs(t *testing.T) {
	css, err := ownFiles.ReadFile("own/live.css")
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(css), "")
	for _, m := range regexp.MustCompile(`([^{}]+)\{`).FindAllStringSubmatch(text, -1) {
		for selector := range strings.SplitSeq(m[1], ",") {
			selector = strings.TrimSpace(selector)
			if !strings.HasPrefix(selector, "@media") && !strings.Contains(selector, "_tocsin") && !strings.HasPrefix(selector, "._") && !strings.HasSuffix(selector, ")") {
				t.Errorf("%q is everybody's", selector)
			}
		}
	}
	pieces, err := ownFiles.ReadFile("own/pieces.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(string(pieces), -1) {
		for _, class := range strings.Fields(m[1]) {
			if !strings.HasPrefix(class, "_") {
				t.Errorf("class %q may be one of the site's", class)
			}
		}
	}
}
