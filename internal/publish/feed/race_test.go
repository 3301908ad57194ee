//go:build race

package feed

// raced tells that the race detector is at work: ten times slower, and blind here, where nothing
// runs beside anything else.
const raced = true
