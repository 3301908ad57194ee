package pagewriter

import "strings"

// What html/template's escapers do, for the contexts that pages have: text, quoted attributes,
// and addresses in quoted attributes. Each appends, and returns false where html/template has
// to do it.

// replacements of bytes within text and quoted attributes. The plus sign is for readers that
// take a page for UTF-7.
var replacements = [...]string{0: "\uFFFD", '"': "&#34;", '&': "&amp;", '\'': "&#39;", '+': "&#43;", '<': "&lt;", '>': "&gt;"}

func appendRaw(out []byte, s string) ([]byte, bool) { return append(out, s...), true }

// appendHTML escapes plain text.
func appendHTML(out []byte, s string) ([]byte, bool) { return appendReplaced(out, s, false), true }

// appendNormal escapes HTML where only text may stand: entities are left as they are.
func appendNormal(out []byte, s string) ([]byte, bool) { return appendReplaced(out, s, true), true }

// replaced tells which bytes have a replacement: the smaller table is asked for every one.
var replaced = func() (replaced [256]bool) {
	for c, replacement := range replacements {
		replaced[c] = replacement != ""
	}
	return replaced
}()

func appendReplaced(out []byte, s string, entities bool) []byte {
	written := 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; replaced[c] && (c != '&' || !entities) {
			out = append(append(out, s[written:i]...), replacements[c]...)
			written = i + 1
		}
	}
	return append(out, s[written:]...)
}

// appendTagless escapes HTML for an attribute. Tags are for html/template to take away.
func appendTagless(out []byte, s string) ([]byte, bool) {
	if strings.Contains(s, "<") {
		return out, false
	}
	return appendNormal(out, s)
}

// blocked is what html/template writes in place of an address that could run something.
const blocked = "#ZgotmplZ"

// filtered lets through addresses of the web, of mail and of the site itself.
func filtered(next func([]byte, string) ([]byte, bool)) func([]byte, string) ([]byte, bool) {
	return func(out []byte, s string) ([]byte, bool) {
		if scheme, _, found := strings.Cut(s, ":"); found && !strings.Contains(scheme, "/") && !isSafe(scheme) {
			s = blocked
		}
		return next(out, s)
	}
}

func isSafe(scheme string) bool {
	return strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "mailto")
}

// unreserved and reserved are the characters of RFC 3986, 2.3 and 2.2, without the quote and the
// brackets, which would end a quoted attribute or the url() of a style.
const (
	unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
	reserved   = "!#$&*+,/:;=?@[]"
)

// What becomes of a byte in an address.
const (
	encoded = iota // as %xx
	kept
	keptUnlessQuery // within a query it is encoded
	percent
)

var inAddress = addressBytes()

func addressBytes() (table [256]byte) {
	for _, c := range []byte(unreserved) {
		table[c] = kept
	}
	for _, c := range []byte(reserved) {
		table[c] = keptUnlessQuery
	}
	table['%'] = percent
	return table
}

// appendAddress encodes what may not stand in an address, and escapes the result for an attribute.
func appendAddress(out []byte, s string) ([]byte, bool) {
	written := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; inAddress[c] {
		case kept:
			continue
		case keptUnlessQuery:
			if c != '&' && c != '+' {
				continue
			}
			out = append(append(out, s[written:i]...), replacements[c]...)
		case percent:
			if i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
				continue
			}
			out = appendByte(append(out, s[written:i]...), c)
		default:
			out = appendByte(append(out, s[written:i]...), c)
		}
		written = i + 1
	}
	return append(out, s[written:]...), true
}

// appendQuery encodes a value of a query: nothing of it has a meaning of its own.
func appendQuery(out []byte, s string) ([]byte, bool) {
	for i := 0; i < len(s); i++ {
		if inAddress[s[i]] == kept {
			out = append(out, s[i])
		} else {
			out = appendByte(out, s[i])
		}
	}
	return out, true
}

func appendByte(out []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	return append(out, '%', hex[c>>4], hex[c&15])
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
