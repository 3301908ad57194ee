package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/check"
	"tocsin/internal/disclosure"
	"tocsin/internal/notify"
	"tocsin/internal/notify/inventory"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/planning"
	"tocsin/internal/private"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
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
	s, b, err := p.openForPlan(id)
	if err != nil {
		return err
	}
	survey, err := s.survey(ctx, b, nil)
	if err != nil {
		return err
	}
	if err := plausible(survey, b, s.config.Products); err != nil {
		return err
	}
	rows, err := survey.Rows(choice)
	if err != nil {
		return p.unplanned(s, b, rows, err)
	}
	book, err := ledger.Open(ctx, s.path(s.config.Ledger), "planning "+id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	sources := s.sources(b)
	if sources.Key, err = s.key(); err != nil {
		return err
	}
	plan, fresh, err := sources.Freeze(ctx, book, rows, choice, s.now)
	if err != nil {
		return err
	}
	if !fresh {
		p.say("nothing has changed since %s was made: it stands", plan.ID)
	}
	p.planned(s, survey, plan)
	p.warnDraft(b)
	return nil
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
func (p *program) openForPlan(id string) (*site, bulletin.Bulletin, error) {
	s, err := p.open()
	if err != nil {
		return nil, bulletin.Bulletin{}, err
	}
	b, err := s.bulletin(id)
	if err != nil {
		return nil, b, err
	}
	if problems := s.unfit(b); len(problems) > 0 {
		p.problems(p.Stderr, problems)
		return nil, b, &refusal{exitProblems, b.Source.Name + " could not be released as it is, so no letters are made from it", "mend it, then the same command again"}
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

// survey streams the inventory once and collects what the bulletin means for it. seen,
// where it is not nil, sees every node that was taken in.
func (s *site) survey(ctx context.Context, b bulletin.Bulletin, seen func(tailnet.Node)) (*notify.Survey, error) {
	survey := notify.NewSurvey(b, s.config.Products, s.rules, s.now)
	visit := survey.Node
	if seen != nil {
		visit = func(n tailnet.Node) error {
			seen(n)
			return survey.Node(n)
		}
	}
	files := s.config.Inventory
	problems, err := s.table(ctx, files.Tailnets, func(name string, r io.Reader) (source.Problems, error) {
		return inventory.Tailnets(name, r, survey.Tailnet)
	})
	if err == nil && len(problems) == 0 {
		// Only with every tailnet known can a node's tailnet be called unknown.
		problems, err = s.table(ctx, files.Nodes, func(name string, r io.Reader) (source.Problems, error) {
			return inventory.Nodes(name, r, s.installed(), survey.Known, visit)
		})
	}
	if err == nil && len(problems) > 0 {
		err = problems
	}
	return survey, err
}

// table opens one private table for reading, and refuses one that others can read.
func (s *site) table(ctx context.Context, name string, read func(string, io.Reader) (source.Problems, error)) (problems source.Problems, err error) {
	f, err := private.Open(s.path(name))
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

// installed lists the products that run on nodes.
func (s *site) installed() []string {
	var ids []string
	for _, p := range s.config.Installed() {
		ids = append(ids, p.ID)
	}
	return ids
}

// sources gathers what the letters of a bulletin are made from.
func (s *site) sources(b bulletin.Bulletin) planning.Sources {
	sender := mailer.Sender{Name: s.config.Mail.From.Name, Address: s.config.Mail.From.Address, ReplyTo: s.config.Mail.ReplyTo}
	_, domain, _ := strings.Cut(string(sender.Address), "@")
	sources := planning.Sources{
		Common:    s.common(b),
		Sender:    sender,
		Transport: mailer.IntoMaildir(s.config.Mail.Maildir),
		Templates: s.templates,
		Domain:    domain,
	}
	if page, found := s.content.Policy(disclosure.Policy); found {
		sources.Policy = page.Source.Data
	}
	return sources
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
		Bulletin:     b,
		Products:     s.config.Products,
		BulletinURL:  url,
		PolicyURL:    s.policyURL(),
		Rules:        s.rules.Notify,
		Settings:     s.config.Mail.ContactSettings,
		ReplyTo:      s.config.Mail.ReplyTo,
	}
}

// key reads the key that Message-IDs are made with.
func (s *site) key() ([]byte, error) {
	name := s.config.Mail.KeyFile
	remedy := fmt.Sprintf("head -c %d /dev/urandom > %s && chmod 600 %s", keyOctets, s.path(name), s.path(name))
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

// planned prints what a plan comes to.
func (p *program) planned(s *site, survey *notify.Survey, plan notify.Plan) {
	tailnets, nodes := survey.Seen()
	p.print("%s  %s of %d %s affected (%s looked at)", plan.ID, fmt.Sprint(plan.Counts.Affected()),
		tailnets, s.config.Organization.Unit.Many, many(nodes, "node"))
	p.standings(plan.Counts)
	p.print("  near misses: %s fixed already, %d too old to have the fault, %d on another platform, %d with another product",
		many(survey.Missed(affected.FixedAlready), "node"), survey.Missed(affected.TooOld),
		survey.Missed(affected.OtherPlatform), survey.Missed(affected.OtherProduct))
	p.print("  digest %s", plan.Digest)
	p.print("  to %s, not after %s", destination(plan.Transport), plan.Deadline.Format(time.RFC3339))
	switch {
	case plan.Counts.Affected() == 0:
		p.say("nobody is affected. If that surprises you, look at the affected: rows and at the near misses")
	case plan.Counts[notify.Mailed] == 0:
		p.next("tocsin letters %s says why there is no letter", plan.ID)
	default:
		p.next("tocsin letters %s reads the letters; tocsin send %s delivers them", plan.ID, plan.ID)
	}
}

// destination says where letters go, and whether anybody hears of it.
func destination(transport string) string {
	if t, err := mailer.ParseTransport(transport); err == nil && t.Rehearsal() {
		return transport + " (a rehearsal: they stay on this machine)"
	}
	return transport
}

// standings prints the four sums, which add up to the affected.
func (p *program) standings(counts notify.Counts) {
	for _, standing := range notify.Standings {
		p.print("  %6d  %s", counts[standing], standing.Words())
	}
}

// unplanned says why rows are no plan.
func (p *program) unplanned(s *site, b bulletin.Bulletin, rows []notify.Row, err error) error {
	if held, is := errors.AsType[*notify.HeldError](err); is {
		return s.mustWait(b, held)
	}
	if !errors.Is(err, notify.ErrUndecided) {
		return err
	}
	return p.undecided(s, b, rows)
}

// mustWait refuses letters that the law does not let go out yet, or may not.
func (s *site) mustWait(b bulletin.Bulletin, held *notify.HeldError) error {
	tailnets := many(held.Tailnets, s.config.Organization.Unit.One)
	regime, certain := disclosure.Delay(b, s.now)
	switch {
	case len(held.Clauses) > 0 && !anyAsks(held.Clauses, "legal_delay"):
		return refuse("tocsin explain "+string(b.ID), "%s must be told, and the policy holds it: %q", tailnets, held.Clauses[0].Quote)
	case !certain:
		return refuse("find out whether the law asks to wait, and write it into legal: of "+b.Source.Name,
			"%s may have to be told, and nobody knows yet whether a law asks to wait", tailnets)
	case regime.Deadline.IsZero():
		return refuse("write its deadline into legal: of "+b.Source.Name+" once there is one",
			"%s must be told, and %s asks to wait, without a deadline", tailnets, regime.Regime)
	}
	return refuse("tocsin plan "+string(b.ID)+", from "+regime.Deadline.Format(time.RFC3339)+" on",
		"%s must be told, and %s asks to wait until %s: no letter is written before", tailnets, regime.Regime, regime.Deadline.Format(time.RFC3339))
}

func anyAsks(clauses []verdict.Clause, fact string) bool {
	return slices.ContainsFunc(clauses, func(c verdict.Clause) bool {
		return slices.ContainsFunc(c.When, func(w verdict.Condition) bool { return w.Fact == fact })
	})
}

// undecided lists the tailnets that a person has to decide about, by what is not
// known of them.
func (p *program) undecided(s *site, b bulletin.Bulletin, rows []notify.Row) error {
	var doubts []string
	ids := make(map[string][]string)
	for _, r := range rows {
		if r.Standing == notify.Undetermined {
			d := doubt(r)
			if ids[d] == nil {
				doubts = append(doubts, d)
			}
			ids[d] = append(ids[d], source.Visible(string(r.Tailnet.ID)))
		}
	}
	for _, d := range doubts {
		p.say("undetermined: %s", d)
		p.say("    %s", some(ids[d]))
	}
	return refuse(fmt.Sprintf("tocsin plan %s --undetermined tell writes to them that they cannot be ruled out; hold keeps them on the list, untold", b.ID),
		"%s may be affected: somebody has to decide what becomes of them", many(notify.Count(rows)[notify.Undetermined], s.config.Organization.Unit.One))
}

// some lists the first few of many names.
func some(names []string) string {
	const few = 5
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}

// doubt says why a row is undetermined: a node that cannot be told, else the facts.
// It names no node: terminals are logged.
func doubt(r notify.Row) string {
	for _, h := range r.Match.Hits {
		if h.Affected == verdict.Unknown {
			return "a node may be affected: " + source.Visible(h.Evidence)
		}
	}
	if r.Match.Evidence != "" && len(r.Missing) == 0 {
		return r.Match.Evidence
	}
	keys := make([]string, len(r.Missing))
	for i, fact := range r.Missing {
		keys[i] = disclosure.Hint(fact)
	}
	return "the bulletin does not say yet: " + strings.Join(keys, "; ")
}
