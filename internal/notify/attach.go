package notify

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tocsin/internal/source"
)

// Attachment is a file that goes with a letter.
type Attachment struct {
	Name string // ASCII, without a folder
	Type string // media type with its parameters
	Data []byte
}

// Lists is which lists of its nodes go with a letter: as many as mail servers take. A list
// is whole or absent, and the letter says what is attached.
type Lists int

// The lists, the most first.
const (
	BothLists Lists = iota // as CSV and as JSON
	CSVAlone
	NoLists // too many nodes for any
)

// attachments lists every node of a view, for programs. A letter without nodes has
// none: an empty list would read as "no node is affected" (F27).
func attachments(v View) []Attachment {
	var out []Attachment
	for i, name := range attached(v) {
		if i == 0 {
			out = append(out, Attachment{name, "text/csv; charset=utf-8; header=present", NodesCSV(v)})
		} else {
			out = append(out, Attachment{name, "application/json", NodesJSON(v)})
		}
	}
	return out
}

// attached names the attachments of a view.
func attached(v View) []string {
	if len(v.Nodes) == 0 {
		return nil
	}
	names := []string{v.Bulletin.ID + "-nodes.csv", v.Bulletin.ID + "-nodes.json"}
	return names[:NoLists-v.lists]
}

// nodeColumns are the columns of the list, and the keys of its JSON.
var nodeColumns = [...]string{"node", "node_id", "platform", "version", "fixed", "last_affected", "step", "available", "affected", "why", "product"}

// cells are a node's values under nodeColumns, as the inventory has them.
func (n NodeView) cells() [len(nodeColumns)]string {
	from, sure := "", "yes"
	if !n.From.IsZero() {
		from = n.From.UTC().Format(time.DateOnly)
	}
	if n.Unsure != "" {
		sure = "unknown"
	}
	return [...]string{n.exact.Name, n.exact.ID, n.exact.OS, n.exact.Version, n.Fixed, n.After, string(n.Step), from, sure, n.why, n.exact.Product}
}

// byteOrderMark tells spreadsheets that a list is UTF-8.
const byteOrderMark = "\uFEFF"

// NodesCSV is every node of a view as CSV (RFC 4180). No cell is a formula to a
// spreadsheet, and nothing in it acts on a terminal; the JSON beside it has the texts
// as they are.
func NodesCSV(v View) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	_ = w.Write(nodeColumns[:]) // a buffer never fails to write
	for _, n := range v.Nodes {
		row := n.cells()
		for i, text := range row {
			row[i] = inert(text)
		}
		_ = w.Write(row[:])
	}
	w.Flush()
	if bytes.ContainsFunc(out.Bytes(), func(r rune) bool { return r >= utf8.RuneSelf }) {
		return slices.Concat([]byte(byteOrderMark), out.Bytes())
	}
	return out.Bytes()
}

// leads are what makes a spreadsheet take a cell for a formula, as the first character:
// those of OWASP's list with their full-width forms, which some languages' versions take
// alike. Tab and CR are seen to by [source.Visible].
const leads = "=+-@\uFF1D\uFF0B\uFF0D\uFF20"

// inert makes a text safe as a cell, and each part of it that would be one to a
// spreadsheet whose lists are written with semicolons.
func inert(text string) string {
	parts := strings.Split(text, ";")
	for i, part := range parts {
		parts[i] = guarded(part)
	}
	return strings.Join(parts, ";")
}

// guarded makes text safe that begins a cell. Programs take spaces and quotes off first,
// so those do not hide a lead.
func guarded(text string) string {
	visible := source.Visible(text)
	bare := strings.TrimLeftFunc(visible, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
	if strings.ContainsRune("\t\r\n", first(text)) || strings.ContainsRune(leads, first(bare)) {
		return "'" + visible
	}
	return visible
}

// first is the first character; a NUL, which no list holds, where there is none.
func first(text string) rune {
	for _, r := range text {
		return r
	}
	return 0
}

// NodesJSON is every node of a view as JSON in ASCII, one on each line: the texts exactly
// as the inventory has them, but for octets that are not UTF-8. What nobody knows is absent.
func NodesJSON(v View) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, `{"bulletin":%s,"tailnet":%s,"nodes":[`, quoted(v.Bulletin.ID), quoted(string(v.id)))
	for i, n := range v.Nodes {
		values := make(map[string]string)
		for i, text := range n.cells() {
			if text != "" {
				values[nodeColumns[i]] = text
			}
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(quoted(values))
	}
	out.WriteString("\n]}\n")
	return ascii(out.Bytes())
}

// quoted is texts as JSON.
func quoted(value any) []byte {
	data, _ := json.Marshal(value) // texts alone: it cannot fail
	return data
}

// ascii writes what lies outside of ASCII as \uXXXX, so that nothing in it acts, and no
// mail program can take it for another encoding.
func ascii(data []byte) []byte {
	var out bytes.Buffer
	for _, r := range string(data) {
		switch {
		case r < 0x7F:
			out.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
		}
	}
	return out.Bytes()
}
