package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/planning"
	"tocsin/internal/version"
)

// planSum is what a plan comes to, as `plan --json` prints it: sums, and no customer's
// name, address or node.
type planSum struct {
	Bulletin bulletin.ID `json:"bulletin"`
	Plan     string      `json:"plan,omitempty"` // its name; absent where nothing was frozen
	Kind     notify.Kind `json:"kind,omitempty"` // correction, update or all-clear; absent: a plan of first notices
	DryRun   bool        `json:"dry_run"`
	Fresh    bool        `json:"fresh"`              // false where an equal plan was frozen before
	Taken    *time.Time  `json:"inventory_taken_at"` // null where no export says it
	Seen     struct {
		Tailnets int `json:"tailnets"`
		Nodes    int `json:"nodes"`
	} `json:"seen"`
	Rows         map[string]int64        `json:"rows"`             // of the inventory's tables, by table
	Smaller      []string                `json:"accepted_smaller"` // tables that had shrunk, and that somebody accepted
	Findings     findingsSum             `json:"findings"`
	Asked        []string                `json:"asked"`                    // tables that a database was asked for, as they stood then
	Affected     int                     `json:"affected"`                 // tailnets; the sum of the standings
	Standings    map[notify.Standing]int `json:"standings"`                // mailed, not_required, unreachable, undetermined, told
	Clear        map[notify.Standing]int `json:"clear,omitempty"`          // beside the affected: those that were told and are affected no more
	Letters      map[notify.Kind]int     `json:"letters,omitempty"`        // by kind, where some follow others
	Still        *planning.Still         `json:"affected_still,omitempty"` // of an all-clear: whom it is not for
	Before       *toldSum                `json:"told_before,omitempty"`
	NotRequired  []share                 `json:"not_required"`                    // tailnets by the clauses that decided
	Former       int                     `json:"former"`                          // of the affected: tailnets that the inventory no longer has
	Unidentified int                     `json:"unidentified"`                    // tailnets that may be affected and cannot be told from others
	Certain      int                     `json:"unidentified_affected,omitempty"` // of these: affected for sure, and untold all the same
	Hits         int                     `json:"hits"`                            // nodes that are affected, or may be
	Versions     []share                 `json:"versions"`                        // hits by version, the most frequent first
	Platforms    []share                 `json:"platforms"`
	NearMisses   map[string]int          `json:"near_misses"`           // nodes that are not affected, by how they escaped
	Unmet        []unmet                 `json:"where_unmet,omitempty"` // values of where: that no node has
	Undetermined notify.Choice           `json:"undetermined"`
	Digest       string                  `json:"digest,omitempty"`
	Approvals    *approvalStatus         `json:"approvals,omitempty"` // who has signed the plan; absent where nobody must, or nothing was frozen
	Transport    string                  `json:"transport"`
	Deadline     time.Time               `json:"deadline"`
	surveyed     int                     // tailnets that the survey finds affected
	idle         bool                    // everybody was told already, and nothing was frozen
	deliver      string                  // by which commands its letters are delivered; empty where nothing was frozen
	lost         bool                    // the ledger that knew who was told is gone for good
	begun        bool                    // it stood before, and letters of it were on their way
	vain, vainly string                  // name of the plan before it where that has reached nobody, and how
	early        bool                    // the deadline is: what the letters say changes then
}

// share is how many of a sum are alike.
type share struct {
	Of    string `json:"of"`
	Count int    `json:"count"`
}

// unmet is a value of where: that no node has, while others have let nodes off. It is the
// bulletin's own text.
type unmet struct {
	Row    int    `json:"row"` // of affected, counted from 1
	Column string `json:"column"`
	Value  string `json:"value"`
}

// sum adds up a plan. One that was only tried has no name.
func (s *site) sum(b bulletin.Bulletin, survey *notify.Survey, tally notify.Tally, plan notify.Plan, fresh bool) planSum {
	sum := planSum{
		Bulletin: b.ID, Fresh: fresh, DryRun: plan.ID.Number == 0 && !plan.Created.IsZero(),
		Affected: plan.Affected(), Clear: plan.Clear, Letters: plan.Letters(), Standings: make(map[notify.Standing]int), NotRequired: []share{},
		Rows: plan.Tables.Rows, Smaller: append([]string{}, plan.Tables.Accepted...), NearMisses: make(map[string]int),
		Former: tally.Former, Unidentified: tally.Unidentified, Certain: tally.Certain, Hits: tally.Hits, Undetermined: plan.Undetermined, Digest: plan.Digest, Transport: plan.Transport, Deadline: plan.Deadline,
		early: plan.Deadline.Before(plan.Created.Add(notify.Lifetime)),
	}
	sum.surveyed = tally.Counts.Affected()
	if plan.ID.Number > 0 {
		sum.Plan, sum.deliver = plan.ID.String(), deliverOf(plan)
	}
	sum.Seen.Tailnets, sum.Seen.Nodes = survey.Seen()
	for _, standing := range notify.Standings {
		sum.Standings[standing] = plan.Of(standing)
	}
	for _, m := range nearMisses {
		sum.NearMisses[m.key] = survey.Missed(m.miss)
	}
	for _, u := range survey.Unmet() {
		sum.Unmet = append(sum.Unmet, unmet{u.Row + 1, u.Column, u.Value})
	}
	s.shares(&sum, tally)
	return sum
}

// read adds what was read of the inventory, and which tables a database was asked for.
func (sum *planSum) read(from taken, asked []string) {
	sum.Findings, sum.Asked = from.findings, append([]string{}, asked...)
	if !from.Taken.IsZero() {
		sum.Taken = &from.Taken
	}
}

// shares sums up what the affected have in common.
func (s *site) shares(sum *planSum, tally notify.Tally) {
	versions, platforms := make(map[string]int), make(map[string]int)
	for runs, hits := range tally.Software {
		if runs == (notify.Software{}) {
			versions["others"], platforms["others"] = hits, hits
			continue
		}
		versions[s.release(runs.Product, runs.Version)] += hits
		platforms[s.platform(runs)] += hits
	}
	sum.NotRequired, sum.Versions, sum.Platforms = shares(tally.NotRequired), shares(versions), shares(platforms)
}

// platform is one that the product runs on. What else the inventory names is not told:
// anything may stand there.
func (s *site) platform(runs notify.Software) string {
	p, _ := s.config.Products.Find(runs.Product)
	switch {
	case runs.Platform == "":
		return "no platform named"
	case slices.Contains(p.Platforms, runs.Platform):
		return runs.Platform
	}
	return "no platform of the product"
}

// release is the version that a node reports, by its numbers. What is no version is not
// told: anything may stand there.
func (s *site) release(product, text string) string {
	p, _ := s.config.Products.Find(product)
	v, err := version.Parse(text, p.VersionSuffix)
	if err != nil {
		return "no readable version"
	}
	return v.Release()
}

// shares lists counts, the largest first.
func shares(counts map[string]int) []share {
	all := make([]share, 0, len(counts))
	for _, of := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, share{of, counts[of]})
	}
	slices.SortStableFunc(all, func(a, b share) int { return b.Count - a.Count })
	return all
}

// nearMisses are the ways in which nodes escape, the nearest first.
var nearMisses = [...]struct {
	miss       affected.Miss
	key, words string
}{
	{affected.Cleared, "cleared", "cleared by a finding"},
	{affected.OtherCells, "other_columns", "with other values in the columns of where:"},
	{affected.FixedAlready, "fixed_already", "fixed already"},
	{affected.TooOld, "too_old", "too old to have the fault"},
	{affected.OtherPlatform, "other_platform", "on another platform"},
	{affected.OtherProduct, "other_product", "with another product"},
}

// name is that of the plan; of what was not frozen it says so.
func (sum planSum) name() string {
	switch {
	case sum.Plan == "":
		return string(sum.Bulletin) + map[bool]string{true: " (dry run: nothing is frozen)", false: " (nothing is frozen)"}[sum.DryRun]
	case sum.Kind != "":
		return sum.Plan + " (" + string(sum.Kind) + ")"
	}
	return sum.Plan
}

// printWhom prints how the affected stand, or whom an all-clear is for.
func (p *program) printWhom(s *site, sum planSum) {
	if sum.Kind == notify.AllClear {
		p.printClear(s, sum)
		return
	}
	former := ""
	if sum.Former > 0 {
		former = fmt.Sprintf(", and %d that the inventory no longer has", sum.Former)
	}
	p.print("%s", folded(fmt.Sprintf("%s  %d of %d %s affected%s (%s looked at)", sum.name(),
		sum.Affected-sum.Former, sum.Seen.Tailnets, s.config.Organization.Unit.Many, former, many(sum.Seen.Nodes, "node")), 0, 4))
	for _, standing := range notify.Standings {
		if standing == notify.Told && sum.Before == nil {
			continue
		}
		p.print("  %6d  %s", sum.Standings[standing], standing.Words())
		if standing == notify.NotRequired {
			for _, by := range sum.NotRequired {
				p.print("          %d by the clauses %s", by.Count, by.Of)
			}
		}
	}
}

// entry prints a line of a sum, on several where it would run over the paper.
func (p *program) entry(format string, args ...any) {
	p.print("  %s", folded(fmt.Sprintf(format, args...), 2, 6))
}

// printSum prints what a plan comes to.
func (p *program) printSum(s *site, sum planSum) {
	p.printWhom(s, sum)
	p.printFollowing(s, sum)
	if sum.Hits > 0 {
		p.entry("hit: %s, on %s", many(sum.Hits, "node"), foremost(sum.Platforms))
		p.print("       %s", folded("with "+foremost(sum.Versions), 7, 12))
	}
	var misses []string
	for _, m := range nearMisses {
		if n := sum.NearMisses[m.key]; n > 0 {
			misses = append(misses, fmt.Sprintf("%d %s", n, m.words))
		}
	}
	p.entry("near misses, in nodes: %s", cmp.Or(strings.Join(misses, ", "), "none"))
	for _, u := range sum.Unmet {
		p.entry("where: in row %d of affected: no node's %s is %q; look how the table spells it", u.Row, u.Column, u.Value)
	}
	if sum.Unidentified > 0 {
		p.entry("%d more may be affected, and nobody can tell which: identification in the bulletin says so", sum.Unidentified)
		if sum.Certain > 0 {
			p.entry("of these, %d are affected for sure, and get no letter all the same: identification: some writes to them", sum.Certain)
		}
	}
	p.entry("findings: %s", sum.Findings)
	if sum.Taken != nil {
		p.entry("inventory taken at %s", sum.Taken.Format(time.RFC3339))
	}
	if len(sum.Asked) > 0 {
		p.print("  asked of a database, as it stood at %s: %s", s.now.Format(time.RFC3339), strings.Join(sum.Asked, ", "))
	}
	p.entry("rows read: %s", rowsRead(sum.Rows))
	if len(sum.Smaller) > 0 {
		p.entry("smaller than at the last plan, and accepted: %s", strings.Join(sum.Smaller, ", "))
	}
	if sum.idle {
		return
	}
	if sum.Digest != "" {
		p.entry("digest %s", sum.Digest)
	}
	early := ""
	if sum.early {
		early = ", when what the letters say changes"
	}
	p.entry("to %s", destination(sum.Transport))
	p.entry("not after %s%s", sum.Deadline.Format(time.RFC3339), early)
}

// foremost names the largest few shares, and counts the rest.
func foremost(shares []share) string {
	const few = 5
	var parts []string
	rest := 0
	for i, s := range shares {
		if i < few {
			parts = append(parts, fmt.Sprintf("%s (%d)", s.Of, s.Count))
		} else {
			rest += s.Count
		}
	}
	if rest > 0 {
		parts = append(parts, fmt.Sprintf("%s (%d)", many(len(shares)-few, "other"), rest))
	}
	return strings.Join(parts, ", ")
}

// afterPlan says what to do about a plan.
func (p *program) afterPlan(sum planSum) {
	if sum.vain != "" {
		p.say("%s", sum.vainly)
	}
	switch {
	case sum.begun:
		p.next("tocsin status %s says what has come of it", sum.Plan)
	case sum.idle && sum.Kind == notify.AllClear:
		p.say("of those who were told nobody is clear yet: there is no all-clear to write, and nothing was frozen")
	case sum.idle:
		p.say("everybody who can be told was told already: there is no letter to write, and nothing was frozen")
	case sum.closes():
		p.say("everybody who can be told was told already: %s has no letter, and none of an earlier plan goes out any more", sum.Plan)
		p.next("tocsin status %s says what is left", sum.Bulletin)
	case sum.Affected == 0 && len(sum.Clear) == 0 && sum.Unidentified > 0:
		p.say("nobody is known to be affected, and %d may be: there is no letter to send, and the bulletin's page tells them", sum.Unidentified)
	case sum.Affected == 0 && len(sum.Clear) == 0:
		p.say("nobody is affected. If that surprises you, look at the affected: rows and at the near misses")
	case sum.DryRun:
		p.next("tocsin plan %s%s --expect %d freezes the letters", sum.Bulletin, planHow{kind: sum.Kind, choice: sum.Undetermined, smaller: sum.Smaller, lost: sum.lost}.flags(), sum.expect())
	case sum.Standings[notify.Mailed]+sum.Clear[notify.Mailed] == 0:
		p.next("tocsin letters %s says why there is no letter", sum.Plan)
	case sum.vain != "":
		p.next("tocsin status %s --format csv lists them: mend the addresses and plan again, or, where they are right, tocsin letters %s reads the new letters", sum.vain, sum.Plan)
	default:
		p.next("tocsin letters %s reads the letters; %s", sum.Plan, sum.deliver)
	}
}

// closes reports whether the plan writes to nobody, and was frozen so that no earlier one does.
func (sum planSum) closes() bool {
	writes := sum.Standings[notify.Mailed]+sum.Clear[notify.Mailed] > 0
	return sum.Fresh && !writes && sum.Before != nil && sum.Standings[notify.Unreachable]+sum.Standings[notify.Undetermined]+sum.Clear[notify.Unreachable] == 0
}

// destination says where letters go, and whether anybody hears of it.
func destination(transport string) string {
	if t, err := mailer.ParseTransport(transport); err == nil && t.Rehearsal() {
		return transport + " (a rehearsal: they stay on this machine)"
	}
	return transport
}
