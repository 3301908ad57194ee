package serve

import "bytes"

// tag is a tag of a page, by its place in the bytes.
type tag struct {
	name       string // in small letters; of a closing tag with / in front
	start, end int
	attributes []attribute
}

// attribute is one of a tag's; its value is page[from:to].
type attribute struct {
	name     string
	from, to int
}

func (t tag) attribute(name string) (attribute, bool) {
	for _, a := range t.attributes {
		if a.name == name {
			return a, true
		}
	}
	return attribute{}, false
}

// next finds the first tag at or after from, outside comments. It is exact for pages
// that pass a validator, which a site's must; of others it finds fewer tags, and a
// preview shows less.
func next(page []byte, from int) (tag, bool) {
	for {
		i := bytes.IndexByte(page[from:], '<')
		if i < 0 {
			return tag{}, false
		}
		from += i
		if bytes.HasPrefix(page[from:], []byte("<!--")) {
			end := bytes.Index(page[from+4:], []byte("-->"))
			if end < 0 {
				return tag{}, false
			}
			from += 4 + end + 3
			continue
		}
		if t, is := read(page, from); is {
			return t, true
		}
		from++
	}
}

// after is where to look for the tag after t: of an element that holds bare text, and
// no tags, where it ends.
func after(page []byte, t tag) int {
	switch t.name {
	case "title", "script", "style", "textarea":
		for i := t.end; ; i++ {
			next := bytes.Index(page[i:], []byte("</"))
			if next < 0 {
				return len(page)
			}
			i += next
			if begins(page[i+2:], t.name) {
				return i
			}
		}
	}
	return t.end
}

// begins reports whether text begins with the name, in letters of any case.
func begins(text []byte, name string) bool {
	return len(text) >= len(name) && bytes.EqualFold(text[:len(name)], []byte(name))
}

// read reads the tag at start, where < stands.
func read(page []byte, start int) (tag, bool) {
	i := start + 1
	for i < len(page) && (isLetter(page[i]) || i == start+1 && page[i] == '/' || i > start+1 && page[i] >= '0' && page[i] <= '9') {
		i++
	}
	t := tag{name: string(bytes.ToLower(page[start+1 : i])), start: start}
	if t.name == "" || t.name == "/" {
		return tag{}, false
	}
	for {
		for i < len(page) && (isSpace(page[i]) || page[i] == '/') {
			i++
		}
		if i >= len(page) {
			return tag{}, false
		}
		if page[i] == '>' {
			t.end = i + 1
			return t, true
		}
		var a attribute
		if a, i = readAttribute(page, i); i >= len(page) {
			return tag{}, false
		}
		t.attributes = append(t.attributes, a)
	}
}

// readAttribute reads the attribute at i, and returns where it ends.
func readAttribute(page []byte, i int) (attribute, int) {
	start := i
	for i++; i < len(page) && !isSpace(page[i]) && page[i] != '=' && page[i] != '>' && page[i] != '/'; i++ {
	}
	a := attribute{name: string(bytes.ToLower(page[start:i])), from: i, to: i}
	j := i
	for j < len(page) && isSpace(page[j]) {
		j++
	}
	if j >= len(page) || page[j] != '=' {
		return a, i
	}
	for j++; j < len(page) && isSpace(page[j]); j++ {
	}
	if j < len(page) && (page[j] == '"' || page[j] == '\'') {
		end := bytes.IndexByte(page[j+1:], page[j])
		if end < 0 {
			return a, len(page)
		}
		a.from, a.to = j+1, j+1+end
		return a, a.to + 1
	}
	a.from = j
	for j < len(page) && !isSpace(page[j]) && page[j] != '>' {
		j++
	}
	a.to = j
	return a, j
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\f' || b == '\r' }
