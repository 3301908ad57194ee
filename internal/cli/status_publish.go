package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/notify"
	"tocsin/internal/notify/genuine"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/release"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// publishing is whether a status becomes public, and who agrees to it.
type publishing struct {
	consent
	wanted bool
}

func (k *publishing) flags(c *cobra.Command) {
	c.Flags().BoolVar(&k.wanted, "publish", false, "of an ID: write for readers how many servers took a letter, and by which codes letters can be told from forged ones")
	k.consent.flags(c)
}

// check refuses consent to nothing, and what is about no single bulletin.
func (k publishing) check(name string, data bool) error {
	switch {
	case !k.wanted && (k.yes != "" || k.dry):
		return errors.New("--yes and --dry-run belong to --publish")
	case k.wanted && (name == "" || strings.Contains(name, "/")):
		return errors.New("--publish needs the ID of a bulletin: it is about all of its plans")
	case k.wanted && data:
		return errors.New("--publish writes the bulletin's file, and prints neither JSON nor CSV")
	}
	return nil
}

// publishStatus makes public what readers of a bulletin may know of its letters: how many
// were accepted and when, and a list in which each can look up the code of his own.
func (p *program) publishStatus(ctx context.Context, id bulletin.ID, k consent) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	b, err := s.inForce(id, "nobody can look anything up on a page that is not there", "tocsin release "+string(id))
	if err != nil {
		return err
	}
	if b.Status == bulletin.Private {
		return refuse("nothing to do", "%s has no page, and its letters bear no codes", id)
	}
	found, err := s.outcome(ctx, id)
	if err != nil {
		return err
	}
	if found.kept = b.Notified != nil && found.count < b.Notified.Count && found.taken < b.Notified.Count; found.kept {
		p.say("%s: notified stays at %d: the ledger has %d, since letters came back, or an earlier ledger that knew of them is lost", b.Source.Name, b.Notified.Count, found.count)
	}
	if b.Notified != nil && !found.kept && found.count < b.Notified.Count {
		p.say("%s: notified goes from %d to %d: letters came back", b.Source.Name, b.Notified.Count, found.count)
	}
	known, codes, err := s.codesWith(id, found)
	if err != nil {
		return err
	}
	e, err := p.notified(s, b, found, known, codes)
	if err != nil {
		return err
	}
	if len(e.commits) == 0 {
		p.say("%s says all of it already: nothing to do", b.Source.Name)
		return nil
	}
	p.print("%s: %s", id, b.Title)
	found.tell(p, s.config.Organization.Unit.Many, len(known) > 0)
	return p.carryOut(ctx, s, e, k, "publish", "publishing the status of")
}

// notified is the edition that says what became of the letters, with the codes that are known
// and those that are to be.
func (p *program) notified(s *site, b bulletin.Bulletin, found *lettersOut, known, codes []byte) (*edition, error) {
	data := b.Source.Data
	if !found.kept {
		var err error
		if data, err = release.Notify(b, bulletin.Notified{Count: found.count, First: found.first, Last: found.last}); err != nil {
			return nil, err
		}
	}
	e, err := p.edit(s, b, data, b.Source.Name)
	if err != nil {
		return nil, err
	}
	e.codes, e.commits = source.File{Name: content.CodesFile(b.ID)}, []string{}
	if e.rewrites() {
		e.commits = append(e.commits, b.Source.Name)
	}
	if !bytes.Equal(known, codes) {
		e.codes.Data, e.commits = codes, append(e.commits, e.codes.Name)
	}
	if known == nil && codes != nil { // the next build gives the list a page, and so an address
		e.commits = append(e.commits, content.AddressFile)
	}
	return e, p.checked(e)
}

// lettersOut is what the ledger has of a bulletin's letters that left this machine.
type lettersOut struct {
	count       int       // tailnets for which a server took a letter that has not come back
	taken       int       // tailnets for which a server took one, whether it has come back or not
	first, last time.Time // between which that was; zero where count is
	late        []string  // when others were found out to have been taken, which was before that
	lists       []genuine.List
	plans       []notify.PlanID // of those lists
	forgotten   []notify.PlanID // of whose letters nobody knows the codes any more
	kept        bool            // the bulletin says that more were taken, and goes on to: it is a witness that they went
}

// tell says what becomes public, but for pages.
func (f *lettersOut) tell(p *program, units string, published bool) {
	switch {
	case f.kept: // which was said
	case f.count > 0:
		p.entry("notified: servers accepted letters to %d %s, between %s and %s", f.count, units, f.first.Format(time.RFC3339), f.last.Format(time.RFC3339))
	case f.taken > 0:
		p.entry("every letter that a server accepted came back: nothing is said of how many were notified")
	default:
		p.print("  no server has accepted a letter: nothing is said of how many were notified")
	}
	for i, list := range f.lists {
		p.print("  %s: a list of %d entries, of its codes and of decoys", f.plans[i], len(list))
	}
	for _, id := range f.forgotten {
		if published {
			p.print("  %s is forgotten: what was published of its codes stays", id)
		} else {
			p.print("  %s is forgotten, and its codes with it: the page will call its letters unlisted", id)
		}
	}
}

// outcome reads the ledger. Rehearsals do not count, nor do plans that are over and of which
// no letter was begun: nobody has one, or will. One that waits to be sent counts, so that its
// first reader finds the list.
func (s *site) outcome(ctx context.Context, id bulletin.ID) (out *lettersOut, err error) {
	book, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	plans, err := book.Plans(ctx, id)
	if err != nil {
		return nil, err
	}
	out = new(lettersOut)
	accepted, returned := make(tailnets), make(tailnets)
	for _, name := range plans {
		plan, err := book.Plan(ctx, name)
		if err != nil {
			return nil, err
		}
		if rehearsed(plan) {
			continue
		}
		if err := s.lettersOf(ctx, book, plan, out, accepted, returned); err != nil {
			return nil, err
		}
	}
	if out.first.IsZero() { // nothing better is known
		for _, at := range out.late {
			err = errors.Join(err, out.at(at))
		}
	}
	out.count = len(accepted)
	maps.Copy(returned, accepted)
	out.taken = len(returned)
	if len(out.lists)+len(out.forgotten) == 0 {
		return nil, refuse("tocsin plan "+string(id)+", then the same command again", "no letter about %s has left this machine, and none waits to: rehearsals never count", id)
	}
	return out, err
}

// tailnets are some of them, each once.
type tailnets map[tailnet.ID]struct{}

// lettersOf adds what one plan has to tell: for whom a server took a letter, and for whom one that
// came back.
func (s *site) lettersOf(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, out *lettersOut, accepted, returned tailnets) error {
	key, err := s.key()
	if err != nil {
		return err
	}
	of := genuine.Plan{Bulletin: plan.ID.Bulletin, Number: plan.ID.Number}
	var codes []genuine.Code
	confirmed, err := confirmedBy(ctx, book, plan)
	if err != nil {
		return err
	}
	erased, counts := false, !plan.Over(s.now)
	err = book.Each(ctx, plan, func(d ledger.Delivery) error {
		if d.Standing != notify.Mailed {
			return nil
		}
		counts, erased = counts || d.Attempts > 0, erased || d.Erased != ""
		if d.State == ledger.Bounced && (d.Code/100 == 2 || confirmed[d.Row]) { // of one that was in doubt nobody had said that it was taken
			returned[d.Tailnet] = struct{}{}
		}
		if d.State == ledger.Accepted {
			accepted[d.Tailnet] = struct{}{}
			if d.Settled == ledger.Confirm {
				out.late = append(out.late, d.Changed)
			} else if err := out.at(d.Changed); err != nil {
				return err
			}
		}
		if d.Erased != "" {
			return nil
		}
		if !madeWith(key, plan.ID, d) {
			return refuse("put back the key that "+plan.ID.String()+" was made with", "%s is not the key of the letters of %s: their codes cannot be told", s.config.Mail.KeyFile, plan.ID)
		}
		codes = append(codes, notify.LetterCode(key, plan.ID, d.Tailnet, d.Address))
		return nil
	})
	switch {
	case err != nil || !counts:
		return err
	case erased:
		out.forgotten = append(out.forgotten, plan.ID)
		return nil
	}
	out.plans = append(out.plans, plan.ID)
	out.lists = append(out.lists, genuine.NewList(key, of, slices.Values(codes)))
	return nil
}

// confirmedBy are the rows of which the relay's log once said that it had taken the letter.
func confirmedBy(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) (map[int]bool, error) {
	records, err := book.Settlements(ctx, plan)
	rows := make(map[int]bool)
	for _, r := range records {
		if r.How == ledger.Confirm {
			rows[r.Row] = true
		}
	}
	return rows, err
}

// madeWith reports whether a letter was made with a key: its Message-ID was.
func madeWith(key []byte, plan notify.PlanID, d ledger.Delivery) bool {
	_, domain, _ := strings.Cut(d.MessageID, "@")
	return d.MessageID == notify.MessageID(key, plan, d.Tailnet, d.Address, domain)
}

// at widens the time in which letters were accepted.
func (f *lettersOut) at(changed string) error {
	at, err := time.Parse(time.RFC3339, changed)
	if err != nil {
		return fmt.Errorf("the ledger has %q for a time: %w", changed, err)
	}
	if at = at.UTC().Truncate(time.Second); f.first.IsZero() || at.Before(f.first) {
		f.first = at
	}
	if at.After(f.last) {
		f.last = at
	}
	return nil
}

// codesWith is the file of a bulletin's codes as it is, and with those of its plans. What
// was published once stays: a genuine letter must not look forged later, and who kept the
// older list would learn which entries were decoys.
func (s *site) codesWith(id bulletin.ID, found *lettersOut) (known, codes []byte, err error) {
	lists := found.lists
	if there, published := s.content.CodesOf(id); published {
		known = there.Source.Data
		list, err := genuine.ReadFile(id, known)
		if err != nil {
			return nil, nil, refuse("take it from git as it was, then the same command again", "%s cannot be read: %v", there.Source.Name, err)
		}
		lists = append(slices.Clone(lists), list)
	}
	if len(lists) == 0 {
		return nil, nil, nil
	}
	return known, genuine.Join(lists...).Encode(id), nil
}
