// Package notify is the contract of the notifying wing: who is told what about a
// bulletin. A [Survey] collects what a bulletin means for each tailnet, and becomes
// the rows of a [Plan], each with its finished [Letter].
//
// Every affected tailnet stands in exactly one row, and every row in exactly one
// standing; what belongs to one tailnet is never held together with what belongs
// to another. A letter is made of one immutable view of one tailnet.
package notify

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
)

// Standing is what a plan does about one affected tailnet.
type Standing string

const (
	// Mailed gets a letter.
	Mailed Standing = "mailed"
	// NotRequired is affected, and no sentence of the policy asks to tell it.
	NotRequired Standing = "not_required"
	// Unreachable must be told and has no usable address. Somebody has to find another way.
	Unreachable Standing = "unreachable"
	// Told has been told what stands today. It gets no letter again.
	Told Standing = "told"
	// Undetermined may have to be told: facts are missing, and the planner chose to hold.
	Undetermined Standing = "undetermined"
	// Held must be told, and something asks to wait, such as a law. No plan is made
	// while a tailnet is held.
	Held Standing = "held"
)

// Standings lists those of a plan in the order in which they are reported.
var Standings = [...]Standing{Mailed, NotRequired, Unreachable, Undetermined, Told}

// Words is the standing as a person reads it.
func (s Standing) Words() string {
	return map[Standing]string{
		Mailed: "mailed", NotRequired: "no notice required",
		Unreachable: "unreachable", Undetermined: "undetermined", Told: "told already", Held: "held",
	}[s]
}

// Choice is the planner's decision on tailnets that cannot be told to be affected or not.
type Choice string

const (
	// Undecided is no choice. A plan with undetermined tailnets needs one.
	Undecided Choice = ""
	// Tell writes to them that they cannot be ruled out.
	Tell Choice = "tell"
	// Hold keeps them on the list, untold.
	Hold Choice = "hold"
)

// Row is what a plan does about one affected tailnet.
type Row struct {
	Tailnet  tailnet.Tailnet
	Standing Standing
	Clauses  []string // IDs of the policy's clauses that decided
	Missing  []string // facts that would have decided
	// Overridden means that the authors departed from what the policy's rules say.
	Overridden bool
	Contact    tailnet.Contact
	Match      affected.Match
	Named      []tailnet.Node // that findings name, as far as the inventory has them, and that are no hits
	Users      []tailnet.User // that findings name, as far as the inventory has them
	Lists      Lists          // how much of its nodes goes with the letter

	Kind      Kind      // of its letter, or of the one it would get if it could be reached; empty where it gets none
	Changed   []string  // of a letter after others: what changed since this tailnet was told last for certain
	Earlier   []string  // Message-IDs of letters that reached it, or may have, the oldest first; without angle brackets
	Doubtful  bool      // nobody knows whether any of them arrived: the letter says that it replaces what may have come
	Cleared   bool      // it was told last that all is well, which is no longer so; or where it is Doubtful, it may have been
	Unlisted  bool      // of Cleared: what it was told is not that all is well, but that it is listed no more and nobody can tell
	Unrevised bool      // it was told so for certain, and the bulletin has had no revision since, not even an immaterial one
	Replaces  time.Time // when the last of them was written; zero where none is, none that the letter takes back, or of this one nobody knows and there are others
}

// PlanID names a plan: the bulletin and the number of the plan, TS-2026-004/1.
type PlanID struct {
	Bulletin bulletin.ID
	Number   int
}

// String is the name that people type.
func (id PlanID) String() string { return fmt.Sprintf("%s/%d", id.Bulletin, id.Number) }

// ParsePlanID reads the name of a plan.
func ParsePlanID(text string) (PlanID, error) {
	name, number, found := strings.Cut(text, "/")
	n, err := strconv.Atoi(number)
	if !found || err != nil || n < 1 || name == "" || strconv.Itoa(n) != number {
		return PlanID{}, fmt.Errorf("%q is not the name of a plan, such as TS-2026-004/1", text)
	}
	return PlanID{bulletin.ID(name), n}, nil
}

// Lifetime is how long after planning letters may still be delivered: their Date
// is the instant of planning, and older mail is taken for spam or for stale.
const Lifetime = 72 * time.Hour

// Plan is the head of a frozen set of letters.
type Plan struct {
	ID           PlanID
	Kind         Kind      // what told tailnets get: Correction, Update or AllClear; empty: nothing
	Created      time.Time // the Date of every letter, UTC, whole seconds
	Deadline     time.Time // no letter is delivered after it
	Transport    string
	Undetermined Choice
	Inputs       Inputs
	Tables       Tables
	Counts       Counts       // every row
	Clear        Counts       // of those, the tailnets that were told and that the bulletin does not touch any more; nil: none
	Kinds        map[Kind]int // the letters that follow others, by what they are; nil: none
	// Digest is the hex SHA-256 over the head (ID to Tables) and every row in order. Of
	// people and letters it covers the commitments: see [Commitment]. Counts are the sums
	// of those rows.
	Digest string
}

// Count counts rows of a standing and a kind.
func (p *Plan) Count(s Standing, k Kind, rows int) {
	if p.Counts == nil {
		p.Counts = make(Counts)
	}
	if p.Counts[s] += rows; !k.FollowsUp() {
		return
	}
	if p.Clear == nil && k == AllClear {
		p.Clear = make(Counts)
	}
	if p.Kinds == nil && s == Mailed {
		p.Kinds = make(map[Kind]int)
	}
	if k == AllClear {
		p.Clear[s] += rows
	}
	if s == Mailed {
		p.Kinds[k] += rows
	}
}

// Letters are the letters of the plan by what they are; nil where all are first notices.
func (p Plan) Letters() map[Kind]int {
	if len(p.Kinds) == 0 {
		return nil
	}
	all := maps.Clone(p.Kinds)
	first := p.Counts[Mailed]
	for _, n := range p.Kinds {
		first -= n
	}
	if first > 0 {
		all[FirstNotice] = first
	}
	return all
}

// Affected is how many tailnets the bulletin touches.
func (p Plan) Affected() int { return p.Counts.Affected() - p.Clear.Affected() }

// Of is how many of the affected are in a standing.
func (p Plan) Of(s Standing) int { return p.Counts[s] - p.Clear[s] }

// Counts says how many affected tailnets are in each standing.
type Counts map[Standing]int

// Affected is their sum.
func (c Counts) Affected() int {
	sum := 0
	for _, n := range c {
		sum += n
	}
	return sum
}
