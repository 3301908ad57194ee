// Package pagewriter executes the templates of html/template several times faster than
// html/template does, and writes the same bytes.
//
// # What costs, and what is done about it
//
// html/template has two halves. The first parses a template, finds out in which context of HTML
// each value stands (text, attribute, address, …) and puts the escapers that belong there into
// the parse tree. That is the half that protects readers; it runs once, and it stays as it is.
// The second is text/template, which walks the parse tree for every page: it looks up each
// field by its name, calls each function by reflection and copies each value into an interface.
// That is where the time goes, and all that this package replaces. [NewText] does the same for
// sets of text/template, where the first half is empty.
//
// The tree that html/template has escaped is compiled for the type of the page's data. Since a
// page is always made of the same type, it is known beforehand that {{.Record.NextUpdate.HTML}}
// is field 3 of field 20, follow the pointer, field 2; that it is HTML already; that
// {{eq .Action "yes"}} compares two strings. What remains is a program of small Go functions,
// called [step], each of which appends its piece to one buffer:
//
//	{{if .Withdrawn}}<p>{{.Title}}</p>{{end}}
//
//	if field 4 is true
//	    append "<p>"
//	    append field 1, escaped for HTML
//	    append "</p>"
//
// # What is not compiled
//
// The compiler knows the part of the language that pages are written in, and says no to all
// else: maps, interfaces, channels, recursion, break, values within scripts and
// styles, any type or function about which it would have to guess. Then html/template executes
// the template, as it did before. [Set.Compiled] tells why; nobody sees it on the page.
//
// # What goes wrong at run time
//
// A nil pointer, an index out of range, a function that returns an error or panics: a step
// returns false, all that was written is thrown away, and html/template executes the template
// from its beginning, so that the error is its own, with file and line. Functions are therefore
// called once more, and must do nothing but return something.
//
// # The files
//
// escaped.go takes the trees from html/template. compile.go and branch.go compile statements;
// expression.go, field.go, method.go, builtin.go, comparison.go and call.go compile what stands in braces.
// write.go chooses how a value is printed, and escape.go does what html/template's escapers do.
// run.go is all that happens for a page.
package pagewriter

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"sync"
	text "text/template"
)

// Set is a set of templates to execute. Any number of goroutines may use it.
type Set struct {
	slow     executor
	plain    bool // a set of text/template
	funcs    template.FuncMap
	runs     sync.Pool // of *run
	keep     sync.Once // the originals, before slow is executed
	mu       sync.RWMutex
	written  originals // guarded by mu
	programs map[call]program
}

// executor is html/template, or text/template.
type executor interface {
	ExecuteTemplate(w io.Writer, name string, data any) error
}

// call is a template together with the type of its data; nil where it is given none.
type call struct {
	name string
	data reflect.Type
}

// program is what a template was compiled to, or why it was not.
type program struct {
	start *block
	err   error
}

// New takes a set that was not executed yet, and that nobody else executes from now on, with all
// the functions that it was given. Its options stay: of what they change nothing is compiled.
// Every template is compiled when it is executed for the first time.
func New(set *template.Template, funcs template.FuncMap) *Set {
	written := make(originals)
	for _, t := range set.Templates() {
		if t.Tree != nil {
			written[t.Name()] = t.Tree
		}
	}
	return &Set{slow: set, funcs: funcs, written: written, programs: make(map[call]program)}
}

// NewText is New for a set of text/template, which escapes nothing.
func NewText(set *text.Template, funcs text.FuncMap) *Set {
	written := make(originals)
	for _, t := range set.Templates() {
		if t.Tree != nil {
			written[t.Name()] = t.Tree
		}
	}
	return &Set{slow: set, plain: true, funcs: funcs, written: written, programs: make(map[call]program)}
}

// Bytes executes a template. The error is that of html/template.
func (s *Set) Bytes(name string, data any) ([]byte, error) {
	r, err := s.execute(nil, name, data)
	if err != nil {
		return nil, err
	}
	defer s.runs.Put(r)
	return bytes.Clone(r.out), nil
}

// Into is Bytes in a room of the caller's, which is made larger where it has to be. What stood in
// it is lost.
func (s *Set) Into(room []byte, name string, data any) ([]byte, error) {
	r, err := s.execute(room, name, data)
	if err != nil {
		return nil, err
	}
	out := r.out
	r.out = nil
	s.runs.Put(r)
	return out, nil
}

// String executes a template. The error is that of html/template.
func (s *Set) String(name string, data any) (string, error) {
	r, err := s.execute(nil, name, data)
	if err != nil {
		return "", err
	}
	defer s.runs.Put(r)
	return string(r.out), nil
}

// Compiled is nil where a template is compiled for data of this type. The error names the place
// of what is not.
func (s *Set) Compiled(name string, data any) error { return s.program(name, data).err }

// execute returns the run that holds what was written, in room where there is any; whoever has
// copied or taken that puts it back.
func (s *Set) execute(room []byte, name string, data any) (*run, error) {
	r, reused := s.runs.Get().(*run)
	if !reused {
		r = new(run)
	}
	if room != nil {
		r.out = room
	}
	r.out = r.out[:0]
	if p := s.program(name, data); p.err == nil && r.do(p.start, reflect.ValueOf(data)) {
		return r, nil
	}
	s.keep.Do(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.written.keep()
	})
	b := bytes.NewBuffer(r.out[:0])
	err := s.slow.ExecuteTemplate(b, name, data)
	r.out = b.Bytes()
	return r, err
}

func (s *Set) program(name string, data any) program {
	c := call{name, reflect.TypeOf(data)}
	s.mu.RLock()
	p, known := s.programs[c]
	s.mu.RUnlock()
	if known {
		return p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, known = s.programs[c]; !known {
		p.start, p.err = s.compile(c)
		s.programs[c] = p
	}
	return p
}

func (s *Set) compile(c call) (start *block, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			start, err = nil, fmt.Errorf("template %q is not compiled: %v", c.name, fault)
		}
	}()
	trees := &escaped{originals: s.written, plain: s.plain}
	if !s.plain {
		if trees, err = s.written.escaped(c.name); err != nil {
			return nil, fmt.Errorf("template %q is not compiled: %w", c.name, err)
		}
	}
	whole := &compiler{trees: trees, funcs: s.funcs, blocks: make(map[call]*block)}
	return whole.template(c)
}
