// Package source says where in a file something stands, and what is wrong there.
//
// Every other package speaks of places and problems in these words, so that a
// person always gets file:line:column, the line itself, and what to do next.
package source

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Position is a place in a file. Line and Column count from 1, Column in
// characters; a zero Line means the file as a whole.
type Position struct {
	File   string
	Line   int
	Column int
}

// String prints file:line:column, leaving out what is not known.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// File is the text of one file under the name a person would type for it.
type File struct {
	Name string
	Data []byte
}

// Position tells where the byte at offset stands.
func (f File) Position(offset int) Position {
	offset = min(max(offset, 0), len(f.Data))
	before := f.Data[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return Position{
		File:   f.Name,
		Line:   bytes.Count(before, []byte("\n")) + 1,
		Column: utf8.RuneCount(before[start:]) + 1,
	}
}

// At is the place line:column of the file.
func (f File) At(line, column int) Position {
	return Position{File: f.Name, Line: line, Column: column}
}

// Line returns the text of a line, counted from 1, without its line end;
// the empty string where the file has no such line.
func (f File) Line(number int) string {
	rest := f.Data
	for i := 1; len(rest) > 0; i++ {
		line, tail, _ := bytes.Cut(rest, []byte("\n"))
		if i == number {
			return strings.TrimSuffix(string(line), "\r")
		}
		rest = tail
	}
	return ""
}

// Visible replaces what a terminal would act on or hide by its number, as in
// \u{202E}, and each byte that is not UTF-8, as in \xFF. Text of strangers passes
// through here before a person sees it.
func Visible(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02X`, text[i])
		case r == '\t':
			b.WriteByte(' ')
		case Hidden(r):
			fmt.Fprintf(&b, `\u{%04X}`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Hidden reports whether a character acts instead of showing: controls, line and
// paragraph separators, direction marks, what has no width or no meaning. Emoji's
// variation selectors only change how the character before them looks: they show.
func Hidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' ||
		unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}
