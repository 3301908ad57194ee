//go:build race

package markdown

// raced tells that the race detector is at work: pools lose what they hold then, and
// nobody can say how much memory the work itself takes.
const raced = true
