package site

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"strings"

	"tocsin/templates"
)

// errStopped ends a walk whose reader has enough.
var errStopped = errors.New("stopped")

// pageNames are the templates that are pages; each defines "main".
var pageNames = [...]string{"home.html", "bulletins.html", "bulletin.html", "policies.html", "policy.html", "404.html"}

// pageTemplates are the pages by name, each in its frame.
type pageTemplates struct {
	pages  map[string]*template.Template
	pieces *template.Template
}

// readTemplates reads the frame, the pieces and the pages. Each is named by its
// path, so that errors say where they come from: site/bulletin.html:12.
func readTemplates(files fs.FS) (*pageTemplates, error) {
	frame := template.New("").Option("missingkey=error")
	for _, name := range []string{"layout.html", "pieces.html"} {
		if err := parse(frame, files, name); err != nil {
			return nil, err
		}
	}
	pages := make(map[string]*template.Template)
	for _, name := range pageNames {
		page, err := frame.Clone()
		if err != nil {
			return nil, fmt.Errorf("site/%s: %w", name, err)
		}
		if err := parse(page, files, name); err != nil {
			return nil, err
		}
		pages[name] = page
	}
	pieces, err := frame.Clone()
	return &pageTemplates{pages, pieces}, err
}

func parse(into *template.Template, files fs.FS, name string) error {
	name = "site/" + name
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("read template: %w", err)
	}
	_, err = into.New(name).Parse(string(text))
	return templates.Fault(name, err)
}

func (t *pageTemplates) execute(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := t.pages[name].ExecuteTemplate(&b, "site/layout.html", data); err != nil {
		return nil, templates.Fault("site/"+name, err)
	}
	return b.Bytes(), nil
}

// piece fills in a part of a page that several pages show.
func (t *pageTemplates) piece(name string, data any) (template.HTML, error) {
	var b strings.Builder
	if err := t.pieces.ExecuteTemplate(&b, name, data); err != nil {
		return "", templates.Fault("site/pieces.html", err)
	}
	return template.HTML(b.String()), nil
}
