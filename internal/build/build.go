// Package build is the first walk: it reads the bulletins of a site, checks them, and makes the
// pages and feeds of those that readers may see.
//
//	content.Reader → check.Checker.Look → site.Renderer → the writer: one bulletin
//	what is left of each: a card        → lists, feeds, sitemap
//
// The bulletins go by in the order of their IDs, newest first, each on whichever core is free (see
// line.go). A page is handed on as soon as it is made and then forgotten, so that
// memory holds a KiB or two of each bulletin, whatever their number. A page and its
// neighbours need one pass only, because the next bulletin that readers may see is never far.
//
// A [Memory] of the last walk spares the next one what did not change: see there for what it
// rests on.
package build

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/check"
	"tocsin/internal/content"
	"tocsin/internal/markdown"
	"tocsin/internal/publish"
	"tocsin/internal/publish/site"
	"tocsin/internal/source"
)

// Walk is a site that was opened, and what to make of it.
type Walk struct {
	Reader  *content.Reader
	Checker *check.Checker // new: it has seen no bulletin yet
	Pages   *site.Renderer
	Feeds   Feeds
	Now     time.Time // decides what is due, and no byte of the site
	Began   time.Time // when the walk began, by the clock of the file system; see [Memory]
	Workers int       // how many bulletins are worked on at once; one where zero
	// Last is what the last walk left; nil where there was none.
	Last *Memory
	// Expect is called once a bulletin was read that readers may see: as a rule, the site will be
	// another than the last one. It may be nil, and returns at once.
	Expect func()
	// Progress is told of every few bulletins that were read; may be nil.
	Progress func(more int)
}

// Made is what came of a walk.
type Made struct {
	Problems  source.Problems // everything that check finds
	Silenced  source.Problems // of them, what suppress: entries took out
	Published int             // bulletins that readers may see
	Memory    *Memory         // for the next walk; nil where stop stopped this one
}

// Make walks. It hands every file of the site to add, from several goroutines at once and in no
// order; the data of a page is there until add returns. When all bulletins were read it asks stop whether their problems keep the site from
// being written: then what was handed on is not to be used, and there is no error. The error is
// a file that cannot be read or made, or is add's own.
func (w *Walk) Make(ctx context.Context, add func(publish.File) error, stop func(source.Problems) bool) (Made, error) {
	p := w.begin(ctx, add)
	if err := p.bulletins(); err != nil {
		return Made{}, err
	}
	for _, s := range p.steps { // in the reader's order: of two that claim one thing the first has it
		w.Checker.Add(s.look)
	}
	var problems source.Problems
	var group sync.WaitGroup
	group.Go(func() { problems = w.Checker.Done() })
	err := p.failed()
	if err == nil {
		err = p.others()
	}
	group.Wait()
	made := Made{Problems: problems, Silenced: w.Checker.Suppressed(), Published: len(p.public)}
	if stop(made.Problems) {
		return made, nil // whatever else is wrong: the problems may say why
	}
	if err != nil {
		return made, err
	}
	p.keepItems()
	made.Memory = p.memory()
	return made, ctx.Err()
}

func (w *Walk) begin(ctx context.Context, add func(publish.File) error) *pass {
	return &pass{
		Walk: w, ctx: ctx, add: add, candidates: newCandidates(), shared: make(map[string]sharedFile),
		rooms: sync.Pool{New: func() any { return new(site.Room) }},
	}
}

// step is one bulletin file on its way.
type step struct {
	number   int // of the reader
	place    int // among all by ID, newest first
	identity content.Identity
	// record is what is left of it: what the last walk left, while that holds, else this one.
	*record
	last *record         // what the last walk left, while that holds; nil where it left nothing
	name *site.Neighbour // of what readers may see

	// bulletin and text are there only while it is worked on, and where it was read.
	bulletin *bulletin.Published
	text     *markdown.Document
	wanted   bool  // it may come to stand in a feed
	old      bool  // the record is the last walk's
	err      error // why there is no page
}

// pass is one walk while it goes on.
type pass struct {
	*Walk
	ctx        context.Context
	add        func(publish.File) error
	steps      []*step // by the reader's numbers
	sorted     []*step // by ID, newest first
	public     []*step // what readers may see, newest ID first
	candidates *candidates
	late       map[*step]*item // entries of feeds that were not made with their pages

	rooms sync.Pool // of *site.Room, for what shows several bulletins

	mutex  sync.Mutex
	shared map[string]sharedFile // what show several bulletins, by path
}

// bulletins reads, checks and renders every bulletin.
func (p *pass) bulletins() error {
	p.order()
	if err := p.recall(); err != nil {
		return err
	}
	if err := newLine(p).run(); err != nil {
		return err
	}
	return p.stretches(func(some []*step) error {
		packed := 0
		for _, s := range some {
			if s.packed {
				packed++
			}
		}
		room := newRoom(packed)
		for _, s := range some {
			if err := s.unpack(room); err != nil {
				return err
			}
		}
		return nil
	})
}

// order puts every bulletin file in its place, by its ID.
func (p *pass) order() {
	p.steps = make([]*step, p.Reader.Count())
	room := make([]step, len(p.steps))
	for i := range p.steps {
		room[i].number, p.steps[i] = i, &room[i]
	}
	newestFirst := func(a, b *step) int {
		return bulletin.Compare(p.Reader.ID(b.number), p.Reader.ID(a.number))
	}
	p.sorted = slices.Clone(p.steps)
	slices.Reverse(p.sorted) // files go by their names: as a rule that does it
	if !rises(p.sorted, newestFirst) {
		p.sorted = slices.SortedStableFunc(slices.Values(p.steps), newestFirst)
	}
	for i, s := range p.sorted {
		s.place = i
	}
}

// rises reports whether everything in a list goes before what follows it.
func rises[T any](list []T, compare func(a, b T) int) bool {
	for i := 1; i < len(list); i++ {
		if compare(list[i-1], list[i]) >= 0 {
			return false
		}
	}
	return true
}

// recall finds out which files are those that the last walk read, takes over what it left of
// them, and forgets what it left of all others.
func (p *pass) recall() error {
	err := p.stretches(func(some []*step) error {
		for _, s := range some {
			s.identity = p.Reader.Identity(s.number)
		}
		return nil
	})
	if p.Last != nil && (p.Now.Before(p.Last.checked) || !p.Last.holds(p.steps)) {
		p.Last = nil // of a clock that was put back nothing holds, now or later
	}
	if err != nil || p.Last == nil {
		return err
	}
	return p.stretches(func(some []*step) error {
		room := newRoom(len(some))
		for _, s := range some {
			r := p.Last.recall(s.identity, p.Now)
			if r == nil || r.unpack(room) != nil {
				continue
			}
			s.record, s.last, s.old = r, r, true
			if r.public {
				s.name = r.shown.name()
			}
		}
		return nil
	})
}

// read reads and checks a bulletin, unless the last walk did.
func (p *pass) read(s *step) error {
	if s.old {
		return nil
	}
	return p.readAnew(s)
}

func (p *pass) readAnew(s *step) error {
	e, err := p.Reader.Bulletin(s.number)
	if err != nil {
		return err
	}
	look := p.Checker.Look(e)
	s.record, s.old = &record{look: &look, until: e.Bulletin.Turns(p.Now)}, false
	if b, err := e.Bulletin.Publish(); err == nil && p.owns(s, e) {
		s.shown, s.name, s.bulletin, s.text = new(shown), site.NeighbourOf(b), &b, e.Text
		s.public = true
	}
	return nil
}

// owns reports whether a file that was read may have a page at all: one that cannot be read, has
// another bulletin's ID, or the same in small letters, or stands in the drafts root is a problem
// that check names, and must not come in the way of the page that it would take.
func (p *pass) owns(s *step, e content.Entry) bool {
	id := p.Reader.ID(s.number)
	return e.Readable && !p.Reader.Embargoed(s.number) && e.Bulletin.ID == id && strings.ToUpper(string(id)) == string(id)
}

// stretch is how many bulletins a worker takes at once where each takes no time.
const stretch = 64

// stretches does something with all bulletin files that takes no time.
func (p *pass) stretches(do func([]*step) error) error {
	return p.each((len(p.steps)+stretch-1)/stretch, func(i int) error {
		return do(p.steps[i*stretch : min(len(p.steps), (i+1)*stretch)])
	})
}

// each does something for every number below n, on as many cores as there are workers. It ends
// at an error, and when nobody waits for it any more. Of several errors it returns that of the
// lowest number, whichever core was first: a site with two faults names the same one every time.
func (p *pass) each(n int, do func(int) error) error {
	var next atomic.Int64
	var group sync.WaitGroup
	var mutex sync.Mutex
	var first error
	at := n
	for range min(max(1, p.Workers), n) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				err := p.ctx.Err()
				if err == nil {
					err = do(i)
				}
				if err == nil {
					continue
				}
				next.Store(int64(n)) // what has a lower number was begun by now, and ends
				mutex.Lock()
				if i < at {
					at, first = i, err
				}
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	return first
}

// failed is the first page that could not be made.
func (p *pass) failed() error {
	for _, s := range p.public {
		if s.err != nil {
			return s.err
		}
	}
	return nil
}

// others makes every page that shows several bulletins, and the feeds.
func (p *pass) others() error {
	cards := make([]*site.Card, 0, len(p.public))
	for _, s := range p.public {
		if s.err == nil {
			cards = append(cards, &s.shown.card)
		}
	}
	var feeds []oneFeed
	var failed error
	var group sync.WaitGroup
	group.Go(func() { feeds, failed = p.feeds(cards) })
	shared := slices.Collect(p.Pages.Shared(cards))
	err := p.each(len(shared), func(i int) error {
		s := shared[i]
		return p.sharedFile(s.Path, s.From, s.Write)
	})
	if group.Wait(); err == nil {
		err = failed
	}
	if err != nil {
		return err
	}
	return p.each(len(feeds), func(i int) error { return p.feed(feeds[i]) })
}
