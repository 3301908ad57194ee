//go:build race

package markdown

// slowness stretches the time limits of the tests: the race detector is slow.
const slowness = 10
