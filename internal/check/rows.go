package check

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// row is what a bulletin affects, with the product of tocsin.yaml that it speaks of.
type row struct {
	*bulletin.Affected
	product *bulletin.Product // nil where there is none of that ID
	fault   error             // of the versions; nil without a product
}

func rowsOf(affected []bulletin.Affected, products bulletin.Products) []row {
	all := make([]row, len(affected))
	for i := range all {
		all[i].Affected = &affected[i]
		at := slices.IndexFunc(products, func(p bulletin.Product) bool { return p.ID == affected[i].Product })
		if at >= 0 {
			all[i].product = &products[at]
			all[i].fault = affected[i].Versions.Check(products[at].VersionSuffix)
		}
	}
	return all
}

// rows holds what a bulletin affects against the products of tocsin.yaml.
func rows(c *Checker, n *notice) source.Problems {
	var problems source.Problems
	for _, row := range n.rows {
		switch {
		case row.product != nil:
			problems = append(problems, n.row(row)...)
		case row.Product != "":
			problems = append(problems, n.problem(row.Position, "unknown-product",
				fmt.Sprintf("tocsin.yaml has no product %q", row.Product), "products there: "+productIDs(c.Config.Products)))
		}
	}
	return problems
}

func (n *notice) row(row row) source.Problems {
	var problems source.Problems
	product := row.product
	for _, key := range row.notApplicable() {
		problems = append(problems, n.problem(row.Position, "not-applicable", key+" says nothing of "+product.ID+kindOf(product), "remove "+key))
	}
	for _, platform := range row.Platforms {
		if !product.Hosted && !slices.Contains(product.Platforms, platform) {
			problems = append(problems, n.problem(row.Position, "unknown-platform",
				fmt.Sprintf("%s does not run on %q", product.ID, platform), "platforms in tocsin.yaml: "+strings.Join(product.Platforms, ", ")))
		}
	}
	if row.fault != nil {
		problems = append(problems, n.problem(row.Position, "bad-range", row.fault.Error(), "versions are written as 1.66.1"))
	}
	return problems
}

// notApplicable lists the keys of a row that have no meaning for a product of its
// kind: they would be shown nowhere, or decide what they must not.
func (row row) notApplicable() []string {
	stated := [...]struct {
		key    string
		there  bool
		hosted bool // whether it speaks of hosted products, else of installed ones
	}{
		{"tailnets", row.Everyone, true},
		{"deployed", !row.Deployed.IsZero(), true},
		{"platforms", len(row.Platforms) > 0, false},
		{"introduced", row.Versions.Introduced != "", false},
		{"fixed", row.Versions.Fixed != "", false},
		{"last_affected", row.Versions.LastAffected != "", false},
		{"available", !row.Available.IsZero(), false},
		{"channel", row.Channel != "", false},
	}
	var keys []string
	for _, s := range stated {
		if s.there && s.hosted != row.product.Hosted {
			keys = append(keys, s.key)
		}
	}
	return keys
}

func kindOf(p *bulletin.Product) string {
	if p.Hosted {
		return ", which we run ourselves (hosted: yes)"
	}
	return ", which users install (not hosted)"
}

func productIDs(products bulletin.Products) string {
	var ids []string
	for _, p := range products {
		ids = append(ids, p.ID)
	}
	return strings.Join(ids, ", ")
}
