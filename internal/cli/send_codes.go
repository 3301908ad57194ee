package cli

import (
	"bytes"
	"cmp"
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
	listed, err := s.codesListed(ctx, book, plan, b)
	if err == nil && !listed {
		p.say("nobody can look up the codes of these letters yet: tocsin status %s --publish, then tocsin build, before they go", b.ID)
	}
	return err
}

// codesListed reports whether the codes of a plan's letters are public, where they bear any.
func (s *site) codesListed(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, b bulletin.Bulletin) (bool, error) {
	if b.Status == bulletin.Private {
		return true, nil // its letters bear none
	}
	code, err := s.aCode(ctx, book, plan)
	if err != nil {
		return false, cmp.Or(book.Verify(ctx, plan), err) // a row that cannot be read was changed, and that says so
	}
	if code == "" {
		return true, nil
	}
	list, public := s.content.CodesOf(b.ID)
	return public && bytes.Contains(list.Source.Data, []byte(genuine.EntryOf(b.ID, code).String())), nil
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
