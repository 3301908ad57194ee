package content

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// Reader reads a site: what is small at once (policies, rules, the names of all
// files), the bulletins one at a time, so that ten thousand need no more memory
// than one.
type Reader struct {
	site      fs.FS
	drafts    *Drafts
	found     Site
	problems  source.Problems
	bulletins []place
	records   map[string][]place // decisions, by the ID in their name: they are read with their bulletins
	unread    map[string][]place // what stands in their place and is not read, by the same
	allUnread []place            // what stands in the place of all of them
	shows     []atomic.Uint32    // whether readers may see a bulletin, by its number: see [Reader.Public]
	plain     sync.Pool          // of *plainReader: their room is used again, since a bulletin keeps nothing of it
}

// place is a file that is still to be read.
type place struct {
	name      string      // path in its tree
	embargoed bool        // the tree is the drafts root
	entry     fs.DirEntry // what the walk saw there; nil of a name that is only thought of
}

// stem is the file's name without its end: the ID, as far as a name can tell.
func (p place) stem() string { return strings.TrimSuffix(path.Base(p.name), path.Ext(p.name)) }

// inSite is where the file would stand if its tree were the site.
func (p place) inSite() string {
	if p.embargoed {
		return path.Join(Folder, p.name)
	}
	return p.name
}

// Open reads everything but the bulletins. The error is a file or folder that
// cannot be read at all.
func Open(site fs.FS, drafts *Drafts) (*Reader, error) {
	r := &Reader{site: site, drafts: drafts, records: make(map[string][]place), unread: make(map[string][]place)}
	r.plain.New = func() any { return new(plainReader) }
	err := r.walk()
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("no %s/ folder here: %w", Folder, err)
	}
	if err == nil && drafts != nil {
		err = r.walkDrafts()
	}
	if err == nil {
		err = r.addresses()
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(r.bulletins, func(a, b place) int {
		return strings.Compare(path.Base(a.name), path.Base(b.name))
	})
	r.shows = make([]atomic.Uint32, len(r.bulletins))
	r.strayRecords()
	r.rivalRules()
	r.problems.Sort()
	return r, nil
}

// Site is what was read: everything but the bulletins.
func (r *Reader) Site() Site { return r.found }

// Problems is what is wrong outside the bulletins.
func (r *Reader) Problems() source.Problems { return r.problems }

// Count is how many bulletin files there are.
func (r *Reader) Count() int { return len(r.bulletins) }

// Bulletins reads the bulletins one after the other, in the order of their file
// names whichever root they stand in; of two of one name, the site's own first. The
// error is a file that cannot be read at all.
func (r *Reader) Bulletins() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for i := range r.bulletins {
			if !yield(r.Bulletin(i)) {
				return
			}
		}
	}
}

// Bulletin reads the bulletin file of a number, from 0 in the order of [Reader.Bulletins]. Any
// number of goroutines may read at once.
func (r *Reader) Bulletin(number int) (Entry, error) {
	e, err := r.entry(r.bulletins[number])
	if err == nil {
		r.learn(number, e.Bulletin.Source)
	}
	return e, err
}

// Name is the bulletin file of a number, as a person would type it.
func (r *Reader) Name(number int) string { return r.shown(r.bulletins[number]) }

// Embargoed reports whether the bulletin file of a number stands in the private drafts root.
func (r *Reader) Embargoed(number int) bool { return r.bulletins[number].embargoed }

// ID is the ID that the bulletin file of a number has by its name.
func (r *Reader) ID(number int) bulletin.ID { return bulletin.ID(r.bulletins[number].stem()) }

// Number is the number of the site's own bulletin file of an ID; false where there is none.
func (r *Reader) Number(id bulletin.ID) (number int, found bool) {
	number, found = slices.BinarySearchFunc(r.bulletins, string(id)+".md", func(p place, name string) int {
		return strings.Compare(path.Base(p.name), name)
	})
	return number, found && !r.bulletins[number].embargoed
}

// Public reports whether the site's own file of an ID says that readers may see it. Whether
// it can be published at all, reading it whole will tell. A file is read once for that, if it
// was not read before.
func (r *Reader) Public(id bulletin.ID) bool {
	number, found := r.Number(id)
	if !found {
		return false
	}
	if known := r.shows[number].Load(); known != 0 {
		return known == isPublic
	}
	file, _, err := r.open(r.bulletins[number]) // one that is too large has no data, and no status
	return err == nil && r.learn(number, file)
}

// What is known of a bulletin that was read.
const (
	notPublic = 1 + iota
	isPublic
)

// learn keeps whether the bulletin file of a number says that readers may see it.
func (r *Reader) learn(number int, file source.File) (public bool) {
	status := statedStatus(file)
	public = status == bulletin.Public || status == bulletin.Withdrawn
	is := uint32(notPublic)
	if public {
		is = isPublic
	}
	r.shows[number].Store(is)
	return public
}

// entry reads one bulletin file, with the decision on record about it.
func (r *Reader) entry(p place) (Entry, error) {
	file, problems, err := r.open(p)
	e := Entry{Problems: problems}
	if err == nil && len(problems) == 0 {
		e = r.readBulletin(file)
	}
	e.Bulletin.Source, e.Bulletin.Embargoed = file, p.embargoed
	if err != nil {
		return e, err
	}
	if p.embargoed {
		e.Problems = append(e.Problems, outOfEmbargo(e.Bulletin)...)
	}
	decision, problems, err := r.decision(p)
	e.Bulletin.Decision, e.BadRecord = decision, len(problems) > 0
	e.Problems = append(e.Problems, problems...)
	return e, err
}

func (r *Reader) readBulletin(file source.File) Entry {
	plain := r.plain.Get().(*plainReader)
	defer r.plain.Put(plain)
	return readBulletinIn(plain, file)
}

// outOfEmbargo reports a bulletin of the private drafts root that its file calls
// published: readers of a website see what stands in the site, and nothing else.
func outOfEmbargo(b bulletin.Bulletin) source.Problems {
	if b.Status != bulletin.Public && b.Status != bulletin.Withdrawn {
		return nil
	}
	at := b.Places.Of("status")
	return source.Problems{problem(b.Source, at.Line, at.Column, "published-in-drafts",
		fmt.Sprintf("the bulletin is %s and stands in the private drafts root", b.Status),
		fmt.Sprintf("write status: draft; tocsin release %s moves it to %s", b.ID, BulletinFolder))}
}

// open reads a file of either tree, under the name that a person would type.
func (r *Reader) open(p place) (source.File, source.Problems, error) {
	if p.embargoed {
		return readFile(r.drafts.FS, p, r.shown(p))
	}
	return readFile(r.site, p, r.shown(p))
}

// shown is the name that a person would type for a file of either tree.
func (r *Reader) shown(p place) string {
	if p.embargoed {
		return r.drafts.file(p.name)
	}
	return p.name
}

// readFile reads one file within the cap on its size, whatever size the walk saw. It has its name
// in any case.
func readFile(tree fs.FS, p place, shown string) (source.File, source.Problems, error) {
	data, err := readWithin(tree, p.name, maxFile)
	if errors.Is(err, errTooLarge) {
		return source.File{Name: shown}, source.Problems{{
			Position: source.Position{File: shown}, Code: "too-large",
			Message: fmt.Sprintf("larger than %d KiB", maxFile>>10), Hint: "split it, or move data out of the page",
		}}, nil
	}
	return source.File{Name: shown, Data: data}, nil, err
}
