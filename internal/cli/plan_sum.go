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
	"tocsin/internal/tailnet"
	"tocsin/internal/version"
)

// planSum is what a plan comes to, as `plan --json` prints it: sums, and nobody's
// name, address or node.
type planSum struct {
	Bulletin bulletin.ID `json:"bulletin"`
	Plan     string      `json:"plan,omitempty"` // its name; absent where nothing was frozen
	DryRun   bool        `json:"dry_run"`
	Fresh    bool        `json:"fresh"`              // false where an equal plan was frozen before
	Taken    *time.Time  `json:"inventory_taken_at"` // null where no export says it
	Seen     struct {
		Tailnets int `json:"tailnets"`
		Nodes    int `json:"nodes"`
	} `json:"seen"`
	Affected     int                     `json:"affected"`     // tailnets; the sum of the standings
	Standings    map[notify.Standing]int `json:"standings"`    // mailed, not_required, unreachable, undetermined
	NotRequired  []share                 `json:"not_required"` // tailnets by the clauses that decided
	Former       int                     `json:"former"`       // of the affected: tailnets that the inventory no longer has
	Unidentified int                     `json:"unidentified"` // tailnets that may be affected and cannot be told from others
	Hits         int                     `json:"hits"`         // nodes that are affected, or may be
	Versions     []share                 `json:"versions"`     // hits by version, the most frequent first
	Platforms    []share                 `json:"platforms"`
	NearMisses   map[string]int          `json:"near_misses"` // nodes that are not affected, by how they escaped
	Undetermined notify.Choice           `json:"undetermined"`
	Digest       string                  `json:"digest,omitempty"`
	Transport    string                  `json:"transport"`
	Deadline     time.Time               `json:"deadline"`
}

// share is how many of a sum are alike.
type share struct {
	Of    string `json:"of"`
	Count int    `json:"count"`
}

// sum adds up a plan. One that was only tried has no name.
func (s *site) sum(b bulletin.Bulletin, survey *notify.Survey, rows []notify.Row, plan notify.Plan, fresh bool) (planSum, error) {
	unidentified, err := survey.Unidentified()
	sum := planSum{
		Bulletin: b.ID, Fresh: fresh, DryRun: plan.ID.Number == 0,
		Affected: plan.Counts.Affected(), Standings: make(map[notify.Standing]int), NotRequired: []share{},
		NearMisses:   make(map[string]int),
		Unidentified: unidentified, Undetermined: plan.Undetermined, Digest: plan.Digest, Transport: plan.Transport, Deadline: plan.Deadline,
	}
	if !sum.DryRun {
		sum.Plan = plan.ID.String()
	}
	sum.Seen.Tailnets, sum.Seen.Nodes = survey.Seen()
	for _, standing := range notify.Standings {
		sum.Standings[standing] = plan.Counts[standing]
	}
	for _, m := range nearMisses {
		sum.NearMisses[m.key] = survey.Missed(m.miss)
	}
	for _, r := range rows {
		if !survey.Known(r.Tailnet.ID) {
			sum.Former++
		}
	}
	s.shares(&sum, rows)
	return sum, err
}

// shares sums up what the rows have in common.
func (s *site) shares(sum *planSum, rows []notify.Row) {
	clauses, versions, platforms := make(map[string]int), make(map[string]int), make(map[string]int)
	for _, r := range rows {
		if r.Standing == notify.NotRequired {
			clauses[strings.Join(r.Clauses, ", ")]++
		}
		for _, h := range r.Match.Hits {
			sum.Hits++
			versions[s.release(h.Node.Product, h.Node.Version)]++
			platforms[s.platform(h.Node)]++
		}
	}
	sum.NotRequired, sum.Versions, sum.Platforms = shares(clauses), shares(versions), shares(platforms)
}

// platform is one that the product runs on. What else the inventory names is not told:
// anything may stand there.
func (s *site) platform(n tailnet.Node) string {
	p, _ := s.config.Products.Find(n.Product)
	switch {
	case n.OS == "":
		return "no platform named"
	case slices.Contains(p.Platforms, n.OS):
		return n.OS
	}
	return "no platform of the product"
}

// release is the version that a node reports, without what names a build of it. What
// is no version is not told: anything may stand there.
func (s *site) release(product, text string) string {
	p, _ := s.config.Products.Find(product)
	if _, err := version.Parse(text, p.VersionSuffix); err != nil {
		return "no readable version"
	}
	if p.VersionSuffix == version.Build {
		text, _, _ = strings.Cut(text, "-")
	}
	text, _, _ = strings.Cut(text, "+")
	return text
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

// printSum prints what a plan comes to, and what to type next.
func (p *program) printSum(s *site, sum planSum) {
	p.print("%s  %d of %d %s affected (%s looked at)", cmp.Or(sum.Plan, string(sum.Bulletin)+" (dry run: nothing is frozen)"),
		sum.Affected, sum.Seen.Tailnets, s.config.Organization.Unit.Many, many(sum.Seen.Nodes, "node"))
	for _, standing := range notify.Standings {
		p.print("  %6d  %s", sum.Standings[standing], standing.Words())
		if standing == notify.NotRequired {
			for _, by := range sum.NotRequired {
				p.print("          %d by the clauses %s", by.Count, by.Of)
			}
		}
	}
	if sum.Former > 0 {
		p.print("  %d of them, by the findings, no longer in the inventory", sum.Former)
	}
	if sum.Hits > 0 {
		p.print("  hit: %s, on %s", many(sum.Hits, "node"), foremost(sum.Platforms))
		p.print("       with %s", foremost(sum.Versions))
	}
	var misses []string
	for _, m := range nearMisses {
		if n := sum.NearMisses[m.key]; n > 0 {
			misses = append(misses, fmt.Sprintf("%d %s", n, m.words))
		}
	}
	p.print("  near misses, in nodes: %s", cmp.Or(strings.Join(misses, ", "), "none"))
	if sum.Unidentified > 0 {
		p.print("  %d more may be affected, and nobody can tell which: identification in the bulletin says so", sum.Unidentified)
	}
	if sum.Taken != nil {
		p.print("  inventory taken at %s", sum.Taken.Format(time.RFC3339))
	}
	if sum.Digest != "" {
		p.print("  digest %s", sum.Digest)
	}
	p.print("  to %s, not after %s", destination(sum.Transport), sum.Deadline.Format(time.RFC3339))
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
	switch {
	case sum.Affected == 0:
		p.say("nobody is affected. If that surprises you, look at the affected: rows and at the near misses")
	case sum.DryRun:
		p.next("tocsin plan %s%s --expect %d freezes the letters", sum.Bulletin, choiceFlag(sum.Undetermined), sum.Affected)
	case sum.Standings[notify.Mailed] == 0:
		p.next("tocsin letters %s says why there is no letter", sum.Plan)
	default:
		p.next("tocsin letters %s reads the letters; tocsin send %s delivers them", sum.Plan, sum.Plan)
	}
}

// choiceFlag is the flag that makes a choice.
func choiceFlag(choice notify.Choice) string {
	if choice == notify.Undecided {
		return ""
	}
	return " --undetermined " + string(choice)
}

// destination says where letters go, and whether anybody hears of it.
func destination(transport string) string {
	if t, err := mailer.ParseTransport(transport); err == nil && t.Rehearsal() {
		return transport + " (a rehearsal: they stay on this machine)"
	}
	return transport
}
