package content

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// head is the header of a bulletin that may be published.
const head = `id: TS-2026-004
title: A fault
status: published
published: 2026-05-03
`

// whole is a file that may be published.
const whole = "---\n" + head + "---\n\nThe text.\n"

const ours = "content/bulletins/TS-2026-004.md"

// readOne reads one bulletin with this text.
func readOne(t *testing.T, text string) ([]bulletin.Bulletin, source.Problems) {
	t.Helper()
	site, problems, err := Read(fstest.MapFS{ours: {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return site.Bulletins, problems
}

// said prints problems as line:column code, one after the other.
func said(problems source.Problems) string {
	var out []string
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%s %s", strings.TrimPrefix(strings.TrimPrefix(p.Position.String(), p.Position.File), ":"), p.Code))
	}
	return strings.Join(out, ", ")
}

func TestWholeBulletin(t *testing.T) {
	got, problems := readOne(t, whole)
	if len(problems) > 0 || len(got) != 1 {
		t.Fatalf("%d bulletins, %v", len(got), problems)
	}
	if _, err := got[0].Publish(); err != nil {
		t.Error(err)
	}
	if string(got[0].Body) != "\nThe text.\n" || got[0].BodyLine != 7 {
		t.Errorf("body %q from line %d", got[0].Body, got[0].BodyLine)
	}
}

// TestLostHeaders is F1: every input at which the front matter library loses the
// header, or a part of it, in silence. Each is an error at its place, and there is
// no bulletin that a page could be made of.
func TestLostHeaders(t *testing.T) {
	crlf := func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
	for _, c := range []struct{ name, text, want string }{
		{"byte order mark", "\uFEFF" + whole, "1:1 hidden-character"},
		{"zero-width space in front", "\u200B" + whole, "1:1 hidden-character"},
		{"no-break space in front", "\u00A0" + whole, "1:1 no-header"},
		{"closing --- missing", "---\n" + head + "\nThe text.\n", "1:1 unclosed-header"},
		{"closing --- missing, nothing follows", "---\n" + head, "1:1 unclosed-header"},
		{"opening --- alone", "---", "1:1 unclosed-header"},
		{"... as the end", "---\n" + head + "...\n\nThe text.\n", "1:1 unclosed-header"},
		{"---- as the end", "---\n" + head + "----\n\nThe text.\n", "1:1 unclosed-header"},
		{"--- and a comment as the end", "---\n" + head + "--- # end\n\nThe text.\n", "1:1 unclosed-header"},
		{"CR-only line ends", strings.ReplaceAll(whole, "\n", "\r"), "1:4 hidden-character"},
		{"CR CR LF line ends", strings.ReplaceAll(whole, "\n", "\r\r\n"), "1:4 hidden-character, 2:16 hidden-character, 3:15 hidden-character, 4:18 hidden-character, 5:22 hidden-character, 6:4 hidden-character, 7:1 hidden-character, 8:10 hidden-character"},
		{"one CR in the header", strings.Replace(whole, "A fault\n", "A fault\rdraft: true\n", 1), "3:15 hidden-character"},
		{"a comment in front", "# draft\n" + whole, "1:1 no-header"},
		{"a comment of HTML in front", "<!-- draft -->\n" + whole, "1:1 no-header"},
		{"text in front", "Draft!\n" + whole, "1:1 no-header"},
		{"em dashes", strings.ReplaceAll(whole, "---", "\u2014"), "1:1 no-header"},
		{"em dash and hyphen", strings.Replace(whole, "---", "\u2014-", 1), "1:1 no-header"},
		{"em dash as the end", "---\n" + head + "\u2014\n\nThe text.\n", "1:1 unclosed-header"},
		{"--- inside a block scalar", "---\n" + strings.Replace(head, "A fault", "|\n  A fault\n  ---\n  more", 1) + "---\n\nThe text.\n", "5:1 odd-fence"},
		{"--- behind a tab", "---\n" + head + "\t---\n---\n\nThe text.\n", "6:1 odd-fence"},
		{"indented opening", "  " + whole, "1:1 no-header"},
		{"indented end", "---\n" + head + " ---\n\nThe text.\n", "6:1 odd-fence"},
		{"blanks behind the opening", "--- \n" + head + "---\n\nThe text.\n", "1:1 no-header"},
		{"blanks behind the end", "---\n" + head + "---  \n\nThe text.\n", "6:1 odd-fence"},
		{"no-break space behind the opening", "---\u00A0\n" + head + "---\n\nThe text.\n", "1:1 no-header"},
		{"no-break space behind the end", "---\n" + head + "---\u00A0\n\nThe text.\n", "6:1 odd-fence"},
		{"wide space behind the end", "---\n" + head + "---\u3000\n\nThe text.\n", "6:1 odd-fence"},
		{"blank line in front", "\n" + whole, "1:1 no-header"},
		{"blank line in front, CR LF", crlf("\n" + whole), "1:1 no-header"},
		{"TOML", "+++\nid = \"TS-2026-004\"\nstatus = \"published\"\n+++\n\nThe text.\n", "1:1 no-header"},
		{"---toml", "---toml\nstatus = \"published\"\n---\n", "1:1 no-header"},
		{"---json", "---json\n{\"status\": \"published\"}\n---\n", "1:1 no-header"},
		{"---yaml", "---yaml\n" + head + "---\n\nThe text.\n", "1:1 no-header"},
		{";;; and JSON", ";;;\n{\"status\": \"published\"}\n;;;\n", "1:1 no-header"},
		{"JSON", "{\"id\": \"TS-2026-004\", \"status\": \"published\"}\n\nThe text.\n", "1:1 no-header"},
		{"empty header", "---\n---\n\nThe text.\n", "2:1 empty-header"},
		{"header of a comment", "---\n# status: published\n---\n\nThe text.\n", "2:1 empty-header"},
		{"header of a blank line", "---\n\n---\n\nThe text.\n", "2:1 empty-header"},
		{"header of an error", "---\nid: b: c\n---\n", "2:6 yaml-syntax"},
		{"header of a list", "---\n- status: published\n---\n", "2:1 not-a-mapping"},
		{"empty file", "", "1:1 no-header"},
		{"no header", "The text.\n", "1:1 no-header"},
		{"duplicate key", "---\n" + head + "status: draft\n---\n", "6:1 duplicate-key"},
		{"duplicate key, quoted", "---\n" + head + "\"status\": draft\n---\n", "6:1 duplicate-key"},
		{"second document", "---\n" + head + "...\nstatus: draft\n---\n", "6:1 second-document"},
		{"not UTF-8", strings.Replace(whole, "A fault", "Gr\xf6\xdfe", 1), "3:10 hidden-character"},
		{"UTF-16", "\xff\xfe-\x00-\x00-\x00", "1:1 hidden-character"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, problems := readOne(t, c.text)
			if said(problems) != c.want || problems.Errors() != len(problems) {
				t.Errorf("found %q, want %q, all of them errors\n%v", said(problems), c.want, problems)
			}
			if len(got) > 0 {
				t.Errorf("there is a bulletin of status %q", got[0].Status)
			}
		})
	}
}

// What is left of a header that was read can be wrong as well: an error, at its place (F1, F2).
func TestDepartedHeaders(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "---\n" + head + "drfat: true\n---\n", "6:1 unknown-key"},
		{"the header ends too early", "---\n" + head + "---\nstatus: draft\n---\n", "7:1 key-in-body"},
		{"a key behind blank lines", "---\n" + head + "---\n\n \ndraft: true\n", "9:1 key-in-body"},
		{"a second header", "---\n" + head + "---\n---\nseverity: high\n---\n", "8:1 key-in-body"},
		{"no status", "---\n" + strings.Replace(head, "status: published\n", "", 1) + "---\n", "2:1 missing-key"},
		{"misspelt status", "---\n" + strings.Replace(head, "status", "stauts", 1) + "---\n", "4:1 unknown-key"},
		{"misspelt word", "---\n" + strings.Replace(head, "status: published", "status: publish", 1) + "---\n", "4:9 unknown-word"},
		{"capital", "---\n" + strings.Replace(head, "status: published", "status: Published", 1) + "---\n", "4:9 unknown-word"},
		{"status in a list", "---\n" + strings.Replace(head, "status: published", "status: [published]", 1) + "---\n", "4:9 unknown-word"},
		{"no date", "---\n" + strings.Replace(head, "published: 2026-05-03\n", "", 1) + "---\n", "2:1 missing-key"},
		{"withdrawn without a date", "---\n" + strings.Replace(head, "published\npublished: 2026-05-03\n", "withdrawn\n", 1) + "---\n", "2:1 missing-key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, problems := readOne(t, c.text); said(problems) != c.want || problems.Errors() == 0 {
				t.Errorf("found %q, want %q\n%v", said(problems), c.want, problems)
			}
		})
	}
	for _, text := range []string{"note: this is prose\n", "Status: is a heading here\n", "status quo\n", "`status: draft` is how a draft begins\n", "***\nid\n"} {
		if _, problems := readOne(t, whole[:strings.LastIndex(whole, "The text.")]+text); len(problems) > 0 {
			t.Errorf("a text that begins %q: %v", text, problems)
		}
	}
}

// The line `status: published` is what a reviewer looks for. YAML's other spellings
// of it are not a status.
func TestStatusStandsOnItsLine(t *testing.T) {
	with := func(status string) string { return strings.Replace(whole, "status: published\n", status, 1) }
	for _, status := range []string{
		"status: published\n", "status:   published  \n", "status: \"published\"\n", "status: 'published'\n", "status: published # at last\n", "status: published\r\n",
	} {
		if got, problems := readOne(t, with(status)); len(problems) > 0 || got[0].Status != bulletin.Public {
			t.Errorf("%q: %v", status, problems)
		}
	}
	for _, c := range []struct{ status, want string }{
		{"status: |-\n  published\n", "4:9 odd-status"},
		{"status: >-\n  published\n", "4:9 odd-status"},
		{"status:\n  published\n", "5:3 odd-status"},
		{"? status\n: published\n", "5:3 odd-status"},
		{"\"status\": published\n", "4:11 odd-status"},
		{"\"\\x73tatus\": published\n", "4:14 odd-status"},
		{"status: \"publish\\x65d\"\n", "4:9 odd-status"},
		{"status : published\n", "4:10 odd-status"},
		{"status: ! published\n", "4:9 yaml-tag"},
		{"status: !!str published\n", "4:9 yaml-tag"},
		{"status: !!binary cHVibGlzaGVk\n", "4:9 yaml-tag"},
		{"status: &x published\n", "4:9 yaml-anchor"},
		{"status: published #draft\n", "4:9 cut-comment"},
	} {
		got, problems := readOne(t, with(c.status))
		if said(problems) != c.want || problems.Errors() == 0 {
			t.Errorf("%q: found %q, want %q", c.status, said(problems), c.want)
		}
		for _, b := range got {
			if _, err := b.Publish(); err == nil {
				t.Errorf("%q could be published", c.status)
			}
		}
	}
	flow := "---\n{id: TS-2026-004, title: A fault, status: published, published: 2026-05-03}\n---\n"
	if got, problems := readOne(t, flow); said(problems) != "2:43 odd-status" || got[0].Status != "" {
		t.Errorf("in braces: %v", problems)
	}
}

// F10: what nobody can see is refused wherever it stands.
func TestHiddenCharacters(t *testing.T) {
	hidden := []rune("\x00\a\b\v\f\x1b\x7f\u0080\u0085\u009B\u00AD\u034F\u061C\u115F\u180E\u200B\u200E\u200F\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2060\u2062\u2066\u2067\u2068\u2069\u206F\u3164\uFEFF\uFFF9\uFFFE\uFFFF\U000E0041\U0001FFFE")
	for _, r := range hidden {
		for place, text := range map[string]string{
			"3:11": strings.Replace(whole, "A fault", "A f"+string(r)+"ault", 1),
			"2:7":  strings.Replace(whole, "TS-2026-004", "TS"+string(r)+"-2026-004", 1),
			"8:4":  strings.Replace(whole, "The text", "The"+string(r)+" text", 1),
		} {
			if _, problems := readOne(t, text); said(problems) != place+" hidden-character" || problems.Errors() != 1 {
				t.Errorf("U+%04X at %s: %q", r, place, said(problems))
			}
		}
		escaped := fmt.Sprintf(`"A f\U%08Xault"`, r)
		if got, problems := readOne(t, strings.Replace(whole, "A fault", escaped, 1)); said(problems) != "3:8 hidden-character" || len(got) > 0 {
			t.Errorf("U+%04X written as %s: %q", r, escaped, said(problems))
		}
	}
	if len(hidden) < 30 {
		t.Errorf("only %d characters", len(hidden))
	}
	for _, word := range []string{"Größe", "日本語", "Ћирилица", "می\u200Cخواهم", "ක්\u200Dෂ", "\u26A0\uFE0F", "e\u0301", "a\tb", "\uFFFD"} {
		if _, problems := readOne(t, strings.ReplaceAll(strings.Replace(whole, "A fault", word, 1), "The text", word)); len(problems) > 0 {
			t.Errorf("%q: %v", word, problems)
		}
	}
}

// F9: what is no text at all is not reported line by line.
func TestManyHiddenCharacters(t *testing.T) {
	_, problems := readOne(t, "---\n"+strings.Repeat("\x00\n", 5000))
	if len(problems) != mostHidden || !strings.Contains(problems[mostHidden-1].Hint, "not looked at") || problems[mostHidden-1].Position.Line != mostHidden+1 {
		t.Errorf("%d problems", len(problems))
	}
}

// F9: what is too large is refused, with its place, one octet above the cap and not below.
func TestCaps(t *testing.T) {
	pad := func(text string, size int) string {
		line := strings.Repeat("x", 99) + "\n"
		text += strings.Repeat(line, (size-len(text))/len(line))
		return text + strings.Repeat("y", size-len(text))
	}
	header := func(size int) string { // of which the cap counts all above the closing fence
		return pad("---\n"+head+"summary: >-\n", size-1)[:size-1]
	}
	inHeader := func(size int) string {
		lines := strings.Split(header(size), "\n")
		for i := 6; i < len(lines); i++ {
			lines[i] = "  " + lines[i][min(2, len(lines[i])):]
		}
		text := strings.Join(lines, "\n")
		return text[:min(len(text), size-1)] + "\n---\n"
	}
	line := func(size int) string { return strings.Repeat("seven x", size/7+1)[:size] }
	for _, c := range []struct{ name, text, want string }{
		{"file at the cap", pad(whole, maxFile), ""},
		{"file above it", pad(whole, maxFile+1), " too-large"},
		{"header at the cap", inHeader(maxHeader), ""},
		{"header above it", inHeader(maxHeader + 1), "1:1 too-large"},
		{"header of many lines", "---\n" + head + strings.Repeat("#\n", maxKeys-strings.Count(head, "\n")-2) + "---\n", ""},
		{"header of one too many", "---\n" + head + strings.Repeat("#\n", maxKeys-strings.Count(head, "\n")-1) + "---\n", "1:1 too-large"},
		{"line at the cap", strings.Replace(whole, "title: A fault", "title: "+line(maxLine-7), 1), ""},
		{"line at the cap, CR LF", strings.Replace(whole, "title: A fault", "title: "+line(maxLine-7)+"\r", 1), ""},
		{"line above it", whole + "\n" + line(maxLine+1) + "\n", "10:1 too-large"},
		{"line of the header above it", strings.Replace(whole, "title: A fault", "title: "+line(maxLine-6), 1), "3:1 too-large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, problems := readOne(t, c.text); said(problems) != c.want {
				t.Errorf("found %q, want %q", said(problems), c.want)
			}
		})
	}
}

// CR LF files read like others, with the same lines and columns.
func TestCRLF(t *testing.T) {
	text := strings.Replace(whole, "published: 2026-05-03", "published: soon", 1) + "\nSee [b](file:c).\n"
	_, want := readOne(t, text)
	_, got := readOne(t, strings.ReplaceAll(text, "\n", "\r\n"))
	if said(want) != "5:12 not-a-date, 10:5 unsafe-link" || said(got) != said(want) {
		t.Errorf("LF %q, CR LF %q", said(want), said(got))
	}
	ok, problems := readOne(t, strings.ReplaceAll(whole, "\n", "\r\n"))
	if len(problems) > 0 || ok[0].Status != bulletin.Public || ok[0].Title != "A fault" || ok[0].BodyLine != 7 {
		t.Errorf("%v %+v", problems, ok)
	}
}

// Eight octets are looked at together: each octet has to be found in each of their places, beside
// others that borrow and carry.
func TestFirstHiddenAnywhere(t *testing.T) {
	for octet := range 256 {
		for at := range 20 {
			for _, around := range []byte(" ~a") {
				line := bytes.Repeat([]byte{around}, 20)
				line[at] = byte(octet)
				want := -1
				if (octet < ' ' || octet > '~') && octet != '\t' {
					want = at
				}
				if got, _ := firstHidden(line); got != want {
					t.Fatalf("octet %#x in place %d among %q: hidden at %d, want %d", octet, at, around, got, want)
				}
			}
		}
	}
}

// FuzzID: an ID is what this expression says.
func FuzzID(f *testing.F) {
	want := regexp.MustCompile(`^[A-Z][A-Z0-9]{0,15}(-[A-Z0-9]{1,16}){1,3}$`)
	for _, seed := range []string{
		"", "TS", "TS-1", "TS-2026-004", "TS-2026-004-A", "A-B-C-D-E", "1S-1", "-1", "TS-", "TS--1", "ts-1", "TS-1\n", "TS-é",
		"ABCDEFGHIJKLMNOP-1", "ABCDEFGHIJKLMNOPQ-1", "A-ABCDEFGHIJKLMNOP", "A-ABCDEFGHIJKLMNOPQ", "A@-1", "A[-1", "A/-1", "A:-1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := isID(text); got != want.MatchString(text) {
			t.Errorf("%q is an ID: %t", text, got)
		}
	})
}
