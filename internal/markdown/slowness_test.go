//go:build !race

package markdown

// slowness stretches the time limits of the tests.
const slowness = 1
