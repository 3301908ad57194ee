package feed

import "strings"

// quick reads XML in the one way in which encoding/xml writes it, several times as fast as that
// reads it: every element with its end, attributes in double quotes, the few entities that are
// needed, and nothing else but text and CDATA. It refuses whatever it does not know, and reads what
// is no XML as little as what is merely written otherwise: then encoding/xml is to read the whole,
// and to say what is wrong. When it was refused once, nothing that was read counts.
type quick struct {
	rest    string // what is left to read
	refused bool
}

// tag is the beginning of an element. The names are as they are written, with the prefix.
type tag struct {
	name  string
	attrs []attr
}

type attr struct{ name, value string }

// only takes the attributes that a tag may have, each once, in their order; any may be left out.
func (q *quick) only(t tag, may ...attrOf) {
	for _, a := range may {
		if len(t.attrs) > 0 && t.attrs[0].name == a.name {
			*a.into, t.attrs = t.attrs[0].value, t.attrs[1:]
		}
	}
	q.refused = q.refused || len(t.attrs) > 0
}

// attrOf is where the value of an attribute goes.
type attrOf struct {
	name string
	into *string
}

// once reads the text of an element that has no attributes and stands within another once.
func (q *quick) once(t tag, into *string) {
	q.refused = q.refused || *into != "" || len(t.attrs) > 0
	*into = q.text(t.name)
}

// oneOf reads one of some such elements, by its name.
func (q *quick) oneOf(t tag, texts map[string]*string) {
	into := texts[t.name]
	if into == nil {
		q.refused = true
		return
	}
	q.once(t, into)
}

// take reads a text that has to come next.
func (q *quick) take(text string) {
	rest, found := strings.CutPrefix(q.rest, text)
	q.rest, q.refused = rest, q.refused || !found
}

// prolog reads what stands before the first element: the head, and a stylesheet.
func (q *quick) prolog() {
	q.take(xmlHead + "\n")
	if rest, styled := strings.CutPrefix(q.rest, "<?xml-stylesheet "); styled {
		inside, after, found := strings.Cut(rest, "?>")
		q.rest, q.refused = after, q.refused || !found || !legal(inside)
		q.take("\n")
	}
}

// child begins the next element within another, or ends the other: then there is none.
func (q *quick) child(parent string) (t tag, more bool) {
	q.rest = strings.TrimLeft(q.rest, " \n")
	if q.refused || strings.HasPrefix(q.rest, "</") {
		q.end(parent)
		return tag{}, false
	}
	q.take("<")
	t.name = q.name()
	for !q.refused {
		if rest, closed := strings.CutPrefix(q.rest, ">"); closed {
			q.rest = rest
			return t, true
		}
		q.take(" ")
		t.attrs = append(t.attrs, q.attr())
	}
	return tag{}, false
}

func (q *quick) attr() attr {
	name := q.name()
	q.take(`="`)
	at := strings.IndexByte(q.rest, '"')
	if at < 0 {
		q.refused = true
		return attr{}
	}
	value := q.unescaped(q.rest[:at])
	q.rest = q.rest[at+1:]
	return attr{name, value}
}

// name reads a name of ASCII letters and colons.
func (q *quick) name() string {
	end := 0
	for end < len(q.rest) && (q.rest[end]|0x20 >= 'a' && q.rest[end]|0x20 <= 'z' || end > 0 && q.rest[end] == ':') {
		end++
	}
	name := q.rest[:end]
	q.rest, q.refused = q.rest[end:], q.refused || end == 0
	return name
}

// end reads the end of an element.
func (q *quick) end(name string) {
	q.take("</")
	q.take(name)
	q.take(">")
}

// text is all that an element holds, which is no other element, with its end.
func (q *quick) text(of string) string {
	text := q.characters()
	for !q.refused && !strings.HasPrefix(q.rest, "</") {
		text += q.cdata() + q.characters()
	}
	q.end(of)
	return text
}

// characters reads up to the next thing that begins with <.
func (q *quick) characters() string {
	at := strings.IndexByte(q.rest, '<')
	if at < 0 {
		q.refused = true
		return ""
	}
	text := q.unescaped(q.rest[:at])
	q.rest = q.rest[at:]
	return text
}

func (q *quick) cdata() string {
	q.take("<![CDATA[")
	text, rest, found := strings.Cut(q.rest, "]]>")
	q.rest, q.refused = rest, q.refused || !found || !legal(text) || strings.Contains(text, "\r")
	return text
}

// unescaped is a text without its entities, where it holds no others than those that encoding/xml
// writes, and nothing that has to be one.
func (q *quick) unescaped(text string) string {
	if !legal(text) || strings.ContainsAny(text, "<>\"'\r") {
		q.refused = true
		return ""
	}
	at := strings.IndexByte(text, '&')
	if at < 0 {
		return text
	}
	b := make([]byte, 0, len(text))
	for ; at >= 0; at = strings.IndexByte(text, '&') {
		end := at + 1 + strings.IndexByte(text[at:], ';')
		c := entity(text[at:end])
		if c == 0 {
			q.refused = true
			return ""
		}
		b = append(append(b, text[:at]...), c)
		text = text[end:]
	}
	return string(append(b, text...))
}

// entity is the character that one stands for; 0 of any other.
func entity(name string) byte {
	switch name {
	case "&amp;":
		return '&'
	case "&lt;":
		return '<'
	case "&gt;":
		return '>'
	case "&#34;":
		return '"'
	case "&#39;":
		return '\''
	case "&#xA;":
		return '\n'
	case "&#x9;":
		return '\t'
	}
	return 0
}
