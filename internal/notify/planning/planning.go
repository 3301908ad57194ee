// Package planning makes the plan of a bulletin: the rows of a survey become
// finished letters, frozen in the ledger under one digest with everything that
// they were made from.
package planning

import (
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
	Policy    []byte // the policy page; nil where the site has none
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
		"reply_to": common.ReplyTo, "language": common.Language, "kind": common.Kind, "changed": common.Changed, "sender": s.Sender, "domain": s.Domain,
	})
	inputs := notify.Inputs{
		"bulletin":         notify.Digest(common.Bulletin.Substance()),
		notify.StatusInput: notify.Digest([]byte(audience(common.Bulletin.Status))),
		"policy":           notify.Digest(s.Policy),
		"rules":            rules,
		"templates":        templates,
		"settings":         settings,
		"transport":        notify.Digest([]byte(s.Transport.String())),
	}
	if s.Approvals != "" {
		inputs[notify.ApprovalsInput] = s.Approvals
	}
	return inputs, err
}

// inputs are those of a whole plan: the sources, and what the inventory came to.
func (s Sources) inputs(rows iter.Seq2[notify.Row, error]) (notify.Inputs, error) {
	inputs, err := s.Inputs()
	if err == nil {
		inputs[notify.InventoryInput], err = notify.DigestRows(rows)
	}
	return inputs, err
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

// Freeze makes a plan of the rows, or finds the one that already stands for the
// same inputs: planning the same thing twice makes no second set of letters. It fails
// with a [ledger.OpenError] while letters of an earlier plan are begun.
func (s Sources) Freeze(ctx context.Context, book *ledger.Ledger, rows iter.Seq2[notify.Row, error], choice notify.Choice, now time.Time) (plan notify.Plan, fresh bool, err error) {
	inputs, err := s.inputs(rows)
	if err != nil {
		return notify.Plan{}, false, err
	}
	id, found, err := book.Equal(ctx, s.Common.Bulletin.ID, inputs, now)
	if err != nil {
		return notify.Plan{}, false, err
	}
	if found {
		stored, err := book.Plan(ctx, id)
		if err == nil {
			err = book.Verify(ctx, stored) // one that cannot be delivered does not stand
		}
		return stored.Plan, false, err
	}
	plan, err = s.freeze(ctx, book, rows, choice, inputs, now)
	return plan, true, err
}

// Try makes the letters of rows as Freeze does, each as it would be delivered, and
// keeps none of them: what would stop a plan stops it. The plan has no name and no
// digest, for it has no place in a ledger.
func (s Sources) Try(rows iter.Seq2[notify.Row, error], choice notify.Choice, now time.Time) (notify.Plan, error) {
	inputs, err := s.inputs(rows)
	if err != nil {
		return notify.Plan{}, err
	}
	plan := s.head(1, choice, inputs, now)
	composer, err := s.composer()
	if err != nil {
		return notify.Plan{}, err
	}
	counts := make(notify.Counts)
	for e, err := range s.entries(composer, plan, rows) {
		if err != nil {
			return notify.Plan{}, err
		}
		counts[e.Standing]++
	}
	plan.ID, plan.Counts = notify.PlanID{}, counts
	return plan, nil
}

func (s Sources) freeze(ctx context.Context, book *ledger.Ledger, rows iter.Seq2[notify.Row, error], choice notify.Choice, inputs notify.Inputs, now time.Time) (notify.Plan, error) {
	if err := overtaken(ctx, book, s.Common.Bulletin.ID, now); err != nil {
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

// OvertakenError says that somebody began another plan of the bulletin later, and froze it
// first: what this one has read of the inventory is older.
type OvertakenError struct{ By notify.PlanID }

// Error names the later plan.
func (e *OvertakenError) Error() string {
	return e.By.String() + " was begun later, and frozen while this plan was being made"
}

// overtaken refuses what was read before the bulletin's last plan was begun. An inventory is
// read before anybody holds the ledger, since that takes long.
func overtaken(ctx context.Context, book *ledger.Ledger, id bulletin.ID, begun time.Time) error {
	plans, err := book.Plans(ctx, id)
	if err != nil || len(plans) == 0 {
		return err
	}
	last, err := book.Plan(ctx, plans[len(plans)-1])
	if err == nil && last.Created.After(begun) {
		return &OvertakenError{last.ID}
	}
	return err
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
	return notify.Composer{Common: s.Common, Templates: templates, Message: s.Sender.Compose, Key: s.Key, Domain: s.Domain}, err
}
