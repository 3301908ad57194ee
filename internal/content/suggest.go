package content

import (
	"fmt"
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
