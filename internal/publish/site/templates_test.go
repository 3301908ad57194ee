package site

import (
	"io/fs"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/templates"
)

// TestTemplatesSayAllThatTheyAreGiven: the comment on top of a template, of which docs/templates.md
// is made, names every field of its data.
func TestTemplatesSayAllThatTheyAreGiven(t *testing.T) {
	data := map[string]any{
		"layout.html": Frame{}, "home.html": homePage{}, "list.html": listPage{}, "404.html": notFoundPage{}, "bulletin.html": bulletinPage{},
		"policies.html": policiesPage{}, "policy.html": policyPage{}, "print.html": printPage{}, "feeds.html": feedsPage{}, "moved.html": movedPage{}, "gone.html": gonePage{}, "letters.html": lettersPage{},
	}
	pages, err := fs.Glob(templates.Files(), "site/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pages {
		text, err := fs.ReadFile(templates.Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		short := strings.TrimPrefix(name, "site/")
		given, known := data[short]
		if !known {
			if definesMain.Match(text) {
				t.Errorf("%s is a page that this test does not know", name)
			}
			continue
		}
		delete(data, short)
		comment, _, _ := strings.Cut(string(text), "*/")
		for _, field := range reflect.VisibleFields(reflect.TypeOf(given)) {
			inherited := len(field.Index) > 1
			if field.Anonymous || !field.IsExported() || inherited {
				continue
			}
			if !regexp.MustCompile(`\.` + field.Name + `\b`).MatchString(comment) {
				t.Errorf("%s does not say that it is given .%s", name, field.Name)
			}
		}
	}
	for name := range data {
		t.Errorf("there is no %s", name)
	}
}

// TestOwnLayout: a site lays one template over ours, and every page shows it.
func TestOwnLayout(t *testing.T) {
	s := small(t)
	ours, err := fs.ReadFile(templates.Files(), layout)
	if err != nil {
		t.Fatal(err)
	}
	own := regexp.MustCompile(`(?s)<footer class="frame">.*</footer>`).ReplaceAllString(string(ours), "<footer>Own words for {{.Organization}}</footer>")
	s.Templates = templates.Over(fstest.MapFS{layout: {Data: []byte(own)}})
	for path, text := range build(t, s) {
		if strings.HasSuffix(path, ".html") && !strings.Contains(text, "<footer>Own words for Example Networks</footer>") {
			t.Errorf("%s has another footer", path)
		}
	}
}
