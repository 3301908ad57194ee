package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/policy"
	"tocsin/internal/publish"
	"tocsin/internal/release"
	"tocsin/internal/source"
)

// becomes shows what an edition changes for readers: every page and feed, and the
// lines of the bulletin's file.
func (p *program) becomes(ctx context.Context, s *site, e *edition) error {
	after, err := p.rendering(ctx, e.over)
	if err != nil {
		return err
	}
	before, why := p.standsNow(ctx, s, e.from.Source.Name)
	p.print("\nWhat becomes public")
	if why != "" {
		p.print("  The site as it stands cannot be built (%s), so this is all of what it will be:", source.Visible(why))
	}
	changes := before.Changes(after)
	p.changes(e.after, changes)
	p.announced(e.after, before.Announced(after))
	if len(changes) > 0 && !s.shows(e.to.ID) {
		p.print("  %-8s %s", "names", strings.Join(names(e.to), ", "))
	}
	if e.rewrites() {
		p.lines(e)
	}
	return nil
}

// changes lists every page that is new or goes, and every page about one bulletin or policy that
// changes. Of the lists and feeds that show them it is enough to know how many change.
func (p *program) changes(s *site, changes []release.Change) {
	lists, codes := 0, 0
	for _, c := range changes {
		if strings.HasSuffix(c.Path, ".txt") && path.Base(path.Dir(c.Path)) == "letters" {
			codes++ // a million letters have 4096 of them
			continue
		}
		if c.Kind == release.Changed && !s.aboutOne(c.Path) {
			lists++
			continue
		}
		p.print("  %-8s %s", c.Kind, s.urlOf(c.Path))
	}
	if codes > 0 {
		p.print("  %-8s in %s", "codes", many(codes, "file"))
	}
	switch {
	case lists > 0:
		p.print("  %-8s %s", release.Changed, many(lists, "list")+", feeds among them")
	case len(changes) == 0:
		p.print("  nothing: no page and no feed changes")
	}
}

// aboutOne reports whether a file is the page of one bulletin or policy.
func (s *site) aboutOne(file string) bool {
	layout := s.config.Layout
	return slices.ContainsFunc(s.content.Bulletins, func(b bulletin.Bulletin) bool { return layout.Bulletin(string(b.ID)).File() == file }) ||
		slices.ContainsFunc(s.content.Policies, func(of policy.Policy) bool { return layout.Policy(of.Slug).File() == file })
}

// announced lists what subscribers are alerted to: each entry once, with the feed that has
// everything, and how many others it stands in.
func (p *program) announced(s *site, entries []release.Entry) {
	feeds := make(map[string]int)
	for _, e := range entries {
		feeds[e.GUID]++
	}
	main := s.config.Layout.Feed().File()
	for _, e := range entries {
		if e.Feed != main {
			continue
		}
		others := ""
		if n := feeds[e.GUID] - 1; n > 0 {
			others = ", and in " + many(n, "other feed")
		}
		p.print("  %-8s %s: %q (guid %s)%s", "entry", s.urlOf(e.Feed), source.Visible(e.Title), e.GUID, others)
	}
}

// rendering is the website of a site, as its files say.
func (p *program) rendering(ctx context.Context, over func(trees) trees) (tree *release.Tree, err error) {
	s, err := p.prepare(over)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	w, err := s.newWalk()
	if err != nil {
		return nil, err
	}
	tree = release.NewTree()
	_, err = w.Make(ctx, tree.Add, func(source.Problems) bool { return false })
	return tree, err
}

// standsNow is the website that readers have: what was built last, where something
// was, so that an edit of the bulletin's own text shows too.
func (p *program) standsNow(ctx context.Context, s *site, file string) (*release.Tree, string) {
	tree, err := release.Render(publish.Built(s.public()))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p.rendered(ctx, s, file)
	case err != nil:
		return release.NewTree(), err.Error()
	}
	return tree, ""
}

// rendered is the website as its files say; empty, with the reason, where it cannot be
// built. The bulletin at hand may have errors: this is what mends them.
func (p *program) rendered(ctx context.Context, s *site, file string) (*release.Tree, string) {
	if n := s.problems.Errors() - s.problemsOf(file).Errors(); n > 0 {
		return release.NewTree(), many(n, "error") + ": see tocsin check"
	}
	tree, err := p.rendering(ctx, asItIs)
	if err != nil {
		return release.NewTree(), err.Error()
	}
	return tree, ""
}

// urlOf is the address of a file of the site.
func (s *site) urlOf(file string) string { return s.config.Layout.URL(address.PageOf(file)) }

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
