package notify

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// NodeView is one node of the tailnet.
type NodeView struct {
	Name     string
	Platform string    // empty where the inventory names none
	Version  string    // empty where the inventory names none
	Fixed    string    // first version that has the fix; empty where none is stated
	After    string    // last version without the fix, where no version with it is stated
	Step     Step      // what can be done about the node
	From     time.Time // when the fix can be had, where that is still to come; else zero
	Until    bool      // something helps until there is a fix
	Unsure   Doubt     // why it cannot be told whether the node is affected; empty where it can

	exact tailnet.Node // as in the inventory: for attachments, out of the templates' reach
	why   string       // the evidence
}

// Step is what can be done about a node.
type Step string

// The steps.
const (
	UpdateNow    Step = "update"   // the fix is out
	UpdateSoon   Step = "undated"  // a version has the fix, and nobody stated whether it is out
	AwaitFix     Step = "expected" // a version will have the fix, from a day on
	NoFix        Step = "none"
	DoInstead    Step = "instead" // a mitigation removes the fault
	FixedAlready Step = "fixed"
)

// Doubt is why it cannot be told whether a node is affected.
type Doubt string

// The doubts.
const (
	NoPlatform Doubt = "no-platform" // the inventory names none
	NoVersion  Doubt = "no-version"  // the inventory names none
	StillAsked Doubt = "asked"       // somebody is looking into it
	Unclear    Doubt = "unclear"     // what it names does not tell
)

// When is how soon something can be done about the nodes of a letter.
type When string

// The times.
const (
	Now         When = "now"      // about every one of them
	NowInPart   When = "part"     // about some of them
	Expected    When = "expected" // about none before a day that is known
	NotYet      When = "none"
	Settled     When = "fixed" // nothing is left to be done
	Unspecified When = ""      // nobody stated it, or there is nothing to do
)

// Stopgap is what helps until there is a fix, or in its place.
type Stopgap struct {
	Platforms []string // those of the tailnet's that it is for; empty for all
	Text      string
	Instead   bool // it removes the fault: no fix is needed
}

// Command brings the nodes of one platform to a version that has the fix.
type Command struct {
	Platform string
	Line     string    // empty where nobody stated one
	From     time.Time // when it will work, where that is still to come; else zero
}

// Check shows whether it worked.
type Check struct {
	Line  string // the command that shows the installed version
	Fixed string // what it shows at least, where that is one version for all; else empty
}

func (d Common) nodeView(h affected.Hit) NodeView {
	row := d.Bulletin.Affected[h.Row]
	n := NodeView{
		Name:     shown(cmp.Or(h.Node.Name, h.Node.ID)),
		Platform: shown(h.Node.OS),
		Version:  shown(h.Node.Version),
		Until:    row.Stopgap != "",
		exact:    h.Node,
		why:      h.Evidence,
	}
	n.Fixed, n.After = mended(row)
	n.Step = d.step(row)
	if h.Found == tailnet.FixedFinding {
		n.Step = FixedAlready
	}
	if n.Step == AwaitFix {
		n.From = row.Available
	}
	if h.Affected != verdict.Yes {
		n.Unsure = doubt(h, row)
	}
	return n
}

// step is what a row offers at the instant of planning.
func (d Common) step(row bulletin.Affected) Step {
	fixed, after := mended(row)
	switch {
	case fixed+after == "" && row.Remedy != "":
		return DoInstead
	case fixed+after == "":
		return NoFix
	case row.Available.After(d.At):
		return AwaitFix
	case row.Available.IsZero():
		return UpdateSoon
	}
	return UpdateNow
}

// mended says in which versions a row's fault is gone: from one on, or in one after
// another. Both are empty where no user can have a fix.
func mended(row bulletin.Affected) (fixed, after string) {
	fixed, found := row.UserFix()
	if found || row.Withheld() {
		return fixed, ""
	}
	return "", row.Versions.LastAffected
}

func doubt(h affected.Hit, row bulletin.Affected) Doubt {
	switch {
	case h.Found == tailnet.UnderInvestigation:
		return StillAsked
	case h.Node.OS == "" && len(row.Platforms) > 0:
		return NoPlatform
	case h.Node.Version == "":
		return NoVersion
	}
	return Unclear
}

func fixedLast(a, b NodeView) int {
	return cmp.Compare(waits(a), waits(b))
}

// waits orders nodes: what is to be done stands above what is not.
func waits(n NodeView) int {
	if n.Step == FixedAlready {
		return 1
	}
	return 0
}

// when sums up the nodes: how soon, and the last of the days that are waited for.
func when(nodes []NodeView) (When, time.Time) {
	steps := make(map[Step]int)
	var last time.Time
	for _, n := range nodes {
		steps[n.Step]++
		if n.From.After(last) {
			last = n.From
		}
	}
	now, later := steps[UpdateNow]+steps[DoInstead], steps[AwaitFix]+steps[NoFix]
	switch {
	case len(nodes) > 0 && steps[FixedAlready] == len(nodes):
		return Settled, time.Time{}
	case now > 0 && later+steps[UpdateSoon] == 0:
		return Now, time.Time{}
	case now > 0:
		return NowInPart, time.Time{}
	case steps[NoFix] > 0:
		return NotYet, time.Time{}
	case steps[AwaitFix] > 0:
		return Expected, last
	}
	return Unspecified, time.Time{}
}

// open are the hits about which something is to be done.
func open(hits []affected.Hit) []affected.Hit {
	return slices.DeleteFunc(slices.Clone(hits), func(h affected.Hit) bool { return h.Found == tailnet.FixedFinding })
}

// until lists what helps in place of a fix, or until there is one: for the nodes of the
// tailnet, or for what we run.
func (d Common) until(m affected.Match) []Stopgap {
	var out []Stopgap
	for i, row := range d.Bulletin.Affected {
		product, _ := d.Products.Find(row.Product)
		platforms, hit := platformsOf(open(m.Hits), i)
		if !hit && !(product.Hosted && m.Evidence != "") {
			continue
		}
		if len(row.Platforms) == 0 {
			platforms = nil
		}
		for _, s := range []Stopgap{{platforms, prose(row.Remedy), true}, {platforms, prose(row.Stopgap), false}} {
			if s.Text != "" {
				out = appendStopgap(out, s)
			}
		}
	}
	return out
}

// appendStopgap adds one, or its platforms to the same text.
func appendStopgap(all []Stopgap, s Stopgap) []Stopgap {
	for i, known := range all {
		if known.Text != s.Text || known.Instead != s.Instead {
			continue
		}
		if len(known.Platforms) == 0 || len(s.Platforms) == 0 {
			all[i].Platforms = nil
			return all
		}
		all[i].Platforms = slices.Compact(slices.Sorted(slices.Values(slices.Concat(known.Platforms, s.Platforms))))
		return all
	}
	return append(all, s)
}

// platformsOf lists the platforms of the nodes that a row concerns, sorted.
func platformsOf(hits []affected.Hit, row int) (platforms []string, any bool) {
	for _, h := range hits {
		if h.Row != row {
			continue
		}
		any = true
		if name := shown(h.Node.OS); name != "" && !slices.Contains(platforms, name) {
			platforms = append(platforms, name)
		}
	}
	slices.Sort(platforms)
	return platforms, any
}

// commands lists what updates the platforms that the tailnet really has.
func (d Common) commands(hits []affected.Hit) []Command {
	var out []Command
	for _, h := range hits {
		row := d.Bulletin.Affected[h.Row]
		product, _ := d.Products.Find(row.Product)
		fixed, after := mended(row)
		c := Command{Platform: shown(h.Node.OS)}
		if fixed != "" {
			c.Line = product.UpdateTo(h.Node.OS, fixed)
		}
		if row.Available.After(d.At) {
			c.From = row.Available
		}
		if fixed+after != "" && c.Platform != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Command) int {
		return cmp.Or(strings.Compare(a.Platform, b.Platform), strings.Compare(a.Line, b.Line))
	})
	return out
}

// checks lists what shows the versions of the products, and what it has to show.
func (d Common) checks(hits []affected.Hit) []Check {
	var out []Check
	for _, h := range hits {
		row := d.Bulletin.Affected[h.Row]
		product, _ := d.Products.Find(row.Product)
		fixed, _ := mended(row)
		same := func(c Check) bool { return c.Line == product.ShowVersion }
		switch i := slices.IndexFunc(out, same); {
		case product.ShowVersion == "":
		case i < 0:
			out = append(out, Check{product.ShowVersion, fixed})
		case out[i].Fixed != fixed:
			out[i].Fixed = ""
		}
	}
	slices.SortFunc(out, func(a, b Check) int { return strings.Compare(a.Line, b.Line) })
	return out
}
