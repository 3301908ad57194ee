package tailnet

import (
	"errors"
	"strings"
)

// Address is one mailbox, local-part@domain, that passed [ParseAddress].
type Address string

const (
	maxLocalPart = 64  // octets, RFC 5321 §4.5.3.1.1
	maxAddress   = 254 // octets: a path of 256 less its angle brackets, RFC 5321 §4.5.3.1.3
)

var (
	errAddressForm   = errors.New("not of the form name@domain")
	errAddressLocal  = errors.New("the part before @ is not a plain dot-atom of at most 64 characters")
	errAddressDomain = errors.New("the part after @ is not a domain name")
	errAddressLength = errors.New("longer than 254 characters")
)

// ParseAddress accepts one bare ASCII mailbox: an RFC 5321 dot-string at a domain
// of at least two labels. Quoted local parts, address literals, display names,
// comments, lists and white space are refused: each of them has been used to make
// a mailer write to somebody else. The errors name no address: they reach logs.
func ParseAddress(text string) (Address, error) {
	local, domain, found := strings.Cut(text, "@")
	switch {
	case !found:
		return "", errAddressForm
	case len(text) > maxAddress:
		return "", errAddressLength
	case len(local) > maxLocalPart || !isDotString(local):
		return "", errAddressLocal
	case !isDomain(domain):
		return "", errAddressDomain
	}
	return Address(text), nil
}

// isDotString reports whether text is Atom *("." Atom) of RFC 5321 §4.1.2.
func isDotString(text string) bool {
	before := byte('.')
	for at := range len(text) {
		c := text[at]
		if c == '.' && before == '.' || c != '.' && !atext[c] {
			return false
		}
		before = c
	}
	return before != '.'
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// What an atom is made of (RFC 5322 §3.2.3), and what a label of a domain: each address of
// an inventory is asked for all its characters.
var (
	atext = octets(func(c byte) bool {
		return isLetter(c) || isDigit(c) || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
	})
	labelText = octets(func(c byte) bool { return isLetter(c) || isDigit(c) || c == '-' })
)

func octets(are func(byte) bool) (table [256]bool) {
	for c := range table {
		table[c] = are(byte(c))
	}
	return table
}

// Domain is what follows the @: where mail to the address goes.
func (a Address) Domain() string { return string(a[strings.LastIndexByte(string(a), '@')+1:]) }

// isDomain reports whether text is two or more letter-digit-hyphen labels
// (RFC 5321 §4.1.2), the last of them no number.
func isDomain(text string) bool {
	labels, last := 0, ""
	for rest, more := text, true; more; labels++ {
		length := 0
		for length < len(rest) && labelText[rest[length]] {
			length++
		}
		if length == 0 || length > 63 || rest[0] == '-' || rest[length-1] == '-' {
			return false
		}
		if last, more = rest[:length], length < len(rest); more {
			if rest[length] != '.' {
				return false
			}
			rest = rest[length+1:]
		}
	}
	return labels > 1 && !isNumber(last)
}

func isNumber(text string) bool {
	for at := range len(text) {
		if !isDigit(text[at]) {
			return false
		}
	}
	return true
}
