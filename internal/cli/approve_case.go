package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/notify"
	"tocsin/internal/notify/approval"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/send"
)

// terms are what a plan needs by the settings as they are now, with those who may sign.
// Where nobody must approve it no file is read.
func (s *site) terms(transport mailer.Transport) (approval.Terms, approval.Signers, error) {
	a := s.config.Approvals
	t := approval.Terms{Required: a.Required, ExcludePlanner: a.ExcludePlanner, BreakGlass: a.BreakGlass}
	if !a.Stated && !transport.Rehearsal() {
		t.Required = approval.Default
	}
	if t.Required == 0 {
		return approval.Terms{}, approval.Signers{}, nil
	}
	signers, err := s.signers()
	t.Signers = signers.Digest
	return t, signers, err
}

// signers reads the file of those who may sign plans. One that everybody on the machine may
// write says nothing.
func (s *site) signers() (approval.Signers, error) {
	name := s.config.Approvals.AllowedSigners
	if name == "" {
		return approval.Signers{}, refuse("write approvals: {allowed_signers: FILE} into "+content.ConfigFile+"; tocsin explain approvals.allowed_signers",
			"letters that leave this machine must be approved, and no file says by whom")
	}
	info, err := os.Stat(s.path(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return approval.Signers{}, refuse("write it: one name and public key a line (ssh-keygen(1), ALLOWED SIGNERS)", "%s is missing, which says who may approve a plan", name)
	case err != nil:
		return approval.Signers{}, err
	case !info.Mode().IsRegular():
		return approval.Signers{}, refuse("name a file", "%s is no file", name)
	case info.Mode().Perm()&0o002 != 0:
		return approval.Signers{}, refuse("chmod o-w "+quoted(s.path(name)), "everybody on this machine can change %s, which says who may approve a plan", name)
	}
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		return approval.Signers{}, err
	}
	signers, err := approval.ParseSigners(data)
	if err != nil {
		var faults []string
		for _, fault := range apart(err) {
			faults = append(faults, name+": "+fault.Error())
		}
		return signers, &refusal{exitProblems, strings.Join(faults, "\n"), "mend that, then the same command again"}
	}
	return signers, nil
}

// approvable is the digest of who must approve a plan. It refuses terms that nobody can meet.
func (s *site) approvable(transport mailer.Transport) (digest string, err error) {
	terms, signers, err := s.terms(transport)
	if err == nil {
		err = terms.Satisfiable(signers, s.now)
	}
	return terms.Digest(), err
}

// inputs digests what the letters of a plan about a bulletin would be made from today. A file of
// allowed signers that cannot be read is not the one that was.
func (s *site) inputs(b bulletin.Bulletin, plan notify.Plan) (notify.Inputs, error) {
	sources := s.sources(b)
	sources.Kind = plan.Kind
	terms, _, err := s.terms(sources.Transport)
	if sources.Approvals = terms.Digest(); err != nil {
		sources.Approvals = notify.Digest([]byte(err.Error()))
	}
	return sources.Inputs()
}

// caseOf gathers what the signatures under a plan are held against. Terms that are not those
// that the plan was frozen with are a [send.DriftError].
func (s *site) caseOf(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) (approval.Case, error) {
	transport, err := mailer.ParseTransport(plan.Transport)
	if err != nil {
		return approval.Case{}, err
	}
	c := approval.Case{Plan: plan.Plan}
	if c.Terms, c.Signers, err = s.terms(transport); err != nil {
		return c, err
	}
	if c.Terms.Digest() != plan.Inputs[notify.ApprovalsInput] {
		return c, &send.DriftError{Plan: plan.ID, Changed: []string{notify.ApprovalsInput}}
	}
	if c.Terms.Required == 0 {
		return c, nil
	}
	if c.Decided, err = book.Decided(ctx, plan); err != nil {
		return c, err
	}
	messages, err := mailer.Apart(plan.Pattern())
	for _, message := range messages {
		text, plainErr := mailer.Plain(message)
		c.Samples, err = append(c.Samples, text), errors.Join(err, plainErr)
	}
	if err != nil {
		return c, fmt.Errorf("the sample of %s cannot be read (%v): %w", plan.ID, err, ledger.ErrChanged)
	}
	return c, nil
}

// tallyOf checks every approval of a plan and adds them up.
func (s *site) tallyOf(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) (approval.Tally, error) {
	c, err := s.caseOf(ctx, book, plan)
	if err != nil || c.Terms.Required == 0 {
		return approval.Tally{Case: c}, err
	}
	kept, err := book.Approvals(ctx, plan)
	if err != nil {
		return approval.Tally{Case: c}, err
	}
	return c.Tally(kept)
}

// sampleOf is the sample in the language of the site; the first where there is none in it.
func (s *site) sampleOf(c approval.Case) (string, error) {
	t, err := notify.ParseTemplates(s.templates)
	if err != nil {
		return "", err
	}
	at := max(0, slices.Index(t.Languages(), strings.ToLower(s.config.Language)))
	if at >= len(c.Samples) {
		return "", fmt.Errorf("%s has no sample of its letters: %w", c.Plan.ID, ledger.ErrChanged)
	}
	return c.Samples[at], nil
}

// about is what a statement says of a bulletin.
func about(b bulletin.Bulletin, kind notify.Kind) approval.About {
	return approval.About{Title: b.Title, Revision: max(1, len(b.Revisions)), Kind: cmp.Or(kind, notify.FirstNotice)}
}
