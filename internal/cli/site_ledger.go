package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"tocsin/internal/lock"
	"tocsin/internal/notify/ledger"
)

// reader opens the ledger for reading; ledger.ErrNone says that nothing was planned yet.
func (s *site) reader(ctx context.Context) (*ledger.Ledger, error) {
	gone, err := missing(s.path(s.config.Ledger))
	if err != nil {
		return nil, err
	}
	if gone {
		return nil, ledger.ErrNone
	}
	if err := s.closedFolder(s.config.Ledger); err != nil {
		return nil, err
	}
	return soon(ctx, func() (*ledger.Ledger, error) { return ledger.OpenReader(ctx, s.path(s.config.Ledger)) })
}

// keeper opens the ledger that there is for writing, and makes none.
func (s *site) keeper(ctx context.Context, doing string) (*ledger.Ledger, error) {
	switch gone, err := missing(s.path(s.config.Ledger)); {
	case err != nil:
		return nil, err
	case gone:
		return nil, ledger.ErrNone
	}
	return s.writer(ctx, doing)
}

// writer opens the ledger for writing, or makes one; doing says for what, to whom it keeps
// waiting.
func (s *site) writer(ctx context.Context, doing string) (*ledger.Ledger, error) {
	if err := s.closedFolder(s.config.Ledger); err != nil {
		return nil, err
	}
	return soon(ctx, func() (*ledger.Ledger, error) { return ledger.Open(ctx, s.path(s.config.Ledger), doing) })
}

// catchingUp is what a reader has written down that holds the ledger's lock: it enters what a run
// has left, and lets go.
const catchingUp = "bringing the ledger up to date"

// waitReader is how long a ledger is waited for whose holder lets go soon.
const waitReader = 5 * time.Second

// soon opens a ledger. It waits a while for a reader that brings it up to date, and for nobody
// else: whoever sends may be at it for hours.
func soon(ctx context.Context, open func() (*ledger.Ledger, error)) (*ledger.Ledger, error) {
	late, stop := context.WithTimeout(ctx, waitReader)
	defer stop()
	for last := ""; ; {
		book, err := open()
		holder, brief := held(err, last)
		if !brief {
			return book, err
		}
		last = holder
		select {
		case <-time.After(waitShort):
		case <-late.Done():
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, err
		}
	}
}

// held is who holds a lock, and whether it is worth while to look again. For an instant a lock says
// nothing, or names one who is dead: only who is named twice is believed.
func held(err error, last string) (holder string, brief bool) {
	var other *lock.HeldError
	if !errors.As(err, &other) {
		return "", false
	}
	known := other.Holder != "" && other.Holder == last
	return other.Holder, !known || strings.HasSuffix(other.Holder, ": "+catchingUp)
}
