//go:build !linux

package markdown

import (
	"testing"
	"time"
)

var start = time.Now()

// used is the time on the clock, where threads are not told theirs.
func used(*testing.T) time.Duration { return time.Since(start) }
