package isolation

import (
	"strings"
	"testing"
)

// TestVisible: every octet, at every place of texts of every length, is what a look at it
// alone says.
func TestVisible(t *testing.T) {
	for length := range 20 {
		for at := range length {
			for octet := range 256 {
				text := strings.Repeat("a", at) + string([]byte{byte(octet)}) + strings.Repeat("~!", 10)[:length-at-1]
				if got, want := visible(text), octet > ' ' && octet < 0x7F; got != want {
					t.Fatalf("%q: %v, want %v", text, got, want)
				}
			}
		}
	}
	if !visible("") {
		t.Error("nothing is not visible")
	}
}
