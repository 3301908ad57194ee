package source

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Lines count from 1, columns in characters, whatever the bytes are (F4).
func TestPosition(t *testing.T) {
	for name, c := range map[string]struct {
		data   string
		offset int
		want   string
	}{
		"first byte":                       {"abc", 0, "f:1:1"},
		"empty file":                       {"", 0, "f:1:1"},
		"third letter":                     {"abc", 2, "f:1:3"},
		"the line end is on its own line":  {"ab\ncd", 2, "f:1:3"},
		"first of the second line":         {"ab\ncd", 3, "f:2:1"},
		"behind two-byte letters":          {"äöü!", 6, "f:1:4"},
		"behind a four-byte character":     {"🔔!", 4, "f:1:2"},
		"second line, multi-byte":          {"€\n€€x", 10, "f:2:3"},
		"CR LF: the CR is a column":        {"ab\r\ncd", 2, "f:1:3"},
		"CR LF: the LF still is":           {"ab\r\ncd", 3, "f:1:4"},
		"CR LF: next line begins at 1":     {"ab\r\ncd", 4, "f:2:1"},
		"last line without line end":       {"ab\ncd", 4, "f:2:2"},
		"end of a file without line end":   {"ab\ncd", 5, "f:2:3"},
		"end of a file with line end":      {"ab\ncd\n", 6, "f:3:1"},
		"offset beyond the end":            {"ab\ncd", 99, "f:2:3"},
		"offset before the beginning":      {"ab\ncd", -1, "f:1:1"},
		"broken UTF-8 counts byte by byte": {"\xff\xfe!", 2, "f:1:3"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (File{"f", []byte(c.data)}).Position(c.offset).String(); got != c.want {
				t.Errorf("offset %d of %q is %s, want %s", c.offset, c.data, got, c.want)
			}
		})
	}
}

func TestPositionString(t *testing.T) {
	f := File{Name: "content/a.md"}
	for want, p := range map[string]Position{
		"content/a.md":     {File: "content/a.md"},
		"content/a.md:3":   f.At(3, 0),
		"content/a.md:3:7": f.At(3, 7),
		"":                 {},
	} {
		if got := p.String(); got != want {
			t.Errorf("%+v prints %q, want %q", p, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	const text = "one\ntwo\r\n\nfo\rur\nlast"
	for number, want := range map[int]string{
		-1: "", 0: "", 1: "one", 2: "two", 3: "", 4: "fo\rur", 5: "last", 6: "", 1 << 30: "",
	} {
		if got := (File{"f", []byte(text)}).Line(number); got != want {
			t.Errorf("line %d is %q, want %q", number, got, want)
		}
	}
	if got := (File{}).Line(1); got != "" {
		t.Errorf("line 1 of no file is %q", got)
	}
}

// What strangers write reaches a terminal as something to see (F10, F25).
func TestVisible(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"plain text":                    {"Größe 日本 🔔", "Größe 日本 🔔"},
		"nothing":                       {"", ""},
		"direction override":            {"a\u202Eb", `a\u{202E}b`},
		"direction isolate":             {"\u2066a\u2069", `\u{2066}a\u{2069}`},
		"zero width space":              {"pay\u200Bpal", `pay\u{200B}pal`},
		"zero width joiner":             {"a\u200Db", `a\u{200D}b`},
		"byte order mark":               {"\uFEFFa", `\u{FEFF}a`},
		"soft hyphen":                   {"a\u00ADb", `a\u{00AD}b`},
		"escape sequence":               {"\x1b[31mred", `\u{001B}[31mred`},
		"bell, delete, NEL":             {"\a\x7f\u0085", `\u{0007}\u{007F}\u{0085}`},
		"line ends":                     {"a\r\nb", `a\u{000D}\u{000A}b`},
		"line and paragraph separators": {"a\u2028b\u2029", `a\u{2028}b\u{2029}`},
		"tab":                           {"a\tb", "a b"},
		"tag characters":                {"a\U000E0041", `a\u{E0041}`},
		"filler without width":          {"a\u3164b", `a\u{3164}b`},
		"noncharacters break XML":       {"a\uFFFEb\uFFFF", `a\u{FFFE}b\u{FFFF}`},
		"broken UTF-8":                  {"a\xffb\xc3", `a\xFFb\xC3`},
		"half a character":              {"\xe2\x82", `\xE2\x82`},
		"a surrogate in UTF-8":          {"\xed\xa0\x80", `\xED\xA0\x80`},
		"the replacement character":     {"a\uFFFDb", "a\uFFFDb"},
		"emoji keep their look":         {"\u26A0\uFE0F", "\u26A0\uFE0F"},
		"accents keep their letter":     {"e\u0301", "e\u0301"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Visible(c.text); got != c.want {
				t.Errorf("Visible(%q) = %q, want %q", c.text, got, c.want)
			}
		})
	}
}

// FuzzVisible: nothing that acts comes out, what went through once stays.
func FuzzVisible(f *testing.F) {
	for _, seed := range []string{"a\u202Eb", "\xff", "a\uFFFDb", "\t\r\n", "e\u0301\u200D", strings.Repeat("\u2028", 9)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Visible(text)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, Hidden) {
			t.Errorf("Visible(%q) = %q", text, got)
		}
		if again := Visible(got); again != got {
			t.Errorf("%q becomes %q, and then %q", text, got, again)
		}
	})
}
