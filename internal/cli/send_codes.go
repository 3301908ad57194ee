package cli

import (
	"bytes"
	"context"
	"errors"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/genuine"
	"tocsin/internal/notify/ledger"
)

// codesUnlisted warns before the first letter where its reader would look for its code in
// vain: no list is public, or an older one, by which a genuine letter looks forged.
func (p *program) codesUnlisted(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, b bulletin.Bulletin) error {
	if b.Status == bulletin.Private {
		return nil // its letters bear none
	}
	code, err := s.aCode(ctx, book, plan)
	if err != nil || code == "" {
		return err
	}
	entry := genuine.EntryOf(b.ID, code).String()
	if list, public := s.content.CodesOf(b.ID); public && bytes.Contains(list.Source.Data, []byte(entry)) {
		return nil
	}
	p.say("nobody can look up the codes of these letters yet: tocsin status %s --publish, then tocsin build, before they go", b.ID)
	return nil
}

// aCode is that of some letter of a plan: a list has all of a plan's, or none.
func (s *site) aCode(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) (code genuine.Code, err error) {
	key, err := s.key()
	if err != nil {
		return "", err
	}
	found := errors.New("one is enough")
	err = book.Each(ctx, plan, func(d ledger.Delivery) error {
		if d.Standing != notify.Mailed || d.Erased != "" {
			return nil
		}
		code = notify.LetterCode(key, plan.ID, d.Tailnet, d.Address)
		return found
	})
	if errors.Is(err, found) {
		err = nil
	}
	return code, err
}
