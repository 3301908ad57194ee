package planning

import (
	"context"
	"errors"
	"iter"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/tailnet"
)

// walkPast walks through what earlier plans come to, beside rows in the same order.
type walkPast struct {
	next   func() (ledger.Past, error, bool)
	stop   func()
	head   ledger.Past // the next that was not met yet
	more   bool
	behind []ledger.Past // of which no row has been met
	err    error
}

var errEnough = errors.New("nobody asks for more")

func (s *Sequel) past(ctx context.Context) *walkPast {
	w := new(walkPast)
	w.next, w.stop = iter.Pull2(func(yield func(ledger.Past, error) bool) {
		err := s.History.EachPast(ctx, s.Bulletin.ID, func(p ledger.Past) error {
			if !yield(p, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(ledger.Past{}, err)
		}
	})
	w.advance()
	return w
}

func (w *walkPast) advance() {
	var err error
	if w.head, err, w.more = w.next(); err != nil {
		w.err, w.more = err, false
	}
}

// has reports whether an earlier plan had a row for a tailnet.
func (w *walkPast) has(id tailnet.ID) bool {
	for w.more && w.head.Tailnet < id {
		w.behind = append(w.behind, w.head)
		w.advance()
	}
	return w.more && w.head.Tailnet == id
}

// of is what the earlier plans come to for a tailnet.
func (w *walkPast) of(id tailnet.ID) ledger.Past {
	if !w.has(id) {
		return ledger.Past{Tailnet: id}
	}
	p := w.head
	w.advance()
	return p
}

// passed are those that were passed without a row.
func (w *walkPast) passed() []ledger.Past {
	behind := w.behind
	w.behind = nil
	return behind
}

// rest passes all that are left.
func (w *walkPast) rest() {
	for ; w.more; w.advance() {
		w.behind = append(w.behind, w.head)
	}
}
