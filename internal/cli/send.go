package cli

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/send"
)

func (p *program) send() *cobra.Command {
	var how sendHow
	c := &cobra.Command{
		Use:   "send PLAN",
		Short: "Deliver a plan's letters, or go on where a stopped run left off",
		Args:  exactly("PLAN"),
		RunE:  func(c *cobra.Command, args []string) error { return p.runSend(c.Context(), args[0], how) },
	}
	how.flags(c)
	return c
}

func (p *program) runSend(ctx context.Context, name string, how sendHow) (err error) {
	if err := how.check(); err != nil {
		return err
	}
	defer unread()()
	s, err := p.open()
	if err != nil {
		return err
	}
	book, err := s.keeper(ctx, "sending "+name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	plan, err := find(ctx, book, name)
	if err != nil {
		return err
	}
	transport, err := mailer.ParseTransport(plan.Transport)
	if err != nil {
		return refuse("tocsin ledger verify", "%s: %v", plan.ID, err)
	}
	if transport.Rehearsal() {
		err = p.deliver(ctx, s, book, plan, transport)
	} else {
		err = p.dispatch(ctx, s, book, plan, transport, how)
	}
	if err != nil {
		return err
	}
	if b, found := s.content.Bulletin(plan.ID.Bulletin); found {
		p.warnDraft(b)
	}
	return p.account(ctx, s, book, plan)
}

// deliver puts a plan's letters into a mailbox, and says what the run found and did.
func (p *program) deliver(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, transport mailer.Transport) error {
	before, err := book.Account(ctx, plan)
	if err != nil {
		return err
	}
	mailbox, err := s.mailbox(plan, transport, before)
	if err != nil {
		return err
	}
	progress, done := p.progress("delivering", before.Open())
	run := p.run(s, book, plan, p.ticking(s.now))
	run.Mailbox, run.Progress = mailbox, progress
	result, err := run.Do(ctx, p.inputsNow(plan.Plan))
	done()
	if result.Recovered+result.Returned > 0 {
		p.say("an earlier run was cut off: %s had arrived, %s had not", many(result.Recovered, "letter"), many(result.Returned, "letter"))
	}
	switch {
	case result.Delivered > 0:
		p.print("delivered %s of %s to %s", many(result.Delivered, "letter"), plan.ID, destination(plan.Transport))
	case err == nil:
		p.say("of %s nothing was left to deliver", plan.ID)
	}
	return err
}

// run is the part of a run that is the same wherever the letters go.
func (p *program) run(s *site, book *ledger.Ledger, plan ledger.Stored, now func() time.Time) send.Run {
	l := &lookout{program: p, site: s, plan: plan, now: now}
	return send.Run{
		Ledger: book, Plan: plan, Machine: thisMachine(), Now: now,
		Approved: p.approved(s, book, plan), Stands: l.look, Edited: p.edited(plan),
	}
}

// bootID is where Linux keeps the ID of its boot (random(4)).
const bootID = "/proc/sys/kernel/random/boot_id"

// thisMachine is what the ledger keeps of where a run works. What the machine does not
// tell is left empty.
func thisMachine() ledger.Machine {
	host, _ := os.Hostname()
	boot, _ := os.ReadFile(bootID)
	return ledger.Machine{PID: os.Getpid(), Host: host, Boot: strings.TrimSpace(string(boot)), Synced: true}
}

// mailbox opens the plan's mailbox, and makes it before the first letter only: in a
// new one nothing would show which letters had arrived.
func (s *site) mailbox(plan ledger.Stored, transport mailer.Transport, before ledger.Account) (mailer.Maildir, error) {
	folder := s.path(transport.Folder())
	gone, err := missing(folder)
	if gone && before.Begun()+before.Letters[ledger.Accepted] > 0 {
		return mailer.Maildir{}, refuse("put it back, then the same command again", "the mailbox %s is gone, and letters of %s went into it", folder, plan.ID)
	}
	if err != nil {
		return mailer.Maildir{}, err
	}
	return mailer.OpenMaildir(folder)
}

// account ends a command on a plan: with the sums, and with what is left to do.
func (p *program) account(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored) error {
	sums, err := book.Account(ctx, plan)
	if err != nil {
		return err
	}
	p.sums(plan, sums)
	if err := p.approvals(ctx, s, book, plan); err != nil {
		return err
	}
	if over, err := p.standsNoMore(plan, sums); over {
		return err
	}
	if rehearsed(plan) && p.screen == nil { // a bulletin's screen says it of all of its plans
		p.say("%s is a rehearsal: nobody has been told by it", plan.ID)
	}
	return p.left(ctx, s, book, plan, sums)
}

// rehearsed reports whether a plan's letters stay on this machine.
func rehearsed(plan ledger.Stored) bool {
	t, err := mailer.ParseTransport(plan.Transport)
	return err == nil && t.Rehearsal()
}
