package notify

import (
	"bytes"
	"testing"
)

// F20: records keep apart however many chunks they fill, those cut from a slab too, and one that
// is longer than a chunk.
func TestArenaKeepsRecordsApart(t *testing.T) {
	for _, scattered := range []bool{false, true} {
		a := arena{scattered: scattered}
		var places []place
		record := func(i int) []byte {
			size := 300 << 10
			if i == 40 {
				size = 1<<chunkBits + 1
			}
			return bytes.Repeat([]byte{byte(i)}, size)
		}
		for i := range 80 {
			places = append(places, a.add(record(i)))
		}
		for i, at := range places {
			if want := record(i); at == 0 || !bytes.Equal(a.at(at)[:len(want)], want) {
				t.Errorf("scattered %v: record %d of %d chunks is another", scattered, i, len(a.chunks))
			}
		}
	}
}
