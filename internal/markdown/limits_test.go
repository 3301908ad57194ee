package markdown

import (
	"strings"
	"testing"
)

// The square of as many marks as fit into a text is more than an int of 32 bits holds: there it
// would be below zero, or 0, which GOARCH=386 go test shows.
func TestMarksAreWeighed(t *testing.T) {
	paragraph := func(marks int) string { return strings.Repeat("*", marks) + "a\n\n" }
	lines := func(marks, n int) string { return strings.Repeat(strings.Repeat("*", marks)+"a\n", n) }
	for name, text := range map[string]string{
		"60,000 in paragraphs": strings.Repeat(paragraph(1000), 60),
		"65,536 in paragraphs": strings.Repeat(paragraph(1024), 64),
		"60,000 in one block":  lines(1000, 60),
		"65,536 in one block":  lines(1024, 64),
		"60,000, then a blank": lines(1000, 60) + "\n",
		"46,400, then others":  lines(1000, 46) + strings.Repeat("*", 400) + "a\n\na\n",
	} {
		if got := codes(Parse([]byte(text))); !strings.HasSuffix(got, ":1 too-complex") {
			t.Errorf("%s: %q, want it refused", name, got)
		}
	}
}
