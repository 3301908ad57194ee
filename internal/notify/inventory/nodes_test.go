package inventory

import (
	"strings"
	"testing"
	"unsafe"
)

// TestWordsAreLowered: each word comes to its own small letters, whatever was remembered in its
// place, and though the memory under it is written over.
func TestWordsAreLowered(t *testing.T) {
	var w words
	lent := make([]byte, 16)
	for _, text := range []string{"Linux", "LINUX", "Lemur", "linux", "", "Ärzte", "Linux", "iOS", "iOS"} {
		clear(lent)
		word := unsafe.String(&lent[0], copy(lent, text))
		if got, want := w.lower(word), strings.ToLower(text); got != want {
			t.Errorf("%q comes to %q", text, got)
		}
	}
}
