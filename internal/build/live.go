package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"sync"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/check"
	"tocsin/internal/content"
	"tocsin/internal/publish"
	"tocsin/internal/source"
)

// Live is a site in memory while people edit it: it reads again what they save, and makes a page
// when somebody asks for it. Nothing is written.
//
// [Live.Again] and [Live.Check] are for one at a time, and for nobody else meanwhile; any number
// of goroutines may ask for pages.
type Live struct {
	pass  *pass
	files map[string]int // numbers of the reader, by the files' names
	pages map[address.Page]*step

	making sync.Mutex
	shared map[string][]byte // pages of several bulletins and feeds by path; nil until one is asked for
}

// Live reads the whole site.
func (w *Walk) Live(ctx context.Context) (*Live, error) {
	p := w.begin(ctx, func(publish.File) error { return nil })
	if err := p.bulletins(); err != nil {
		return nil, err
	}
	l := &Live{pass: p, files: make(map[string]int, len(p.steps)), pages: make(map[address.Page]*step, len(p.steps))}
	for i, s := range p.steps {
		l.files[w.Reader.Name(i)] = i
		page := w.Feeds.Layout.Bulletin(string(w.Reader.ID(i)))
		if l.pages[page] == nil || s.public { // what readers get goes before a draft of its name
			l.pages[page] = s
		}
	}
	return l, nil
}

// Number is the bulletin that is read from a file: its own, or the decision on record about it, if
// there was one when the site was read.
func (l *Live) Number(file string) (number int, found bool) {
	if number, found = l.files[file]; found {
		return number, true
	}
	folder, name := path.Split(file)
	if path.Base(folder) != path.Base(content.DecisionFolder) || path.Ext(name) != ".json" {
		return 0, false
	}
	number, found = l.pass.Reader.Number(bulletin.ID(name[:len(name)-len(".json")]))
	return number, found && l.pass.Reader.Recorded(number)
}

// Again reads some bulletins again, whose files are still there, and makes what lists keep of
// them.
func (l *Live) Again(numbers []int) error {
	l.shared = nil
	l.pass.Last = nil // it tells of files as they were
	for _, number := range numbers {
		s := l.pass.steps[number]
		s.name, s.bulletin, s.err = nil, nil, nil
		if err := l.pass.readAnew(s); err != nil {
			return err
		}
	}
	l.pass.public = l.pass.public[:0]
	for _, s := range l.pass.sorted {
		if s.public {
			l.pass.public = append(l.pass.public, s)
		}
	}
	tools := newTools()
	for at, s := range l.pass.public {
		if s.bulletin != nil {
			if err := l.pass.page(l.pass.public, at, tools); err != nil {
				return err
			}
		}
	}
	return nil
}

// Check holds the bulletins against everything else, with a checker that has seen none yet.
func (l *Live) Check(c *check.Checker) source.Problems {
	for _, s := range l.pass.steps {
		c.Add(s.look)
	}
	return c.Done()
}

// Memory is what the next Live, or build, can begin with.
func (l *Live) Memory() *Memory { return l.pass.memory() }

// Unpublished are the bulletins that readers do not get, as far as they can be read, newest ID
// first.
func (l *Live) Unpublished() []bulletin.Bulletin {
	var all []bulletin.Bulletin
	for _, s := range l.pass.sorted {
		if s.public {
			continue
		}
		if e, err := l.pass.Reader.Bulletin(s.number); err == nil && e.Readable {
			all = append(all, e.Bulletin)
		}
	}
	return all
}

// Asked is what stands at a path of a live site.
type Asked struct {
	Data   []byte
	Source string          // the file that a bulletin's page is made of; empty of other pages
	ID     bulletin.ID     // of the bulletin; empty of other pages
	Hidden bulletin.Status // of a bulletin that readers do not get: draft, private; else empty
}

// ErrNothing says that nothing stands at a path.
var ErrNothing = errors.New("there is no such page")

// Open makes what stands at a path of the site. The error is [ErrNothing] where nothing does.
func (l *Live) Open(page address.Page) (Asked, error) {
	if s := l.pages[page]; s != nil {
		return l.bulletin(s)
	}
	l.making.Lock()
	defer l.making.Unlock()
	if l.shared == nil {
		if err := l.share(); err != nil {
			return Asked{}, err
		}
	}
	data, found := l.shared[page.File()]
	if !found {
		return Asked{}, fmt.Errorf("%s: %w", page, ErrNothing)
	}
	return Asked{Data: data}, nil
}

func (l *Live) bulletin(s *step) (Asked, error) {
	asked := Asked{Source: l.pass.Reader.Name(s.number), ID: l.pass.Reader.ID(s.number)}
	if !s.public {
		return l.preview(s, asked)
	}
	at := slices.Index(l.pass.public, s)
	n, err := l.pass.notice(s, neighbour(l.pass.public, at-1), neighbour(l.pass.public, at+1))
	if err != nil {
		return asked, err
	}
	file, err := l.pass.Pages.Bulletin(n)
	asked.Data = file.Data
	return asked, err
}

// preview makes the page of what readers do not get.
func (l *Live) preview(s *step, asked Asked) (Asked, error) {
	e, err := l.pass.Reader.Bulletin(s.number)
	switch {
	case err != nil:
		return asked, err
	case !e.Readable:
		return asked, e.Problems
	}
	asked.Hidden = e.Bulletin.Status
	asked.Data, err = l.pass.Pages.Preview(e.Bulletin, e.Text, l.pass.Now)
	return asked, err
}

// share makes every page of several bulletins, and the feeds.
func (l *Live) share() error {
	shared := make(map[string][]byte)
	var mutex sync.Mutex
	p := l.pass.Walk.begin(l.pass.ctx, func(f publish.File) error {
		data, err := bytes.Clone(f.Data), error(nil)
		if f.Again != nil {
			data, err = f.Again()
		}
		mutex.Lock()
		defer mutex.Unlock()
		shared[f.Path] = data
		return err
	})
	p.steps, p.sorted, p.public = l.pass.steps, l.pass.sorted, l.pass.public
	if err := p.others(); err != nil {
		return err
	}
	l.shared = shared
	return nil
}

// Bulletin is the bulletin whose page, or preview, stands at a path, in whatever state.
func (l *Live) Bulletin(page address.Page) (bulletin.Bulletin, bool) {
	s := l.pages[page]
	if s == nil {
		return bulletin.Bulletin{}, false
	}
	e, err := l.pass.Reader.Bulletin(s.number)
	return e.Bulletin, err == nil && e.Readable
}
