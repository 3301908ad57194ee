package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/address"
	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/check"
	"tocsin/internal/notify"
	"tocsin/internal/notify/inventory"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

func (p *program) plan() *cobra.Command {
	var undetermined string
	c := &cobra.Command{
		Use:   "plan ID",
		Short: "Work out who must be told about a bulletin, and freeze their letters",
		Args:  exactly("ID"),
	}
	c.Flags().StringVar(&undetermined, "undetermined", "", "what becomes of tailnets that may be affected: `tell or hold`")
	c.RunE = func(c *cobra.Command, args []string) error {
		choice := notify.Choice(undetermined)
		if choice != notify.Undecided && choice != notify.Tell && choice != notify.Hold {
			return usage(c, fmt.Errorf("--undetermined must be tell or hold, not %q", undetermined))
		}
		return p.runPlan(c.Context(), args[0], choice)
	}
	return c
}

// runPlan is the second walk up to the ledger: bulletin and inventory become rows,
// rows become letters, letters are frozen.
func (p *program) runPlan(ctx context.Context, id string, choice notify.Choice) (err error) {
	now, err := p.clock()
	if err != nil {
		return err
	}
	s, b, err := p.openForPlan(id, now)
	if err != nil {
		return err
	}
	survey, err := s.survey(ctx, b)
	if err != nil {
		return err
	}
	rows, err := survey.Rows(choice)
	if err != nil {
		return p.undecided(s, b, rows, err)
	}
	book, err := ledger.Open(ctx, s.path(s.config.Ledger), "planning "+id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	plan, fresh, err := s.freeze(ctx, book, b, rows, choice, now)
	if err != nil {
		return err
	}
	if !fresh {
		p.say("nothing has changed since %s was made: it stands", plan.ID)
	}
	p.planned(s, survey, plan)
	return nil
}

// openForPlan opens the site and finds a bulletin that letters may be written
// about. A draft may be planned, but not one with problems: its letters would
// have to be written anew.
func (p *program) openForPlan(id string, now time.Time) (*site, bulletin.Bulletin, error) {
	s, err := p.open(now)
	if err != nil {
		return nil, bulletin.Bulletin{}, err
	}
	b, err := s.bulletin(id)
	if err != nil {
		return nil, b, err
	}
	if problems := s.unfit(b); len(problems) > 0 {
		return nil, b, problems
	}
	switch c := s.config; {
	case b.Status == bulletin.Withdrawn:
		return nil, b, refuse("tocsin explain "+id, "%s is withdrawn: there is nothing to tell", id)
	case len(b.Affected) == 0:
		return nil, b, refuse("add the affected: rows to "+b.Source.Name, "%s does not say what it affects", id)
	case c.Inventory.Tailnets == "" || c.Mail.From.Address == "":
		return nil, b, &refusal{exitUsage, "tocsin.yaml has no inventory: or no mail: section", "add them; tocsin init DIR shows a complete file"}
	}
	return s, b, nil
}

// unfit lists what keeps a bulletin from being released, except that it waits for
// its fix: telling the affected need not wait. A draft's problems count here.
func (s *site) unfit(b bulletin.Bulletin) source.Problems {
	return slices.DeleteFunc(s.problemsOf(b.Source.Name), func(f source.Problem) bool {
		return f.Level == source.Note || f.Code == check.VerdictCode+"held"
	})
}

// survey streams the inventory once and collects what the bulletin means for it.
func (s *site) survey(ctx context.Context, b bulletin.Bulletin) (*notify.Survey, error) {
	survey := notify.NewSurvey(b, s.config.Products, s.rules)
	files := s.config.Inventory
	problems, err := s.table(ctx, files.Tailnets, func(name string, r io.Reader) (source.Problems, error) {
		return inventory.Tailnets(name, r, survey.Tailnet)
	})
	if err == nil && len(problems) == 0 {
		// Only with every tailnet known can a node's tailnet be called unknown.
		problems, err = s.table(ctx, files.Nodes, func(name string, r io.Reader) (source.Problems, error) {
			return inventory.Nodes(name, r, s.soleProduct(), survey.Known, survey.Node)
		})
	}
	if err == nil && len(problems) > 0 {
		err = problems
	}
	return survey, err
}

// table opens one private table for reading.
func (s *site) table(ctx context.Context, name string, read func(string, io.Reader) (source.Problems, error)) (problems source.Problems, err error) {
	f, err := os.Open(s.path(name))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return read(path.Clean(filepath.ToSlash(name)), interruptible{ctx, f})
}

// interruptible ends a long read when the person at the terminal does.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

// Read reads until the context is done.
func (i interruptible) Read(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(b)
}

// soleProduct is what every node runs where only one product runs on nodes.
func (s *site) soleProduct() string {
	if installed := s.config.Installed(); len(installed) == 1 {
		return installed[0].ID
	}
	return ""
}

// freeze finds the plan that already stands for the same inputs, or makes one.
func (s *site) freeze(ctx context.Context, book *ledger.Ledger, b bulletin.Bulletin, rows []notify.Row, choice notify.Choice, now time.Time) (plan notify.Plan, fresh bool, err error) {
	inputs, err := s.inputs(b)
	if err != nil {
		return notify.Plan{}, false, err
	}
	inputs["inventory"] = notify.SealRows(rows)
	if id, found, err := book.Equal(ctx, b.ID, inputs, now); err != nil || found {
		if err != nil {
			return notify.Plan{}, false, err
		}
		stored, err := book.Plan(ctx, id)
		return stored.Plan, false, err
	}
	press, err := s.press(b)
	if err != nil {
		return notify.Plan{}, false, err
	}
	number, err := book.NextNumber(ctx, b.ID)
	if err != nil {
		return notify.Plan{}, false, err
	}
	created := now.Truncate(time.Second)
	plan, err = book.Freeze(ctx, notify.Plan{
		ID:           notify.PlanID{Bulletin: b.ID, Number: number},
		Created:      created,
		Deadline:     created.Add(notify.Lifetime),
		Transport:    s.transport(),
		Undetermined: choice,
		Inputs:       inputs,
	}, press.Entries(notify.Plan{ID: notify.PlanID{Bulletin: b.ID, Number: number}, Created: created}, rows))
	return plan, true, err
}

func (s *site) transport() string { return "maildir:" + s.config.Mail.Maildir }

// inputs digests what letters are made from, part by part, without the inventory.
func (s *site) inputs(b bulletin.Bulletin) (notify.Inputs, error) {
	letters, err := fs.Sub(s.templates(), "mail")
	if err != nil {
		return nil, err
	}
	in := notify.Inputs{
		"bulletin":  notify.Digest(b.Substance()),
		"settings":  notify.Digest([]byte(fmt.Sprintf("%+v", s.config.Organization) + fmt.Sprintf("%+v", s.config.Products) + fmt.Sprintf("%+v", s.config.Mail))),
		"address":   notify.Digest([]byte(s.config.Layout.URL(address.Home))),
		"rules":     notify.Digest([]byte(fmt.Sprintf("%+v", s.rules.Notify))),
		"transport": notify.Digest([]byte(s.transport())),
	}
	if p, found := s.content.Policy(s.rules.Notify.Policy); found {
		in["policy"] = notify.Digest(p.Source.Data)
	}
	in["templates"], err = digestTree(letters)
	return in, err
}

func digestTree(tree fs.FS) (string, error) {
	seal := notify.NewSeal()
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		seal.Add(name, string(data))
		return err
	})
	return seal.Sum(), err
}

// press gathers what letters are made with.
func (s *site) press(b bulletin.Bulletin) (notify.Press, error) {
	key, err := s.private(s.config.Mail.KeyFile)
	if err != nil {
		return notify.Press{}, err
	}
	if len(key) != keyOctets {
		return notify.Press{}, refuse("tocsin init DIR makes a good one", "%s must hold %d random bytes, it holds %d", s.config.Mail.KeyFile, keyOctets, len(key))
	}
	stationery, err := notify.NewStationery(s.templates())
	if err != nil {
		return notify.Press{}, err
	}
	sender := mailer.Sender{Name: s.config.Mail.From.Name, Address: s.config.Mail.From.Address, ReplyTo: s.config.Mail.ReplyTo}
	_, domain, _ := strings.Cut(string(sender.Address), "@")
	return notify.Press{Desk: s.desk(b), Stationery: stationery, Compose: sender.Compose, Key: key, Domain: domain}, nil
}

func (s *site) desk(b bulletin.Bulletin) notify.Desk {
	url := s.config.Layout.URL(s.config.Layout.Bulletin(string(b.ID)))
	if b.Status == bulletin.Private {
		url = "" // it has no page
	}
	return notify.Desk{
		Organization: s.config.Organization.Name,
		Unit:         s.config.Organization.Unit.One,
		Bulletin:     b,
		Products:     s.config.Products,
		BulletinURL:  url,
		PolicyURL:    s.policyURL(),
		Rules:        s.rules.Notify,
		Settings:     s.config.Mail.ContactSettings,
		ReplyTo:      s.config.Mail.ReplyTo,
	}
}

// planned prints what a plan comes to.
func (p *program) planned(s *site, survey *notify.Survey, plan notify.Plan) {
	tailnets, nodes := survey.Seen()
	p.print("%s  %s of %d %s affected (%s looked at)", plan.ID, fmt.Sprint(plan.Counts.Affected()),
		tailnets, s.config.Organization.Unit.Many, many(nodes, "node"))
	p.standings(plan.Counts)
	p.print("  near misses: %s fixed already, %s too old to have the fault, %s on another platform",
		many(survey.Missed(affected.FixedAlready), "node"), fmt.Sprint(survey.Missed(affected.TooOld)), fmt.Sprint(survey.Missed(affected.OtherPlatform)))
	p.print("  digest %s", plan.Digest)
	p.print("  to %s, not after %s", destination(plan.Transport), plan.Deadline.Format(time.RFC3339))
	p.next("tocsin letters %s reads the letters; tocsin send %s delivers them", plan.ID, plan.ID)
}

// destination says where letters go, and whether anybody hears of it.
func destination(transport string) string {
	return transport + " (a rehearsal: they stay on this machine)"
}

// standings prints the four sums, which add up to the affected.
func (p *program) standings(counts notify.Counts) {
	for _, standing := range notify.Standings {
		p.print("  %6d  %s", counts[standing], standing.Words())
	}
}

// undecided lists the tailnets that a person has to decide about.
func (p *program) undecided(s *site, b bulletin.Bulletin, rows []notify.Row, err error) error {
	if !errors.Is(err, notify.ErrUndecided) {
		return err
	}
	undetermined := notify.Count(rows)[notify.Undetermined]
	for _, r := range rows {
		if r.Standing == notify.Undetermined {
			p.say("undetermined: %s %s: %s", s.config.Organization.Unit.One, source.Visible(string(r.Tailnet.ID)), doubt(r))
		}
	}
	return refuse(fmt.Sprintf("tocsin plan %s --undetermined tell writes to them that they cannot be ruled out; hold keeps them on the list, untold", b.ID),
		"%s may be affected: somebody has to decide what becomes of them", many(undetermined, s.config.Organization.Unit.One))
}

// doubt says why a row is undetermined: a node that cannot be told, else the facts.
// It names no node: terminals are logged.
func doubt(r notify.Row) string {
	for _, h := range r.Match.Hits {
		if h.Affected == verdict.Unknown {
			return "of a node, " + source.Visible(h.Evidence)
		}
	}
	if r.Match.Evidence != "" && len(r.Missing) == 0 {
		return r.Match.Evidence
	}
	return "not known yet: " + strings.Join(r.Missing, ", ")
}
