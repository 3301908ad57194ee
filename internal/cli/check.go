package cli

import (
	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
)

func (p *program) check() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Find every problem of the site at once",
		Args:  exactly(),
		RunE:  func(*cobra.Command, []string) error { return p.runCheck() },
	}
}

func (p *program) runCheck() error {
	now, err := p.clock()
	if err != nil {
		return err
	}
	s, err := p.open(now)
	if err != nil {
		return err
	}
	if s.problems.Errors() > 0 {
		return s.problems
	}
	p.problems(s.problems)
	drafts := 0
	for _, b := range s.content.Bulletins {
		if b.Status == bulletin.Draft {
			drafts++
		}
	}
	p.print("checked %s (%s) and %s: %s, %s",
		many(len(s.content.Bulletins), "bulletin"), many(drafts, "draft"), policies(len(s.content.Policies)),
		many(0, "error"), many(s.problems.Warnings(), "warning"))
	return nil
}

func policies(n int) string {
	if n == 1 {
		return "1 policy"
	}
	return many(n, "policie")
}
