package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// settleMany settles the rows of a list or of a state alike, once a person has typed for
// which plan: all of them, or none.
func (p *program) settleMany(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, f settling) error {
	said, err := f.settlement()
	if err != nil {
		return err
	}
	said.At = s.now
	rows, err := f.rows(ctx, book, plan)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		p.say("no open row of %s is %s: nothing to do", plan.ID, f.state)
		return nil
	}
	same, err := saidBefore(ctx, book, plan, said)
	if err != nil {
		return err
	}
	asked := len(rows)
	if rows = slices.DeleteFunc(rows, same); len(rows) < asked {
		p.say("on record already: %s of %s", many(asked-len(rows), "row"), plan.ID)
	}
	if len(rows) == 0 {
		return p.account(ctx, s, book, plan)
	}
	all := make([]ledger.Settled, len(rows))
	for i, d := range rows {
		all[i] = ledger.Settled{Delivery: d, Settlement: said}
	}
	if err := s.settleable(plan, all); err != nil {
		return oneRefusal(plan, err)
	}
	p.print("%s of %s: %s", many(len(rows), "row"), plan.ID, manyWords(all, s.late(plan)))
	p.printTailnets(rows)
	if f.dry {
		p.say("dry run: nothing was written")
		return nil
	}
	if err := p.confirm(ctx, bulletin.ID(plan.ID.String()), consent{yes: f.yes}, "settle"); err != nil {
		return err
	}
	if err := book.Verify(ctx, plan); err != nil {
		return err
	}
	if err := book.SettleAll(ctx, plan, all); err != nil {
		return err
	}
	p.print("settled: %s of %s, by %s", many(len(rows), "row"), plan.ID, said.Who)
	return p.afterSettling(ctx, s, book, plan, all)
}

// rows are those that are to be settled, in the order in which they stand in the plan.
func (f settling) rows(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) (rows []ledger.Delivery, err error) {
	if f.tailnets != "" {
		return rowsIn(ctx, book, plan, f.tailnets)
	}
	err = book.Each(ctx, plan, func(d ledger.Delivery) error {
		open := plan.Unsettled(d) || d.State == ledger.Deferred
		if open && (string(d.State) == f.state || d.State == ledger.NoLetter && string(d.Standing) == f.state) {
			rows = append(rows, d)
		}
		return nil
	})
	return rows, err
}

// rowsIn finds the rows of the tailnets that a file lists, one on a line. One that the plan
// has no row for is an error that says on which line it stands: all of them together.
func rowsIn(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, file string) (rows []ledger.Delivery, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var strange []string
	seen := make(map[string]bool)
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		id := strings.TrimSpace(line)
		if id == "" || seen[id] {
			continue
		}
		seen[id] = true
		d, found, err := book.Delivery(ctx, plan, tailnet.ID(id))
		if err != nil {
			return nil, err
		}
		if !found {
			strange = append(strange, fmt.Sprintf("%s:%d: %s has no row for %q", file, n, plan.ID, id))
			continue
		}
		rows = append(rows, d)
	}
	switch {
	case len(strange) > 0:
		return nil, &refusal{exitUsage, someOf(strange) + "\nnothing was settled", fmt.Sprintf("tocsin letters %s --list lists them", plan.ID)}
	case len(rows) == 0:
		return nil, &refusal{exitUsage, file + " lists no tailnet", "write an ID on each line"}
	}
	slices.SortFunc(rows, func(a, b ledger.Delivery) int { return a.Row - b.Row })
	return rows, nil
}

// oneRefusal words what hinders many rows as one: nothing is settled of any.
func oneRefusal(plan ledger.Stored, err error) error {
	var lines []string
	for _, e := range apart(err) {
		var refused *ledger.SettleError
		if !errors.As(e, &refused) {
			return err
		}
		lines = append(lines, e.Error())
	}
	return refuse(fmt.Sprintf("tocsin status %s", plan.ID), "%s\nnothing was settled", someOf(lines))
}

// someOf are the first of many lines, and how many more there are.
func someOf(lines []string) string {
	if more := len(lines) - mostUnsettled; more > 0 {
		lines = append(lines[:mostUnsettled:mostUnsettled], fmt.Sprintf("%d more like these", more))
	}
	return strings.Join(lines, "\n")
}

// printTailnets lists the first of many rows with where they stand.
func (p *program) printTailnets(rows []ledger.Delivery) {
	for i, d := range rows {
		if i == mostUnsettled {
			p.print("  %d more", len(rows)-i)
			return
		}
		p.print("  %s is %s", source.Visible(string(d.Tailnet)), standingOf(d))
	}
}

// manyWords is what one settlement comes to for some rows.
func manyWords(all []ledger.Settled, late bool) string {
	how, n := all[0].How, len(all)
	silent := 0 // rows of which nothing goes out
	for _, row := range all {
		if takenBack(row) {
			silent++
		}
	}
	switch {
	case silent == n:
		return "taken back"
	case silent > 0:
		return fmt.Sprintf("taken back of %d, which get no letter; the others are written to again", silent)
	case how == ledger.Told:
		return "told otherwise"
	case how == ledger.Resend && late:
		return "the next plan writes to them again"
	case how == ledger.Resend && n == 1:
		return "its letter goes out again"
	case how == ledger.Resend:
		return "their letters go out again"
	case how == ledger.Bounce:
		return "came back"
	case n == 1:
		return "left as it is"
	}
	return "left as they are"
}
