package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/publish"
	"tocsin/internal/release"
	"tocsin/internal/source"
)

// becomes shows what an edition changes for readers: every page and feed, and the
// lines of the bulletin's file.
func (p *program) becomes(ctx context.Context, s *site, e *edition) error {
	after, err := release.Render(e.after.files(ctx))
	if err != nil {
		return err
	}
	before, why := s.standsNow(ctx, e.from.Source.Name)
	p.print("\nWhat becomes public")
	if why != "" {
		p.print("  The site as it stands cannot be built (%s), so this is all of what it will be:", source.Visible(why))
	}
	changes := before.Changes(after)
	for _, c := range changes {
		p.print("  %-8s %s", c.Kind, e.after.urlOf(c.Path))
	}
	if len(changes) == 0 {
		p.print("  nothing: no page and no feed changes")
	}
	for _, entry := range before.Announced(after) {
		p.print("  %-8s %s: %q (guid %s)", "entry", e.after.urlOf(entry.Feed), source.Visible(entry.Title), entry.GUID)
	}
	if len(changes) > 0 && !s.shows(e.to.ID) {
		p.print("  %-8s %s", "names", strings.Join(names(e.to), ", "))
	}
	p.lines(e)
	return nil
}

// standsNow is the website that readers have: what was built last, where something
// was, so that an edit of the bulletin's own text shows too.
func (s *site) standsNow(ctx context.Context, file string) (release.Tree, string) {
	tree, err := release.Render(publish.Built(s.public()))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s.rendered(ctx, file)
	case err != nil:
		return release.Tree{}, err.Error()
	}
	return tree, ""
}

// rendered is the website as its files say; empty, with the reason, where it cannot be
// built. The bulletin at hand may have errors: this is what mends them.
func (s *site) rendered(ctx context.Context, file string) (release.Tree, string) {
	if n := s.problems.Errors() - s.problemsOf(file).Errors(); n > 0 {
		return release.Tree{}, many(n, "error") + ": see tocsin check"
	}
	tree, err := release.Render(s.files(ctx))
	if err != nil {
		return release.Tree{}, err.Error()
	}
	return tree, ""
}

// urlOf is the address of a file of the site.
func (s *site) urlOf(file string) string {
	page := address.Page("/" + file)
	if path.Base(file) == "index.html" {
		page = address.Page("/" + strings.TrimSuffix(file, "index.html"))
	}
	return s.config.Layout.URL(page)
}

// shows reports whether readers can see a bulletin now.
func (s *site) shows(id bulletin.ID) bool {
	for _, b := range s.published() {
		if b.Bulletin().ID == id {
			return true
		}
	}
	return false
}

// names are by what the world will know a bulletin.
func names(b bulletin.Bulletin) []string {
	all := []string{string(b.ID)}
	for _, alias := range b.Aliases {
		all = append(all, alias.Text)
	}
	return all
}

// lines shows which lines of the bulletin's file change.
func (p *program) lines(e *edition) {
	if e.moves() {
		p.print("\nWhat changes in %s, which moves to %s", e.from.Source.Name, e.to.Source.Name)
	} else {
		p.print("\nWhat changes in %s", e.from.Source.Name)
	}
	text := string(diff.Diff("old", e.from.Source.Data, "new", e.to.Source.Data))
	number := 0
	for line := range strings.Lines(text) {
		if number++; number > diffHead {
			fmt.Fprintf(p.Stdout, "  %s\n", source.Visible(strings.TrimRight(line, "\r\n")))
		}
	}
}

// diffHead is how many lines of a diff name the files.
const diffHead = 3
