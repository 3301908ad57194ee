package check

import (
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// rowBounds notes rows that count for every platform and every old version because they
// say nothing of either: the letters go to whoever runs the product.
func rowBounds(_ *Checker, n *notice) source.Problems {
	if n.Status == bulletin.Withdrawn {
		return nil
	}
	var problems source.Problems
	for _, row := range n.rows {
		product := row.product
		silent := len(row.Platforms) == 0 && row.Versions.Introduced == "" && len(row.Where) == 0
		if silent && product != nil && !product.Hosted && len(product.Platforms) > 1 {
			problems = append(problems, n.note(row.Position, "row-unbounded",
				"the row names no platforms and no first version: it counts for "+strings.Join(product.Platforms, ", ")+" and "+everyVersion(row.Affected),
				"write platforms: and introduced:, as tocsin ask asks; if it is true of all, all is well"))
		}
	}
	return problems
}

func everyVersion(row *bulletin.Affected) string {
	switch {
	case row.Versions.Fixed != "":
		return "every version before " + row.Versions.Fixed
	case row.Versions.LastAffected != "":
		return "every version up to " + row.Versions.LastAffected
	}
	return "every version"
}
