package affected

import (
	"fmt"
	"slices"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// Everyone tells what the bulletin's hosted products mean for every tailnet: yes
// where a row says `tailnets: all`, unknown where a hosted row does not say whom
// it concerned, else no.
func (m *Matcher) Everyone() (verdict.Truth, string) {
	truth, evidence := verdict.No, ""
	for _, row := range m.rows {
		product, _ := m.products.Find(row.Product)
		switch {
		case !product.Hosted:
		case row.Everyone && len(row.Where) == 0:
			return verdict.Yes, product.Title + " serves every one"
		default:
			truth, evidence = verdict.Unknown, "the bulletin does not say whom "+product.Title+" concerned"
		}
	}
	return truth, evidence
}

// Match is what a bulletin means for one tailnet.
type Match struct {
	Tailnet  tailnet.ID
	Affected verdict.Truth
	Found    verdict.Truth // by its findings alone; no where none says otherwise
	Evidence string        // of a hosted product; empty where nodes or findings are the evidence
	Hits     []Hit
	Findings []tailnet.Finding
}

// Tailnet sums up the hits and the findings of one tailnet: it is affected where
// anything of it is. It refuses hits and findings that are not its own; the errors
// name no node and no user.
func (m *Matcher) Tailnet(id tailnet.ID, hits []Hit, findings ...tailnet.Finding) (Match, error) {
	match := Match{Tailnet: id, Found: found(findings), Hits: hits, Findings: findings}
	match.Affected, match.Evidence = m.hosted(match)
	for _, f := range findings {
		if f.Tailnet != id {
			return Match{}, fmt.Errorf("a finding of another tailnet among those of %q", id)
		}
	}
	for _, h := range hits {
		if h.Node.Tailnet != id {
			return Match{}, fmt.Errorf("a node of another tailnet among those of %q", id)
		}
		match.Affected = verdict.Or(match.Affected, h.Affected)
	}
	return match, nil
}

// hosted is what the hosted products and the findings mean for a tailnet, with the
// evidence of the products. Where the bulletin does not say whom they concerned, the
// findings do.
func (m *Matcher) hosted(match Match) (verdict.Truth, string) {
	everyone, evidence := m.Everyone()
	if everyone == verdict.Unknown && m.settled(match) {
		return match.Found, ""
	}
	return verdict.Or(everyone, match.Found), evidence
}

// settled reports whether the findings say if the hosted products concerned a tailnet. Where
// the bulletin is about something on nodes too, what was found on a node does not.
func (m *Matcher) settled(match Match) bool {
	about := match.Findings
	if m.onNodes() {
		about = slices.DeleteFunc(slices.Clone(about), func(f tailnet.Finding) bool { return f.Node != "" })
	}
	switch found(about) {
	case verdict.Yes:
		return true
	case verdict.No:
		return cleared(about) && match.Found != verdict.Unknown
	}
	return false
}

// onNodes reports whether some row is about a product that runs on nodes.
func (m *Matcher) onNodes() bool {
	return slices.ContainsFunc(m.rows, func(row bulletin.Affected) bool {
		product, _ := m.products.Find(row.Product)
		return !product.Hosted
	})
}
