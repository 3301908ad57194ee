package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/durable"
	"tocsin/internal/notify"
	"tocsin/internal/notify/approval"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/send"
	"tocsin/internal/source"
)

// approving is how a plan is to be approved.
type approving struct {
	key, yes           string
	request, signature string // files; - is standard output and input
	planner, list      bool
	reason             string // breaks the glass
}

// role is what is signed as.
func (a approving) role() notify.Role {
	switch {
	case a.planner:
		return notify.Planning
	case a.reason != "":
		return notify.BreakingGlass
	}
	return notify.Approving
}

// check refuses flags that do not go together.
func (a approving) check() error {
	here := a.key != "" || a.yes != ""
	switch {
	case a.planner && a.reason != "":
		return errors.New("--planner and --break-glass exclude each other")
	case a.request != "" && a.signature != "":
		return errors.New("--request writes what a colleague signs, and --signature takes what they signed: one after the other")
	case here && (a.request != "" || a.signature != ""):
		return errors.New("--key and --yes sign here, and --request and --signature are for who signs elsewhere")
	case a.list && (here || a.request != "" || a.signature != "" || a.planner || a.reason != ""):
		return errors.New("--list prints who has signed, and signs nothing")
	}
	return nil
}

func (p *program) approve() *cobra.Command {
	var how approving
	c := &cobra.Command{
		Use:   "approve PLAN",
		Short: "Sign a plan with an OpenSSH key, so that its letters may go out",
		Long: "approve shows what a plan does, and signs that with a key that stands in the file of\n" +
			"approvals.allowed_signers. A colleague elsewhere signs what --request writes, by\n" +
			"ssh-keygen -Y sign -n " + approval.Namespace + " -f KEY FILE, and --signature takes the FILE.sig that comes of it.",
		Args: exactly("PLAN"),
	}
	f := c.Flags()
	f.StringVar(&how.key, "key", "", "sign with this `file` of a private key, or of a public one whose other half an agent holds")
	f.StringVar(&how.yes, "yes", "", "the `PLAN` once more, in place of typing it when asked")
	f.StringVar(&how.request, "request", "", "write what is to be signed into this `file` (- prints it), and sign nothing")
	f.StringVar(&how.signature, "signature", "", "take a colleague's signature from this `file` (- reads it)")
	f.BoolVar(&how.planner, "planner", false, "sign as who made the plan, and leave it to others to approve it")
	f.StringVar(&how.reason, "break-glass", "", "decide alone, with this `reason`")
	f.BoolVar(&how.list, "list", false, "print who has signed, and who is missing")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := errors.Join(how.check(), oneLine(c, "--break-glass", how.reason)); err != nil {
			return usage(c, err)
		}
		if how.list {
			return p.listApprovals(c.Context(), args[0])
		}
		return p.runApprove(c.Context(), args[0], how)
	}
	return c
}

func (p *program) runApprove(ctx context.Context, name string, how approving) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	tally, statement, err := s.unapproved(ctx, name, how)
	switch {
	case err != nil:
		return err
	case tally.Case.Terms.Required == 0:
		p.say("nobody has to approve %s: it goes to %s", name, destination(tally.Case.Plan.Transport))
		return nil
	case how.request != "":
		return p.request(tally, statement, how)
	}
	signature, err := p.signature(ctx, s, tally, statement, how)
	if err != nil {
		return err
	}
	return p.takeIn(ctx, s, statement, signature)
}

// unapproved makes the statement of a plan that can still be approved: it stands, nothing
// that it was made from has changed, and its rows and letters are what was frozen.
func (s *site) unapproved(ctx context.Context, name string, how approving) (t approval.Tally, text approval.Statement, err error) {
	book, err := s.reader(ctx)
	if err != nil {
		return t, text, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	plan, err := find(ctx, book, name)
	if err != nil {
		return t, text, err
	}
	b, err := s.bulletin(string(plan.ID.Bulletin))
	if err != nil {
		return t, text, err
	}
	if err := s.stands(b, plan); err != nil {
		return t, text, err
	}
	if err := book.Verify(ctx, plan); err != nil {
		return t, text, err
	}
	if t, err = s.tallyOf(ctx, book, plan); err != nil || t.Case.Terms.Required == 0 {
		return t, text, err
	}
	sample, err := s.sampleOf(t.Case)
	return t, t.Case.Statement(about(b, plan.Kind), how.role(), source.Visible(how.reason), sample), err
}

// stands refuses a plan that nobody needs to approve any more.
func (s *site) stands(b bulletin.Bulletin, plan ledger.Stored) error {
	switch {
	case plan.Superseded != "":
		return &send.SupersededError{Plan: plan.ID, By: plan.Superseded}
	case plan.Dropped != "":
		return &send.DroppedError{Plan: plan.ID, At: plan.Dropped}
	case s.now.After(plan.Deadline):
		return &send.StaleError{Plan: plan.ID, Deadline: plan.Deadline}
	}
	current, err := s.inputs(b, plan.Plan)
	if err != nil {
		return err
	}
	if drift := plan.Inputs.Drift(current); len(drift) > 0 {
		return &send.DriftError{Plan: plan.ID, Changed: drift}
	}
	return nil
}

// request writes a statement for somebody who signs it elsewhere.
func (p *program) request(t approval.Tally, statement approval.Statement, how approving) error {
	file, text := how.request, statement.Text()
	if file == "-" {
		_, err := p.Stdout.Write(text)
		return err
	}
	if err := durable.Replace(file, text, 0o600); err != nil {
		return err
	}
	p.print("wrote what is to be signed into %s; %s", file, tallyLine(t))
	p.say("next: ssh-keygen -Y sign -n %s -f KEY %s, where the key is", approval.Namespace, quoted(file))
	p.next("tocsin approve %s%s --signature %s, here", t.Case.Plan.ID, roleFlags(statement), quoted(file+".sig"))
	return nil
}

// roleFlags are the flags that sign in the role of a statement.
func roleFlags(s approval.Statement) string {
	switch s.Role {
	case notify.Planning:
		return " --planner"
	case notify.BreakingGlass:
		return " --break-glass " + quoted(s.Reason)
	}
	return ""
}

// signature takes a colleague's signature, or shows the statement and has it signed here.
func (p *program) signature(ctx context.Context, s *site, t approval.Tally, statement approval.Statement, how approving) ([]byte, error) {
	if how.signature != "" {
		armored, err := p.readSmall(how.signature)
		if err != nil {
			return nil, err
		}
		signature, err := approval.Unarmored(armored)
		if err != nil {
			return nil, refuse(fmt.Sprintf("tocsin approve %s%s --request FILE", statement.Plan.ID, roleFlags(statement)), "%s: %v", how.signature, err)
		}
		return signature, nil
	}
	key, err := keyFor(ctx, t, statement.Role, how.key, p.ticking(s.now)())
	if err != nil {
		return nil, err
	}
	if _, err := p.Stdout.Write(statement.Text()); err != nil {
		return nil, err
	}
	p.say("%s", tallyLine(t))
	p.say("to be signed with %s", key)
	if err := p.confirm(ctx, bulletin.ID(statement.Plan.ID.String()), consent{yes: how.yes}, verb(statement.Role)); err != nil {
		return nil, err
	}
	return approval.Keygen{Stdin: p.Stdin, Stderr: p.Stderr}.Sign(ctx, key, statement.Text())
}

// verb is what somebody does who signs in a role.
func verb(r notify.Role) string {
	return map[notify.Role]string{
		notify.Approving: "approve", notify.Planning: "answer for", notify.BreakingGlass: "break the glass for",
	}[r]
}

// maxSigned is more than a signature in its armour has.
const maxSigned = 64 << 10

func (p *program) readSmall(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(p.Stdin, maxSigned))
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSigned))
	return data, errors.Join(err, file.Close())
}

// takeIn keeps a signature, if it adds something to those that came meanwhile.
func (p *program) takeIn(ctx context.Context, s *site, statement approval.Statement, signature []byte) (err error) {
	book, err := s.writer(ctx, "approving "+statement.Plan.ID.String())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	plan, err := book.Plan(ctx, statement.Plan.ID)
	if err != nil {
		return err
	}
	t, err := s.tallyOf(ctx, book, plan)
	if err != nil {
		return err
	}
	a, err := t.Case.Taken(statement, signature, p.ticking(s.now)())
	if err == nil {
		err = t.Admit(a)
	}
	if err != nil {
		return refuse(fmt.Sprintf("tocsin approve %s --list", plan.ID), "%v: nothing was signed for %s", err, plan.ID)
	}
	if err := book.Approve(ctx, plan, a); err != nil {
		return err
	}
	if t, err = s.tallyOf(ctx, book, plan); err != nil {
		return err
	}
	p.print("%s has signed %s (%s); %s", source.Visible(a.Principal), plan.ID, a.Role, tallyLine(t))
	if t.Enough(s.now) == nil {
		return p.afterLastApproval(ctx, book, plan)
	}
	p.afterApproval(s, t)
	return nil
}
