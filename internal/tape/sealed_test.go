package tape_test

import (
	"bytes"
	"testing"

	"tocsin/internal/tape"
)

// Every octet of a sealed text counts: changed, cut off or added, it is nothing.
func TestSeal(t *testing.T) {
	w := tape.Write()
	said := "what was written"
	w.String(&said)
	const first = "a memory 1\n"
	sealed := tape.Seal(append([]byte(first), w.Bytes()...))

	var got string
	r := tape.Unseal(first, sealed)
	if r == nil {
		t.Fatal("what was sealed is not read")
	}
	if r.String(&got); got != said || r.End() != nil {
		t.Errorf("read %q, %v", got, r.End())
	}
	if tape.Unseal("a memory 2\n", sealed) != nil {
		t.Error("another version is read")
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1 << (i % 8)
		if tape.Unseal(first, changed) != nil {
			t.Errorf("octet %d changed: it is read", i)
		}
		if tape.Unseal(first, sealed[:i]) != nil {
			t.Errorf("cut off after %d octets: it is read", i)
		}
	}
	if tape.Unseal(first, append(bytes.Clone(sealed), 0)) != nil {
		t.Error("with an octet more it is read")
	}
}
