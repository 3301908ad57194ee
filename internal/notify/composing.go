package notify

import (
	"iter"
	"runtime"
)

// Entries renders every letter of a plan, on every processor, and yields the entries in
// the order of the rows. Rows that get no letter pass through. After an error there is
// no more.
func (c Composer) Entries(plan Plan, rows iter.Seq2[Row, error]) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		w := composing{Composer: c, plan: plan}
		defer w.wait()
		next := new(stack)
		for r, err := range rows {
			if err != nil {
				next.err = err
				break
			}
			next.rows = append(next.rows, r)
			if next.size += 1 + len(r.Match.Hits); next.size < stackSize {
				continue
			}
			w.begin(next)
			next = new(stack)
			if len(w.ahead) > runtime.GOMAXPROCS(0) && !w.deliver(yield) {
				return
			}
		}
		w.begin(next)
		for len(w.ahead) > 0 {
			if !w.deliver(yield) {
				return
			}
		}
	}
}

// composing is letters that are being written, a few stacks at a time.
type composing struct {
	Composer
	plan  Plan
	ahead []*stack // in order
}

// stack is some rows, of which one goroutine makes entries.
type stack struct {
	rows    []Row
	size    int // of the rows, in nodes
	entries []Entry
	err     error // what follows the last entry
	done    chan struct{}
}

// stackSize is how many nodes make a stack: enough that handing it over costs nothing,
// and few enough that a handful of stacks fit in memory.
const stackSize = 64

func (w *composing) begin(s *stack) {
	s.done = make(chan struct{})
	w.ahead = append(w.ahead, s)
	go func() {
		defer close(s.done)
		for _, r := range s.rows {
			e, err := w.entry(w.plan, r)
			if err != nil {
				s.err = ofLetter(w.plan, r, err)
				return
			}
			s.entries = append(s.entries, e)
		}
	}()
}

// deliver waits for the first stack and yields what is in it; false where that was the end.
func (w *composing) deliver(yield func(Entry, error) bool) bool {
	first := w.ahead[0]
	<-first.done
	w.ahead = w.ahead[1:]
	for _, e := range first.entries {
		if !yield(e, nil) {
			return false
		}
	}
	if first.err != nil {
		yield(Entry{}, first.err)
		return false
	}
	return true
}

// wait leaves no goroutine behind.
func (w *composing) wait() {
	for _, s := range w.ahead {
		<-s.done
	}
}
