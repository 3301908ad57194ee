package inventory

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/internal/source"
)

// exportText reads the small part of YAML 1.2 that an export is written in: mappings
// with plain and quoted scalars, two deep, as indented lines or in braces. Whatever
// else YAML has (anchors, tags, lists, text over several lines) is refused.
type exportText struct {
	file     source.File
	text     string
	at       int
	problems source.Problems
}

// exportEntry is a key with its value, or with entries of its own.
type exportEntry struct {
	key     string
	at      int // offset of the key
	value   string
	valueAt int
	mapping bool
	entries []exportEntry
}

// report notes what is wrong at an offset.
func (t *exportText) report(offset int, message string) {
	t.problems = append(t.problems, source.Problem{
		Position: t.file.Position(offset), Code: "bad-export", Message: message,
		Hint: "write it like this: taken_at: 2026-05-01T06:00:00Z, and under it rows: {tailnets: 2, nodes: 9}",
	})
}

// read reads the whole file; false where it is not what an export is written in.
func (t *exportText) read() ([]exportEntry, bool) {
	t.text = string(t.file.Data)
	if at := strings.IndexFunc(t.text, illegible); at >= 0 {
		t.report(at, "a tab, or a character that is not UTF-8 or does not show")
		return nil, false
	}
	if t.blank(); strings.HasPrefix(t.text[t.at:], "---\n") && t.column() == 0 {
		t.at += len("---")
	}
	if t.blank(); t.at == len(t.text) {
		t.report(0, "the file is empty")
		return nil, false
	}
	var entries []exportEntry
	if t.next() == '{' {
		entries = t.braces(1)
	} else {
		entries = t.lines(1, t.column())
	}
	if t.blank(); t.at < len(t.text) {
		t.unexpected()
	}
	return entries, len(t.problems) == 0
}

// illegible finds what a person would not see, and the line ends that are not \n.
func illegible(r rune) bool {
	return r == utf8.RuneError || r != '\n' && source.Hidden(r)
}

// exportDepth is how many mappings stand within each other.
const exportDepth = 2

// lines reads a mapping of one key a line, all of them equally far in.
func (t *exportText) lines(depth, indent int) (entries []exportEntry) {
	for t.at < len(t.text) && t.column() == indent {
		e := t.key(entries)
		if t.spaces(); t.next() == '{' || !t.lineEnds() {
			t.value(&e, depth)
			if t.spaces(); !t.lineEnds() {
				t.unexpected()
			}
			t.blank()
		} else if t.blank(); t.at < len(t.text) && t.column() > indent {
			if depth == exportDepth {
				t.unexpected()
			}
			e.mapping, e.entries = true, t.lines(depth+1, t.column())
		}
		entries = append(entries, e)
	}
	return entries
}

// braces reads { key: value, … }, over as many lines as it takes.
func (t *exportText) braces(depth int) (entries []exportEntry) {
	if depth > exportDepth {
		t.unexpected()
	}
	t.past('{')
	for t.blank(); t.at < len(t.text) && t.next() != '}'; t.blank() {
		e := t.key(entries)
		t.blank()
		t.value(&e, depth)
		entries = append(entries, e)
		if t.blank(); t.next() != '}' {
			t.past(',')
		}
	}
	t.past('}')
	return entries
}

// value reads what follows a key: text, or braces.
func (t *exportText) value(e *exportEntry, depth int) {
	e.valueAt = t.at
	if t.next() == '{' {
		e.mapping, e.entries = true, t.braces(depth+1)
		return
	}
	e.value = t.scalar()
}

// key reads a key with its colon, which none of those before may be.
func (t *exportText) key(before []exportEntry) exportEntry {
	e := exportEntry{at: t.at}
	e.key = t.scalar()
	if slices.ContainsFunc(before, func(b exportEntry) bool { return b.key == e.key }) {
		t.fail(e.at, "the key stands twice")
	}
	t.spaces()
	t.past(':')
	e.valueAt = t.at
	return e
}

// scalar reads quoted text, or plain text of characters that mean nothing else.
func (t *exportText) scalar() string {
	switch begins := t.at; t.next() {
	case '"', '\'':
		quote := t.text[begins]
		length := strings.IndexAny(t.text[begins+1:], string(quote)+"\\\n")
		if length < 0 || t.text[begins+1+length] != quote {
			t.fail(begins, "quoted text must end on its line, and have no \\ in it")
			return ""
		}
		t.at += length + 2
		return t.text[begins+1 : begins+1+length]
	default:
		for t.at < len(t.text) && plain(t.text[t.at:], t.at == begins) {
			t.at++
		}
		if t.at == begins {
			t.unexpected()
		}
		return strings.TrimRight(t.text[begins:t.at], " ")
	}
}

// plain reports whether text goes on with an octet of plain text.
func plain(text string, first bool) bool {
	switch c := text[0]; {
	case c == ':':
		return !first && len(text) > 1 && strings.IndexByte(" \n,}", text[1]) < 0
	case c == ' ' || c == '-' || c == '+' || c == '(' || c == ')':
		return !first
	default:
		return c >= 0x80 || c == '.' || c == '_' || c == '/' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
	}
}

// past passes a character that has to stand here.
func (t *exportText) past(c byte) {
	if t.next() != c {
		t.unexpected()
		return
	}
	t.at++
}

// blank passes white space, lines and comments.
func (t *exportText) blank() {
	for t.spaces(); t.at < len(t.text) && t.lineEnds(); t.spaces() {
		if end := strings.IndexByte(t.text[t.at:], '\n'); end >= 0 {
			t.at += end + 1
		} else {
			t.at = len(t.text)
		}
	}
}

func (t *exportText) spaces() {
	for t.next() == ' ' {
		t.at++
	}
}

// lineEnds reports whether nothing but a comment follows on this line.
func (t *exportText) lineEnds() bool {
	switch t.next() {
	case 0, '\n':
		return true
	case '#':
		return t.at == 0 || t.text[t.at-1] == ' ' || t.text[t.at-1] == '\n'
	}
	return false
}

// next is the octet that follows; 0 at the end.
func (t *exportText) next() byte {
	if t.at == len(t.text) {
		return 0
	}
	return t.text[t.at]
}

// column is how far in the text stands that follows.
func (t *exportText) column() int { return t.at - strings.LastIndexByte(t.text[:t.at], '\n') - 1 }

func (t *exportText) unexpected() {
	t.fail(t.at, "this does not belong in an export, or not here")
}

// fail reports the first mistake and ends reading: what follows would be guessed.
func (t *exportText) fail(offset int, message string) {
	if len(t.problems) == 0 {
		t.report(offset, message)
	}
	t.at = len(t.text)
}
