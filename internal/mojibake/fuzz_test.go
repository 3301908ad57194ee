package mojibake

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzFind: places are inside the text and in order, what is mended is UTF-8 and
// shorter, mending twice is mending once, and what is left alone stays.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{"Exampleâ€™s", "cafÃƒÆ’Ã‚Â© ", "«\u00A0qualité\u00A0»", "Ã\xff©", "ÐŸÑ€Ð¸", "×½×¼", "ðŸ””", "Ä°x", "â€œâ€\u009d", "éÃ©é", "Ã¢â‚¬â„¢Ã©Ã©"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, found := range Find([]byte(text)) {
			if found.Offset < end || found.Length < 4 || found.Offset+found.Length > len(text) {
				t.Fatalf("%+v in %q, behind %d", found, text, end)
			}
			end = found.Offset + found.Length
			if !utf8.ValidString(found.Mended) || found.Mended == "" || len(found.Mended) >= found.Length {
				t.Errorf("%q mended to %q", text[found.Offset:end], found.Mended)
			}
		}
		once := mendAll(text)
		if again := Find([]byte(once)); again != nil {
			t.Errorf("%q becomes %q, and then %+v", text, once, again)
		}
		if utf8.ValidString(text) && !utf8.ValidString(once) {
			t.Errorf("%q becomes %q", text, once)
		}
	})
}

// FuzzMend: words of two letters and more beyond ASCII that nobody would take for
// encoded twice come back, however often they were encoded.
func FuzzMend(f *testing.F) {
	for _, seed := range []string{"Größe", "Привет мир", "日本語", "été", "Ελλάδα", "שלום", "ŻÓŁĆ", "đã", "ЖЖ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1000 || !isWords(text) || Find([]byte(text)) != nil {
			return
		}
		broken := text
		for range 3 {
			broken = twice(broken)
			if got := mendAll(broken); got != text {
				t.Fatalf("%q, from %q, mended to %q", broken, text, got)
			}
		}
	})
}

// isWords reports whether a text is words of two letters and more, none in ASCII,
// with single spaces.
func isWords(text string) bool {
	for word := range strings.SplitSeq(text, " ") {
		if !utf8.ValidString(word) || utf8.RuneCountInString(word) < 2 ||
			strings.ContainsFunc(word, func(r rune) bool { return r < utf8.RuneSelf || !unicode.IsLetter(r) }) {
			return false
		}
	}
	return true
}

// The same over 10,000 random texts of each of many scripts.
func TestMendRandomText(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 11))
	t.Logf("seed %d", seed)
	for name, span := range map[string][2]rune{
		"Latin": {0x100, 0x24F}, "Greek": {0x391, 0x3C9}, "Cyrillic": {0x400, 0x45F}, "Armenian": {0x531, 0x586}, "Hebrew": {0x5D0, 0x5EA},
		"Arabic": {0x620, 0x64A}, "Devanagari": {0x904, 0x939}, "Thai": {0xE01, 0xE2E}, "Vietnamese": {0x1EA0, 0x1EF9},
		"kana": {0x3041, 0x30FA}, "Han": {0x4E00, 0x9FFF}, "Hangul": {0xAC00, 0xD7A3}, "Gothic": {0x10330, 0x1034A},
	} {
		for range 10000 {
			text := someWords(r, span)
			if !isWords(text) {
				t.Fatalf("%s: %q", name, text)
			}
			if got := mendAll(twice(text)); got != text {
				t.Errorf("%s: %q mended to %q", name, text, got)
			}
		}
	}
}

func someWords(r *rand.Rand, span [2]rune) string {
	words := make([]string, 1+r.IntN(4))
	for i := range words {
		for len([]rune(words[i])) < 2+r.IntN(8) {
			if letter := span[0] + r.Int32N(span[1]-span[0]+1); unicode.IsLetter(letter) {
				words[i] += string(letter)
			}
		}
	}
	return strings.Join(words, " ")
}
