package history

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		token, text string
		want        bool
	}{
		{"TS-2026-004", "TS-2026-004", true},
		{"TS-2026-004", "ts-2026-004", true},
		{"ts-2026-004", "x TS-2026-004.", true},
		{"TS-2026-004", "fix-ts-2026-004-now", true},
		{"TS-2026-004", "x_TS-2026-004", true},
		{"TS-2026-004", "日本TS-2026-004です", true},
		{"TS-2026-004", "TS-2026-0041", false},
		{"TS-2026-004", "TS-2026-004a", false},
		{"TS-2026-004", "TS-2026-004Z", false},
		{"TS-2026-004", "ATS-2026-004", false},
		{"TS-2026-004", "0TS-2026-004", false},
		{"TS-2026-004", "TS-2026-0041 TS-2026-004", true},
		{"TS-2026-004", "TS-2026-00", false},
		{"TS-2026-004", "", false},
		{"TS-2026-004", "TS-2026 -004", false},
		{"#123", "a#123", true}, // a sign begins a word of its own
		{"#123", "#1234", false},
		{"XSS", "an xss", true},
		{"XSS", "xssx", false},
		{"a", "b a", true},
		{"a", "ba", false},
		{"Web pages  could\nreach", "the web\r\n\t pages COULD reach", true},
		{" Web pages ", "web pages", true},
		{"web pages", "webpages", false},
		{"web pages", "aweb pagesb", true}, // several words stand anywhere
		{"größe", "größe", true},
		{"x\x00y", "x\x00y", true},
	} {
		w, err := newWords([]Token{{"", c.token}})
		if err != nil {
			t.Fatal(err)
		}
		if got := w.in([]byte(c.text)); (got != nil) != c.want {
			t.Errorf("%q in %q: %v, want %v", c.token, c.text, got, c.want)
		}
	}
}

// FuzzWords: the one pass finds what looking for each word by itself finds.
func FuzzWords(f *testing.F) {
	f.Add("TS-2026-004", "ts-2026-0041", "web pages", "The web\n pages of TS-2026-004 and ts-2026-0041.")
	f.Add("a", "ab", "abc", "abcd abc ab a")
	f.Add("a", "a b", "ts-2026-004", "a a b a b TS-2026-004 ts-2026-004")
	f.Add("#1", "-", " x ", "#1- x\t")
	f.Fuzz(func(t *testing.T, one, two, three, text string) {
		tokens := []Token{{"1", one}, {"2", two}, {"3", three}}
		w, err := newWords(tokens)
		if err != nil {
			return
		}
		var want []int
		for i, token := range tokens {
			if stands(token.Text, text) {
				want = append(want, i)
			}
		}
		for range 2 { // and what was looked at before leaves nothing behind
			if got := w.in([]byte(text)); !slices.Equal(got, want) {
				t.Errorf("%q in %q: %v, want %v", tokens, text, got, want)
			}
			w.in(bytes.Repeat([]byte("z"), len(text)+9))
		}
	})
}

// stands says for one word what newWords and in do for many.
func stands(token, text string) bool {
	token, text = strings.Trim(plain(token), " "), plain(text)
	for at := 0; at+len(token) <= len(text); at++ {
		if text[at:at+len(token)] != token {
			continue
		}
		before, after := text[:at], text[at+len(token):]
		inWord := regexp.MustCompile(`^[a-z0-9]`).MatchString(token) && regexp.MustCompile(`[a-z0-9]$`).MatchString(before) ||
			regexp.MustCompile(`[a-z0-9]$`).MatchString(token) && regexp.MustCompile(`^[a-z0-9]`).MatchString(after)
		if strings.Contains(token, " ") || !inWord {
			return true
		}
	}
	return false
}

func plain(text string) string {
	small := []byte(text)
	for i, b := range small {
		if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ", b) >= 0 {
			small[i] = b | 0x20
		}
	}
	return string(regexp.MustCompile(`[ \t\n\v\f\r]+`).ReplaceAll(small, []byte(" ")))
}
