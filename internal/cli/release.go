package cli

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/check"
	"tocsin/internal/content"
	"tocsin/internal/release"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// releasing is how a bulletin is to be released.
type releasing struct {
	consent
	as      string
	by      string
	partial bool
	reason  string
}

func (p *program) release() *cobra.Command {
	var how releasing
	c := &cobra.Command{
		Use:   "release ID",
		Short: "Publish a draft: check, show what becomes public, ask, record the decision",
		Args:  exactly("ID"),
	}
	how.flags(c)
	c.Flags().StringVar(&how.as, "as", string(bulletin.Public), "`published`, or private: told by letter only, no page")
	c.Flags().StringVar(&how.by, "by", "", "`who` releases it, if not who git says you are")
	c.Flags().BoolVar(&how.partial, "partial", false, "release it although the policy waits for a fix; needs --reason")
	c.Flags().StringVar(&how.reason, "reason", "", "`why` it is released while it is held")
	c.RunE = func(c *cobra.Command, args []string) error {
		switch as := bulletin.Status(how.as); {
		case as != bulletin.Public && as != bulletin.Private:
			return usage(c, fmt.Errorf("--as must be published or private, not %q", how.as))
		case how.partial != (how.reason != ""):
			return usage(c, fmt.Errorf("--partial and --reason go together"))
		case how.partial && as == bulletin.Private:
			return usage(c, fmt.Errorf("--partial is about what becomes public, and --as private makes nothing public"))
		}
		if err := oneLine(c, "--reason", how.reason); err != nil {
			return err
		}
		return p.runRelease(c.Context(), bulletin.ID(args[0]), how)
	}
	return c
}

// runRelease works everything out in memory, shows it, asks, and writes.
func (p *program) runRelease(ctx context.Context, id bulletin.ID, how releasing) error {
	s, err := p.openForRelease(id)
	if err != nil {
		return err
	}
	draft, done, err := p.releasable(s, id, how)
	if err != nil || done {
		return err
	}
	e, err := p.released(ctx, s, draft, how)
	if err != nil {
		return err
	}
	if err := p.guarded(ctx, e.after, e.embargo, id); err != nil {
		return err
	}
	p.print("%s: %s", e.to.ID, e.to.Title)
	p.verdicts(s, e)
	p.unsaid(e.to)
	return p.carryOut(ctx, s, e, how.consent, "release", "releasing")
}

// unsaid warns of what readers look for first and will not find.
func (p *program) unsaid(b bulletin.Bulletin) {
	if b.Status == bulletin.Public && b.Action.Required == verdict.Unknown {
		p.say("\nwarning: the page will say \"Action required: not stated\". tocsin ask %s asks what users have to do", b.ID)
	}
	if b.Status == bulletin.Public && b.Severity == "" {
		p.say("warning: the page will say that the severity is not stated")
	}
}

// released is the edition that a release makes, if the policy and the checks agree.
func (p *program) released(ctx context.Context, s *site, draft bulletin.Bulletin, how releasing) (*edition, error) {
	if err := errors.Join(s.judgeable(), s.neverShown(draft)); err != nil {
		return nil, err
	}
	if draft.Status == bulletin.Draft && draft.Published.After(s.now) {
		return nil, refuse("wait until then, or change published: in "+draft.Source.Name,
			"%s is not to be released before %s (published:)", draft.ID, draft.Published.Format(time.RFC3339))
	}
	by, err := s.author(ctx, how.by)
	if err != nil {
		return nil, err
	}
	if by == "" && !how.partial {
		p.say("nobody is named who releases it, and git knows nobody: --by NAME puts a name on record")
	}
	terms := release.Terms{As: bulletin.Status(how.as), At: s.now.Truncate(time.Second)}
	if how.partial {
		if err := s.waits(draft); err != nil {
			return nil, err
		}
		if by == "" {
			return nil, &refusal{exitUsage, "nobody is named who releases it while it is held, and git knows nobody", "the same command with --by NAME"}
		}
		terms.Partial = &verdict.Override{Outcome: verdict.Required, Reason: how.reason, By: by}
	}
	data, err := release.Stamp(draft, terms)
	if err != nil {
		return nil, err
	}
	e, err := p.edit(s, draft, data, s.placeOf(draft, terms.As))
	if err != nil {
		return nil, err
	}
	ground := s.ground(e.to)
	ground.By, ground.Partial = by, how.reason
	record := release.Record(e.to, terms.At, ground)
	if draft.Decision != nil && draft.Status == bulletin.Private {
		record.Texts = draft.Decision.Texts // what was told by letter, which is the same text
	}
	if err := e.put(record); err != nil {
		return nil, err
	}
	return e, p.permitted(s, e, ground)
}

// neverShown refuses to release again what was released once and made a draft by hand:
// the new record would hide what readers were shown. A record of this very text is one
// that a run left behind which was stopped before its last step.
func (s *site) neverShown(draft bulletin.Bulletin) error {
	if broken := s.brokenRecord(string(draft.ID)); len(broken) > 0 {
		return broken
	}
	record := draft.Decision
	switch {
	case record == nil || draft.Status != bulletin.Draft:
		return nil
	case record.Withdrawn != nil:
		return refuse("tocsin new bulletin", "%s was withdrawn, and an id is never used again", draft.ID)
	case len(record.Texts) == 1 && record.Texts[0].SHA256 == bulletin.Digest(draft.Wording()):
		return nil
	}
	file := content.DecisionFolder + "/" + string(draft.ID) + ".json"
	return refuse("write status: "+string(record.Status)+" again, then tocsin revise "+string(draft.ID)+" --summary TEXT; or remove "+file+" if no reader ever saw it",
		"%s was released on %s with another text (%s)", draft.ID, record.Released.Format(time.DateOnly), file)
}

// permitted asks the checks, then the policy. Who hears of problems hears of the
// verdict as well.
func (p *program) permitted(s *site, e *edition, g release.Ground) error {
	wrong, refused := p.checked(e), s.allowed(e.to, g)
	if wrong == nil {
		if unjudged := s.unjudged(e.to); len(unjudged) > 0 {
			wrong = unjudged
		}
	}
	return errors.Join(wrong, refused)
}

// unjudged is what keeps a bulletin from being put on record. Of one that is, the
// checks take it for granted.
func (s *site) unjudged(b bulletin.Bulletin) source.Problems {
	b.Decision = nil
	checker := check.New(check.Settings{Config: s.config, Rules: s.rules, Now: s.now}, s.content)
	checker.Bulletin(content.Entry{Bulletin: b, Readable: true})
	return slices.DeleteFunc(checker.Done(), func(f source.Problem) bool {
		return f.Code != "legal-not-assessed" || f.Level != source.Error
	})
}

// placeOf is where a released bulletin stands. What is not for everybody stays in
// the drafts root, where everybody can read what is committed here.
func (s *site) placeOf(draft bulletin.Bulletin, as bulletin.Status) string {
	if as == bulletin.Private && s.config.Public {
		return draft.Source.Name
	}
	return path.Join(content.BulletinFolder, string(draft.ID)+".md")
}

// ground is what is decided about a bulletin, and by which texts.
func (s *site) ground(b bulletin.Bulletin) release.Ground {
	g := release.Ground{Disclose: s.rules.Bulletin(b, s.now), Notify: s.rules.AnyTailnet(b, s.now)}
	if p, found := s.content.Policy(s.rules.Policy); found {
		g.Policy = bulletin.Digested{Name: p.Source.Name, SHA256: bulletin.Digest(p.Source.Data)}
	}
	for _, r := range s.content.Rules {
		if r.Policy == s.rules.Policy {
			g.Rules = bulletin.Digested{Name: r.Source.Name, SHA256: bulletin.Digest(r.Source.Data)}
		}
	}
	return g
}
