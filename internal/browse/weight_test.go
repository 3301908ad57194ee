package browse

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// budget is how many bytes a page may cost its reader with all that it loads, compressed.
const budget = 30 << 10

// weigh weighs every page with the stylesheets and pictures that it loads.
func weigh(t *testing.T, sites []*site) []finding {
	var found []finding
	for _, s := range sites {
		for _, page := range s.judged {
			if total := s.weight(t, page); total > budget {
				found = append(found, finding{s.address(page), "weight", fmt.Sprintf("%d bytes compressed, of %d", total, budget)})
			}
		}
	}
	return found
}

func (s *site) weight(t *testing.T, page string) int {
	t.Helper()
	total := 0
	for _, path := range append(s.loads(t, page), page) {
		data, err := os.ReadFile(s.file(path))
		if err != nil {
			t.Errorf("%s: %v", page, err)
			continue
		}
		total += compressed(t, data)
	}
	return total
}

func compressed(t *testing.T, data []byte) int {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// loads are the paths of what a page loads, each once.
func (s *site) loads(t *testing.T, page string) []string {
	t.Helper()
	data, err := os.ReadFile(s.file(page))
	if err != nil {
		t.Fatal(err)
	}
	var raw []string
	attributes(t, data, func(element html.Token, key, value string) {
		if key == "src" || key == "href" && element.Data == "link" && loaded(element) {
			raw = append(raw, value)
		}
	})
	var paths []string
	for _, u := range s.resolve(t, page, raw) {
		path := strings.TrimPrefix(u.Path, s.base)
		paths = append(paths, path)
		if strings.HasSuffix(path, ".css") {
			paths = append(paths, s.loadsOfCSS(t, path)...)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(paths)))
}

// loaded says whether a browser fetches what the link names.
func loaded(link html.Token) bool {
	for _, a := range link.Attr {
		if a.Key == "rel" {
			return a.Val == "stylesheet" || a.Val == "icon" || a.Val == "preload"
		}
	}
	return false
}

var urlOfCSS = regexp.MustCompile(`url\(["']?([^"')]+)`)

func (s *site) loadsOfCSS(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(s.file(path))
	if err != nil {
		t.Fatal(err)
	}
	var raw, paths []string
	for _, m := range urlOfCSS.FindAllSubmatch(data, -1) {
		if !bytes.HasPrefix(m[1], []byte("data:")) {
			raw = append(raw, string(m[1]))
		}
	}
	for _, u := range s.resolve(t, path, raw) {
		paths = append(paths, strings.TrimPrefix(u.Path, s.base))
	}
	return paths
}

// stylesheets are the paths of the site's stylesheets.
func (s *site) stylesheets(t *testing.T) []string {
	var sheets []string
	for _, name := range s.files(t) {
		if strings.HasSuffix(name, ".css") {
			sheets = append(sheets, "/"+name)
		}
	}
	return sheets
}
