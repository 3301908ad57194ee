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
	Product  string // what runs on it; empty where the bulletin is about one product alone
	Platform string // empty where the inventory names none
	Version  string // empty where the inventory names none
	Fix             // what removes the fault from it
	Unsure   Doubt  // why it cannot be told whether the node is affected; empty where it can

	exact tailnet.Node // as in the inventory: for attachments, out of the templates' reach
	why   string       // the evidence
}

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
	Now          When = "now"      // about every one of them
	NowInPart    When = "part"     // about some of them
	NowWhereSaid When = "listed"   // about some of them, and of others it cannot be told
	Expected     When = "expected" // about none before a day that is known
	NotYet       When = "none"
	Settled      When = "fixed" // nothing is left to be done
	Unspecified  When = ""      // nobody stated it, or there is nothing to do
)

// Stopgap is what helps until there is a fix, or in its place.
type Stopgap struct {
	Platforms []string // those of the tailnet's that it is for; empty for all
	Text      string
	Instead   bool // it removes the fault: no fix is needed
}

// Command brings the nodes of one platform to a version that has the fix.
type Command struct {
	Product  string // empty where the bulletin is about one alone
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
		Fix:      d.fixOf(h),
		Name:     shown(cmp.Or(h.Node.Name, h.Node.ID)),
		Product:  d.productOf(row),
		Platform: platformName(h.Node.OS),
		Version:  shown(h.Node.Version),
		exact:    h.Node,
		why:      h.Evidence,
	}
	switch {
	case h.Found == tailnet.FixedFinding:
		n.Step = FixedAlready
	case d.nothingToDo():
		n.Step = Nothing
	}
	if n.Step == FixedAlready || n.Step == Nothing {
		n.From, n.out = time.Time{}, false
	}
	if h.Affected != verdict.Yes {
		n.Unsure = doubt(h, row)
	}
	return n
}

// platformName is a platform as its makers write it; what is none stands as the inventory
// has it.
func platformName(word string) string {
	switch word {
	case "windows", "linux", "android":
		return strings.ToUpper(word[:1]) + word[1:]
	case "macos":
		return "macOS"
	case "ios":
		return "iOS"
	case "freebsd":
		return "FreeBSD"
	}
	return shown(word)
}

// productOf is the title of what a row is about, where the bulletin is about several
// products: then a node's version alone does not say of what it is.
func (d Common) productOf(row bulletin.Affected) string {
	other := func(o bulletin.Affected) bool { return o.Product != row.Product }
	if !slices.ContainsFunc(d.Bulletin.Affected, other) {
		return ""
	}
	product, _ := d.Products.Find(row.Product)
	return prose(cmp.Or(product.Title, row.Product))
}

// nothingToDo reports whether the authors ask for nothing: whatever the rows offer then,
// no node of a letter is asked for anything.
func (d Common) nothingToDo() bool { return d.Bulletin.Action.Required == verdict.No }

// aboutNodes reports whether the bulletin is about something that runs on nodes.
func (d Common) aboutNodes() bool {
	return slices.ContainsFunc(d.Bulletin.Affected, func(row bulletin.Affected) bool {
		product, _ := d.Products.Find(row.Product)
		return !product.Hosted
	})
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

// urgency orders the steps: what can be done now, what is waited for, what needs nothing.
var urgency = [...]Step{UpdateNow, DoInstead, OneOf, UpdateSoon, AwaitFix, NoFix, Nothing, FixedAlready}

func byUrgency(a, b NodeView) int {
	return cmp.Compare(slices.Index(urgency[:], a.Step), slices.Index(urgency[:], b.Step))
}

// when sums up the nodes: how soon, and the last of the days that are waited for.
func when(nodes []NodeView) (When, time.Time) {
	steps := make(map[Step]int)
	now, doubtful := 0, 0
	var last time.Time
	for _, n := range nodes {
		steps[n.Step]++
		switch {
		case n.out:
			now++
		case n.Step == OneOf:
			doubtful++
		}
		if n.From.After(last) {
			last = n.From
		}
	}
	switch {
	case len(nodes) > 0 && steps[FixedAlready] == len(nodes):
		return Settled, time.Time{}
	case steps[Nothing] > 0:
		return Unspecified, time.Time{}
	case now > 0 && doubtful > 0:
		return NowWhereSaid, time.Time{}
	case now > 0 && steps[AwaitFix]+steps[NoFix]+steps[UpdateSoon] > 0:
		return NowInPart, time.Time{}
	case now > 0:
		return Now, time.Time{}
	case steps[NoFix] > 0:
		return NotYet, time.Time{}
	case steps[AwaitFix] > 0 && doubtful == 0:
		return Expected, last
	}
	return Unspecified, time.Time{}
}

// open are the hits about which something is to be done.
func (d Common) open(hits []affected.Hit) []affected.Hit {
	if d.nothingToDo() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(hits), func(h affected.Hit) bool { return h.Found == tailnet.FixedFinding })
}

// until lists what helps in place of a fix, or until there is one: for the nodes of the
// tailnet, or for what we run.
func (d Common) until(m affected.Match) []Stopgap {
	var out []Stopgap
	for i, row := range d.Bulletin.Affected {
		product, _ := d.Products.Find(row.Product)
		platforms, hit := d.platformsOf(d.open(m.Hits), i)
		if !hit && !(product.Hosted && m.Evidence != "") {
			continue
		}
		if len(row.Platforms) == 0 {
			platforms = nil
		}
		if product.Hosted && d.repaired(row) == verdict.Yes {
			row.Stopgap = "" // on a node it helps until the reader has the fix; here we have it
		}
		for _, s := range []Stopgap{{platforms, prose(row.Remedy), true}, {platforms, prose(row.Stopgap), false}} {
			if s.Text != "" {
				out = appendStopgap(out, s)
			}
		}
	}
	return out
}

// repaired reports whether what we run has the fix at the instant of planning. What its users
// can do in place of one repairs nothing of ours.
func (d Common) repaired(row bulletin.Affected) verdict.Truth {
	row.Remedy = ""
	return row.Fixed(d.At)
}

// openThere reports whether of what we run something is left to be done, by us or by the reader.
func (v View) openThere() bool {
	return len(v.Until) > 0 || slices.ContainsFunc(v.Services, Service.unfixed)
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
func (d Common) platformsOf(hits []affected.Hit, row int) (names []string, any bool) {
	for _, h := range hits {
		if h.Row != row && !slices.Contains(h.Others, row) {
			continue
		}
		any = true
		for _, word := range platforms(h, d.Bulletin.Affected[row]) {
			if name := platformName(word); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names, any
}

// commands lists what updates the platforms that the tailnet really has, or may have.
func (d Common) commands(hits []affected.Hit) []Command {
	var out []Command
	for _, h := range hits {
		for i := range h.Rows {
			for _, c := range d.commandsOf(h, i) {
				if !slices.Contains(out, c) {
					out = append(out, c)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Command) int {
		return cmp.Or(strings.Compare(a.Product, b.Product), strings.Compare(a.Platform, b.Platform), strings.Compare(a.Line, b.Line))
	})
	return out
}

// commandsOf lists what updates a node if it is what a row is about.
func (d Common) commandsOf(h affected.Hit, i int) (out []Command) {
	row := d.Bulletin.Affected[i]
	product, _ := d.Products.Find(row.Product)
	fixed, after := mended(row)
	if fixed+after == "" {
		return nil
	}
	for _, word := range platforms(h, row) {
		c := Command{Product: d.productOf(row), Platform: platformName(word)}
		if fixed != "" {
			c.Line = product.UpdateTo(word, fixed)
		}
		if row.Available.After(d.At) {
			c.From = row.Available
		}
		if c.Platform != "" {
			out = append(out, c)
		}
	}
	return out
}

// checks lists what shows the versions of the products, and what it has to show. As long
// as nothing has the fix, no version shows that anything worked.
func (d Common) checks(hits []affected.Hit) []Check {
	var out []Check
	some := false
	for _, h := range hits {
		for i := range h.Rows {
			row := d.Bulletin.Affected[i]
			fixed, after := mended(row)
			some = some || fixed+after != ""
			product, _ := d.Products.Find(row.Product)
			out = appendCheck(out, Check{product.ShowVersion, fixed})
		}
	}
	if !some {
		return nil
	}
	slices.SortFunc(out, func(a, b Check) int { return strings.Compare(a.Line, b.Line) })
	return out
}

// appendCheck adds one, or says of an equal one that it shows several versions.
func appendCheck(all []Check, c Check) []Check {
	same := func(known Check) bool { return known.Line == c.Line }
	switch i := slices.IndexFunc(all, same); {
	case c.Line == "":
	case i < 0:
		return append(all, c)
	case all[i].Fixed != c.Fixed:
		all[i].Fixed = ""
	}
	return all
}
