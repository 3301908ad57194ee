// Package approval decides whether a plan may be sent: which people have signed it, and
// whether that is enough.
//
// What they sign is a [Statement], a text that a person can read, and the same for
// everybody who signs in one role. The signature is OpenSSH's (PROTOCOL.sshsig) in the
// namespace tocsin-plan, so that whoever approves needs nothing but ssh-keygen. Who may
// sign stands in a file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS), whose
// digest is among the inputs of the plan and in the statement.
//
// Approvals are counted by people. Two keys of one person are one person; two people
// with one key are one key, which the file may not say in the first place.
//
// Where the planner is excluded, whoever made the plan signs it first, as its planner.
// Nothing else would prove who that was: a name in the settings, in git or on the command
// line can be anybody's. So a plan that wants one approval has two people behind it
// whatever they say of themselves, and one person alone has no plan that can be sent.
package approval

import (
	"fmt"
	"strconv"
	"time"

	"tocsin/internal/notify"
)

// Namespace is what signatures under plans are made for. One that was made for anything
// else counts for nothing here, and the other way round.
const Namespace = "tocsin-plan"

// Default is how many approvals a plan needs whose letters leave this machine, where
// the settings say nothing.
const Default = 2

// Terms are what a plan needs before its letters go out. They are frozen with it.
type Terms struct {
	Required       int           // approvals by different people; 0 is none at all
	ExcludePlanner bool          // whoever made the plan signs as its planner, and cannot approve it
	BreakGlass     time.Duration // how long after planning one person's word is enough; 0 is never
	Signers        string        // hex SHA-256 of the file of allowed signers
}

// Digest is that of the terms, for the plan's [notify.ApprovalsInput]. Where nobody must
// approve it is empty: there are no terms.
func (t Terms) Digest() string {
	if t.Required == 0 {
		return ""
	}
	digester := notify.NewDigester()
	digester.Add(strconv.Itoa(t.Required), yesNo(t.ExcludePlanner), t.BreakGlass.String(), t.Signers)
	return digester.Sum()
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// people is how many different people the terms ask for.
func (t Terms) people() int {
	if t.ExcludePlanner {
		return t.Required + 1
	}
	return t.Required
}

// Satisfiable refuses terms that nobody can ever meet: the signers whose keys are good at an
// instant are too few.
func (t Terms) Satisfiable(signers Signers, now time.Time) error {
	if have := signers.people(now); t.Required > 0 && have < t.people() {
		return &TooFewError{Have: have, Terms: t}
	}
	return nil
}

// TooFewError says that the file of allowed signers names fewer people than must sign.
type TooFewError struct {
	Have  int
	Terms Terms
}

// Error gives both numbers.
func (e *TooFewError) Error() string {
	planner := ""
	if e.Terms.ExcludePlanner {
		planner = " beside the planner"
	}
	return fmt.Sprintf("%d must approve%s, and the keys that are good today are those of %d", e.Terms.Required, planner, e.Have)
}
