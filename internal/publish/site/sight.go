package site

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// sight is all that a page shows of bulletins, written down for [Shared.From]. Texts stand there
// with their length, so that no two sights are alike. Of no bulletin it is nil.
type sight []byte

func (s sight) text(texts ...string) sight {
	for _, text := range texts {
		s = append(binary.AppendUvarint(s, uint64(len(text))), text...)
	}
	return s
}

func (s sight) number(numbers ...int) sight {
	for _, n := range numbers {
		s = binary.AppendVarint(s, int64(n))
	}
	return s
}

// time takes an instant in, whatever zone it was written in: pages show that of UTC.
func (s sight) time(t time.Time) sight {
	return binary.AppendVarint(binary.AppendVarint(s, t.Unix()), int64(t.Nanosecond()))
}

// rows takes in bulletins as lists show them: their rows, and when they were published, which the
// headings between rows are made of.
func (s sight) rows(cards []*Card) sight {
	for _, c := range cards {
		s = append(s, c.Mark[:]...).time(c.Published)
	}
	return s
}

// perRow is about how many octets a row takes.
const perRow = sha256.Size + 8

// from is the digest.
func (s sight) from() [32]byte { return sha256.Sum256(s) }
