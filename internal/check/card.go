package check

import (
	"path"
	"strings"
	"unicode/utf8"
	"unique"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/source"
)

// card is what is kept of a bulletin when it was read: a few hundred bytes.
type card struct {
	id         bulletin.ID // of a file that cannot be read, the ID that it is named after
	status     bulletin.Status
	file       string
	unread     bool
	embargoed  bool
	owner      bool // stands in the file of its own name
	idAt       mention
	aliases    []mention
	related    []mention
	superseded []mention // the one bulletin that holds instead; none in most
	links      []link    // to pages of the site
	anchors    []anchor  // that a link can point at
	entry                // in the lists
}

// mention is a word of a file with its place, for a problem that may come to stand there.
type mention struct {
	word         string
	excerpt      string
	line, column int32
}

// anchor is kept once for all the bulletins that have the same headings.
type anchor = unique.Handle[string]

// mentions are some values of a file with their places. Those on one line share its text.
func mentions(file source.File, values ...source.Value) []mention {
	if len(values) == 0 {
		return nil
	}
	all := make([]mention, len(values))
	for i, v := range values {
		line, excerpt := int32(v.Position.Line), ""
		if i > 0 && all[i-1].line == line {
			excerpt = all[i-1].excerpt
		} else {
			excerpt = shortened(file.Line(v.Position.Line))
		}
		all[i] = mention{partOf(excerpt, v.Text), excerpt, line, int32(v.Position.Column)}
	}
	return all
}

// partOf is a word as a part of a line where it stands there, so that it keeps nothing else.
func partOf(line, word string) string {
	if i := strings.Index(line, word); i >= 0 {
		return line[i : i+len(word)]
	}
	return strings.Clone(word)
}

// shortened is as much of a line as is shown of one.
func shortened(line string) string {
	const most = 160 // octets: reports cut a line at 100 characters
	if len(line) <= most {
		return line
	}
	return strings.Clone(strings.ToValidUTF8(line[:most], "")) // the rest of the line can go
}

// unreadCard keeps a file that cannot be read: its name claims an ID all the same.
func unreadCard(e content.Entry) card {
	file := e.Bulletin.Source.Name
	return card{
		id:     bulletin.ID(strings.TrimSuffix(path.Base(file), ".md")),
		unread: true, owner: true, embargoed: e.Bulletin.Embargoed, file: file,
	}
}

// card keeps what is left of a bulletin.
func (c *Checker) card(n *notice) card {
	k := card{
		id: n.ID, status: n.Status, embargoed: n.Embargoed, owner: n.OwnsName(), file: n.file.Name,
		idAt:    mentions(n.file, source.Value{Text: string(n.ID), Position: n.Places.Of("id")})[0],
		aliases: mentions(n.file, n.Aliases...), related: mentions(n.file, n.Related...),
		entry: entryOf(n.Bulletin),
	}
	if r := n.Retraction; r != nil && r.SupersededBy != "" {
		k.superseded = mentions(n.file, source.Value{Text: string(r.SupersededBy), Position: r.Position})
	}
	if n.Status != bulletin.Withdrawn { // nothing of its text is shown
		k.links, k.anchors = c.links(&n.page), n.anchors()
	}
	return k
}

// hidden reports whether readers may not know of the bulletin yet.
func (k *card) hidden() bool { return !k.unread && !k.public() }

// anchored reports whether a text is the ID in small letters: see [address.Anchor], of which this
// makes none.
func (k *card) anchored(text string) bool {
	for i := range len(k.id) {
		octet := k.id[i]
		switch {
		case octet >= utf8.RuneSelf:
			return address.Anchor(string(k.id)) == text
		case i >= len(text) || small[octet] != text[i]:
			return false
		}
	}
	return len(k.id) == len(text)
}

// public reports whether the bulletin has a page.
func (k *card) public() bool { return k.status == bulletin.Public || k.status == bulletin.Withdrawn }

// problem is an error at a mention. A draft's is a warning.
func (k *card) problem(at mention, code, message, hint string) source.Problem {
	p := k.blocking(at, code, message, hint)
	if k.status == bulletin.Draft {
		p.Level, p.Softened = source.Warning, true
	}
	return p
}

// blocking is an error at a mention, whatever the state of the bulletin.
func (k *card) blocking(at mention, code, message, hint string) source.Problem {
	return source.Problem{
		Position: source.Position{File: k.file, Line: int(at.line), Column: int(at.column)},
		Code:     code, Message: message, Hint: hint, Excerpt: at.excerpt,
	}
}

// warning is a problem at a mention that stops nothing.
func (k *card) warning(at mention, code, message, hint string) source.Problem {
	p := k.blocking(at, code, message, hint)
	p.Level = source.Warning
	return p
}
