package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	findings "tocsin/internal/report"
	"tocsin/internal/source"
)

// checking is how a check was asked for.
type checking struct {
	format string
	fix    bool
	dry    bool
	notes  bool
}

func (p *program) check() *cobra.Command {
	var how checking
	c := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Find every problem of the site at once",
		Long: "check finds every problem of the site at once, or those of the files and folders that\n" +
			"are named. tocsin explain CODE says what a problem's code, the word in [ ], means.",
		RunE: func(c *cobra.Command, args []string) error { return p.runCheck(c.Context(), how, args) },
	}
	c.Flags().StringVar(&how.format, "format", "text", "`text` for people, or json for programs")
	c.Flags().BoolVar(&how.fix, "fix", false, "mend what can be mended in only one way, and show the changes")
	c.Flags().BoolVar(&how.notes, "notes", false, "show notes too, as for a PATH: what a draft still lacks, what may be meant")
	c.Flags().BoolVar(&how.dry, "dry-run", false, "with --fix: show the changes and write nothing")
	return c
}

func (p *program) runCheck(ctx context.Context, how checking, paths []string) error {
	out, err := p.reporter(how.format)
	if err != nil {
		return err
	}
	if how.dry && !how.fix {
		return &refusal{exitUsage, "--dry-run goes with --fix", "tocsin check --fix --dry-run"}
	}
	only, err := p.only(paths)
	if err != nil {
		return err
	}
	if how.fix {
		if err := p.fix(how, only); err != nil || how.dry {
			return err
		}
	}
	return p.tell(ctx, out, only, how.notes || len(paths) > 0 || how.format != "text")
}

// reporter is who tells what was found.
func (p *program) reporter(format string) (findings.Reporter, error) {
	switch format {
	case "text":
		return findings.NewText(p.Stdout, colours(p.Stdout)), nil
	case "json":
		return findings.NewJSON(p.Stdout), nil
	}
	return nil, &refusal{exitUsage, fmt.Sprintf("--format is %q; it must be text or json", format), "tocsin check --help"}
}

// tell checks the site and reports what is wrong in the files that were asked for.
// Notes on the whole site are counted only: most are what colleagues still have to
// write.
func (p *program) tell(ctx context.Context, out findings.Reporter, only selection, notes bool) error {
	sum := findings.Summary{Unshown: !notes}
	s, err := p.walk(asItIs, func(e content.Entry) {
		if only.holds(e.Bulletin.Source.Name) {
			sum.Bulletins++
			if e.Readable && e.Bulletin.Status == bulletin.Draft {
				sum.Drafts++
			}
		}
	})
	var found source.Problems // of tocsin.yaml: they end everything else, and are told whatever was asked for
	if err != nil && !errors.As(err, &found) {
		return err
	}
	if err == nil {
		if err := only.checked(s); err != nil {
			return err
		}
		if s.config.Public {
			leaks, err := p.leaked(ctx)
			if err != nil {
				return err
			}
			s.problems = append(s.problems, leaks...)
			s.problems.Sort()
		}
		sum.Policies = only.policies(s)
		found, sum.Suppressed = only.problems(s.problems), len(only.problems(s.silenced))
	}
	for _, f := range found {
		if f.Level == source.Note && !notes {
			continue
		}
		f.Position = p.fromHere(f.Position)
		out.Problem(f)
	}
	if err := out.Done(sum.Count(found)); err != nil {
		return err
	}
	if found.Errors() > 0 {
		return errFound
	}
	return nil
}
