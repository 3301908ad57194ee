package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/release"
)

// withdrawing is why a bulletin is taken back.
type withdrawing struct {
	consent
	reason       string
	supersededBy string
	by           string
}

func (p *program) withdraw() *cobra.Command {
	var how withdrawing
	c := &cobra.Command{
		Use:   "withdraw ID",
		Short: "Take a published bulletin back; its page stays and says so",
		Args:  exactly("ID"),
	}
	how.flags(c)
	c.Flags().StringVar(&how.reason, "reason", "", "`why` it does not hold, in one line for readers")
	c.Flags().StringVar(&how.supersededBy, "superseded-by", "", "the published bulletin that holds in its place (`ID`)")
	c.Flags().StringVar(&how.by, "by", "", "`who` answers for a bulletin that is not on record yet")
	c.RunE = func(c *cobra.Command, args []string) error {
		if how.reason == "" {
			return usage(c, errors.New("withdraw needs --reason: why it does not hold, in one line for readers"))
		}
		if err := oneLine(c, "--reason", how.reason); err != nil {
			return err
		}
		return p.runWithdraw(c.Context(), bulletin.ID(args[0]), how)
	}
	return c
}

// runWithdraw takes a published bulletin back.
func (p *program) runWithdraw(ctx context.Context, id bulletin.ID, how withdrawing) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	b, err := s.inForce(id, "a draft that is given up is deleted", "delete the file: no page shows it")
	if err != nil {
		return err
	}
	switch b.Status {
	case bulletin.Withdrawn:
		p.say("%s is withdrawn already: nothing to do", id)
		return nil
	case bulletin.Private:
		return refuse("write to those who were told", "%s is private: it has no page that could be taken back, and withdrawing it would make one", id)
	}
	if err := s.successor(id, bulletin.ID(how.supersededBy)); err != nil {
		return err
	}
	e, err := p.withdrawn(ctx, s, b, how)
	if err != nil {
		return err
	}
	p.print("%s: %s", id, b.Title)
	err = p.carryOut(ctx, s, e, how.consent, "withdraw", "withdrawing")
	if err == nil && !how.dry {
		p.sayWithdrawnUnderWay(s, id)
	}
	return err
}

// successor refuses to send readers where nothing is, or to name what nobody may
// know of yet.
func (s *site) successor(id, next bulletin.ID) error {
	if next == "" {
		return nil
	}
	found := s.standing(next)
	switch {
	case next == id:
		return &refusal{exitUsage, string(id) + " cannot supersede itself", "name another bulletin, or leave out --superseded-by"}
	case found.released == nil && found.draft == nil:
		return s.nowhere(next)
	case found.released == nil || found.released.Status != bulletin.Public:
		return refuse("tocsin release "+string(next)+" first", "%s is not published: the page of %s would tell everybody of it", next, id)
	}
	return nil
}

// withdrawn is the edition that says that the bulletin does not hold.
func (p *program) withdrawn(ctx context.Context, s *site, b bulletin.Bulletin, how withdrawing) (*edition, error) {
	at := s.now.Truncate(time.Second)
	data, err := release.Withdraw(b, bulletin.Retraction{At: at, Reason: how.reason, SupersededBy: bulletin.ID(how.supersededBy)})
	if err != nil {
		return nil, err
	}
	e, err := p.edit(s, b, data, b.Source.Name)
	if err != nil {
		return nil, err
	}
	record, err := s.recordOf(ctx, b, b.Decision, how.by)
	if err != nil {
		return nil, err
	}
	if err := e.put(release.Withdrawn(record, e.to, at)); err != nil {
		return nil, err
	}
	return e, p.checked(e)
}
