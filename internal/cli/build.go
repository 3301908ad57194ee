package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"tocsin/internal/build"
	"tocsin/internal/notify/genuine"
	"tocsin/internal/publish"
	pages "tocsin/internal/publish/site"
	"tocsin/internal/source"
)

// building is what a person wants of a build.
type building struct {
	fresh   bool // whatever the last build left is not believed
	check   bool // nothing is written
	changed bool // what a deploy has to do is printed
}

func (p *program) build() *cobra.Command {
	var how building
	c := &cobra.Command{
		Use:   "build",
		Short: "Check, then write the website to public/ in one step",
		Long: `Check everything, then write the website to public/ in one step: readers see the whole old
site or the whole new one. Files that are as they were keep their times, so that a deploy can
go by them.`,
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			if how.check {
				return p.runBuildCheck(c.Context())
			}
			return p.runBuild(c.Context(), how)
		},
	}
	c.Flags().BoolVar(&how.check, "check", false, "write nothing; say whether public/ is what a build would write")
	c.Flags().BoolVar(&how.changed, "changed", false, "print what a deploy has to upload (new, changed) and delete (gone)")
	c.Flags().BoolVar(&how.fresh, "fresh", false, "read and render everything, whatever the last build left")
	c.MarkFlagsMutuallyExclusive("check", "changed")
	return c
}

// A build keeps a few KiB of each bulletin, and makes a hundred on the way, which is garbage at
// once. Collecting it as often as that doubles the little that is kept would take a fifth of the
// time; so it lies until a limit, which ten thousand bulletins reach at 84 MiB. What the last
// build left makes little garbage, but is read as a whole before it is cut up.
const (
	leastRoom      = 64 << 20 // octets
	room           = 30 << 20 // octets, and for each bulletin
	bulletinRoom   = 5<<10 + 512
	rememberedRoom = 8 << 10 // for each that the last build may have left
)

// headroom is how much garbage may lie, and what was so before.
type headroom struct {
	percent int
	limit   int64 // octets, of all memory; somebody may have set it
}

// makeRoom lets garbage lie, as far as the smallest site may.
func makeRoom() headroom {
	h := headroom{debug.SetGCPercent(-1), debug.SetMemoryLimit(-1)} // which asks
	h.grow(leastRoom)
	return h
}

// grow moves the limit. A lower one that somebody has set stays.
func (h headroom) grow(octets int) {
	debug.SetMemoryLimit(min(h.limit, int64(max(leastRoom, octets))))
}

func (h headroom) undo() {
	debug.SetGCPercent(h.percent)
	debug.SetMemoryLimit(h.limit)
}

// room is how much memory the build uses.
func (b *begun) room() int {
	each := bulletinRoom
	if b.last != nil {
		each = rememberedRoom
	}
	return room + b.reader.Count()*each
}

func (p *program) runBuild(ctx context.Context, how building) (err error) {
	garbage := makeRoom()
	defer garbage.undo()
	b, err := p.beginBuild(how)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	garbage.grow(b.room())
	kept := &lasting{layout: b.config.Layout, named: b.content.Addresses}
	made, err := p.make(ctx, b, kept.through(b.writer.Add))
	if err != nil || stops(made.Problems) {
		return errors.Join(err, b.writer.Abandon(), b.unbuilt(made))
	}
	p.problems(p.Stderr, slices.DeleteFunc(slices.Clone(made.Problems), func(f source.Problem) bool { return f.Level == source.Note }))
	return p.finish(b, made, kept, how)
}

// begun is a build that has begun.
type begun struct {
	*prepared
	writer *publish.Writer
	last   *build.Memory // what the last build left; nil where there was none, or none is wanted
}

// beginBuild reads everything but the bulletins, looks at what stands in public/ and reads what the
// last build left, all at once. The build is locked before the first bulletin is read.
func (p *program) beginBuild(how building) (b *begun, err error) {
	b = new(begun)
	write := func(s *site) (err error) {
		b.writer, err = publish.Begin(s.public(), s.state())
		return err
	}
	remember := func(s *site) (err error) {
		b.last, err = build.ReadMemory(s.memoryFile())
		return err
	}
	var layouts *layouts
	parse := func(s *site) (err error) {
		layouts, err = s.readLayouts(s.openTemplates)
		return err
	}
	if how.fresh {
		b.prepared, err = p.prepare(asItIs, parse, func(s *site) error { return errors.Join(publish.Forget(s.state()), write(s)) })
	} else {
		b.prepared, err = p.prepare(asItIs, parse, write, remember)
	}
	switch {
	case err == nil:
		b.layouts = layouts
	case b.writer != nil:
		err = errors.Join(err, b.writer.Abandon())
	}
	return b, err
}

// finish keeps what the next build needs, and lets readers see what was made. The memory comes
// first, while no other build can be at work: what it says of pages that readers do not get yet
// the next build would find out (see [build.Memory]).
func (p *program) finish(b *begun, made build.Made, kept *lasting, how building) error {
	if err := made.Memory.Keep(b.memoryFile()); err != nil {
		return errors.Join(err, b.writer.Abandon())
	}
	report, err := b.writer.Finish()
	if err != nil {
		return err
	}
	p.tellBuilt(b.prepared, made, report, how)
	return p.lockAddresses(b.prepared, kept.pages)
}

// together does several things at once, and waits for all of them.
func together(things ...func() error) error {
	errs := make([]error, len(things))
	var group sync.WaitGroup
	for i, do := range things {
		group.Go(func() { errs[i] = do() })
	}
	group.Wait()
	return errors.Join(errs...)
}

// make walks the site, from where the last walk ended, and hands what is made of it to add.
func (p *program) make(ctx context.Context, b *begun, add func(publish.File) error) (build.Made, error) {
	key, err := b.memoryKey(b.layouts.sum)
	if err != nil {
		return build.Made{}, err
	}
	w, err := b.newWalk()
	if err != nil {
		return build.Made{}, err
	}
	w.Last = b.last.For(key)
	b.last = nil // whatever of it is not wanted can go
	show, done := p.progress("building", b.reader.Count())
	defer done()
	w.Progress, w.Expect = show, b.writer.Expect
	if began, err := os.Stat(filepath.Join(b.state(), "build.lock")); err == nil {
		w.Began = began.ModTime()
	}
	made, err := w.Make(ctx, add, stops)
	if made.Memory != nil {
		made.Memory.Key = key
	}
	return made, err
}

// newWalk is a walk through the site on every core.
func (s *prepared) newWalk() (*build.Walk, error) {
	common := s.pages()
	if s.layouts != nil {
		common.Parsed = s.layouts.parsed
	}
	renderer, err := pages.New(common)
	if err != nil {
		return nil, err
	}
	return &build.Walk{
		Reader: s.reader, Checker: s.checker, Pages: renderer, Now: s.now, Workers: 2 * runtime.GOMAXPROCS(0),
		Feeds: build.Feeds{
			Organization: s.config.Organization.Name, Namespace: s.config.Organization.Namespace,
			Language: renderer.Language, Layout: s.config.Layout,
		},
	}, nil
}

// stops reports whether an error keeps the site from being built. A policy page is
// published whatever the rules make of it: what they can no longer judge has errors of
// its own.
func stops(problems source.Problems) bool {
	return slices.ContainsFunc(problems, func(f source.Problem) bool {
		return f.Level == source.Error && f.Code != "quote-missing"
	})
}

// unbuilt says why nothing was built; nil where something else was in the way.
func (s *prepared) unbuilt(made build.Made) error {
	if !stops(made.Problems) {
		return nil
	}
	return &undone{made.Problems, "nothing was built: public/ is as it was", "mend the errors, then tocsin build"}
}

func (p *program) tellBuilt(s *prepared, made build.Made, report publish.Report, how building) {
	if how.changed {
		for _, c := range report.Changed {
			p.print("%-7s %s", c.Kind, c.Path)
		}
		return
	}
	p.print("wrote %s to %s: %s and %s", many(report.Files, "file"), s.public(),
		many(made.Published, "bulletin"), policies(len(s.content.Policies)))
}

// codes are the public lists of letters' codes. One that cannot be read is a problem that
// check names, and the site is not built.
func (s *site) codes() pages.Codes {
	all := make(pages.Codes)
	for _, of := range s.content.Codes {
		if entries, err := genuine.Entries(of.Bulletin, of.Source.Data); err == nil {
			all[of.Bulletin] = entries
		}
	}
	return all
}

// pages is what the website's pages have in common.
func (s *site) pages() pages.Site {
	return pages.Site{
		Organization: s.config.Organization.Name,
		Language:     s.config.Language,
		Contact:      s.config.Organization.Contact,
		Units:        s.config.Organization.Unit.Many,
		Layout:       s.config.Layout,
		Products:     s.config.Products,
		Rules:        s.rules,
		Policies:     s.content.Policies,
		Index:        s.content.Index,
		Moves:        s.content.Addresses.Moves(),
		Codes:        s.codes(),
		Templates:    s.templates,
	}
}
