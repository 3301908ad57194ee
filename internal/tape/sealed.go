package tape

import (
	"encoding/binary"
	"hash/crc32"
	"unsafe"
)

// SumSize is how many octets a checksum takes.
const SumSize = crc32.Size

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Checksum goes on with a CRC-32C (RFC 3720, appendix B.4), which begins with zero.
func Checksum(sum uint32, b []byte) uint32 { return crc32.Update(sum, castagnoli, b) }

// ChecksumText is Checksum of a text, of which it makes no copy.
func ChecksumText(sum uint32, text string) uint32 {
	return Checksum(sum, unsafe.Slice(unsafe.StringData(text), len(text))) // which only reads
}

// AppendSum appends a checksum, the least octet first.
func AppendSum(b []byte, sum uint32) []byte { return binary.LittleEndian.AppendUint32(b, sum) }

// HasSum reports whether a text begins with a checksum.
func HasSum(text string, sum uint32) bool {
	return len(text) >= SumSize && binary.LittleEndian.Uint32([]byte(text[:SumSize])) == sum
}

// Seal appends the checksum of everything before it: of a file's first words, say, that tell its
// version, and of what was written.
func Seal(b []byte) []byte { return AppendSum(b, Checksum(0, b)) }

// Unseal begins to read what stands between the first words and the checksum of what was sealed;
// nil for everything else. Nobody may change the data any more: what is read shares its memory.
func Unseal(first string, data []byte) *Tape {
	text := unsafe.String(unsafe.SliceData(data), len(data))
	end := len(text) - SumSize
	if end < len(first) || text[:len(first)] != first || !HasSum(text[end:], ChecksumText(0, text[:end])) {
		return nil
	}
	return Read(text[len(first):end])
}
