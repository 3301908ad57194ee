package build

import (
	"slices"
	"sync"

	"tocsin/internal/publish/site"
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

	begun   int    // blocks before this one somebody reads or has read, or the last walk did
	waiting int    // blocks that were begun and are not behind the front, but for those of the last walk
	told    bool   // that the site will be another
	spared  []bool // blocks that the last walk has read
	whole   []bool // blocks that were read
	front   int    // blocks before this one are whole, and in public
	ready   []job  // pages that can be made
	made    int    // bulletins in public that are among those pages, or were
	atWork  int    // workers

	end int   // only what has a lower place is begun
	err error // of the bulletin in that place
}

const (
	// block is how many bulletins a worker takes at once.
	block = 8
	// ahead is how many blocks a worker reads before the oldest of them is whole.
	ahead = 2
	// atOnce is how many blocks go into public before somebody makes their pages.
	atOnce = 4 * stretch / block
)

// job is what a worker takes: a few of some bulletins in a row, to read them or to make their pages.
type job struct {
	among      []*step
	begin, end int
	render     bool
}

func newLine(p *pass) *line {
	blocks := (len(p.sorted) + block - 1) / block
	l := &line{pass: p, spared: make([]bool, blocks), whole: make([]bool, blocks), end: len(p.sorted)}
	l.moved = sync.NewCond(&l.mutex)
	l.public = make([]*step, 0, len(p.sorted))
	for i := range blocks {
		l.spared[i] = !slices.ContainsFunc(l.block(i), func(s *step) bool { return !s.old })
		l.whole[i] = l.spared[i]
	}
	return l
}

func (l *line) block(number int) []*step {
	return l.sorted[number*block : min(len(l.sorted), (number+1)*block)]
}

func (l *line) run() error {
	var group sync.WaitGroup
	for range min(max(1, l.Workers), len(l.whole)) {
		group.Go(l.work)
	}
	group.Wait()
	return l.err
}

// tools are what a worker uses for one bulletin after the other.
type tools struct {
	scratch *tape.Tape // a record is written on it
	room    site.Room  // a page is made in it
}

func newTools() *tools { return &tools{scratch: tape.Write()} }

func (l *line) work() {
	tools := newTools()
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
		at, err := l.do(j, tools)
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
		for l.begun < len(l.spared) && l.spared[l.begun] {
			l.begun++
		}
		if place := l.begun * block; place < l.end && l.waiting < ahead*max(1, l.Workers) {
			l.begun++
			l.waiting++
			return job{among: l.sorted, begin: place, end: min(place+block, len(l.sorted))}, true
		}
		if l.front*block < l.end && l.whole[l.front] {
			l.advance()
			l.moved.Broadcast()
			continue
		}
		if l.atWork == 0 {
			return j, false
		}
		l.moved.Wait()
	}
}

// do does a job; at is the place of the bulletin that an error is about.
func (l *line) do(j job, t *tools) (at int, err error) {
	for i := j.begin; i < j.end; i++ {
		if err := l.ctx.Err(); err != nil {
			return 0, err
		}
		s := j.among[i]
		if j.render {
			err = l.page(j.among, i, t)
		} else {
			err = l.read(s)
		}
		if err != nil {
			return s.place, err
		}
		if !s.old && (j.render || !s.public) {
			s.pack(t.scratch) // nobody looks at it until the end
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
		for _, s := range j.among[j.begin:j.end] {
			l.expect(s)
		}
		l.advance()
	}
}

// advance moves the front over what was read, and finds the pages that can be made: all but the
// last, which waits for its older neighbour. It goes on later where the last walk has read so much
// that others would wait for the pages.
func (l *line) advance() {
	for end := l.front + atOnce; l.front < min(end, len(l.whole)) && l.whole[l.front]; l.front++ {
		some := l.block(l.front)
		for _, s := range some {
			if s.public {
				l.public = append(l.public, s)
				s.wanted = l.candidates.admit(s)
			}
		}
		if !l.spared[l.front] {
			l.waiting--
		}
		if l.Progress != nil {
			l.Progress(len(some))
		}
	}
	known := len(l.public) - 1
	if l.front == len(l.whole) {
		known++
	}
	for l.made < known {
		j := job{l.public, l.made, l.inARow(known), true}
		l.ready, l.made = append(l.ready, j), j.end
	}
}

// inARow is where the next job of pages ends: one that the last walk made takes no time.
func (l *line) inARow(known int) int {
	end := l.made
	for work := 0; end < known && work < stretch; end++ {
		if l.public[end].old {
			work++
		} else {
			work += stretch / block
		}
	}
	return end
}

// expect tells once that readers will get something else: what one bulletin of theirs says is new.
func (l *line) expect(s *step) {
	if !s.public || s.old || l.told || l.Expect == nil {
		return
	}
	l.told = true
	l.Expect()
}
