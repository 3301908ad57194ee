package approval

import (
	"slices"
	"strings"
	"time"
)

// matchesList reports whether a text matches a list of patterns as OpenSSH has them
// (ssh_config(5), PATTERNS): joined by commas; * is any run of characters, ? is one; a
// pattern after ! that matches rules the text out.
func matchesList(list, text string) bool {
	found := false
	for pattern := range strings.SplitSeq(list, ",") {
		name, not := strings.CutPrefix(pattern, "!")
		if overlap(name, text) {
			if not {
				return false
			}
			found = true
		}
	}
	return found
}

// overlap reports whether there is a text that both patterns match. A text without * and ?
// is a pattern that only it matches.
func overlap(a, b string) bool {
	// row[j] says whether a[i:] and b[j:] overlap; the rows go from the end of a to its begin.
	row := make([]bool, len(b)+1)
	for i := len(a); i >= 0; i-- {
		below := slices.Clone(row)
		for j := len(b); j >= 0; j-- {
			row[j] = overlapAt(a[i:], b[j:], i == len(a) && j == len(b), below, row, j)
		}
	}
	return row[0]
}

// overlapAt is one place of overlap's table: below is the row of the next character of a.
func overlapAt(a, b string, ended bool, below, row []bool, j int) bool {
	switch {
	case ended:
		return true
	case a != "" && a[0] == '*' && (below[j] || b != "" && row[j+1]):
		return true
	case b != "" && b[0] == '*' && (row[j+1] || a != "" && below[j]):
		return true
	case a == "" || b == "" || a[0] == '*' || b[0] == '*':
		return false
	}
	return (a[0] == b[0] || a[0] == '?' || b[0] == '?') && below[j+1]
}

// samePerson reports whether two principals may be one person: some name of the one can be
// a name of the other. *@example.com may be anybody there, so it is never a second person
// beside one of them. Capitals make nobody another.
func samePerson(a, b string) bool {
	for _, x := range names(a) {
		if slices.ContainsFunc(names(b), func(y string) bool { return overlap(x, y) }) {
			return true
		}
	}
	return false
}

// names are the patterns of a principal that take somebody in.
func names(principal string) []string {
	return slices.DeleteFunc(strings.Split(strings.ToLower(principal), ","), func(n string) bool { return strings.HasPrefix(n, "!") })
}

// people counts the people whose keys are good at an instant, as far as they are certainly
// different ones. Those who may be fewest others are counted first.
func (s Signers) people(at time.Time) int {
	var good []string
	for _, signer := range s.All {
		if signer.good(at) && !slices.Contains(good, signer.Principal) {
			good = append(good, signer.Principal)
		}
	}
	like := func(a string) (n int) {
		for _, b := range good {
			if samePerson(a, b) {
				n++
			}
		}
		return n
	}
	slices.SortStableFunc(good, func(a, b string) int { return like(a) - like(b) })
	var counted []string
	for _, a := range good {
		if !slices.ContainsFunc(counted, func(b string) bool { return samePerson(a, b) }) {
			counted = append(counted, a)
		}
	}
	return len(counted)
}
