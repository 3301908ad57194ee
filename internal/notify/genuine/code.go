package genuine

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Code stands on a letter, as FZ3X9-07KQT-M1V8A-RJ2DH: groups of Crockford's base 32,
// which has no I, L, O and U (https://www.crockford.com/base32.html).
type Code string

const (
	alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	digits   = 19 // of 5 bits each, without the check letter
	group    = 5
)

// Make makes the code of a letter.
func Make(key []byte, l Letter) Code {
	sum := keyed(key, "tocsin letter code", string(l.Plan.Bulletin), strconv.Itoa(l.Plan.Number), string(l.Tailnet), string(l.Address))
	var word [digits + 1]byte
	bits, held, next := 0, 0, 0 // of the hash: how many and which are held, and what follows
	for i := range digits {
		if held < 5 {
			bits, held, next = bits<<8|int(sum[next]), held+8, next+1
		}
		held -= 5
		word[i] = byte(bits >> held & 31)
	}
	word[digits] = checkLetter(word[:digits])
	return written(word)
}

// written is a code in its groups.
func written(word [digits + 1]byte) Code {
	var b strings.Builder
	for i, value := range word {
		if i > 0 && i%group == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[value])
	}
	return Code(b.String())
}

// Why a text is no code.
var (
	ErrTyping = errors.New("the last character does not fit the others: a character is wrong, or two have changed places")
	errLength = fmt.Errorf("a code has %d characters, in groups of %d", digits+1, group)
)

// Parse reads a code as people type it: in upper or lower case, with hyphens and spaces
// anywhere or nowhere, O for 0, I and L for 1. It finds every mistake of one character and
// every two that changed places, wherever they stand, with [ErrTyping].
func Parse(text string) (Code, error) {
	var word [digits + 1]byte
	n := 0
	for _, r := range text {
		if strings.ContainsRune(separators, r) {
			continue
		}
		value, err := valueOf(r)
		if err != nil {
			return "", err
		}
		if n == len(word) {
			return "", errLength
		}
		word[n], n = value, n+1
	}
	if n < len(word) {
		return "", errLength
	}
	if checkLetter(word[:digits]) != word[digits] {
		return "", ErrTyping
	}
	return written(word), nil
}

// separators are what programs put between groups: hyphens and dashes, and spaces.
const separators = " \t\r\n-\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2212"

func valueOf(r rune) (byte, error) {
	if 'a' <= r && r <= 'z' {
		r -= 'a' - 'A'
	}
	switch r {
	case 'O':
		return 0, nil
	case 'I', 'L':
		return 1, nil
	}
	if value := strings.IndexRune(alphabet, r); value >= 0 {
		return byte(value), nil
	}
	return 0, fmt.Errorf("no code has %q in it", r)
}

// checkLetter is the last value of a code. With it the sum of all values, each times a power
// of x of its own, is zero in the field of 32 elements (x⁵+x²+1). A single change adds a
// product that is not zero, and so does an exchange of two: their powers differ.
func checkLetter(values []byte) byte {
	sum := byte(0)
	for _, value := range values {
		sum = timesX(sum ^ value)
	}
	return sum
}

func timesX(a byte) byte {
	if a <<= 1; a >= 32 {
		a ^= 0b100101
	}
	return a
}
