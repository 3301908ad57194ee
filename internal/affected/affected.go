// Package affected tells which nodes and tailnets a bulletin touches, and by what
// evidence. It is pure: values in, values out.
//
// "Cannot tell" is an answer of its own. A node whose version cannot be read, or a
// hosted service without a word on whom it concerned, is never "not affected".
package affected

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

// Hit is a node that a bulletin touches, or may touch. Its cells are gone: those that
// counted are in the evidence.
type Hit struct {
	Node     tailnet.Node
	Row      int                   // index of the bulletin's affected row that matched, else of the first that may
	Others   []int                 // the further rows that may, where none surely does, in their order
	Affected verdict.Truth         // yes, or unknown where it cannot be told
	Evidence string                // why: "1.62.0 lies in 1.58.0 and later, before 1.66.1"
	Plain    string                // the same for terminals and logs: no text of the inventory
	Found    tailnet.FindingStatus // what somebody found who looked; empty where nobody did
}

// Rows hands out the index of every affected row that touches the node, or may. What one
// of several offers is not known to be what the node needs.
func (h Hit) Rows(yield func(row int) bool) {
	if !yield(h.Row) {
		return
	}
	for _, row := range h.Others {
		if !yield(row) {
			return
		}
	}
}

// Miss says how a node escaped; the near misses are what a reviewer of a plan looks at.
// The later in the list, the nearer.
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
	// OtherCells would be hit, but for a column of which the bulletin asks something else.
	OtherCells
	// Cleared would be hit, and a finding says that it is not affected.
	Cleared
)

// Matcher answers for one bulletin. It remembers its answers by product, platform,
// version and the columns that `where:` asks for, of which an inventory of millions has
// a few hundred; so it is not for concurrent use.
type Matcher struct {
	rows     []bulletin.Affected
	products bulletin.Products
	columns  []string // that rows ask for, sorted
	answers  map[question]answer
	shapes   map[string]int // what cells come to → its number
	shape    []byte         // what the cells of one node come to, before it has a number
}

type question struct {
	product, platform, version string
	cells                      int // number of what they come to
}

// mostAnswers is how many are remembered. An inventory in which every node has a version
// of its own is matched as well, only slower.
const mostAnswers = 1 << 16

type answer struct {
	miss     Miss
	row      int
	others   []int // that cannot tell either
	affected verdict.Truth
	evidence string
	plain    string // without what the inventory says in its own words
}

// NewMatcher prepares the matching of one bulletin. Its ranges must have passed
// [version.Range.Check]; one that has not makes its nodes "cannot tell".
func NewMatcher(b bulletin.Bulletin, products bulletin.Products) *Matcher {
	return &Matcher{rows: b.Affected, products: products, columns: columns(b.Affected), answers: make(map[question]answer), shapes: make(map[string]int)}
}

// Node tells whether the bulletin touches a node, by the inventory and by the findings
// of its tailnet. A hit has NotMissed.
func (m *Matcher) Node(n tailnet.Node, findings ...tailnet.Finding) (Hit, Miss) {
	q := question{n.Product, n.OS, n.Version, m.cells(n.Cells)}
	a, known := m.answers[q]
	if !known {
		a = m.decide(q, n.Cells)
		m.remember(q, a)
	}
	if a.miss != NotMissed {
		return Hit{}, a.miss
	}
	n.Cells = tailnet.Cells{}
	return overrule(Hit{Node: n, Row: a.row, Others: a.others, Affected: a.affected, Evidence: a.evidence, Plain: a.plain}, findings)
}

// remember keeps an answer, with texts of its own: those of a node may be parts of a
// whole table.
func (m *Matcher) remember(q question, a answer) {
	if len(m.answers) == mostAnswers {
		clear(m.answers)
	}
	q.product, q.platform, q.version = strings.Clone(q.product), strings.Clone(q.platform), strings.Clone(q.version)
	m.answers[q] = a
}

// decide asks every row: one that matches wins, then all that cannot tell, then
// the nearest miss.
func (m *Matcher) decide(q question, cells tailnet.Cells) answer {
	best := answer{miss: OtherProduct}
	for i, row := range m.rows {
		a := m.row(q, cells, row)
		a.row = i
		switch {
		case a.weight() > best.weight():
			best = a
		case a.unsure() && best.unsure():
			best.others = append(best.others, i)
		}
	}
	return best
}

func (a answer) unsure() bool { return a.miss == NotMissed && a.affected != verdict.Yes }

// weight orders answers: a match, then cannot tell, then how near the miss was.
func (a answer) weight() int {
	if a.miss != NotMissed {
		return int(a.miss)
	}
	if a.affected == verdict.Yes {
		return int(Cleared) + 2
	}
	return int(Cleared) + 1
}

// row asks one row: all that it says of a node must be so. What is certainly not so
// settles it, whatever else cannot be told.
func (m *Matcher) row(q question, cells tailnet.Cells, row bulletin.Affected) answer {
	product, _ := m.products.Find(row.Product)
	if row.Product != q.product || product.Hosted {
		return answer{miss: OtherProduct}
	}
	return all(onPlatform(q.platform, row, product), inRange(q.version, row, product), withCells(cells, row))
}

// all is the first miss among the answers, else what cannot be told, else a match.
func all(parts ...answer) answer {
	sure, unsure := matches("", ""), answer{affected: verdict.Unknown}
	for _, a := range parts {
		switch {
		case a.miss != NotMissed:
			return a
		case a.affected != verdict.Yes:
			unsure.join(a)
		default:
			sure.join(a)
		}
	}
	if unsure.evidence != "" {
		return unsure
	}
	return sure
}

// join adds the evidence of another answer.
func (a *answer) join(other answer) {
	if a.evidence != "" && other.evidence != "" {
		a.evidence, a.plain = a.evidence+"; ", a.plain+"; "
	}
	a.evidence, a.plain = a.evidence+other.evidence, a.plain+other.plain
}

func onPlatform(platform string, row bulletin.Affected, product bulletin.Product) answer {
	switch {
	case len(row.Platforms) == 0 || slices.Contains(row.Platforms, platform):
		return matches("", "")
	case platform == "":
		return cannotTell("the inventory names no platform", "")
	case len(product.Platforms) > 0 && !slices.Contains(product.Platforms, platform):
		return cannotTell("its platform is none of the product's", fmt.Sprintf("its platform %q is none of the product's", platform))
	}
	return answer{miss: OtherPlatform}
}

func inRange(text string, row bulletin.Affected, product bulletin.Product) answer {
	if text == "" {
		return cannotTell("the inventory names no version", "")
	}
	v, err := version.Parse(text, product.VersionSuffix)
	if err != nil {
		return cannotTell("its version cannot be read", fmt.Sprintf("its version %q cannot be read", text))
	}
	where, err := row.Versions.Locate(v, product.VersionSuffix)
	switch {
	case err != nil:
		return cannotTell(err.Error(), "")
	case where == version.Before:
		return answer{miss: TooOld}
	case where == version.After:
		return answer{miss: FixedAlready}
	}
	lies := fmt.Sprintf(" lies in %s", row.Versions)
	return matches(v.Release()+lies, v.String()+lies)
}

// matches is an answer with its evidence in plain words, and in the inventory's own
// where those say more.
func matches(plain, exact string) answer {
	return answer{affected: verdict.Yes, evidence: cmp.Or(exact, plain), plain: plain}
}

// cannotTell is an answer with its reason in plain words, and in the inventory's own
// where those say more.
func cannotTell(plain, exact string) answer {
	return answer{affected: verdict.Unknown, evidence: cmp.Or(exact, plain), plain: plain}
}
