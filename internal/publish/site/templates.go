package site

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"

	"tocsin/internal/pagewriter"
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
	pages  map[string]*pagewriter.Set
	pieces *pagewriter.Set
}

// Templates are a site's templates with their words in one language, read and parsed.
type Templates struct {
	pages *pageTemplates
	words *words
}

// ReadTemplates reads templates before anything else of the site is known. The language is a BCP 47
// tag; the error names the template with its line.
func ReadTemplates(files fs.FS, language string) (*Templates, error) {
	w, err := readWords(files, cmp.Or(language, "en"))
	if err != nil {
		return nil, err
	}
	all, err := readTemplates(files, w)
	return &Templates{all, w}, err
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
	all := &pageTemplates{pages: make(map[string]*pagewriter.Set)}
	for _, t := range texts {
		if t.page {
			page, err := t.inFrame(frame, w)
			if err != nil {
				return nil, err
			}
			all.pages[path.Base(t.name)] = pagewriter.New(page, w.funcs())
		}
	}
	all.pieces = pagewriter.New(frame, w.funcs())
	return all, nil
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

// execute fills in a page, in room where there is any.
func (t *pageTemplates) execute(name string, data any, room *Room) (html []byte, err error) {
	page, found := t.pages[name]
	switch {
	case !found:
		return nil, fmt.Errorf(`site/%s defines no "main"`, name)
	case room == nil:
		html, err = page.Bytes(layout, data)
	default:
		html, err = page.Into(room.page, layout, data)
		room.page = html
	}
	return html, templates.Fault("site/"+name, err)
}

// piece fills in a part of a page that several pages show.
func (t *pageTemplates) piece(name string, data any) (template.HTML, error) {
	html, err := t.fill(t.pieces, name, "site/pieces.html", data)
	return template.HTML(html), err // as safe as html/template makes it
}

// fill executes one template of a set; file is blamed for an error that names no other.
func (t *pageTemplates) fill(set *pagewriter.Set, name, file string, data any) (string, error) {
	html, err := set.String(name, data)
	return html, templates.Fault(file, err)
}
