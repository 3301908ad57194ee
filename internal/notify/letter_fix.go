package notify

import (
	"cmp"
	"slices"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/version"
)

// Fix is what removes the fault from a node, as far as it can be had.
type Fix struct {
	Fixed string    // first version that has the fix; empty where none is stated
	After string    // last version without the fix, where no version with it is stated
	Step  Step      // what can be done about the node
	From  time.Time // when the fix can be had, where that is still to come; else zero
	Until bool      // something helps until there is a fix

	remedy string // what helps in place of a fix
	out    bool   // it can be had now
}

// Step is what can be done about a node.
type Step string

// The steps.
const (
	UpdateNow    Step = "update"   // the fix is out
	UpdateSoon   Step = "undated"  // a version has the fix, and nobody stated whether it is out
	AwaitFix     Step = "expected" // a version will have the fix, from a day on
	NoFix        Step = "none"
	OneOf        Step = "one-of"  // one of several things, and it cannot be told which: see [View.Options]
	DoInstead    Step = "instead" // a mitigation removes the fault
	FixedAlready Step = "fixed"
	Nothing      Step = "nothing" // the bulletin asks for nothing
)

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

// fix is what a row offers at the instant of planning.
func (d Common) fix(row bulletin.Affected) Fix {
	f := Fix{Step: d.step(row), Until: row.Stopgap != ""}
	f.Fixed, f.After = mended(row)
	switch f.Step {
	case AwaitFix:
		f.From = row.Available
	case DoInstead:
		f.remedy = row.Remedy
	}
	f.out = f.Step == UpdateNow || f.Step == DoInstead
	return f
}

// fixOf is what the row of a node offers. Where several rows may be about the node and
// offer different things, it is none of them: a version that is right on one platform is
// wrong on another.
func (d Common) fixOf(h affected.Hit) Fix {
	first := d.fix(d.Bulletin.Affected[h.Row])
	if len(h.Others) == 0 {
		return first
	}
	differ, out := false, true
	for i := range h.Rows {
		f := d.fix(d.Bulletin.Affected[i])
		differ, out = differ || f != first, out && f.out
	}
	if differ {
		return Fix{Step: OneOf, out: out}
	}
	return first
}

// platforms are those on which a row is about a node: the node's own, where the row is
// about that, else all of the row's.
func platforms(h affected.Hit, row bulletin.Affected) []string {
	if len(row.Platforms) == 0 || slices.Contains(row.Platforms, h.Node.OS) {
		return []string{h.Node.OS}
	}
	return row.Platforms
}

// Option is a fix that a node needs, if it is what a row is about.
type Option struct {
	Product  string        // empty where the bulletin is about one alone
	Platform string        // empty for every one
	Versions version.Range // those that it is for, where the platform has several options; else every one
	Fix
}

// options lists what comes into question for nodes of which it cannot be told what they
// need, in the order of the rows.
func (d Common) options(hits []affected.Hit) []Option {
	var out []Option
	for _, h := range hits {
		if len(h.Others) == 0 || d.fixOf(h).Step != OneOf {
			continue
		}
		for i := range h.Rows {
			row := d.Bulletin.Affected[i]
			for _, word := range platforms(h, row) {
				o := Option{d.productOf(row), platformName(word), row.Versions, d.fix(row)}
				if !slices.Contains(out, o) {
					out = append(out, o)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Option) int {
		return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Platform, b.Platform))
	})
	for i := range out {
		alone := i == 0 || !out[i-1].beside(out[i])
		if alone && (i+1 == len(out) || !out[i+1].beside(out[i])) {
			out[i].Versions = version.Range{}
		}
	}
	return out
}

// beside reports whether two options are for one platform.
func (o Option) beside(other Option) bool {
	return o.Product == other.Product && o.Platform == other.Platform
}
