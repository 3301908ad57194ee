package content

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// didYouMean words the nearest of the known words as a hint; without one near
// enough it lists them all.
func didYouMean(word string, known []string) string {
	switch best := nearest(word, known); {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0:
		return ""
	}
	return "known here: " + join(known)
}

// Nearest is the known word that was probably meant; empty where none is near enough.
func Nearest(word string, known []string) string { return nearest(word, known) }

// valueHint words what may have been meant by a value. A word that says no is never
// taken for one that does not, nor the other way round, however alike they look.
func valueHint(key, word string, known []string) string {
	if hint := opposites[key][strings.ToLower(word)]; hint != "" {
		return hint
	}
	best := nearest(word, known)
	if best == "" || denies(best) != denies(word) {
		return "known here: " + join(known)
	}
	return didYouMean(word, known)
}

// opposites are hints for words whose spelling leads to another meaning, by key.
var opposites = map[string]map[string]string{
	"exploited": {
		"no": notExploited, "none": notExploited, "false": notExploited, "yes": "write confirmed", "true": "write confirmed",
	},
	"users_affected": {
		"no": noUsers, "none": noUsers, "false": noUsers, "yes": "write some", "true": "write some", "all": "write some",
	},
	"legal":        {"yes": oneLaw, "true": oneLaw, "unknown": oneLaw, "no": "write none, if somebody looked and nothing applies"},
	"data_visible": {"none": "write no", "some": "write {is: yes, for: listed}", "all": "write {is: yes, for: all}"},
}

const (
	notExploited = "write no_evidence, or confirmed_none with by, at and basis"
	oneLaw       = "name it: legal: [{regime: …, applies: yes, effect: require, deadline: 2026-05-03}]; applies may be unknown, effect delay"
	noUsers      = "write none_confirmed with by, at and basis, or unknown"
)

// denies reports whether a word says that something is not so, or not known.
func denies(word string) bool {
	word = strings.ToLower(word)
	for _, sign := range []string{"no", "un", "false", "never"} {
		if strings.HasPrefix(word, sign) {
			return true
		}
	}
	return strings.HasSuffix(word, "none") || strings.Contains(word, "_no") || strings.Contains(word, "-no")
}

// nearest is the known word that was probably meant; empty where none is near enough.
func nearest(word string, known []string) string {
	best, distance := "", utf8.RuneCountInString(word)/2+1
	for _, k := range known {
		if d := editDistance(word, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// editDistance is Levenshtein's, with a swap of neighbours counted as one edit.
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	two, one, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		two, one, row = one, row, two
		row[0] = i + 1
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			row[j+1] = min(one[j+1]+1, row[j]+1, one[j]+cost)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], two[j-1]+1)
			}
		}
	}
	return row[len(t)]
}
