package content

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/adrg/frontmatter"

	"tocsin/internal/source"
)

// Caps on what is read (a page is prose; more than this is a mistake or an attack).
const (
	maxFile   = 256 << 10 // octets of a file
	maxHeader = 16 << 10  // octets of front matter
	maxLine   = 8 << 10   // octets of a line
)

// fence is the line that begins and ends front matter.
const fence = "---"

// page is a file cut into its two parts.
type page struct {
	file     source.File
	header   []byte // between the fences
	body     []byte
	bodyLine int // line of the file on which the body begins
}

// headerLine is the line of the file on which the header's own text begins.
const headerLine = 2

// split cuts a file into front matter and body. The library that does the cutting
// fails open in many ways (it prints a header it does not recognise as the page's
// body), so [scan] refuses each of them first.
func split(file source.File) (page, source.Problems) {
	if problems := scan(file); len(problems) > 0 {
		return page{}, problems
	}
	p := page{file: file}
	keep := func(data []byte, _ any) error {
		p.header = bytes.Clone(data)
		return nil
	}
	body, err := frontmatter.MustParse(bytes.NewReader(file.Data), nil, frontmatter.NewFormat(fence, fence, keep))
	if err != nil {
		return page{}, source.Problems{problem(file, 1, 1, "no-header", "the front matter cannot be read: "+err.Error(), "")}
	}
	p.body = body
	p.bodyLine = bytes.Count(file.Data[:len(file.Data)-len(body)], []byte("\n")) + 1
	return p, nil
}

// scan looks at the bytes before any library does: what people cannot see, what
// breaks lines, and fences that are not plain fences.
func scan(file source.File) source.Problems {
	problems := scanText(file)
	if len(problems) > 0 {
		return problems
	}
	end, found := closingFence(file, &problems)
	switch {
	case len(problems) > 0:
	case !found:
		problems = append(problems, problem(file, 1, 1, "unclosed-header", "the front matter has no closing ---", "end it with a line that holds only ---"))
	case end > maxHeader:
		problems = append(problems, problem(file, 1, 1, "too-large", fmt.Sprintf("the front matter is larger than %d KiB", maxHeader>>10), "move prose into the body"))
	}
	return problems
}

// scanText reports text that a reader or a parser would misread: each kind once a line.
func scanText(file source.File) source.Problems {
	var problems source.Problems
	number := 0
	for line := range bytes.Lines(file.Data) {
		number++
		line = bytes.TrimSuffix(line, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) > maxLine {
			problems = append(problems, problem(file, number, 1, "too-large", fmt.Sprintf("line longer than %d KiB", maxLine>>10), "break the line"))
			continue
		}
		if offset, what := firstHidden(line); offset >= 0 {
			column := utf8.RuneCount(line[:offset]) + 1
			problems = append(problems, problem(file, number, column, "hidden-character", what, "remove it"))
		}
	}
	return problems
}

// firstHidden finds the first character of a line that has no business in a text
// file: controls, direction overrides, zero-width characters, bytes that are not
// UTF-8. Zero-width joiners are letters' business and stay.
func firstHidden(line []byte) (offset int, what string) {
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRune(line[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return i, fmt.Sprintf("the byte 0x%02X is not UTF-8", line[i])
		case r == '\u200C' || r == '\u200D' || r == '\t':
		case r == '\uFEFF' && i == 0:
			return i, "byte order mark (U+FEFF) in front of the text"
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			return i, fmt.Sprintf("invisible character U+%04X", r)
		}
		i += size
	}
	return -1, ""
}

// closingFence returns the offset of the line that ends the header. It reports
// every line at which the library would begin or end the header and a person
// would not.
func closingFence(file source.File, problems *source.Problems) (int, bool) {
	first, _, _ := bytes.Cut(file.Data, []byte("\n"))
	if trimEnd(first) != fence {
		*problems = append(*problems, problem(file, 1, 1, "no-header",
			fmt.Sprintf("the first line is not ---, it is %q", clip(source.Visible(trimEnd(first)))),
			"begin the file with a line that holds only ---, then title: and the other keys"))
		return 0, false
	}
	offset, number := 0, 0
	for line := range bytes.Lines(file.Data) {
		number++
		switch text := trimEnd(line); {
		case number == 1:
		case text == fence:
			return offset, true
		case string(bytes.TrimSpace(line)) == fence:
			*problems = append(*problems, problem(file, number, 1, "odd-fence",
				"--- with white space around it would end the front matter here", "remove the white space, or write the line otherwise"))
			return 0, false
		}
		offset += len(line)
	}
	return 0, false
}

// trimEnd cuts the line end, LF or CR LF, and nothing else.
func trimEnd(line []byte) string {
	return string(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")))
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
	return source.Problem{
		Position: file.At(line, column),
		Level:    source.Error,
		Code:     code,
		Message:  message,
		Hint:     hint,
		Excerpt:  file.Line(line),
	}
}
