package approval

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin/internal/notify"
)

// Case is a plan before those who may approve it: what is known of it here, against which
// each signature is held.
type Case struct {
	Plan    notify.Plan
	Decided []notify.Decided // how its rows were decided
	Samples []string         // letters of it that are nobody's, one in each language
	Terms   Terms
	Signers Signers
}

// InvalidError is an approval that is kept and does not hold. Something has changed it, or
// what it was given for.
type InvalidError struct {
	Plan notify.PlanID
	By   string // principal, or the fingerprint where that is unknown
	Part string // signature, statement, …
	Why  string
}

// Error names the part.
func (e *InvalidError) Error() string {
	return fmt.Sprintf("the approval of %s by %s does not hold; its %s: %s", e.Plan, e.By, e.Part, e.Why)
}

// Statement is what somebody signs in a role.
func (c Case) Statement(about About, role notify.Role, reason, sample string) Statement {
	return Statement{Role: role, Reason: reason, About: about, Plan: c.Plan, Terms: c.Terms, Decided: c.Decided, Sample: sample}
}

// Taken makes an approval of a signature that has just come in, if it is one of a statement,
// by a key that counts now, in time. It does not say whether somebody has signed already:
// [Tally.Admit] does.
func (c Case) Taken(s Statement, signature []byte, now time.Time) (notify.Approval, error) {
	a := notify.Approval{Role: s.Role, Reason: s.Reason, At: now.UTC().Truncate(time.Second), Statement: s.Text(), Signature: signature}
	var err error
	if a.Fingerprint, err = Verified(a.Statement, signature); err != nil {
		return a, err
	}
	signer, err := c.Signers.Find(a.Fingerprint, a.At)
	if err != nil {
		return a, err
	}
	a.Principal = signer.Principal
	return a, c.Check(a)
}

// Check holds a kept approval against the plan, the allowed signers and its own signature. An
// error is an [InvalidError].
func (c Case) Check(a notify.Approval) error {
	invalid := func(part string, err error) error {
		return &InvalidError{c.Plan.ID, a.Fingerprint, part, err.Error()}
	}
	key, err := Verified(a.Statement, a.Signature)
	if err != nil {
		return invalid("signature", err)
	}
	if key != a.Fingerprint {
		return invalid("key", fmt.Errorf("the signature is by %s", key))
	}
	if err := c.agrees(a); err != nil {
		return invalid("statement", err)
	}
	signer, err := c.Signers.Find(key, a.At)
	switch {
	case err != nil:
		return invalid("key", err)
	case signer.Principal != a.Principal:
		return invalid("principal", fmt.Errorf("the key is that of %s", signer.Principal))
	case a.At.Before(c.Plan.Created) || a.At.After(c.Plan.Deadline):
		return invalid("time", fmt.Errorf("it came at %s, and the plan stands from %s to %s",
			a.At.Format(time.RFC3339), c.Plan.Created.Format(time.RFC3339), c.Plan.Deadline.Format(time.RFC3339)))
	}
	return nil
}

// agrees holds a statement against what is known here: all of it but what only the
// bulletin says, whose digest is in it.
func (c Case) agrees(a notify.Approval) error {
	s, err := Parse(a.Statement)
	if err != nil {
		return err
	}
	ours := c.Statement(s.About, a.Role, a.Reason, s.Sample)
	ours.earlier = s.earlier
	if kindWord(s.About.Kind) != kindWord(c.Plan.Kind) {
		return errors.New("it says something else of the kind of letters")
	}
	if part := s.differs(ours); part != "" {
		return errors.New("it says something else of the " + part)
	}
	if !slices.ContainsFunc(c.Samples, func(sample string) bool { s.Sample = sample; return string(s.Text()) == string(a.Statement) }) {
		return errors.New("it shows a letter that is none of this plan")
	}
	return nil
}

// differs names the first part in which two statements differ; empty where they are one.
func (s Statement) differs(other Statement) string {
	parts := []struct {
		name string
		of   func(Statement) any
	}{
		{"role", func(s Statement) any { return s.Role }},
		{"reason", func(s Statement) any { return s.Reason }},
		{"plan", func(s Statement) any { return s.Plan.ID }},
		{"digest", func(s Statement) any { return s.Plan.Digest }},
		{"transport", func(s Statement) any { return s.Plan.Transport }},
		{"time of planning", func(s Statement) any { return s.Plan.Created.Unix() }},
		{"deadline", func(s Statement) any { return s.Plan.Deadline.Unix() }},
		{"undetermined", func(s Statement) any { return s.Plan.Undetermined }},
		{"terms", func(s Statement) any { return s.Terms }},
		{"inputs", func(s Statement) any { return s.Plan.Inputs.Digest() }},
	}
	for _, part := range parts {
		if part.of(s) != part.of(other) {
			return part.name
		}
	}
	if string(s.Text()) != string(other.Text()) {
		return "sums"
	}
	return ""
}

// Tally is who has signed a plan, each signature checked.
type Tally struct {
	Case     Case
	Signed   []notify.Approval // all of them, in the order in which they came
	Approved []notify.Approval // by different people with different keys, none of whom is the planner
	Planner  *notify.Approval
	Glass    *notify.Approval // the first who broke the glass
}

// Tally checks every approval that is kept of a plan, and adds them up. One that does not
// hold makes the whole an [InvalidError]: only good ones are ever taken in.
func (c Case) Tally(kept []notify.Approval) (Tally, error) {
	t := Tally{Case: c}
	for _, a := range kept {
		if err := c.Check(a); err != nil {
			return t, err
		}
		if err := t.Admit(a); err != nil {
			return t, &InvalidError{c.Plan.ID, a.Principal, "place among the others", err.Error()}
		}
		t.take(a)
	}
	return t, nil
}

func (t *Tally) take(a notify.Approval) {
	t.Signed = append(t.Signed, a)
	switch a.Role {
	case notify.Approving:
		t.Approved = append(t.Approved, a)
	case notify.Planning:
		t.Planner = &a
	case notify.BreakingGlass:
		t.Glass = &a
	}
}

// Admit refuses an approval that adds nothing: by a person or a key that has signed
// already, in a role that the terms do not know.
func (t Tally) Admit(a notify.Approval) error {
	switch a.Role {
	case notify.Planning:
		return t.admitPlanner(a)
	case notify.BreakingGlass:
		if t.Case.Terms.BreakGlass == 0 {
			return errors.New("the settings have no break_glass")
		}
		if t.Glass != nil {
			return fmt.Errorf("%s has broken the glass already", t.Glass.Principal)
		}
		return nil
	}
	if t.Planner != nil && samePerson(t.Planner.Principal, a.Principal) {
		return fmt.Errorf("%s made the plan, and others have to approve it", t.Planner.Principal)
	}
	for _, other := range t.Approved {
		if other.Fingerprint == a.Fingerprint {
			return fmt.Errorf("%s has approved it already", other.Principal)
		}
		if samePerson(other.Principal, a.Principal) {
			return fmt.Errorf("%s has approved it already, with another key, as %s", a.Principal, other.Principal)
		}
	}
	return nil
}

func (t Tally) admitPlanner(a notify.Approval) error {
	if !t.Case.Terms.ExcludePlanner {
		return errors.New("the settings do not ask who made the plan (exclude_planner)")
	}
	if t.Planner != nil {
		return fmt.Errorf("%s has signed as its planner already", t.Planner.Principal)
	}
	for _, other := range t.Approved {
		if samePerson(other.Principal, a.Principal) {
			return fmt.Errorf("%s has approved it, and whoever approves a plan has not made it", other.Principal)
		}
	}
	return nil
}

// Opens is when one person's word is enough.
func (t Tally) Opens() time.Time { return t.Case.Plan.Created.Add(t.Case.Terms.BreakGlass) }

// Lacks is how many approvals are missing.
func (t Tally) Lacks() int { return max(0, t.Case.Terms.Required-len(t.Approved)) }

// LacksPlanner reports whether the planner has still to sign.
func (t Tally) LacksPlanner() bool { return t.Case.Terms.ExcludePlanner && t.Planner == nil }

// Enough says whether the plan may be sent at an instant; if not, it is a [MissingError].
func (t Tally) Enough(now time.Time) error {
	full := t.Lacks() == 0 && !t.LacksPlanner()
	if t.Case.Terms.Required == 0 || full || t.Glass != nil && !now.Before(t.Opens()) {
		return nil
	}
	return &MissingError{t}
}

// MissingError says that a plan is not approved yet.
type MissingError struct{ Tally Tally }

// Error says what is missing.
func (e *MissingError) Error() string {
	t := e.Tally
	text := fmt.Sprintf("%s has %d of %d approvals", t.Case.Plan.ID, len(t.Approved), t.Case.Terms.Required)
	if t.LacksPlanner() {
		text += ", and its planner has not signed"
	}
	if t.Glass != nil {
		text += fmt.Sprintf("; %s broke the glass, which counts from %s on", t.Glass.Principal, t.Opens().Format(time.RFC3339))
	}
	return text
}
