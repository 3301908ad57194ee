package check

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

// Eight octets are looked at together, and those that are left one by one.
func TestASCII(t *testing.T) {
	for octet := range 256 {
		for at := range 20 {
			text := bytes.Repeat([]byte("~"), 20)
			text[at] = byte(octet)
			if got := ascii(text); got != (octet < utf8.RuneSelf) {
				t.Fatalf("octet %#x in place %d: ascii is %t", octet, at, got)
			}
		}
	}
}
