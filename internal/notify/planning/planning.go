// Package planning makes the plan of a bulletin: the rows of a survey become
// finished letters, frozen in the ledger under one digest with everything that
// they were made from.
package planning

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/isolation"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
)

// Sources is everything that the letters of a plan are made from, apart from the
// inventory.
type Sources struct {
	Common    notify.Common
	Kind      notify.Kind // of the plan, see [notify.Plan]
	Policy    []byte      // the policy page; nil where the site has none
	Sender    mailer.Sender
	Transport mailer.Transport
	Templates fs.FS         // with the folder mail
	Key       []byte        // what Message-IDs are made with
	Domain    string        // right-hand side of Message-IDs
	Tables    notify.Tables // what was read of the inventory
	Approvals string        // digest of who must approve the plan; empty where nobody must
	// Identifiers say whose everything in the inventory is, against which each letter is
	// proven (F20). Without them there is no plan.
	Identifiers *isolation.Identifiers
	Written     func(entries int) // where it is not nil, hears of every entry as it is done
	// Sequel says who has been told already; nil: nobody has. Its rows take the place of the
	// survey's.
	Sequel *Sequel
	// Classed hears, where it is not nil, what the rows come to before anything is frozen, and
	// may refuse it.
	Classed func(Classes) error
	// Since is, where it is not nil, how far the bulletin's plans had come when somebody looked
	// who has been told. Nothing is frozen where they have come further.
	Since   *ledger.Stage
	follows bool // letters may follow others
}

// Inputs digests the sources, each by its name, so that a later look can say which
// of them has changed.
func (s Sources) Inputs() (notify.Inputs, error) {
	common := s.Common
	templates, err := digestFolder(s.Templates, "mail")
	if err != nil {
		return nil, err
	}
	rules, err := digestOf(common.Rules)
	if err != nil {
		return nil, err
	}
	settings, err := digestOf(map[string]any{
		"organization": common.Organization, "unit": common.Unit, "products": common.Products,
		"bulletin_url": common.BulletinURL, "policy_url": common.PolicyURL, "contact_settings": common.Settings,
		"reply_to": common.ReplyTo, "language": common.Language, "sender": s.Sender, "domain": s.Domain,
	})
	inputs := notify.Inputs{
		notify.RevisionInput: notify.DigestRevision(notify.Revision(common.Bulletin)),
		"bulletin":           notify.Digest(common.Bulletin.Substance()),
		notify.StatusInput:   notify.Digest([]byte(audience(common.Bulletin.Status))),
		"policy":             notify.Digest(s.Policy),
		"rules":              rules,
		"templates":          templates,
		"settings":           settings,
		"transport":          notify.Digest([]byte(s.Transport.String())),
	}
	if s.Kind != "" {
		inputs[kindInput] = notify.Digest([]byte(s.Kind))
	}
	if s.Approvals != "" {
		inputs[notify.ApprovalsInput] = s.Approvals
	}
	return inputs, err
}

// kindInput is the kind of a plan that follows others.
const kindInput = "kind"

// inputs are those of a whole plan: the sources, what the inventory came to, and who had
// been told what.
func (s Sources) inputs(rows iter.Seq2[notify.Row, error], c Classes) (notify.Inputs, error) {
	inputs, err := s.Inputs()
	if err == nil {
		inputs[notify.InventoryInput], err = notify.DigestRows(rows)
	}
	if c.digest != "" {
		inputs[notify.ToldInput] = c.digest
	}
	return inputs, err
}

// classed are the rows of the plan, and what they come to, given the rows of the survey.
func (s *Sources) classed(ctx context.Context, surveyed iter.Seq2[notify.Row, error]) (iter.Seq2[notify.Row, error], Classes, error) {
	rows := s.Rows(ctx, surveyed)
	var c Classes
	var err error
	if s.Sequel != nil {
		if c, err = s.Sequel.classes(ctx, rows, s.Identifiers); err != nil {
			return rows, c, err
		}
		s.follows = c.Told > 0
	}
	if s.Classed != nil {
		err = s.Classed(c)
	}
	return rows, c, err
}

// Rows are the rows of the plan, given those of the survey.
func (s Sources) Rows(ctx context.Context, surveyed iter.Seq2[notify.Row, error]) iter.Seq2[notify.Row, error] {
	if s.Sequel == nil {
		return surveyed
	}
	return s.Sequel.Rows(ctx)
}

// audience is what a status means for the letters. A draft becomes public when it
// is released, with the same letters; the other changes make them wrong.
func audience(s bulletin.Status) string {
	if s == bulletin.Draft {
		return string(bulletin.Public)
	}
	return string(s)
}

// digestOf digests a plain value by its JSON, in which each part has its name and maps
// have an order. It must have no private fields: those are not in it.
func digestOf(value any) (string, error) {
	data, err := json.Marshal(value)
	return notify.Digest(data), err
}

func digestFolder(tree fs.FS, folder string) (string, error) {
	digester := notify.NewDigester()
	err := fs.WalkDir(tree, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		digester.Add(name, string(data))
		return err
	})
	return digester.Sum(), err
}

// ErrNothingToTell says that there is no letter to write, since everybody was told already,
// and nobody whom a person would have to tell.
var ErrNothingToTell = errors.New("nobody has to be told anything that they were not told already")

// Freeze makes a plan of the rows, or finds the one that already stands for the
// same inputs: planning the same thing twice makes no second set of letters. It fails
// with a [ledger.OpenError] while letters of an earlier plan are begun, and with
// [ErrNothingToTell].
//
// A plan that stands keeps the sums of the tables that it was made from, since its digest
// covers them: a table that grew meanwhile is held against what it was up to
// [notify.Lifetime] ago, and one that shrank bit by bit against all that it has lost.
func (s Sources) Freeze(ctx context.Context, book *ledger.Ledger, surveyed iter.Seq2[notify.Row, error], choice notify.Choice, now time.Time) (plan notify.Plan, fresh bool, err error) {
	rows, classes, err := s.classed(ctx, surveyed)
	if err != nil {
		return notify.Plan{}, false, err
	}
	inputs, err := s.inputs(surveyed, classes)
	if err != nil {
		return notify.Plan{}, false, err
	}
	stored, found, err := s.standing(ctx, book, rows, inputs, classes, now)
	switch {
	case err != nil:
		return notify.Plan{}, false, err
	case found:
		return stored.Plan, false, book.Verify(ctx, stored) // one that cannot be delivered does not stand
	}
	if idle, err := s.idle(ctx, book, rows, classes); err != nil || idle {
		classes.sums.Tables = s.Tables
		return classes.sums, false, cmp.Or(err, ErrNothingToTell)
	}
	plan, err = s.freeze(ctx, book, rows, choice, inputs, now)
	return plan, true, err
}

// Try makes the letters of rows as Freeze does, each as it would be delivered, and
// keeps none of them: what would stop a plan stops it. The plan has no name and no
// digest, for it has no place in a ledger.
func (s Sources) Try(ctx context.Context, surveyed iter.Seq2[notify.Row, error], choice notify.Choice, now time.Time) (notify.Plan, error) {
	rows, classes, err := s.classed(ctx, surveyed)
	if err != nil {
		return notify.Plan{}, err
	}
	inputs, err := s.inputs(surveyed, classes)
	if err != nil {
		return notify.Plan{}, err
	}
	plan := s.head(1, choice, inputs, now)
	composer, err := s.composer()
	if err != nil {
		return notify.Plan{}, err
	}
	plan.Counts = make(notify.Counts)
	for e, err := range s.entries(composer, plan, rows) {
		if err != nil {
			return notify.Plan{}, err
		}
		plan.Count(e.Standing, e.Kind, 1)
	}
	plan.ID = notify.PlanID{}
	return plan, nil
}

func (s Sources) freeze(ctx context.Context, book *ledger.Ledger, rows iter.Seq2[notify.Row, error], choice notify.Choice, inputs notify.Inputs, now time.Time) (notify.Plan, error) {
	if err := overtaken(ctx, book, s.Common.Bulletin.ID, now); err != nil {
		return notify.Plan{}, err
	}
	if err := s.unmoved(ctx, book); err != nil {
		return notify.Plan{}, err
	}
	number, err := book.NextNumber(ctx, s.Common.Bulletin.ID)
	if err != nil {
		return notify.Plan{}, err
	}
	composer, err := s.composer()
	if err != nil {
		return notify.Plan{}, err
	}
	plan := s.head(number, choice, inputs, now)
	pattern, err := composer.Pattern(plan)
	if err != nil {
		return notify.Plan{}, err
	}
	return book.Freeze(ctx, plan, pattern, s.entries(composer, plan, rows))
}

// entries are those of the composer, counted.
func (s Sources) entries(c notify.Composer, plan notify.Plan, rows iter.Seq2[notify.Row, error]) iter.Seq2[notify.Entry, error] {
	if s.Written == nil {
		return c.Entries(plan, rows)
	}
	return func(yield func(notify.Entry, error) bool) {
		for e, err := range c.Entries(plan, rows) {
			s.Written(1)
			if !yield(e, err) {
				return
			}
		}
	}
}

// head is what a plan says before its rows.
func (s Sources) head(number int, choice notify.Choice, inputs notify.Inputs, now time.Time) notify.Plan {
	created := now.UTC().Truncate(time.Second)
	return notify.Plan{
		ID:           notify.PlanID{Bulletin: s.Common.Bulletin.ID, Number: number},
		Kind:         s.Kind,
		Created:      created,
		Deadline:     s.Common.Deadline(created),
		Transport:    s.Transport.String(),
		Undetermined: choice,
		Inputs:       inputs,
		Tables:       s.Tables,
	}
}

// composer is what writes the letters, each proven by a guard whose own composer shares
// nothing with it.
func (s Sources) composer() (notify.Composer, error) {
	c, err := s.writer()
	if err != nil {
		return c, err
	}
	if s.Identifiers == nil {
		return c, errUnproven
	}
	apart, err := s.writer()
	c.Guard = notify.NewGuard(s.Identifiers, apart)
	return c, err
}

var errUnproven = errors.New("nobody has said whose the names in the inventory are, so no letter can be proven to hold its own alone")

func (s Sources) writer() (notify.Composer, error) {
	templates, err := notify.ParseTemplates(s.Templates)
	return notify.Composer{Common: s.Common, Templates: templates, Message: s.Sender.Compose, Key: s.Key, Domain: s.Domain, FollowUps: s.follows}, err
}
