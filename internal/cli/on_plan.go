package cli

import (
	"context"
	"errors"

	"tocsin/internal/notify/ledger"
)

// onPlan is what a command does with a plan and the ledger that it stands in.
type onPlan func(*site, *ledger.Ledger, ledger.Stored) error

// withPlan opens the ledger for reading and finds a plan by its name. It needs the
// settings alone: a plan can be read whatever the content is like.
func (p *program) withPlan(ctx context.Context, name string, use onPlan) error {
	return p.openPlan(ctx, name, (*site).reader, use)
}

// changePlan is withPlan for a command that writes into the ledger; doing says for what, to
// whom it keeps waiting.
func (p *program) changePlan(ctx context.Context, name, doing string, use onPlan) error {
	keeper := func(s *site, ctx context.Context) (*ledger.Ledger, error) { return s.keeper(ctx, doing) }
	return p.openPlan(ctx, name, keeper, use)
}

func (p *program) openPlan(ctx context.Context, name string, open func(*site, context.Context) (*ledger.Ledger, error), use onPlan) error {
	return p.withBook(ctx, open, func(s *site, book *ledger.Ledger) error {
		plan, err := find(ctx, book, name)
		if err != nil {
			return err
		}
		return use(s, book, plan)
	})
}

// withBook opens the settings and the ledger, and closes it.
func (p *program) withBook(ctx context.Context, open func(*site, context.Context) (*ledger.Ledger, error), use func(*site, *ledger.Ledger) error) (err error) {
	s, err := p.settings()
	if err != nil {
		return err
	}
	book, err := open(s, ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	return use(s, book)
}
