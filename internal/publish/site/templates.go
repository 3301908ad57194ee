package site

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"sync"

	"tocsin/templates"
)

// errStopped ends a walk whose reader has enough.
var errStopped = errors.New("stopped")

// layout is the template that every page stands in.
const layout = "site/layout.html"

// definesMain tells the templates that are pages from those that are pieces.
var definesMain = regexp.MustCompile(`\{\{-?\s*define "main"`)

// pageTemplates are the pages by name, each in its frame.
type pageTemplates struct {
	pages   map[string]*template.Template
	pieces  *template.Template
	buffers sync.Pool // of *bytes.Buffer
}

// readTemplates reads everything in site/: what defines "main" is a page, all else is pieces
// that any page may use. Each is named by its path, so that errors say where they come from:
// site/bulletin.html:12.
func readTemplates(files fs.FS, w *words) (*pageTemplates, error) {
	frame := template.New("").Option("missingkey=error").Funcs(w.funcs())
	texts, err := readTexts(files)
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		if !t.page {
			if err := t.parse(frame, w); err != nil {
				return nil, err
			}
		}
	}
	all := &pageTemplates{pages: make(map[string]*template.Template)}
	for _, t := range texts {
		if t.page {
			if all.pages[path.Base(t.name)], err = t.inFrame(frame, w); err != nil {
				return nil, err
			}
		}
	}
	all.pieces, err = frame.Clone()
	return all, err
}

// templateText is a template as it is written.
type templateText struct {
	name string // its path: site/bulletin.html
	text string
	page bool
}

func readTexts(files fs.FS) ([]templateText, error) {
	names, err := fs.Glob(files, "site/*.html")
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	if !slices.Contains(names, layout) {
		return nil, fmt.Errorf("read template: %s is missing", layout)
	}
	var texts []templateText
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read template: %w", err)
		}
		texts = append(texts, templateText{name, string(data), definesMain.Match(data)})
	}
	return texts, nil
}

// parse reads the template into a set, with the texts that its pages need.
func (t templateText) parse(into *template.Template, w *words) error {
	parsed, err := into.New(t.name).Parse(t.text)
	if err == nil {
		err = w.literals(parsed)
	}
	return templates.Fault(t.name, err)
}

func (t templateText) inFrame(frame *template.Template, w *words) (*template.Template, error) {
	page, err := frame.Clone()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	return page, t.parse(page, w)
}

// execute fills in a page.
func (t *pageTemplates) execute(name string, data any) ([]byte, error) {
	page, found := t.pages[name]
	if !found {
		return nil, fmt.Errorf(`site/%s defines no "main"`, name)
	}
	return t.fill(page, layout, "site/"+name, data)
}

// piece fills in a part of a page that several pages show.
func (t *pageTemplates) piece(name string, data any) (template.HTML, error) {
	html, err := t.fill(t.pieces, name, "site/pieces.html", data)
	return template.HTML(html), err // as safe as html/template makes it
}

// fill executes one template of a set; file is blamed for an error that names no other.
func (t *pageTemplates) fill(set *template.Template, name, file string, data any) ([]byte, error) {
	b, reused := t.buffers.Get().(*bytes.Buffer)
	if !reused {
		b = new(bytes.Buffer)
	}
	defer t.buffers.Put(b)
	b.Reset()
	if err := set.ExecuteTemplate(b, name, data); err != nil {
		return nil, templates.Fault(file, err)
	}
	return bytes.Clone(b.Bytes()), nil
}
