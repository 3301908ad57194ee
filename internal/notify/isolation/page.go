package isolation

import (
	"hash/maphash"
	"strings"
)

// pageUnits hands out the units of a page, but for lines and tags that stood in another
// letter, octet by octet the same: of those it is known that they name nobody and are quiet.
func (c *Checker) pageUnits(s *scanner, m *message, yield func(unit) bool) bool {
	m.quiet = true
	for page, at := m.html, 1; page != ""; {
		line := page[:lineEnd(page)]
		key := maphash.String(c.of.seed, line)
		if !c.lines.has(key, line) {
			if !closed(line) {
				m.quiet = false // which only the page as a whole can tell
				return htmlUnits(page, at, yield)
			}
			s.named = false
			quietly, more := c.lineUnits(s, m, line, at, yield)
			if m.quiet = m.quiet && quietly; !more {
				return false
			}
			if quietly && !s.named {
				c.lines.add(key, line)
			}
		}
		at += strings.Count(line, "\n")
		page = page[len(line):]
	}
	return true
}

// lineUnits hands out the units of a line as htmlUnits does, and reports whether each of its
// tags is quiet.
func (c *Checker) lineUnits(s *scanner, m *message, line string, at int, yield func(unit) bool) (quietly, more bool) {
	quietly = true
	for line != "" {
		text, rest, _ := strings.Cut(line, "<")
		if !shownUnits(text, at, yield) {
			return false, false
		}
		at += strings.Count(text, "\n")
		end := tagEnd(rest)
		tag := line[len(text):min(len(line), len(text)+len("<")+end+len(">"))]
		key := maphash.String(c.of.seed, tag)
		if tag != "" && !c.tags.has(key, tag) {
			before := s.named
			s.named = false
			if !tagUnits(rest[:end], at, yield) {
				return false, false
			}
			if links := c.foreignLinks(tag); len(links) > 0 {
				m.foreign, s.named = append(m.foreign, links...), true // they are to be seen in the next letter too
			}
			if !quietAlone(tag) && !quietTitle(tag, line[len(text)+len(tag):]) {
				quietly = false
			} else if !s.named && rawEnd(tag[1:]) == "" {
				c.tags.add(key, tag)
			}
			s.named = s.named || before
		}
		at += strings.Count(tag, "\n")
		line = line[len(text)+len(tag):]
	}
	return quietly, true
}

// quietAlone reports whether a tag is quiet, whatever follows it. One that holds another <
// may be several, or none.
func quietAlone(tag string) bool {
	return strings.LastIndexByte(tag, '<') <= 0 && quiet(tag) && rawEnd(tag[1:]) == ""
}

// quietTitle reports whether a tag begins a title that ends before anything else does on its
// line, as titles of letters do.
func quietTitle(tag, after string) bool {
	const end = "</title"
	after = after[endOf(after, "<"):]
	return rawEnd(tag[1:]) == end && strings.LastIndexByte(tag, '<') <= 0 && quiet(tag) && strings.EqualFold(after[:min(len(after), len(end))], end)
}

// lineEnd is where a line of a page ends between two tags, or else the page does. No name
// has one part on each side of that.
func lineEnd(page string) int {
	for at := 0; ; {
		next := strings.IndexByte(page[at:], '\n')
		if next < 0 {
			return len(page)
		}
		at += next
		if strings.HasSuffix(strings.TrimSuffix(page[:at], "\r"), ">") && strings.HasPrefix(page[at+1:], "<") {
			return at + 1
		}
		at++
	}
}

// closed reports whether every tag ends of a piece of a page, by its quotation marks.
func closed(piece string) bool {
	for {
		_, rest, found := strings.Cut(piece, "<")
		if !found {
			return true
		}
		end := tagEnd(rest)
		if end == len(rest) {
			return false
		}
		piece = rest[end:]
	}
}
