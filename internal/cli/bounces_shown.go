package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	mailevidence "tocsin/internal/notify/evidence"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
)

// bounced is what a mailbox came to, as `bounces --json` prints it: nobody's name or address
// is in it.
type bounced struct {
	Mailbox  string                    `json:"mailbox"`
	DryRun   bool                      `json:"dry_run"`
	Messages int                       `json:"messages"`
	Kinds    map[mailevidence.Kind]int `json:"kinds"`
	Plans    []bouncedPlan             `json:"plans"`
	// Apart are the messages that nothing was done with.
	Apart []apartFrom `json:"apart"`
}

// bouncedPlan is what came back of one plan.
type bouncedPlan struct {
	Plan      string                      `json:"plan"`
	Bounced   []bouncedRow                `json:"bounced"`
	Confirmed []bouncedRow                `json:"confirmed"` // reported as delivered; they were unknown
	Again     int                         `json:"on_record_already"`
	Earlier   int                         `json:"earlier_sending"` // reports of letters that were sent again since
	Unchanged map[mailevidence.Action]int `json:"unchanged"`       // reports by their action
	Elsewhere int                         `json:"not_out"`         // reports of letters that are not out any more, or not yet
	Open      int                         `json:"open"`            // rows of the plan that are open now
}

type bouncedRow struct {
	Tailnet string `json:"tailnet"`
	Code    string `json:"code"` // RFC 3463
	File    string `json:"file"`
}

// sayBounces says what came back and what is left to do.
func (p *program) sayBounces(ctx context.Context, s *site, mailbox string, found *tidings, how bouncing) error {
	out := bounced{Mailbox: mailbox, DryRun: how.dry, Messages: found.read, Kinds: found.kinds, Plans: []bouncedPlan{}, Apart: append([]apartFrom{}, found.apart...)}
	for _, of := range found.inOrder() {
		sums, err := found.book.Account(ctx, of.plan)
		if err != nil {
			return err
		}
		out.Plans = append(out.Plans, of.shown(sums.OpenRows()))
	}
	if how.json {
		return errors.Join(p.printJSON(out), found.left(out))
	}
	p.printBounces(out)
	if how.dry {
		p.say("dry run: nothing was written")
		return found.left(out)
	}
	return p.afterBounces(ctx, s, found, out)
}

func (of *returns) shown(open int) bouncedPlan {
	out := bouncedPlan{
		Plan: of.plan.ID.String(), Bounced: []bouncedRow{}, Confirmed: []bouncedRow{},
		Again: of.again, Earlier: of.earlier, Unchanged: of.idle, Elsewhere: of.others, Open: open,
	}
	for _, s := range of.moved {
		came := of.rows[s.Row]
		row := bouncedRow{string(s.Tailnet), string(came.code), came.file}
		if s.How == ledger.Bounce {
			out.Bounced = append(out.Bounced, row)
		} else {
			out.Confirmed = append(out.Confirmed, row)
		}
	}
	return out
}

// printBounces prints what came back, without anybody's address, and nothing of what a
// message says.
func (p *program) printBounces(b bounced) {
	p.print("%s in %s", many(b.Messages, "message"), source.Visible(b.Mailbox))
	for _, kind := range mailevidence.Kinds {
		if n := b.Kinds[kind]; n > 0 {
			p.print("  %8d  %s", n, kind)
		}
	}
	for _, plan := range b.Plans {
		p.print("%s: %d bounced, %d confirmed as delivered%s", plan.Plan, len(plan.Bounced), len(plan.Confirmed), plan.unchanged())
		p.printRows("bounced", plan.Bounced)
		p.printRows("delivered", plan.Confirmed)
	}
	if len(b.Apart) > 0 {
		p.print("left as they are:")
	}
	for i, one := range b.Apart {
		if i == mostUnsettled {
			p.print("  %d more; --json lists them", len(b.Apart)-i)
			break
		}
		p.print("  %s  %s: %s", source.Visible(one.File), one.Kind, source.Visible(one.Why))
	}
}

func (p *program) printRows(what string, rows []bouncedRow) {
	for i, row := range rows {
		if i == mostUnsettled {
			p.print("  %s: %d more; --json lists them", what, len(rows)-i)
			return
		}
		p.print("  %s: %s (%s)  %s", what, source.Visible(row.Tailnet), row.Code, source.Visible(row.File))
	}
}

// unchanged counts the reports that change nothing.
func (b bouncedPlan) unchanged() string {
	var words []string
	if b.Again > 0 {
		words = append(words, fmt.Sprintf("%d on record already", b.Again))
	}
	if b.Earlier > 0 {
		words = append(words, fmt.Sprintf("%d about an earlier sending", b.Earlier))
	}
	for _, action := range mailevidence.Actions {
		if n := b.Unchanged[action]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, action))
		}
	}
	if b.Elsewhere > 0 {
		words = append(words, fmt.Sprintf("%d of letters that are not out", b.Elsewhere))
	}
	if len(words) == 0 {
		return ""
	}
	return "; " + strings.Join(words, ", ") + ": that changes nothing"
}

// left reports whether somebody has something to see to.
func (t *tidings) left(b bounced) error {
	for _, plan := range b.Plans {
		if plan.Open > 0 || t.plans[plan.Plan].lost() {
			return errIncomplete
		}
	}
	if len(t.doubts) > 0 || t.absent > 0 {
		return errIncomplete
	}
	return nil
}

// lost reports whether letters of a plan came back that another plan took the place of: its
// tailnets counted as told when that one was made.
func (of *returns) lost() bool { return of.plan.Superseded != "" && of.moves(ledger.Bounce) > 0 }

// afterBounces tells what is to be typed next for each plan, and what a person has to read.
func (p *program) afterBounces(ctx context.Context, s *site, found *tidings, b bounced) error {
	for _, of := range found.inOrder() {
		if of.lost() {
			p.next("tocsin plan %s, for whom those letters did not reach: %s was made before they came back", of.plan.ID.Bulletin, of.plan.Superseded)
			continue
		}
		sums, err := found.book.Account(ctx, of.plan)
		if err != nil {
			return err
		}
		if over, err := p.standsNoMore(of.plan, sums); over {
			if err := without(err, errIncomplete); err != nil {
				return err
			}
			continue
		}
		if err := without(p.nextOf(ctx, s, found.book, of.plan, sums), errIncomplete); err != nil {
			return err
		}
	}
	if len(found.doubts) > 0 {
		first := found.doubts[0]
		p.next("read what was left as it is and names a letter; where that came back, tocsin settle %s --tailnet %s --bounced --why WORDS --by NAME", first.plan, quoted(source.Visible(first.tailnet)))
	}
	if found.absent > 0 {
		p.next("tocsin ledger verify, which says whether this ledger is the newest: %s of letters that it does not hold", many(found.absent, "report"))
	}
	return found.left(b)
}
