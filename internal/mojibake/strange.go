package mojibake

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What sound text may hold behind a letter: the first byte of a sequence is a
// letter in Windows-1252, the others are mostly signs.
const (
	// closing ends a word: “olé”, «olé», OLÉ™, 5 Å².
	closing = "\u00A0\u00AD…–—‘’“”‹›«»™®°¹²³·•†‡"
	// joining may have another word right behind it, and what begins one: — “, à £5.
	joining = "\u00A0\u00AD…–—’"
	// caron are letters that stand among the signs, and beforeCaron those that Czech,
	// Slovak, Estonian, Finnish and Sámi have before them: nejníž, NÍŽE, Evenášši.
	caron       = "šžŠŽ"
	beforeCaron = "áéíóúýäôõöüÁÉÍÓÚÝÄÔÕÖÜ"
	// never stands in prose, not even at the beginning of a word.
	never = "ƒˆ˜¤¦¨¬¯¸"
	// alone are the capital letters that are a word or a unit by themselves.
	alone = "ÄÅÆÉÊÓÔÖÚÜÝ"
	// signs are no letters, or not always, and anything follows them: 2×£5, Ø½.
	signs = "×Ø"
)

// strange reports whether a run can't be read as it stands, original being what its
// bytes say. Two sequences in a row are letter, signs, letter, signs without a space:
// no text is so. A single one is strange where its signs can't follow its letter
// between these neighbours.
func (r run) strange(original string) bool {
	if utf8.RuneCountInString(original) > 1 {
		return true
	}
	letter, size := utf8.DecodeRuneInString(r.text)
	return !strings.ContainsRune(signs, letter) && (!begins(letter, r.before) || !r.follows(letter, r.text[size:]))
}

// isText reports whether a text has no controls, nothing without a meaning and
// nothing private. Pictures come faster than the tables of them.
func isText(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		picture := r >= 0x1F000 && r <= 0x1FAFF
		return !picture && !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cf)
	})
}

// begins reports whether a letter may stand behind what is before it: capitals
// behind capitals, or alone.
func begins(letter, before rune) bool {
	switch {
	case !unicode.IsUpper(letter) || unicode.IsUpper(before):
		return true
	case unicode.IsLower(before):
		return false
	}
	return strings.ContainsRune(alone, letter)
}

// follows reports whether the signs may stand behind a letter, and what is after
// the run behind them: a word only where a sign joins it or begins it.
func (r run) follows(letter rune, rest string) bool {
	last, joined := letter, false
	for _, sign := range rest {
		if !mayFollow(last, sign) {
			return false
		}
		joined = strings.ContainsRune(joining, last) || strings.ContainsRune(joining+caron+"±", sign)
		last = sign
	}
	return joined || !unicode.IsUpper(r.after) && !unicode.IsLower(r.after)
}

// mayFollow reports whether a sign may stand behind a letter or another sign.
func mayFollow(last, sign rune) bool {
	switch {
	case last == 'â' && strings.ContainsRune("†‡", sign):
		return false // â†’ is an arrow, and no footnote
	case strings.ContainsRune(closing, sign):
		return true
	case strings.ContainsRune(caron, sign):
		return strings.ContainsRune(beforeCaron+caron, last) && unicode.IsUpper(sign) == unicode.IsUpper(last)
	case strings.ContainsRune(joining, last):
		return !strings.ContainsRune(never, sign) && !unicode.IsControl(sign)
	}
	return last == 'Å' && sign == '±' // ångström, with a tolerance
}
