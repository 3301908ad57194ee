package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/send"
	"tocsin/internal/tailnet"
)

// toSelf is the letter to ourselves that a plan begins with: the letter of a customer that
// there is not, which the plan was approved with, in the language of the site. Nil where
// nobody wants it, or the plan has none.
func (p *program) toSelf(s *site, plan ledger.Stored, how sendHow, back func(row int) (tailnet.Address, error), now func() time.Time) (*send.Self, error) {
	specimen, err := s.specimen(plan)
	if how.noSelf || err != nil || specimen == nil {
		return nil, err
	}
	self := &send.Self{To: cmp.Or(s.config.Mail.Self, s.config.Mail.From.Address)}
	if self.From, err = back(0); err != nil {
		return nil, err
	}
	self.Message, err = mailer.Readdressed(specimen, self.To, selfID(plan, s.config.Mail.From.Address.Domain(), now()))
	self.Out = func(ctx context.Context, reply mailer.Reply) error {
		p.say("a letter to ourselves is out, to %s: %s", self.To, reply)
		if how.yes != "" {
			return nil
		}
		p.say("look whether it arrived, whether its signature holds, and how it looks; nobody else has got one")
		return p.lookedAt(ctx, plan)
	}
	return self, err
}

// selfID is a Message-ID that no letter of a plan has, and another one each time: a mailbox
// may hide what it takes for the same message.
func selfID(plan ledger.Stored, domain string, now time.Time) string {
	return fmt.Sprintf("self.%s.%d.%s@%s", plan.ID.Bulletin, plan.ID.Number, now.UTC().Format("20060102T150405Z"), domain)
}

// lookedAt waits until somebody has seen the letter to ourselves, and types the plan's name.
func (p *program) lookedAt(ctx context.Context, plan ledger.Stored) error {
	if err := p.confirm(ctx, bulletin.ID(plan.ID.String()), consent{}, "go on with"); err == nil {
		return nil
	}
	exit := exitRefused
	if ctx.Err() != nil {
		exit = exitStopped
	}
	return &refusal{exit, "only the letter to ourselves went out: nobody else was written to", "the same command again"}
}

// specimen is a plan's sample letter in the language of the site; the first where there is
// none in it, nil where the plan was made without.
func (s *site) specimen(plan ledger.Stored) ([]byte, error) {
	messages, err := mailer.Apart(plan.Pattern())
	if err != nil {
		return nil, fmt.Errorf("the sample of %s cannot be read (%v): %w", plan.ID, err, ledger.ErrChanged)
	}
	if len(messages) == 0 {
		return nil, nil
	}
	at := 0
	if templates, err := notify.ParseTemplates(s.templates); err == nil { // the letters are frozen: what templates say by now stops none
		at = max(0, slices.Index(templates.Languages(), strings.ToLower(s.config.Language)))
	}
	return messages[min(at, len(messages)-1)], nil
}
