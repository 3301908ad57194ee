package check

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/version"
)

// ranges looks at the rows of one product together: where they overlap nobody can say
// which fix is whose, and where one has no end it says "affected" for ever.
func ranges(c *Checker, n *notice) source.Problems {
	var problems source.Problems
	for _, row := range n.rows {
		if row.comparable() {
			problems = append(problems, n.endOf(row)...)
		}
	}
	if len(n.rows) < 2 {
		return problems
	}
	for i := range c.Config.Products {
		problems = append(problems, n.branches(&c.Config.Products[i])...)
	}
	return problems
}

// comparable reports whether the row is of a product with versions, and which those are.
func (row row) comparable() bool {
	return row.product != nil && !row.product.Hosted && row.fault == nil
}

// endOf reports a row that does not say where the matter ends, or ends it where no
// user gets.
func (n *notice) endOf(row row) source.Problems {
	r := row.Versions
	switch {
	case r.Fixed == "" && r.LastAffected == "" && row.Unfixed == "":
		return source.Problems{n.unfinished(n.problem(row.Position, "range-without-end",
			"the row has no end: every later version counts as affected, for ever", "write fixed: 1.66.1, or unfixed: with the reason"))}
	case r.LastAffected != "" && row.Remedy == "" && row.Unfixed == "":
		return source.Problems{n.warning(row.Places.Of("last_affected"), "no-fixed-version",
			"last_affected names no version to update to, so nobody can say that a fix is available", "write fixed: instead, with the first version that is not affected")}
	case prerelease(r.Fixed, row.product) && !row.Withheld():
		return source.Problems{n.warning(row.Places.Of("fixed"), "prerelease-fix",
			fmt.Sprintf("%s is a prerelease, which most users do not get", r.Fixed), "write channel: rc, or the release that has the fix")}
	}
	return nil
}

// prerelease tells whether a version is one of Semantic Versioning's prereleases.
func prerelease(text string, product *bulletin.Product) bool {
	return product.VersionSuffix == version.Prerelease && strings.ContainsRune(text, '-')
}

// branches holds the rows of one product against each other, platform by platform.
func (n *notice) branches(product *bulletin.Product) source.Problems {
	branch := func(row row) bool {
		return row.comparable() && row.Product == product.ID && len(row.Where) == 0
	}
	var problems source.Problems
	for i, later := range n.rows {
		if !branch(later) {
			continue
		}
		for _, earlier := range n.rows[:i] {
			if branch(earlier) && samePlatform(earlier, later) {
				problems = append(problems, n.pair(earlier, later)...)
			}
		}
	}
	return problems
}

func samePlatform(a, b row) bool {
	return len(a.Platforms) == 0 || len(b.Platforms) == 0 ||
		slices.ContainsFunc(a.Platforms, func(p string) bool { return slices.Contains(b.Platforms, p) })
}

// pair compares two rows that concern the same platform.
func (n *notice) pair(a, b row) source.Problems {
	suffix := a.product.VersionSuffix
	if a.Versions.Overlaps(b.Versions, suffix) {
		return source.Problems{n.problem(b.Position, "range-overlap",
			fmt.Sprintf("%s overlaps line %d: %s", b.Versions, a.Position.Line, a.Versions), "a version belongs to one row of a platform: end one where the other begins")}
	}
	for _, two := range [...][2]row{{a, b}, {b, a}} {
		if two[1].Versions.Holds(two[0].Versions.Fixed, suffix) {
			return source.Problems{n.problem(two[0].Places.Of("fixed"), "fix-is-affected",
				fmt.Sprintf("%s is the fix here and affected by line %d", two[0].Versions.Fixed, two[1].Position.Line), "name the first version that no row affects")}
		}
		if gap, found := two[0].Versions.GapBefore(two[1].Versions, suffix); found {
			return source.Problems{n.note(two[1].Position, "range-gap", gap+" count as not affected", "all is well if they are not; else mend the rows")}
		}
	}
	return nil
}
