package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/release"
)

// revising is what is said of a change.
type revising struct {
	consent
	summary  string
	material bool
	by       string
}

func (p *program) revise() *cobra.Command {
	var how revising
	c := &cobra.Command{
		Use:   "revise ID",
		Short: "Say what changed in a released bulletin, on its page and on record",
		Args:  exactly("ID"),
	}
	how.flags(c)
	c.Flags().StringVar(&how.summary, "summary", "", "`what` changed, in one line for readers")
	c.Flags().BoolVar(&how.material, "material", false, "readers and feeds are told anew")
	c.Flags().StringVar(&how.by, "by", "", "`who` answers for a bulletin that is not on record yet")
	c.RunE = func(c *cobra.Command, args []string) error {
		if how.summary == "" {
			return usage(c, errors.New("revise needs --summary: what changed, in one line for readers"))
		}
		if err := oneLine(c, "--summary", how.summary); err != nil {
			return err
		}
		return p.runRevise(c.Context(), bulletin.ID(args[0]), how)
	}
	return c
}

// oneLine refuses a text of several lines: it is written into one line of a file.
func oneLine(c *cobra.Command, flag, text string) error {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }) {
		return usage(c, fmt.Errorf("%s must be one line", flag))
	}
	return nil
}

// runRevise adds a revision to a released bulletin whose text is no longer the one on
// record.
func (p *program) runRevise(ctx context.Context, id bulletin.ID, how revising) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	b, err := s.inForce(id, "a draft is changed as you like until it is released", "tocsin check, and at the end tocsin release "+string(id))
	if err != nil {
		return err
	}
	if last, recorded := release.Recorded(b); recorded && last.SHA256 == bulletin.Digest(b.Wording()) {
		p.say("nothing has changed in %s since revision %d: nothing to do", id, last.Version)
		return nil
	}
	e, err := p.revised(ctx, s, b, how)
	if err != nil {
		return err
	}
	if b.Decision == nil {
		p.say("%s is not on record: it was not tocsin that released it. This run records it as it will be", id)
	}
	p.print("%s: %s, revision %d", id, b.Title, release.Version(e.to))
	err = p.carryOut(ctx, s, e, how.consent, "revise", "revising")
	if err == nil && !how.dry && how.material {
		p.sayRevisedUnderWay(s, id)
	}
	return err
}

// inForce finds a bulletin that is released and not taken back.
func (s *site) inForce(id bulletin.ID, ofDrafts, next string) (bulletin.Bulletin, error) {
	found := s.standing(id)
	switch b := found.released; {
	case b == nil && found.draft == nil:
		return bulletin.Bulletin{}, s.nowhere(id)
	case b == nil:
		return *found.draft, refuse(next, "%s is not released: %s (%s)", id, ofDrafts, found.draft.Source.Name)
	case found.draft != nil:
		return *b, refuse("tocsin release "+string(id), "a draft of %s is left over in %s", id, found.draft.Source.Name)
	default:
		return *b, nil
	}
}

// revised is the edition with one more revision.
func (p *program) revised(ctx context.Context, s *site, b bulletin.Bulletin, how revising) (*edition, error) {
	if b.Status == bulletin.Withdrawn {
		return nil, refuse("tocsin new bulletin", "%s is withdrawn: its text is not shown any more", b.ID)
	}
	at := s.now.Truncate(time.Second)
	data, err := release.Revise(b, bulletin.Revision{
		Version: max(1, release.Version(b)) + 1, At: at, Summary: how.summary, Material: how.material,
	})
	if err != nil {
		return nil, err
	}
	e, err := p.edit(s, b, data, b.Source.Name)
	if err != nil {
		return nil, err
	}
	record, err := s.recordOf(ctx, e.to, b.Decision, how.by)
	if err != nil {
		return nil, err
	}
	if err := e.put(release.Later(record, e.to, at)); err != nil {
		return nil, err
	}
	return e, p.checked(e)
}

// recordOf is what is on record about a bulletin. One that was published by hand is
// taken over as it is judged now.
func (s *site) recordOf(ctx context.Context, b bulletin.Bulletin, known *bulletin.Decision, by string) (bulletin.Decision, error) {
	if known != nil {
		return *known, nil
	}
	who, err := s.author(ctx, by)
	if err != nil {
		return bulletin.Decision{}, err
	}
	ground := s.ground(b)
	ground.By = who
	return release.Record(b, b.Published, ground), nil
}

// carryOut shows an edition, asks, writes it, and tells what is next.
func (p *program) carryOut(ctx context.Context, s *site, e *edition, k consent, verb, doing string) error {
	if err := p.becomes(ctx, s, e); err != nil {
		return err
	}
	if k.dry {
		p.say("nothing was written: --dry-run")
		return nil
	}
	if err := p.confirm(ctx, e.to.ID, k, verb); err != nil {
		return err
	}
	if err := p.write(ctx, s, e, doing); err != nil {
		return err
	}
	p.print("%s %s: %s", done[verb], e.to.ID, e.foremost())
	p.afterwards(s, e)
	return nil
}

// done words what a command has done.
var done = map[string]string{"release": "released", "revise": "revised", "withdraw": "withdrew", "publish": "published"}
