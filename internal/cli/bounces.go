package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tocsin/internal/content"
	mailevidence "tocsin/internal/notify/evidence"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
)

// bouncing is how a mailbox of what came back is to be read.
type bouncing struct {
	by        string
	dry, json bool
}

func (p *program) bounces() *cobra.Command {
	var how bouncing
	c := &cobra.Command{
		Use:   "bounces {DIR | MBOX | -}",
		Short: "Read what came back, and put on the record which letters bounced",
		Long: "bounces reads a Maildir, an mbox or one message, and changes nothing in it. A report (RFC 3464)\n" +
			"counts for the letter to whose return path it came: what failed is bounced from then on, and\n" +
			"what was delivered is no longer unknown. All else is counted, and named by its file.\n" +
			"The same mailbox read again changes nothing.",
		Example: "  tocsin bounces /var/mail/bounces/Maildir --dry-run\n" +
			"  tocsin bounces - < report.eml",
		Args: exactly("DIR, MBOX or -"),
	}
	c.Flags().StringVar(&how.by, "by", "", "`NAME` of who brings the reports; without it tocsin itself")
	c.Flags().BoolVar(&how.dry, "dry-run", false, "show everything and write nothing")
	c.Flags().BoolVar(&how.json, "json", false, "print what was found as JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := oneLine(c, "--by", how.by); err != nil {
			return err
		}
		return p.runBounces(c.Context(), args[0], how)
	}
	return c
}

func (p *program) runBounces(ctx context.Context, mailbox string, how bouncing) error {
	open := func(s *site, ctx context.Context) (*ledger.Ledger, error) { return s.keeper(ctx, "reading bounces") }
	if how.dry {
		open = (*site).reader
	}
	return p.withBook(ctx, open, func(s *site, book *ledger.Ledger) error {
		reader, err := s.bounceReader()
		if err != nil {
			return err
		}
		plans, err := book.Plans(ctx, "")
		if err != nil {
			return err
		}
		found := &tidings{ctx: ctx, book: book, now: s.now, by: how.by, among: reader.Path.Among(plans), plans: make(map[string]*returns)}
		if err := p.readBox(reader, mailbox, found.take); err != nil {
			return err
		}
		if err := found.search(plans); err != nil {
			return err
		}
		found.sum()
		if !how.dry {
			if err := found.settle(); err != nil {
				return err
			}
		}
		return errors.Join(p.sayBounces(ctx, s, mailbox, found, how), errors.Join(found.broken...))
	})
}

// bounceReader reads what comes to the return paths of this site's letters.
func (s *site) bounceReader() (mailevidence.Reader, error) {
	if s.config.Mail.Bounces == "" {
		return mailevidence.Reader{}, refuse("set it, and what is sent from then on comes back there",
			"mail.bounces is not set in %s: no letter has a return path of its own", content.ConfigFile)
	}
	key, err := s.oldKey()
	return mailevidence.Reader{Path: mailevidence.ReturnPath{Key: key, Base: s.config.Mail.Bounces}, Limits: mailevidence.Usual()}, err
}

// oldKey is the plan key of letters that have gone out: where it is lost, no new one knows
// them again.
func (s *site) oldKey() ([]byte, error) {
	if gone, err := missing(s.path(s.config.Mail.KeyFile)); err != nil || gone {
		return nil, errors.Join(err, refuse("restore it from a backup",
			"%s is missing: without the key of the letters nobody can tell their reports from forged ones", s.config.Mail.KeyFile))
	}
	return s.key()
}

// readBox reads a mailbox of any form.
func (p *program) readBox(r mailevidence.Reader, name string, visit func(mailevidence.Report) error) error {
	if name == "-" {
		return r.Stream(p.Stdin, visit)
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return noMaildir(r.Folder(name, visit))
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(r.Stream(f, visit), f.Close())
}

// noMaildir tells what to type where a folder is no Maildir.
func noMaildir(err error) error {
	var not *mailevidence.NotMaildirError
	if !errors.As(err, &not) {
		return err
	}
	return &refusal{exit: exitIO, what: source.Visible(err.Error()),
		next: fmt.Sprintf("find %s -name cur, which lists the Maildirs in it: tocsin bounces takes the folder above one, or the file of an mbox", quoted(not.Path))}
}
