package content

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/adrg/frontmatter"

	"tocsin/internal/source"
)

// Caps on what is read (a page is prose; more than this is a mistake or an attack).
const (
	maxFile   = 256 << 10 // octets of a file
	maxHeader = 16 << 10  // octets of front matter
	maxKeys   = 1000      // lines of it
	maxLine   = 8 << 10   // octets of a line
)

// fence is the line that begins and ends front matter.
const fence = "---"

// page is a file cut into its two parts.
type page struct {
	file     source.File
	header   []byte // between the fences
	body     []byte
	bodyLine int             // line of the file on which the body begins
	hidden   source.Problems // what in the body nobody can see
}

// headerLine is the line of the file on which the header's own text begins.
const headerLine = 2

// split cuts a file into front matter and body. The library that does the cutting
// fails open in many ways (it prints a header it does not recognise as the page's
// body), so [scan] refuses each of them first.
func split(file source.File) (page, source.Problems) {
	hidden, problems := scan(file)
	if len(problems) > 0 {
		return page{}, problems
	}
	if p, ok := cut(file); ok {
		p.hidden = hidden
		return p, nil
	}
	p, err := libraryCut(file)
	if err != nil {
		return page{}, source.Problems{problem(file, 1, 1, "no-header", "the front matter cannot be read: "+err.Error(), "")}
	}
	p.hidden = hidden
	return p, nil
}

// libraryCut cuts a file that [scan] has passed.
func libraryCut(file source.File) (p page, err error) {
	keep := func(data []byte, _ any) error {
		p.header = bytes.Clone(data)
		return nil
	}
	p.file = file
	p.body, err = frontmatter.MustParse(bytes.NewReader(file.Data), nil, frontmatter.NewFormat(fence, fence, keep))
	p.bodyLine = bytes.Count(file.Data[:len(file.Data)-len(p.body)], []byte("\n")) + 1
	return p, err
}

// cut is [libraryCut] of a file whose header has no line end but LF: nearly all. It takes
// no copy, and looks at the header once.
func cut(file source.File) (page, bool) {
	rest, found := bytes.CutPrefix(file.Data, []byte(fence))
	end := bytes.Index(rest, []byte("\n"+fence+"\n"))
	if !found || end < 0 || bytes.IndexByte(rest[:end], '\r') >= 0 {
		return page{}, false
	}
	behind := end + len("\n"+fence+"\n")
	return page{
		file:     file,
		header:   rest[1 : end+1 : end+1],
		body:     rest[behind:],
		bodyLine: bytes.Count(rest[:behind], []byte("\n")) + 1,
	}, true
}

// scan looks at the bytes before any library does: what people cannot see, what
// breaks lines, and fences that are not plain fences. What it finds below the
// header alone is no reason not to read the header.
func scan(file source.File) (below, problems source.Problems) {
	text := scanText(file)
	end, line, found := closingFence(file, &problems)
	switch {
	case len(text) > 0 && (!found || text[0].Position.Line <= line):
		return nil, text
	case len(problems) > 0:
	case !found:
		problems = append(problems, unclosed(file))
	case line > maxKeys:
		problems = append(problems, problem(file, 1, 1, "too-large", fmt.Sprintf("the front matter has more than %d lines", maxKeys), "move prose into the body"))
	case end > maxHeader:
		problems = append(problems, problem(file, 1, 1, "too-large", fmt.Sprintf("the front matter is larger than %d KiB", maxHeader>>10), "move prose into the body"))
	}
	return text, problems
}

// mostHidden is how many lines of a file are reported for what nobody can see in them:
// a file with more of them is no text.
const mostHidden = 1000

// scanText reports text that a reader or a parser would misread: each kind once a line.
func scanText(file source.File) source.Problems {
	if bytes.IndexByte(file.Data, '\n') < 0 && bytes.IndexByte(file.Data, '\r') >= 0 {
		return source.Problems{returnsOnly(file)}
	}
	var problems source.Problems
	number, start := 0, 0
	for line := range bytes.Lines(file.Data) {
		number++
		text := withoutEnd(line)
		if len(text) > maxLine {
			problems = append(problems, problemIn(file, string(text), number, 1, "too-large", fmt.Sprintf("line longer than %d KiB", maxLine>>10), "break the line"))
		} else if offset, what := firstHidden(text); offset >= 0 {
			text := string(text)
			p := problemIn(file, text, number, utf8.RuneCountInString(text[:offset])+1, "hidden-character", what, "remove it")
			p.Fix = withoutHidden(text, offset, start)
			problems = append(problems, p)
		}
		if len(problems) == mostHidden {
			problems[mostHidden-1].Hint = "the lines below were not looked at: is this a text file?"
			break
		}
		start += len(line)
	}
	return problems
}

// returnsOnly reports a file of which every line ends in CR, as on very old machines.
func returnsOnly(file source.File) source.Problem {
	first := bytes.IndexByte(file.Data, '\r')
	p := problem(file, 1, utf8.RuneCount(file.Data[:first])+1, "hidden-character", "the lines end in CR alone (U+000D)", "save the file with LF line ends")
	for i, b := range file.Data {
		if b == '\r' {
			p.Fix = append(p.Fix, source.Edit{Start: i, End: i + 1, Text: "\n"})
		}
	}
	return p
}

// withoutHidden removes from a line what has no width and no meaning, and a second CR
// at its end. Where the first hidden character does something else, a person has to
// look: a direction mark may be wanted, or hide what the line says.
func withoutHidden(line string, first, start int) []source.Edit {
	if line[first:] == "\r" {
		return []source.Edit{{Start: start + first, End: start + first + 1}}
	}
	var edits []source.Edit
	for i, r := range line[first:] {
		switch {
		case r == '\u200B' || r == '\u2060' || r == '\uFEFF' || r == '\u00AD':
			at := start + first + i
			edits = append(edits, source.Edit{Start: at, End: at + utf8.RuneLen(r)})
		case i == 0:
			return nil
		}
	}
	return edits
}

// firstHidden finds the first character of a line that has no business in a text
// file: controls, direction overrides, zero-width characters, bytes that are not
// UTF-8. Zero-width joiners are letters' business and stay.
func firstHidden(line []byte) (offset int, what string) {
	for i := visible(line); i < len(line); {
		if line[i] >= ' ' && line[i] <= '~' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(line[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return i, fmt.Sprintf("the byte 0x%02X is not UTF-8", line[i])
		case r == '\u200C' || r == '\u200D' || r == '\t':
		case r == '\uFEFF' && i == 0:
			return i, "byte order mark (U+FEFF) in front of the text"
		case source.Hidden(r):
			return i, fmt.Sprintf("invisible character U+%04X", r)
		}
		i += size
	}
	return -1, ""
}

// visible is how many octets of a line are surely visible ASCII, nearly always all but the
// last few. It looks at eight of them at once: each octet below a blank sets its highest bit
// when a blank is taken from it, DEL when one is added, and others have it set.
func visible(line []byte) int {
	const blanks, ones, highest = 0x2020202020202020, 0x0101010101010101, 0x8080808080808080
	n := 0
	for ; n+8 <= len(line); n += 8 {
		eight := binary.LittleEndian.Uint64(line[n:])
		if ((eight-blanks)|(eight+ones)|eight)&highest != 0 {
			break
		}
	}
	return n
}

// closingFence returns the offset and the number of the line that ends the header.
// It reports every line at which the library would begin or end the header and a
// person would not.
func closingFence(file source.File, problems *source.Problems) (offset, number int, found bool) {
	if first := firstLine(file.Data); first != fence {
		p := problem(file, 1, 1, "no-header", fmt.Sprintf("the first line is not ---, it is %q", clip(source.Visible(first))),
			"begin the file with a line that holds only ---, then title: and the other keys")
		p.Fix = openingMeant(file.Data)
		*problems = append(*problems, p)
		return 0, 0, false
	}
	for line := range bytes.Lines(file.Data) {
		number++
		switch text := withoutEnd(line); {
		case number == 1:
		case string(text) == fence:
			return offset, number, true
		case string(bytes.TrimSpace(line)) == fence:
			p := problem(file, number, 1, "odd-fence",
				"--- with white space around it would end the front matter here", "remove the white space, or write the line otherwise")
			if bytes.HasPrefix(text, []byte(fence)) { // at the margin it can be nothing else
				p.Fix = []source.Edit{{Start: offset + len(fence), End: offset + len(text)}}
			}
			*problems = append(*problems, p)
			return 0, 0, false
		}
		offset += len(line)
	}
	return 0, 0, false
}

// keyLine is a line that begins like one of a header.
var keyLine = regexp.MustCompile(`^([a-z_]+):(\s|$)`)

// keyInBody reports a body that begins like a header: the fence above it stands too
// early, and what was meant as status or date would be printed.
func (d *document) keyInBody(p page, known []string) {
	number := p.bodyLine - 1
	for line := range bytes.Lines(p.body) {
		number++
		text := trimEnd(line)
		if text == fence || strings.TrimSpace(text) == "" {
			continue
		}
		if m := keyLine.FindStringSubmatch(text); m != nil && (contains(known, m[1]) || m[1] == "status" || m[1] == "draft") {
			d.problems = append(d.problems, problem(d.file, number, 1, "key-in-body",
				fmt.Sprintf("the text begins with %q, which belongs into the front matter", m[1]+":"), "move the --- below it, or begin the text with other words"))
		}
		return
	}
}

// trimEnd cuts the line end, LF or CR LF, and nothing else.
func trimEnd(line []byte) string { return string(withoutEnd(line)) }

func withoutEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}

// clip shortens a text for a message.
func clip(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// problem is an error at a place, with the line it stands on.
func problem(file source.File, line, column int, code, message, hint string) source.Problem {
	return problemIn(file, file.Line(line), line, column, code, message, hint)
}

// problemIn is an error at a place in a line that is at hand: finding it takes as
// long as the file is.
func problemIn(file source.File, excerpt string, line, column int, code, message, hint string) source.Problem {
	return source.Problem{
		Position: file.At(line, column),
		Level:    source.Error,
		Code:     code,
		Message:  message,
		Hint:     hint,
		Excerpt:  excerpt,
	}
}
