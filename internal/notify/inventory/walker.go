package inventory

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// walker goes through JSON that is known to be well-formed.
type walker struct {
	text string
	at   int
}

// space passes white space and says where that ends.
func (w *walker) space() int {
	for w.at < len(w.text) && strings.IndexByte(" \t\r\n", w.text[w.at]) >= 0 {
		w.at++
	}
	return w.at
}

// past passes an octet, where it is the next.
func (w *walker) past(octet byte) bool {
	if w.space() == len(w.text) || w.text[w.at] != octet {
		return false
	}
	w.at++
	return true
}

// str passes a string. It is not whole where it holds half of a surrogate pair, which
// would be read as U+FFFD: two names that differ there would be one.
func (w *walker) str() (text string, whole bool) {
	begins := w.space()
	escaped := false
	for w.at++; w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] == '\\' {
			escaped = true
			w.at++
		}
	}
	w.at++
	quoted := w.text[begins:w.at]
	if !escaped {
		return quoted[1 : len(quoted)-1], true
	}
	return unescaped(quoted)
}

func unescaped(quoted string) (text string, whole bool) {
	for at := 0; at < len(quoted); at++ {
		if quoted[at] != '\\' {
			continue
		}
		if at++; quoted[at] != 'u' {
			continue
		}
		first, second := escape(quoted[at-1:]), escape(quoted[at+5:])
		switch {
		case !utf16.IsSurrogate(first):
			at += 4
		case utf16.DecodeRune(first, second) == utf8.RuneError:
			return "", false
		default:
			at += 10
		}
	}
	return decoded(quoted), true
}

// escape is the code unit of an escape such as \u00e4; U+FFFD where text does not begin with one.
func escape(text string) rune {
	if len(text) >= 6 && text[:2] == `\u` {
		if unit, err := strconv.ParseUint(text[2:6], 16, 16); err == nil {
			return rune(unit)
		}
	}
	return utf8.RuneError
}

// decoded is apart from what calls it so that only texts with escapes go to the heap.
func decoded(quoted string) string {
	var text string
	_ = json.Unmarshal([]byte(quoted), &text) // it is well-formed
	return text
}

// value passes a value and gives its text as a cell would have it; what is wrong is
// said where a cell cannot hold it.
func (w *walker) value() (text, wrong string) {
	switch begins := w.space(); w.text[begins] {
	case '"':
		text, whole := w.str()
		if !whole {
			return "", "half of a surrogate pair is no character"
		}
		return text, ""
	case '{', '[':
		w.nested()
		return "", "an object or a list, where one value belongs"
	default:
		for w.at < len(w.text) && strings.IndexByte(" \t\r\n,}]", w.text[w.at]) < 0 {
			w.at++
		}
		if text = w.text[begins:w.at]; text == "null" {
			text = ""
		}
		return text, ""
	}
}

// nested passes an object or a list with all that is in it.
func (w *walker) nested() {
	for depth := 0; ; {
		switch w.text[w.at] {
		case '"':
			_, _ = w.str()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		w.at++
		if depth == 0 {
			return
		}
	}
}
