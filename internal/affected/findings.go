package affected

import (
	"slices"

	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// overrule holds a hit against the findings of its tailnet. The strongest that speaks
// for the node goes before what the inventory suggests.
func overrule(h Hit, findings []tailnet.Finding) (Hit, Miss) {
	h.Found = spoken(h.Node, findings)
	switch h.Found {
	case tailnet.KnownAffected:
		return h.by(verdict.Yes, "somebody looked, and it was affected"), NotMissed
	case tailnet.FixedFinding:
		return h.by(verdict.Yes, "somebody looked: it was affected, and is fixed"), NotMissed
	case tailnet.UnderInvestigation:
		return h.by(verdict.Unknown, "it is still being investigated"), NotMissed
	case tailnet.KnownNotAffected:
		return Hit{}, Cleared
	}
	return h, NotMissed
}

// by is the hit on other evidence.
func (h Hit) by(affected verdict.Truth, evidence string) Hit {
	h.Affected, h.Evidence, h.Plain = affected, evidence, evidence
	return h
}

// spoken is the strongest finding that speaks for a node: one of its own, or one of its
// user or its whole tailnet. That a tailnet was affected says nothing of one node.
func spoken(n tailnet.Node, findings []tailnet.Finding) tailnet.FindingStatus {
	own := strongest(findings, func(f tailnet.Finding) bool { return f.Tailnet == n.Tailnet && f.Node != "" && f.Node == n.ID })
	wide := strongest(findings, func(f tailnet.Finding) bool {
		return f.Tailnet == n.Tailnet && f.Node == "" && (f.User == "" || f.User == n.User)
	})
	if wide == tailnet.KnownAffected || wide == tailnet.FixedFinding {
		return own
	}
	return stronger(own, wide)
}

func strongest(findings []tailnet.Finding, speaks func(tailnet.Finding) bool) tailnet.FindingStatus {
	var best tailnet.FindingStatus
	for _, f := range findings {
		if speaks(f) {
			best = stronger(best, f.Status)
		}
	}
	return best
}

// stronger is whichever stands first in [tailnet.FindingStatuses]; an empty one is the
// weakest of all.
func stronger(a, b tailnet.FindingStatus) tailnet.FindingStatus {
	for _, s := range tailnet.FindingStatuses {
		if s == a || s == b {
			return s
		}
	}
	return ""
}

// found is what findings alone say of their tailnet: affected where it was so anywhere
// in it. A status that nobody knows is never "not affected".
func found(findings []tailnet.Finding) verdict.Truth {
	truth := verdict.No
	for _, f := range findings {
		switch f.Status {
		case tailnet.KnownAffected, tailnet.FixedFinding:
			return verdict.Yes
		case tailnet.KnownNotAffected:
		default:
			truth = verdict.Unknown
		}
	}
	return truth
}

// cleared reports whether a finding says of the whole tailnet that it is not affected.
func cleared(findings []tailnet.Finding) bool {
	return slices.ContainsFunc(findings, func(f tailnet.Finding) bool {
		return f.Node == "" && f.User == "" && f.Status == tailnet.KnownNotAffected
	})
}
