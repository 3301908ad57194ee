package build

import (
	"sync"

	"tocsin/internal/tape"
)

// line takes the bulletins past two stations, newest ID first. At the first a block of them is
// read and checked; at the second, when it is known who comes after them, their pages are made.
// A worker does whatever can be done next, pages first, since a page is forgotten when it is made:
// nobody waits until a batch is whole, and few bulletins are in memory at once.
//
// It ends at an error. Of several it returns that of the newest bulletin, whichever worker was
// first: a site with two faults names the same one every time. So after an error only what is
// newer than its bulletin is begun.
type line struct {
	*pass
	mutex sync.Mutex
	moved *sync.Cond // there is more to do, or there never will be

	begun  int    // blocks that somebody reads or has read
	told   bool   // that the site will be another
	whole  []bool // blocks that were read
	front  int    // blocks before this one are whole, and in public
	ready  []job  // pages that can be made
	made   int    // bulletins in public that are among those pages, or were
	atWork int    // workers

	end int   // only what has a lower place is begun
	err error // of the bulletin in that place
}

const (
	// block is how many bulletins a worker takes at once.
	block = 8
	// ahead is how many blocks a worker reads before the oldest of them is whole.
	ahead = 2
)

// job is what a worker takes: a few of some bulletins in a row, to read them or to make their pages.
type job struct {
	among      []*step
	begin, end int
	render     bool
}

func newLine(p *pass) *line {
	l := &line{pass: p, whole: make([]bool, (len(p.sorted)+block-1)/block), end: len(p.sorted)}
	l.moved = sync.NewCond(&l.mutex)
	return l
}

func (l *line) run() error {
	var group sync.WaitGroup
	for range min(max(1, l.Workers), len(l.whole)) {
		group.Go(l.work)
	}
	group.Wait()
	return l.err
}

func (l *line) work() {
	scratch := tape.Write()
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for {
		j, more := l.next()
		if !more {
			l.moved.Broadcast()
			return
		}
		l.atWork++
		l.mutex.Unlock()
		at, err := l.do(j, scratch)
		l.mutex.Lock()
		l.atWork--
		l.finish(j, at, err)
		l.moved.Broadcast()
	}
}

// next waits for something to do, until there never will be.
func (l *line) next() (j job, more bool) {
	for {
		for len(l.ready) > 0 {
			j, l.ready = l.ready[0], l.ready[1:]
			if j.among[j.begin].place < l.end {
				return j, true
			}
		}
		if place := l.begun * block; place < l.end && l.begun-l.front < ahead*max(1, l.Workers) {
			l.begun++
			return job{among: l.sorted, begin: place, end: min(place+block, len(l.sorted))}, true
		}
		if l.atWork == 0 {
			return j, false
		}
		l.moved.Wait()
	}
}

// do does a job; at is the place of the bulletin that an error is about.
func (l *line) do(j job, scratch *tape.Tape) (at int, err error) {
	for i := j.begin; i < j.end; i++ {
		if err := l.ctx.Err(); err != nil {
			return 0, err
		}
		s := j.among[i]
		if j.render {
			err = l.page(j.among, i)
		} else {
			err = l.read(s)
		}
		if err != nil {
			return s.place, err
		}
		if !s.old && (j.render || !s.public) {
			s.pack(scratch) // nobody looks at it until the end
		}
	}
	return 0, nil
}

// finish takes in what became of a job.
func (l *line) finish(j job, at int, err error) {
	switch {
	case err != nil:
		if at < l.end {
			l.end, l.err = at, err
		}
	case !j.render:
		l.whole[j.begin/block] = true
		if l.Progress != nil {
			l.Progress(j.end - j.begin)
		}
		l.advance()
	}
}

// advance moves the front over what was read, and finds the pages that can be made: all but the
// last, which waits for its older neighbour.
func (l *line) advance() {
	for l.front < len(l.whole) && l.whole[l.front] {
		place := l.front * block
		for _, s := range l.sorted[place:min(len(l.sorted), place+block)] {
			if s.public {
				l.expect(s)
				l.public = append(l.public, s)
				s.wanted = l.candidates.admit(s)
			}
		}
		l.front++
	}
	known := len(l.public) - 1
	if l.front == len(l.whole) {
		known++
	}
	for l.made < known {
		j := job{l.public, l.made, min(l.made+block, known), true}
		l.ready, l.made = append(l.ready, j), j.end
	}
}

// expect tells once that readers will get something else: what one bulletin of theirs says is new.
func (l *line) expect(s *step) {
	if s.old || l.told || l.Expect == nil {
		return
	}
	l.told = true
	l.Expect()
}
