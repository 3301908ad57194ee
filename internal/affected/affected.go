// Package affected tells which nodes and tailnets a bulletin touches, and by what
// evidence. It is pure: values in, values out.
//
// "Cannot tell" is an answer of its own. A node whose version cannot be read, or a
// hosted service without a word on whom it concerned, is never "not affected".
package affected

import (
	"fmt"
	"slices"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

// Hit is a node that a bulletin touches, or may touch.
type Hit struct {
	Node     tailnet.Node
	Row      int           // index of the bulletin's affected row that matched
	Affected verdict.Truth // yes, or unknown where it cannot be told
	Evidence string        // why: "1.62.0 lies in 1.58.0 and later, before 1.66.1"
}

// Miss says how a node escaped; the near misses are what a reviewer of a plan looks at.
type Miss int

const (
	// NotMissed is a node that was hit.
	NotMissed Miss = iota
	// OtherProduct is a node that runs something else.
	OtherProduct
	// OtherPlatform runs the product on a platform the bulletin does not name.
	OtherPlatform
	// TooOld runs a version from before the fault was introduced.
	TooOld
	// FixedAlready runs a version that has the fix.
	FixedAlready
)

// Matcher answers for one bulletin. It remembers its answers by product, platform
// and version, of which an inventory of millions has a few hundred; so it is not
// for concurrent use.
type Matcher struct {
	rows     []bulletin.Affected
	products bulletin.Products
	answers  map[question]answer
}

type question struct{ product, platform, version string }

type answer struct {
	miss     Miss
	row      int
	affected verdict.Truth
	evidence string
}

// NewMatcher prepares the matching of one bulletin. Its ranges must have passed
// [version.Range.Check]; one that has not makes its nodes "cannot tell".
func NewMatcher(b bulletin.Bulletin, products bulletin.Products) *Matcher {
	return &Matcher{rows: b.Affected, products: products, answers: make(map[question]answer)}
}

// Node tells whether the bulletin touches a node. A hit has NotMissed.
func (m *Matcher) Node(n tailnet.Node) (Hit, Miss) {
	q := question{n.Product, n.OS, n.Version}
	a, known := m.answers[q]
	if !known {
		a = m.decide(q)
		m.answers[q] = a
	}
	if a.miss != NotMissed {
		return Hit{}, a.miss
	}
	return Hit{Node: n, Row: a.row, Affected: a.affected, Evidence: a.evidence}, NotMissed
}

// decide asks every row: one that matches wins, then one that cannot tell, then
// the nearest miss.
func (m *Matcher) decide(q question) answer {
	best := answer{miss: OtherProduct}
	for i, row := range m.rows {
		a := m.row(q, row)
		a.row = i
		if a.weight() > best.weight() {
			best = a
		}
	}
	return best
}

// weight orders answers: a match, then cannot tell, then how near the miss was.
func (a answer) weight() int {
	if a.miss != NotMissed {
		return int(a.miss)
	}
	if a.affected == verdict.Yes {
		return int(FixedAlready) + 2
	}
	return int(FixedAlready) + 1
}

func (m *Matcher) row(q question, row bulletin.Affected) answer {
	product, _ := m.products.Find(row.Product)
	switch {
	case row.Product != q.product || product.Hosted:
		return answer{miss: OtherProduct}
	case q.platform == "" && len(row.Platforms) > 0:
		return cannotTell("the inventory names no platform")
	case len(row.Platforms) > 0 && !slices.Contains(row.Platforms, q.platform):
		if len(product.Platforms) > 0 && !slices.Contains(product.Platforms, q.platform) {
			return cannotTell(fmt.Sprintf("its platform %q is none of the product's", q.platform))
		}
		return answer{miss: OtherPlatform}
	}
	v, err := version.Parse(q.version, product.VersionSuffix)
	if q.version == "" {
		return cannotTell("the inventory names no version")
	}
	if err != nil {
		return cannotTell(fmt.Sprintf("its version %q cannot be read", q.version))
	}
	return narrowed(located(v, row.Versions, product.VersionSuffix), row)
}

// narrowed takes back a certain match where the row asks for more of a node than the
// inventory's columns that are read here can tell.
func narrowed(a answer, row bulletin.Affected) answer {
	if len(row.Where) == 0 || a.affected != verdict.Yes {
		return a
	}
	return cannotTell(a.evidence + "; it concerns only some of those, and nothing tells which")
}

func located(v version.Version, r version.Range, suffix version.Suffix) answer {
	where, err := r.Locate(v, suffix)
	switch {
	case err != nil:
		return cannotTell(err.Error())
	case where == version.Before:
		return answer{miss: TooOld}
	case where == version.After:
		return answer{miss: FixedAlready}
	}
	return answer{affected: verdict.Yes, evidence: fmt.Sprintf("%s lies in %s", v, r)}
}

func cannotTell(why string) answer { return answer{affected: verdict.Unknown, evidence: why} }

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
	Evidence string // of a hosted product; empty where the nodes are the evidence
	Hits     []Hit
}

// Tailnet sums up the hits of one tailnet. It refuses hits that are not its own.
func (m *Matcher) Tailnet(id tailnet.ID, hits []Hit) (Match, error) {
	everyone, evidence := m.Everyone()
	match := Match{Tailnet: id, Affected: everyone, Evidence: evidence, Hits: hits}
	for _, h := range hits {
		if h.Node.Tailnet != id {
			return Match{}, fmt.Errorf("node %q of another tailnet among the nodes of %q", h.Node.ID, id)
		}
		match.Affected = verdict.Or(match.Affected, h.Affected)
	}
	return match, nil
}
