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
	next func() (ledger.Past, error, bool)
	stop func()
	head ledger.Past // the next that was not met yet
	more bool
	err  error
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

// take is the next, which is then met.
func (w *walkPast) take() ledger.Past {
	p := w.head
	w.advance()
	return p
}

// has reports whether an earlier plan had a row for a tailnet, given that all before it are
// met.
func (w *walkPast) has(id tailnet.ID) bool { return w.more && w.head.Tailnet == id }

// of is what the earlier plans come to for a tailnet, given that all before it are met.
func (w *walkPast) of(id tailnet.ID) ledger.Past {
	if !w.has(id) {
		return ledger.Past{Tailnet: id}
	}
	return w.take()
}
