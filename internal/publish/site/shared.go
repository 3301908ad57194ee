package site

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"

	"tocsin/internal/address"
	"tocsin/internal/publish"
)

// Shared is a page or file that is about no single bulletin.
type Shared struct {
	Path string
	// From is a digest of all bulletins that the page shows, as far as it shows them: while it is
	// the same, and so is everything that the Renderer was made of, the page is. It is zero where
	// nobody can tell without making the page.
	From [32]byte
	// Write makes the page; several goroutines may make several. The error names the template with
	// its line, or the policy. A long page stands in the room, where there is one.
	Write func(*Room) ([]byte, error)
}

// shared is a page that is made of what a reader sees in it of bulletins.
func shared(page address.Page, seen sight, fill func() (publish.File, error)) Shared {
	return sharedIn(page, seen, func(*Room) (publish.File, error) { return fill() })
}

// sharedIn is a long page of that kind.
func sharedIn(page address.Page, seen sight, fill func(*Room) (publish.File, error)) Shared {
	return Shared{page.File(), seen.from(), func(room *Room) ([]byte, error) {
		file, err := fill(room)
		return file.Data, err
	}}
}

// Shared lists every page but those of the bulletins, and the static files: always the same in
// the same order for the same cards.
func (r *Renderer) Shared(cards []*Card) iter.Seq[Shared] {
	return func(yield func(Shared) bool) {
		l := r.list(cards)
		kinds := l.kinds()
		_ = l.single(yield) && l.lists(kinds, yield) && l.policyPages(yield) && l.codes(yield) && r.moved(yield) && l.sitemap(kinds, yield) && r.static(yield)
	}
}

// single lists the pages of which a site has one. It is false where the reader has enough, as are
// all that follow it.
func (l *list) single(yield func(Shared) bool) bool {
	todo := l.todo()
	return yield(shared(address.Home, l.seenAtHome(todo), func() (publish.File, error) { return l.home(todo) })) &&
		yield(shared(l.Layout.Policies(), nil, l.policyList)) &&
		yield(shared(l.Layout.PoliciesPrint(), nil, l.print)) &&
		yield(shared(l.Layout.Feeds(), sight(nil).text(l.example()), l.feeds)) &&
		yield(shared(address.NotFound, sight(nil).rows(l.told), l.notFound))
}

// Others makes everything that [Renderer.Shared] lists. The first error is the last thing it
// yields.
func (r *Renderer) Others(cards []*Card) iter.Seq2[publish.File, error] {
	return func(yield func(publish.File, error) bool) {
		for s := range r.Shared(cards) {
			data, err := s.Write(nil)
			if !yield(publish.File{Path: s.Path, Data: data}, err) || err != nil {
				return
			}
		}
	}
}

// static lists the files of static/ as they are.
func (r *Renderer) static(yield func(Shared) bool) bool {
	err := fs.WalkDir(r.Templates, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		asset := r.Layout.Asset(strings.TrimPrefix(name, "static/"))
		if !yield(Shared{asset.File(), sight(nil).from(), func(*Room) ([]byte, error) { return r.asset(name) }}) {
			return errStopped
		}
		return nil
	})
	if err != nil && !errors.Is(err, errStopped) {
		return yield(Shared{Write: func(*Room) ([]byte, error) { return nil, fmt.Errorf("static files: %w", err) }})
	}
	return err == nil
}

func (r *Renderer) asset(name string) ([]byte, error) {
	data, err := fs.ReadFile(r.Templates, name)
	if err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	return data, nil
}
