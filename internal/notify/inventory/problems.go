package inventory

import (
	"cmp"
	"fmt"
	"slices"

	"tocsin/internal/source"
)

// mostProblems is how many bad rows of one table are listed; the rest are counted.
const mostProblems = 20

// problems are what is wrong in a table, in the order of its rows. The first that is
// counted only is kept too: it says in which file counting begins.
type problems struct {
	list  []listed
	count int
}

// listed is a problem with its place in the table.
type listed struct {
	file, line, column int
	problem            source.Problem
}

func (p *problems) add(l listed) {
	if p.count++; len(p.list) <= mostProblems {
		p.list = append(p.list, l)
	}
}

// merge puts others where they belong. Of two about one cell, the other's stays.
func (p *problems) merge(other problems) {
	same := func(a, b listed) bool { return byPlace(a, b) == 0 }
	before := len(p.list)
	p.list = slices.DeleteFunc(p.list, func(l listed) bool {
		return slices.ContainsFunc(other.list, func(o listed) bool { return same(l, o) })
	})
	p.count += other.count - (before - len(p.list))
	p.list = append(p.list, other.list...)
	slices.SortStableFunc(p.list, byPlace)
	p.list = p.list[:min(len(p.list), mostProblems+1)]
}

func byPlace(a, b listed) int {
	return cmp.Or(a.file-b.file, a.line-b.line, a.column-b.column)
}

// all lists the problems, the last of them counting those that are not listed.
func (p *problems) all() (list source.Problems) {
	for _, l := range p.list[:min(len(p.list), mostProblems)] {
		list = append(list, l.problem)
	}
	if p.count > mostProblems {
		list = append(list, source.Problem{
			Position: source.Position{File: p.list[mostProblems].problem.Position.File}, Code: "bad-row",
			Message: fmt.Sprintf("%d more bad rows", p.count-mostProblems),
		})
	}
	return list
}
