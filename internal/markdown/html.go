package markdown

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
)

// pieceKind is what a [piece] is.
type pieceKind int

const (
	wordsPiece   pieceKind = iota
	startPiece             // <b>
	endPiece               // </b>
	emptyPiece             // <br/>
	commentPiece           // <!-- … -->
	oddPiece               // <?…?>, <!…>, </>: no element, and never rendered
	cutPiece               // a tag that does not end
)

// piece is one construct of raw HTML.
type piece struct {
	kind    pieceKind
	name    string // of a tag, in lower case
	attrs   []attribute
	dropped []attribute // what no parser keeps: second attributes of a name, any of an end tag
	words   string      // of a text, its entities resolved
	raw     string      // as written
	offset  int         // within the text; of words, where the first of them stands
	heading *Heading    // of the tags of a heading
	crowded bool        // has too many attributes to look at
	ends    bool        // ends the item before it: an <li> needs no </li> before the next
}

// attribute is one attribute of a tag, its entities resolved.
type attribute struct {
	key, value string
	offset     int // within the text
}

// attr finds an attribute, nil where the tag has it not.
func (p *piece) attr(key string) *attribute {
	for i := range p.attrs {
		if p.attrs[i].key == key {
			return &p.attrs[i]
		}
	}
	return nil
}

// crowded tells which tag has too many attributes.
func (d *Document) crowded(pieces []piece) *Problem {
	for i := range pieces {
		if p := &pieces[i]; p.crowded {
			return tooComplex(d.place(p.offset).line, "the tag <%s> has more than %d attributes", p.name, maxAttributes)
		}
	}
	return nil
}

func (d *Document) pieces(n ast.Node) []piece {
	var w written
	whole := false // declarations are not looked into
	switch n := n.(type) {
	case *ast.RawHTML:
		w = d.written(n.Segments)
		whole = bytes.HasPrefix(w.text, []byte("<!")) || bytes.HasPrefix(w.text, []byte("<?"))
	case *ast.HTMLBlock:
		lines := text.NewSegments()
		lines.AppendAll(n.Lines().Sliced(0, n.Lines().Len()))
		if n.HasClosure() {
			lines.Append(n.ClosureLine)
		}
		w = d.written(lines)
		whole = n.HTMLBlockType >= ast.HTMLBlockType3 && n.HTMLBlockType <= ast.HTMLBlockType5
	}
	if whole {
		return []piece{{kind: declaration(w.text), raw: string(w.text), offset: w.origin(0)}}
	}
	return w.pieces()
}

func declaration(raw []byte) pieceKind {
	if bytes.HasPrefix(raw, []byte("<!--")) {
		return commentPiece
	}
	return oddPiece
}

// written is raw HTML without what stands before it on its lines, such as the >
// of a quote, and where in the source its lines stand.
type written struct {
	text  []byte
	lines []segment
}

// segment is a part of written that stands in one piece in the source.
type segment struct{ start, origin int }

func (d *Document) written(segments *text.Segments) written {
	var w written
	for i := range segments.Len() {
		s := segments.At(i)
		w.lines = append(w.lines, segment{len(w.text) + s.Padding, s.Start})
		w.text = append(w.text, s.Value(d.source)...)
	}
	return w
}

// origin is where in the source the byte at i stands.
func (w written) origin(i int) int {
	line := sort.Search(len(w.lines), func(k int) bool { return w.lines[k].start > i }) - 1
	if line < 0 {
		line = 0
	}
	return w.lines[line].origin + max(i-w.lines[line].start, 0)
}

func (w written) pieces() []piece {
	var pieces []piece
	z := html.NewTokenizer(bytes.NewReader(w.text))
	for at := 0; ; {
		kind := z.Next()
		raw := w.text[at : at+len(z.Raw())] // the tokenizer's own bytes change as entities are resolved
		if kind == html.ErrorToken {
			raw = w.text[at:]
		}
		if len(raw) > 0 {
			pieces = append(pieces, w.piece(z.Token(), raw, at))
		}
		if kind == html.ErrorToken || len(pieces) > maxPieces {
			return pieces
		}
		at += len(raw)
	}
}

func (w written) piece(t html.Token, raw []byte, at int) piece {
	p := piece{raw: string(raw), offset: w.origin(at)}
	switch t.Type {
	case html.TextToken:
		p.kind, p.words = wordsPiece, t.Data
		p.offset = w.origin(at + len(raw) - len(bytes.TrimLeft(raw, " \t\r\n\f")))
	case html.StartTagToken:
		p.kind, p.name = startPiece, t.Data
	case html.SelfClosingTagToken:
		p.kind, p.name = emptyPiece, t.Data
	case html.EndTagToken:
		p.kind, p.name = endPiece, t.Data
	case html.ErrorToken:
		p.kind = cutPiece
	default:
		p.kind = declaration(raw)
	}
	if p.name != "" {
		w.addAttributes(&p, t.Attr, raw, at)
	}
	return p
}

// addAttributes tells the attributes that the tokenizer kept from those it threw
// away without a word.
func (w written) addAttributes(p *piece, kept []html.Attribute, raw []byte, at int) {
	names := attributeNames(raw)
	if p.crowded = len(names) > maxAttributes; p.crowded {
		return
	}
	for _, s := range names {
		a := attribute{key: s.name, offset: w.origin(at + s.at)}
		if i := slices.IndexFunc(kept, func(k html.Attribute) bool { return k.Key == s.name }); i < 0 || p.attr(s.name) != nil {
			p.dropped = append(p.dropped, a)
		} else {
			a.value = kept[i].Val
			p.attrs = append(p.attrs, a)
		}
	}
	if len(p.attrs) != len(kept) {
		p.kind = oddPiece // read in two ways: not to be trusted
	}
}

// spelled is the name of an attribute and where it begins in its tag.
type spelled struct {
	name string
	at   int
}

// attributeNames lists the attributes of a tag as browsers do (HTML Standard,
// 13.2.5.32 to 13.2.5.39), repeated ones included.
func attributeNames(tag []byte) []spelled {
	const space = " \n\r\t\f"
	var names []spelled
	i, end := 2, len(tag)-1 // behind the first letter or the </, and at the >
	skip := func(set string) {
		for i < end && strings.IndexByte(set, tag[i]) >= 0 {
			i++
		}
	}
	until := func(set string) {
		for i < end && strings.IndexByte(set, tag[i]) < 0 {
			i++
		}
	}
	until(space + "/")
	for skip(space + "/"); i < end; skip(space + "/") {
		start := i
		i++ // a = at the beginning belongs to the name
		until(space + "/>=")
		names = append(names, spelled{attributeName(tag[start:i]), start})
		if skip(space); i >= end || tag[i] != '=' {
			continue
		}
		i++
		if skip(space); i >= end {
			break
		}
		if quote := tag[i]; quote == '"' || quote == '\'' {
			i++
			until(string(quote))
			i++
			continue
		}
		until(space)
	}
	return names
}

func attributeName(raw []byte) string {
	name := strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, string(raw))
	return strings.ReplaceAll(name, "\x00", "\uFFFD")
}
