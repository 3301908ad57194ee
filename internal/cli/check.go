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
	s, err := p.open()
	if err != nil {
		return err
	}
	p.problems(p.Stdout, s.problems)
	p.print("checked %s (%s) and %s: %s", many(len(s.content.Bulletins), "bulletin"), many(s.drafts(), "draft"),
		policies(len(s.content.Policies)), summary(s.problems))
	if s.problems.Errors() > 0 {
		return errFound
	}
	return nil
}

// drafts counts the bulletins that nobody outside may see yet.
func (s *site) drafts() int {
	n := 0
	for _, b := range s.content.Bulletins {
		if b.Status == bulletin.Draft {
			n++
		}
	}
	return n
}

func policies(n int) string {
	if n == 1 {
		return "1 policy"
	}
	return many(n, "policie")
}
