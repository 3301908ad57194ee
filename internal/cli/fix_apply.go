package cli

import (
	"bytes"
	"slices"
	"strings"

	"tocsin/internal/source"
)

// apply applies the edits of each problem, all of a problem's or none: those that
// would overlap with an earlier one's wait for the next run.
func apply(name string, data []byte, offered source.Problems) mended {
	m := mended{name: name, before: data, lines: make(map[int]bool)}
	var edits []source.Edit
	for _, f := range offered {
		if fits(f.Fix, edits, len(data)) {
			m.applied = append(m.applied, f)
			for _, e := range f.Fix {
				if !slices.Contains(edits, e) {
					edits = append(edits, e)
				}
			}
		}
	}
	slices.SortFunc(edits, func(a, b source.Edit) int { return a.Start - b.Start })
	end := 0
	for _, e := range edits {
		m.after = append(m.after, data[end:e.Start]...)
		first := bytes.Count(m.after, []byte("\n")) + 1
		for line := first; line <= first+strings.Count(e.Text, "\n"); line++ {
			m.lines[line] = true
		}
		m.after = append(m.after, e.Text...)
		end = e.End
	}
	m.after = append(m.after, data[end:]...)
	return m
}

// fits reports whether edits lie within a file and touch nothing that others change.
// The same edit twice is one.
func fits(edits, others []source.Edit, size int) bool {
	for i, e := range edits {
		if e.Start < 0 || e.End < e.Start || e.End > size {
			return false
		}
		clash := func(o source.Edit) bool {
			return o != e && (o.Start == e.Start || o.Start < e.End && e.Start < o.End)
		}
		if slices.ContainsFunc(others, clash) || slices.ContainsFunc(edits[:i], clash) {
			return false
		}
	}
	return true
}

// told is what makes two problems of a file the same in two readings of it, although
// lines moved.
type told struct{ file, code, message string }

func tally(found source.Problems, which func(source.Problem) bool) map[told]int {
	counts := make(map[told]int)
	for _, f := range found {
		if which(f) {
			counts[told{f.Position.File, f.Code, f.Message}]++
		}
	}
	return counts
}

// appeared are the errors of a reading that an earlier one does not have.
func appeared(was, is surveyed) source.Problems {
	left := tally(was.problems, grave)
	var fresh source.Problems
	for _, f := range is.problems {
		key := told{f.Position.File, f.Code, f.Message}
		if !grave(f) {
			continue
		}
		if left[key]--; left[key] < 0 {
			fresh = append(fresh, f)
		}
	}
	return fresh
}

// mends reports whether a change did what it was to do: its problems are gone, the file
// can still be read, and has no new error. Where errors hid others before, what comes
// to light is no fault of the change, unless it stands where the change was made.
func (m mended) mends(was, is surveyed) bool {
	if was.readable[m.name] && !is.readable[m.name] {
		return false
	}
	all := func(source.Problem) bool { return true }
	before, after := tally(was.problems, all), tally(is.problems, all)
	for key, n := range tally(m.applied, all) {
		if after[key] > before[key]-n {
			return false
		}
	}
	for _, f := range appeared(was, is) {
		if f.Position.File == m.name && (!was.misread[m.name] || m.lines[f.Position.Line]) {
			return false
		}
	}
	return true
}
