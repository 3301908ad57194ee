package evidence

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quotedCode is a code as servers quote it: behind the three digits of a reply (RFC 2034
// §4), or behind qmail's #.
var quotedCode = regexp.MustCompile(`(?:\b([245])[0-9][0-9][ -]+#?|#)([245]\.[0-9]{1,3}\.[0-9]{1,3})\b`)

// codeIn is the first code that a server's words quote. Clients try again after a reply of 4yz,
// whatever code stands beside it (RFC 5321 §4.2.1): a 5.7.1 is a 4.7.1 there.
func codeIn(said string) Code {
	m := quotedCode.FindStringSubmatch(said)
	if m == nil {
		return ""
	}
	reply, code := m[1], m[2]
	if reply == "4" && code[0] == '5' {
		code = reply + code[1:]
	}
	return ParseCode(code)
}

// mostDiagnostic is how much of a server's words is kept, in characters.
const mostDiagnostic = 300

// Words in the place of people.
const (
	someAddress = "[address]"
	somebody    = "[name]"
)

// anAddress is whatever has an @ in it, plain or quoted, or in the disguises in which reports
// carry one: xtext (RFC 3461 §4), percent and quoted-printable.
var anAddress = regexp.MustCompile(`(?i)"[^"]*"@[^\s<>()]+|[^\s<>()\[\]:;,"']*(?:[@＠]|\+40|%40|=40|\\x\{40\})[^\s<>(),;"']*`)

// plain is what a server said as one line that can be shown: without addresses, without
// the names that it calls people by, without control characters, and not long.
func plain(said string, names []string) string {
	said = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(said, "?"), isBlank), " ")
	if cut := 4 * mostDiagnostic; len(said) > cut { // bounds the work; names are still whole
		said = said[:cut]
	}
	said = anAddress.ReplaceAllString(said, someAddress)
	for _, name := range personal(names) {
		said = replaceWord(said, name)
	}
	return cutTo(strings.ToValidUTF8(said, ""), mostDiagnostic)
}

// isBlank is what separates words, and what nobody sees.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// personal are the words by which addresses, with or without names of people, name somebody
// where the address itself is not quoted: the names, and what stands before the @.
func personal(texts []string) (words []string) {
	for _, text := range texts {
		name, _, _ := strings.Cut(text, "<")
		if name = strings.Trim(name, " \t\""); !strings.Contains(name, "@") {
			words = append(words, name)
		}
	}
	for _, text := range texts {
		for _, address := range addresses(text) {
			local, _, _ := strings.Cut(address, "@")
			words = append(words, strings.Trim(local, `"`))
		}
	}
	return words
}

// addresses are the parts of a text that have the form of an address.
func addresses(text string) (found []string) {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>(),;:[]", r) }) {
		if strings.Contains(word, "@") {
			found = append(found, word)
		}
	}
	return found
}

// replaceWord replaces a word wherever it stands by itself, in whatever case.
func replaceWord(said, word string) string {
	if utf8.RuneCountInString(word) < 2 {
		return said
	}
	r, err := regexp.Compile(`(?i)` + regexp.QuoteMeta(word))
	if err != nil {
		return said
	}
	var b strings.Builder
	end := 0
	for _, at := range r.FindAllStringIndex(said, -1) {
		if within(said, at[0], at[1]) {
			continue
		}
		b.WriteString(said[end:at[0]])
		b.WriteString(somebody)
		end = at[1]
	}
	return b.String() + said[end:]
}

// within reports whether a letter or digit stands on either side of a part of a text.
func within(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	return isWord(before) || isWord(after)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func cutTo(text string, most int) string {
	n := 0
	for at := range text {
		if n++; n > most {
			return text[:at] + "…"
		}
	}
	return text
}

func trimBrackets(id string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(id), "<"), ">")
}

// isMessageID reports whether text has the form of a Message-ID, less its brackets: octets
// of ASCII without spaces, and an @ (RFC 5322 §3.6.4).
func isMessageID(text string) bool {
	odd := func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }
	return strings.Contains(text, "@") && !strings.ContainsFunc(text, odd)
}
