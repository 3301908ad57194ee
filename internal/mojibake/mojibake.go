// Package mojibake finds text that was encoded twice: saved as UTF-8, read as
// Windows-1252, and saved again, so that ’ has become â€™ and é has become Ã©.
//
// The probe is the way back. A run of characters that all have a byte in
// Windows-1252, and whose bytes are UTF-8 again, was most likely encoded twice; but
// French « qualité », with the no-break space before », is such a run as well. So
// a run counts only where it can't be read as it stands (see strange). It rather
// misses a lone letter than accuse a sound text: what was encoded twice seldom
// holds one such run only.
package mojibake

import (
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// Finding is one run of characters that were encoded twice or more often.
type Finding struct {
	Offset int    // of its first byte in the text
	Length int    // in bytes
	Mended string // what it was before; valid UTF-8
	// Common says that all of Mended is in Windows-1252 itself: quotation marks,
	// dashes, the accented letters of Western Europe.
	Common bool
}

// Find lists what was encoded twice or more often, in order. Bytes that are not
// UTF-8 are passed over.
func Find(text []byte) []Finding {
	if !slices.ContainsFunc(text, func(octet byte) bool { return octet >= utf8.RuneSelf }) {
		return nil
	}
	var found []Finding
	for r := range runs(string(text), none, none) {
		if mended, ok := r.mend(); ok {
			found = append(found, Finding{r.offset, len(r.text), mended, isCommon(mended)})
		}
	}
	return found
}

func isCommon(mended string) bool {
	return !strings.ContainsFunc(mended, func(r rune) bool {
		_, ok := byteOf(r)
		return !ok
	})
}

// none stands for the character before the first and behind the last.
const none rune = -1

// run is a longest run of characters beyond ASCII that have a byte in Windows-1252.
type run struct {
	offset        int
	text          string
	before, after rune // its neighbours
}

// runs yields the runs of a text, whose own neighbours are before and after.
func runs(text string, before, after rune) iter.Seq[run] {
	return func(yield func(run) bool) {
		start, last := -1, before
		for i, r := range text {
			_, ok := byteOf(r)
			ok = ok && r >= utf8.RuneSelf
			if ok && start < 0 {
				start = i
				before = last
			}
			if !ok && start >= 0 {
				if !yield(run{start, text[start:i], before, r}) {
					return
				}
				start = -1
			}
			last = r
		}
		if start >= 0 {
			yield(run{start, text[start:], before, after})
		}
	}
}

// mend undoes every encoding but the first. Each step leaves fewer bytes, so it ends.
func (r run) mend() (string, bool) {
	original, ok := decode(r.text)
	if !ok {
		return "", false
	}
	var mended strings.Builder
	end := 0
	for again := range runs(original, r.before, r.after) {
		if deeper, ok := again.mend(); ok {
			mended.WriteString(original[end:again.offset] + deeper)
			end = again.offset + len(again.text)
		}
	}
	mended.WriteString(original[end:])
	return mended.String(), isText(mended.String()) && r.strange(original)
}

// decode reads the Windows-1252 bytes of a text as UTF-8, and reports whether they are.
func decode(text string) (string, bool) {
	data := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := byteOf(r)
		if !ok {
			return "", false
		}
		data = append(data, b)
	}
	return string(data), utf8.Valid(data)
}
