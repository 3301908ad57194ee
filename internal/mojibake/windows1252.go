package mojibake

// high are the characters of the bytes 0x80 to 0x9F. The five bytes that
// Windows-1252 leaves undefined are the C1 controls, as in the Encoding Standard.
const high = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ"

// byteOf is the byte that a character has in Windows-1252. All other C1 controls
// count as the bytes of their number too: so they are where the text was read as
// ISO 8859-1.
func byteOf(r rune) (byte, bool) {
	if r <= 0xFF {
		return byte(r), r >= 0
	}
	if r > '™' { // the highest of them
		return 0, false
	}
	b := byte(0x80)
	for _, h := range high {
		if h == r {
			return b, true
		}
		b++
	}
	return 0, false
}
