package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/check"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/notify"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/planning"
	"tocsin/internal/private"
	"tocsin/internal/source"
)

func (p *program) plan() *cobra.Command {
	var how planHow
	c := &cobra.Command{
		Use:   "plan ID",
		Short: "Work out who must be told about a bulletin, and freeze their letters",
		Long: "plan reads the inventory once and says of every affected tailnet what becomes of it:\n" +
			"mailed (it gets a letter), no notice required (by a clause of the policy), unreachable\n" +
			"or undetermined. The letters are written and frozen; nothing goes out before send.\n" +
			"The same inputs find the plan that stands, other inputs make the next one.\n\n" +
			"After an earlier plan it writes to those alone who were not told by it. With --kind it\n" +
			"writes to those too who were: what a material revision has changed, or that all is well.",
		Example: "  tocsin plan TS-2026-004 --dry-run\n" +
			"  tocsin plan TS-2026-004 --expect 35\n" +
			"  tocsin plan TS-2026-004 --kind correction",
		Args: exactly("ID"),
	}
	flags := c.Flags()
	flags.StringVar((*string)(&how.choice), "undetermined", "", "what becomes of tailnets of which nobody can tell whether to write to them: `tell or hold`")
	flags.StringVar((*string)(&how.kind), "kind", "", "what those are told who were told before: `correction` (that was wrong), update (there is more to say) or all-clear (to those alone whom the bulletin does not touch any more)")
	flags.BoolVar(&how.dry, "dry-run", false, "write and prove every letter, and keep none: nothing is frozen")
	flags.IntVar(&how.expect, "expect", 0, "refuse unless this `number` of tailnets is affected")
	flags.StringSliceVar(&how.smaller, "accept-smaller", nil, "plan though these `tables` have lost more than 2 % of their rows since the last plan: "+strings.Join(notify.CountedTables[:], ", "))
	flags.BoolVar(&how.lost, "ledger-lost", false, "plan though the site says that letters about the bulletin went out and the ledger has none: it is lost for good, and everybody is written to again")
	flags.StringVar(&how.lists, "lists", "", "write the nodes of each affected tailnet into this new `folder`, as CSV and as JSON")
	flags.BoolVar(&how.json, "json", false, "print the sums as JSON, without the sample letter")
	c.RunE = func(c *cobra.Command, args []string) error {
		how.expects = c.Flags().Changed("expect")
		uncounted := slices.IndexFunc(how.smaller, func(t string) bool { return !slices.Contains(notify.CountedTables[:], t) })
		switch {
		case uncounted >= 0:
			return usage(c, fmt.Errorf("--accept-smaller takes %s, not %q", strings.Join(notify.CountedTables[:], ", "), how.smaller[uncounted]))
		case how.choice != notify.Undecided && how.choice != notify.Tell && how.choice != notify.Hold:
			return usage(c, fmt.Errorf("--undetermined must be tell or hold, not %q", how.choice))
		case !how.kindly():
			return usage(c, fmt.Errorf("--kind must be correction, update or all-clear, not %q", how.kind))
		case how.expect < 0:
			return usage(c, errors.New("--expect must be a number of tailnets"))
		}
		return p.runPlan(c.Context(), args[0], how)
	}
	return c
}

// planHow is how a plan is to be made.
type planHow struct {
	kind    notify.Kind // empty: those who were told already are told nothing
	choice  notify.Choice
	dry     bool
	expects bool // somebody said how many tailnets are affected
	expect  int
	smaller []string // tables that may have shrunk
	lists   string   // folder; empty where none are wanted
	lost    bool     // the ledger that knew who was told is gone for good
	json    bool
}

// runPlan is the second walk up to the ledger: bulletin and inventory become rows,
// rows become letters, letters are frozen.
func (p *program) runPlan(ctx context.Context, id string, how planHow) (err error) {
	defer saveRoom()()
	s, b, err := p.openForPlan(id, how.kind)
	if err != nil {
		return err
	}
	if err := s.vacantFor(how.lists); err != nil {
		return err
	}
	before, err := s.before(ctx, b, how)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, before.Close()) }()
	done := p.watchReading(ctx, s)
	survey, from, err := s.survey(ctx, b, nil)
	done()
	defer func() { err = errors.Join(err, survey.Close()) }()
	if err != nil {
		return err
	}
	if err := s.unshrunk(ctx, b.ID, &from.tables, how); err != nil {
		return err
	}
	tally, err := p.tally(s, b, survey, how)
	if err != nil {
		return err
	}
	surveyed := survey.Rows(how.choice)
	if tally.Counts[notify.Undetermined] > 0 && how.kind != notify.AllClear {
		if _, err := p.sayDoubts(s, surveyed); err != nil {
			return err
		}
	}
	if err := survey.Stow(); err != nil {
		return err
	}
	giveRoom()
	written, done := p.progress("writing letters", tally.Counts.Affected())
	sources := s.sources(b)
	sources.Written, sources.Tables, sources.Identifiers = written, from.tables, from.identifiers
	classes := before.follow(&sources, survey, how)
	plan, fresh, err := before.frozen(ctx, sources, surveyed, how)
	done()
	if err := without(err, planning.ErrNothingToTell); err != nil {
		return err
	}
	if err := p.lists(s, b, surveyed, plan, from, how.lists); err != nil {
		return err
	}
	sum := s.sum(b, survey, tally, plan, fresh)
	sum.follows(*classes, how)
	if err := before.precedes(ctx, &sum, plan.ID); err != nil {
		return err
	}
	sum.read(from, s.config.Inventory.Asked())
	return p.planned(s, b, sum, how, func() error { return p.printSample(sources, sources.Rows(ctx, surveyed), plan) })
}

// tally adds up what a survey comes to, or says why that is no plan.
func (p *program) tally(s *site, b bulletin.Bulletin, survey *notify.Survey, how planHow) (notify.Tally, error) {
	if err := plausible(survey, b, s.config.Products); err != nil {
		return notify.Tally{}, err
	}
	tally, err := survey.Tally(how.choice)
	if how.kind == notify.AllClear && waits(err) {
		return tally, nil // no letter goes to those who wait
	}
	if err != nil {
		return tally, p.unplanned(s, b, survey, how, err)
	}
	if got := tally.Counts.Affected(); how.expects && how.kind != notify.AllClear && got != how.expect {
		return tally, s.unexpected(b.ID, got, how)
	}
	return tally, nil
}

// planned says what a plan comes to.
func (p *program) planned(s *site, b bulletin.Bulletin, sum planSum, how planHow, sample func() error) error {
	if sum.Taken == nil {
		p.say("there is no %s: nobody knows how old the inventory is, or whether it is whole", cmp.Or(s.config.Inventory.Export, "inventory.export"))
	}
	if how.json {
		return p.printJSON(sum)
	}
	if !sum.Fresh && !sum.DryRun && !sum.idle {
		p.say("nothing has changed since %s was made: it stands", sum.Plan)
	}
	p.printSum(s, sum)
	if err := sample(); err != nil {
		return err
	}
	p.afterPlan(sum)
	p.warnStale(s, sum)
	p.warnUntold(s, sum)
	p.warnRenamed(s, sum)
	p.warnDraft(b)
	return nil
}

// unexpected refuses a plan that comes to another number than somebody worked out.
func (s *site) unexpected(id bulletin.ID, got int, how planHow) error {
	return refuse(fmt.Sprintf("tocsin plan %s%s --dry-run shows what the inventory comes to", id, how.flags()),
		"%d %s are affected, and --expect says %d: nothing was frozen", got, s.config.Organization.Unit.Many, how.expect)
}

// frozen makes the letters of a survey's rows and freezes them in the ledger. A dry run
// leaves the ledger alone.
func (e *earlier) frozen(ctx context.Context, sources planning.Sources, surveyed iter.Seq2[notify.Row, error], how planHow) (plan notify.Plan, fresh bool, err error) {
	s, id := e.site, e.of.ID
	defer func() { err = unproven(id, how, err) }()
	if sources.Transport == (mailer.Transport{}) {
		return notify.Plan{}, false, refuse("mend mail.transport in tocsin.yaml", "%q is no relay", s.config.Mail.Relay)
	}
	if sources.Approvals, err = s.approvable(sources.Transport); err != nil {
		return notify.Plan{}, false, err
	}
	if how.dry {
		if sources.Key, err = s.key(); err == nil {
			plan, err = sources.Try(ctx, surveyed, how.choice, s.now)
		}
		return plan, false, err
	}
	book, err := s.writer(ctx, "planning "+string(id))
	if err != nil {
		return notify.Plan{}, false, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	if sources.Key, err = s.key(); err != nil {
		return notify.Plan{}, false, err
	}
	if err := e.again(ctx, book, how.kind); err != nil {
		return notify.Plan{}, false, err
	}
	return sources.Freeze(ctx, book, surveyed, how.choice, s.now)
}

// warnDraft says of a rehearsal that nobody may be told of it yet.
func (p *program) warnDraft(b bulletin.Bulletin) {
	if b.Status == bulletin.Draft {
		p.say("%s is a draft: its letters may be read and rehearsed, and must not be sent to anybody before it is released", b.ID)
	}
}

// openForPlan opens the site and finds a bulletin that letters may be written
// about. A draft may be planned, but not one with problems: its letters would
// have to be written anew.
func (p *program) openForPlan(id string, kind notify.Kind) (*site, bulletin.Bulletin, error) {
	s, err := p.open()
	if err != nil {
		return nil, bulletin.Bulletin{}, err
	}
	b, err := s.bulletin(id)
	if err != nil {
		return nil, b, err
	}
	if files := s.exposed; len(files) > 0 {
		return nil, b, refuse("git rm --cached "+quoted(files[0])+", and look at the history: it may be public already", "git tracks %s, such as %s", many(len(files), "private file"), files[0])
	}
	if problems := s.unfit(b); len(problems) > 0 {
		p.problems(p.Stderr, problems)
		return nil, b, &refusal{exitProblems, b.Source.Name + " could not be released as it is, so no letters are made from it", "mend it, then the same command again"}
	}
	switch c := s.config; {
	case b.Status == bulletin.Withdrawn && kind != notify.AllClear:
		return nil, b, refuse("tocsin plan "+id+" --kind all-clear tells those who were told of it", "%s is withdrawn: there is nothing else to tell", id)
	case len(b.Affected) == 0:
		return nil, b, refuse("add the affected: rows to "+b.Source.Name, "%s does not say what it affects", id)
	case !c.Inventory.Tailnets.Is() || c.Mail.From.Address == "":
		return nil, b, &refusal{exitUsage, content.ConfigFile + " has no inventory: or no mail: section", "add them; tocsin init DIR shows a complete file"}
	}
	return s, b, nil
}

// plausible refuses an inventory that holds nothing to match: an export that broke
// off after its header would say that nobody is affected.
func plausible(survey *notify.Survey, b bulletin.Bulletin, products bulletin.Products) error {
	tailnets, nodes := survey.Seen()
	installed := slices.ContainsFunc(b.Affected, func(row bulletin.Affected) bool {
		product, _ := products.Find(row.Product)
		return !product.Hosted
	})
	const again = "export the inventory again"
	switch {
	case tailnets == 0:
		return refuse(again, "the table of tailnets is empty")
	case installed && nodes == 0:
		return refuse(again, "the table of nodes is empty, and %s is about what runs on nodes", b.ID)
	}
	return nil
}

// unfit lists what keeps a bulletin from being released, except that it waits for
// its fix: telling the affected need not wait. What is softened in a draft counts here.
func (s *site) unfit(b bulletin.Bulletin) source.Problems {
	return slices.DeleteFunc(s.problemsOf(b.Source.Name), func(f source.Problem) bool {
		return f.Level != source.Error && !f.Softened || f.Code == check.VerdictCode+"held"
	})
}

// sources gathers what the letters of a bulletin are made from.
func (s *site) sources(b bulletin.Bulletin) planning.Sources {
	sender := mailer.Sender{Name: s.config.Mail.From.Name, Address: s.config.Mail.From.Address, ReplyTo: s.config.Mail.ReplyTo}
	_, domain, _ := strings.Cut(string(sender.Address), "@")
	sources := planning.Sources{
		Common:    s.common(b),
		Sender:    sender,
		Transport: s.transport(),
		Templates: s.templates,
		Domain:    domain,
	}
	if page, found := s.content.Policy(disclosure.Policy); found {
		sources.Policy = page.Source.Data
	}
	return sources
}

// transport is how letters travel.
func (s *site) transport() mailer.Transport {
	if s.config.Mail.Relay == "" {
		return mailer.IntoMaildir(s.config.Mail.Maildir)
	}
	transport, _ := mailer.ParseTransport(s.config.Mail.Relay) // the settings have been read as one
	return transport
}

// common gathers what the letters of a bulletin say alike.
func (s *site) common(b bulletin.Bulletin) notify.Common {
	url := s.config.Layout.URL(s.config.Layout.Bulletin(string(b.ID)))
	if b.Status == bulletin.Private {
		url = "" // it has no page
	}
	return notify.Common{
		Organization: s.config.Organization.Name,
		Unit:         s.config.Organization.Unit.One,
		Language:     s.config.Language,
		Bulletin:     b,
		Products:     s.config.Products,
		BulletinURL:  url,
		PolicyURL:    s.policyURL(),
		Sentence:     func(clause string) string { return s.clauseURL(disclosure.Notify, clause) },
		Rules:        s.rules.Notify,
		Settings:     s.config.Mail.ContactSettings,
		ReplyTo:      s.config.Mail.ReplyTo,
	}
}

// key reads the key that Message-IDs are made with.
func (s *site) key() ([]byte, error) {
	name := s.config.Mail.KeyFile
	remedy := fmt.Sprintf("head -c %d /dev/urandom > %s && chmod 600 %s", keyOctets, s.path(name), s.path(name))
	if err := s.closedFolder(name); err != nil {
		return nil, err
	}
	key, err := private.Read(s.path(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, refuse(remedy, "%s is missing", name)
	case err != nil:
		return nil, err
	case len(key) != keyOctets:
		return nil, refuse(remedy, "%s must hold %d random bytes, it holds %d", name, keyOctets, len(key))
	}
	return key, nil
}
