package content

// DidYouMean is the hint for a word that is none of those known: the nearest of them,
// or, without one near enough, all of them.
func DidYouMean(word string, known []string) string { return didYouMean(word, known) }
