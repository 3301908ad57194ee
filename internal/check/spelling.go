package check

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/internal/mojibake"
	"tocsin/internal/source"
)

// encodedTwice reports text of a bulletin that was encoded twice. The commonest cases
// are never meant and so errors; for others there is a doubt.
func encodedTwice(_ *Checker, n *notice) source.Problems {
	return n.mojibake(source.Error)
}

// encodedTwicePage warns of the same in other pages: a policy may be older than the team.
func encodedTwicePage(_ *Checker, p *page) source.Problems {
	return p.mojibake(source.Warning)
}

func (p *page) mojibake(common source.Level) source.Problems {
	if p.plain() {
		return nil
	}
	var problems source.Problems
	for _, f := range mojibake.Find(p.file.Data) {
		shown := string(p.file.Data[f.Offset : f.Offset+f.Length])
		found := p.warning(p.file.Position(f.Offset), "mojibake", fmt.Sprintf("%q was encoded twice; it should be %q", shown, f.Mended), "tocsin check --fix mends it")
		if f.Common {
			found.Level = common
		}
		found.Fix = []source.Edit{{Start: f.Offset, End: f.Offset + f.Length, Text: f.Mended}}
		problems = append(problems, found)
	}
	return problems
}

// mixedScripts warns of words in which a Cyrillic or Greek letter poses as a Latin one:
// nobody sees it, and no search finds the word.
func mixedScripts(_ *Checker, n *notice) source.Problems { return n.mixed(1) }

func mixedScriptsPage(_ *Checker, p *page) source.Problems { return p.mixed(p.line) }

// mixed looks at the lines of the file from one on.
func (p *page) mixed(from int) source.Problems {
	if p.plain() {
		return nil
	}
	var problems source.Problems
	number := 0
	for line := range strings.Lines(string(p.file.Data)) {
		number++
		if number < from || !strings.ContainsFunc(line, poses) {
			continue
		}
		for offset, word := range words(line) {
			if letter, found := posing(word); found {
				problems = append(problems, p.warning(p.file.At(number, utf8.RuneCountInString(line[:offset])+1), "mixed-script",
					fmt.Sprintf("in %q the letter %c (U+%04X) is not a Latin one", word, letter, letter), "type the word again"))
			}
		}
	}
	return problems
}

// ascii reports whether a text has no character beyond ASCII. It looks at eight octets at once.
func ascii(text []byte) bool {
	for ; len(text) >= 8; text = text[8:] {
		if binary.LittleEndian.Uint64(text)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, octet := range text {
		if octet >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// poses reports whether a letter is of a script whose letters look like Latin ones.
func poses(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee)
}

// words yields the runs of letters of a line with their offsets.
func words(line string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		start := -1
		for i, r := range line + " " {
			letter := unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
			switch {
			case letter && start < 0:
				start = i
			case !letter && start >= 0:
				if !yield(start, line[start:i]) {
					return
				}
				start = -1
			}
		}
	}
}

// posing finds, in a word with Latin letters, the first letter of a script whose
// letters look like Latin ones. Units such as µ and Ω stand beside Latin letters by
// right: a word needs two Latin letters to be suspected of Greek.
func posing(word string) (rune, bool) {
	latin, other := 0, rune(0)
	greek := false
	for _, r := range word {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin++
		case poses(r):
			if other == 0 {
				other, greek = r, unicode.Is(unicode.Greek, r)
			}
		}
	}
	if other == 0 || latin == 0 || greek && latin < 2 {
		return 0, false
	}
	return other, true
}
