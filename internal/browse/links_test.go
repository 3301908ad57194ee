package browse

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// followLinks follows every link of pages, feeds and the sitemap that stays on its site:
// the file has to be there, and where the link names a place on a page, that place.
func followLinks(t *testing.T, sites []*site) []finding {
	var found []finding
	for _, s := range sites {
		ids := make(map[string]map[string]bool)
		for _, name := range s.judgedFiles(t) {
			for _, link := range s.links(t, name) {
				if fault := s.follow(t, link, ids); fault != "" {
					found = append(found, finding{s.address(strings.TrimSuffix(name, "index.html")), "link", link.String() + ": " + fault})
				}
			}
		}
	}
	return found
}

// judgedFiles are the files with links: the judged pages, and all data.
func (s *site) judgedFiles(t *testing.T) []string {
	var names []string
	for _, page := range s.judged {
		names = append(names, strings.TrimPrefix(s.file(page), s.dir))
	}
	for _, name := range s.files(t) {
		switch path.Ext(name) {
		case ".xml", ".json", ".txt":
			names = append(names, "/"+name)
		}
	}
	return names
}

// links are the links of a file, made absolute.
func (s *site) links(t *testing.T, name string) []*url.URL {
	t.Helper()
	data, err := os.ReadFile(s.file(name))
	if err != nil {
		t.Fatal(err)
	}
	var raw []string
	switch path.Ext(name) {
	case ".html":
		raw = linksOfHTML(t, data)
	case ".json":
		raw = linksOfJSON(t, data)
	case ".txt":
		raw = linksOfText(string(data))
	default:
		raw = linksOfXML(t, data)
	}
	return s.resolve(t, name, raw)
}

func (s *site) resolve(t *testing.T, name string, raw []string) []*url.URL {
	t.Helper()
	base, err := url.Parse(s.address(strings.TrimSuffix(name, "index.html")))
	if err != nil {
		t.Fatal(err)
	}
	var links []*url.URL
	for _, link := range slices.Compact(slices.Sorted(slices.Values(raw))) {
		u, err := base.Parse(link)
		if err != nil {
			t.Errorf("%s: %v", base, err)
			continue
		}
		links = append(links, u)
	}
	return links
}

// follow says what is wrong with a link; nothing, where it leaves the site.
func (s *site) follow(t *testing.T, link *url.URL, ids map[string]map[string]bool) string {
	t.Helper()
	if link.Scheme+"://"+link.Host != s.origin {
		return ""
	}
	page, ok := strings.CutPrefix(cmp.Or(link.Path, "/"), s.base)
	if !ok || !strings.HasPrefix(page, "/") {
		return "leads to another part of the host"
	}
	file := s.file(page)
	if info, err := os.Stat(file); err != nil || info.IsDir() {
		return "is not on the site"
	}
	if link.Fragment == "" {
		return ""
	}
	if ids[file] == nil {
		ids[file] = idsOf(t, file)
	}
	if !ids[file][link.Fragment] {
		return "no such place on the page"
	}
	return ""
}

// addressing are the attributes that hold an address.
var addressing = []string{"href", "src", "cite", "poster", "action", "data"}

// attributes calls do with every attribute of a page.
func attributes(t *testing.T, page []byte, do func(element html.Token, key, value string)) {
	t.Helper()
	tokens := html.NewTokenizer(bytes.NewReader(page))
	for tokens.Next() != html.ErrorToken {
		token := tokens.Token()
		for _, a := range token.Attr {
			do(token, a.Key, a.Val)
		}
	}
	if err := tokens.Err(); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
}

func linksOfHTML(t *testing.T, page []byte) []string {
	var links []string
	attributes(t, page, func(_ html.Token, key, value string) {
		_, refresh, _ := strings.Cut(value, "url=")
		switch {
		case slices.Contains(addressing, key):
			links = append(links, value)
		case key == "content" && refresh != "": // of a page that has moved
			links = append(links, refresh)
		}
	})
	return links
}

func idsOf(t *testing.T, file string) map[string]bool {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ids := make(map[string]bool)
	attributes(t, data, func(_ html.Token, key, value string) { ids[value] = ids[value] || key == "id" })
	return ids
}

// linksOfXML are those of a feed or of a sitemap. Not every address there is a link: the
// scheme of a category and the ID of an entry only look like one.
func linksOfXML(t *testing.T, data []byte) []string {
	t.Helper()
	var links []string
	var in xml.StartElement
	for decoder := xml.NewDecoder(bytes.NewReader(data)); ; {
		token, err := decoder.Token()
		switch token := token.(type) {
		case xml.StartElement:
			in = token
			for _, a := range token.Attr {
				if slices.Contains([]string{"href", "url", "src"}, a.Name.Local) {
					links = append(links, a.Value)
				}
			}
		case xml.CharData:
			links = append(links, linksOfElement(t, in, string(token))...)
		case xml.EndElement:
			in = xml.StartElement{}
		}
		if errors.Is(err, io.EOF) {
			return links
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func linksOfElement(t *testing.T, element xml.StartElement, text string) []string {
	switch element.Name.Local {
	case "link", "loc", "url", "comments", "docs":
		return []string{text}
	case "guid":
		if slices.Contains(element.Attr, xml.Attr{Name: xml.Name{Local: "isPermaLink"}, Value: "false"}) {
			return nil
		}
		return []string{text}
	case "encoded", "content", "summary", "description":
		return linksOfHTML(t, []byte(text))
	}
	return nil
}

// linksOfJSON are those of a JSON Feed; the manifest has none.
func linksOfJSON(t *testing.T, data []byte) []string {
	t.Helper()
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	var links []string
	var walk func(key string, value any)
	walk = func(key string, value any) {
		switch value := value.(type) {
		case string:
			switch {
			case key == "content_html":
				links = append(links, linksOfHTML(t, []byte(value))...)
			case key == "url" || strings.HasSuffix(key, "_url"):
				links = append(links, value)
			}
		case []any:
			for _, v := range value {
				walk(key, v)
			}
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(value)) {
				walk(k, value[k])
			}
		}
	}
	walk("", value)
	return links
}

// linksOfText are those of robots.txt.
func linksOfText(text string) []string {
	var links []string
	for word := range strings.FieldsSeq(text) {
		if strings.HasPrefix(word, "https://") {
			links = append(links, word)
		}
	}
	return links
}
