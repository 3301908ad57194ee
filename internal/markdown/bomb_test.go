package markdown

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// fullOf repeats a pattern up to the largest text that is read at all.
func fullOf(pattern string) string { return strings.Repeat(pattern, (maxBody-300)/len(pattern)) }

// linesOf repeats a pattern over lines that are as long as they may be.
func linesOf(pattern string) string {
	return fullOf(strings.Repeat(pattern, (maxLine-2)/len(pattern)) + "\n")
}

// paragraphsOf is paragraphs of one line each, of about the given size.
func paragraphsOf(pattern string, size int) string {
	return fullOf(strings.Repeat(pattern, max(size/len(pattern), 1)) + "\n\n")
}

// counted repeats a format with a number that is another each time.
func counted(format string) string {
	var b strings.Builder
	for i := 0; b.Len() < maxBody-len(format)-10; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// bombs are F9: short texts that could take long to read, or make much of little, as
// large as the caps on file and line let them be.
var bombs = map[string]string{
	"quotes":                     linesOf(">"),
	"quotes of 16":               fullOf(strings.Repeat(">", 16) + "\n"),
	"quotes of 16 with text":     fullOf(strings.Repeat("> ", 16) + "a\n\n"),
	"lists on a line":            linesOf("- "),
	"lists of 16 on a line":      fullOf(strings.Repeat("- ", 16) + "a\n\n"),
	"ordered lists":              linesOf("1. "),
	"staircase":                  staircase(500),
	"staircases of 16":           strings.Repeat(staircase(15), 256<<10/len(staircase(15))),
	"items":                      fullOf("-\n"),
	"items of a loose list":      fullOf("- a\n\n"),
	"footnotes in footnotes":     linesOf("[^a]: "),
	"footnote staircase":         footnoteStaircase(60),
	"deep and blank":             strings.Repeat("- ", 16) + "a" + fullOf("\n"),
	"deep footnotes and blank":   strings.Repeat("[^a]: ", 16) + "a" + fullOf("\n")[:240<<10],
	"delimiters":                 linesOf("*a_ "),
	"delimiter paragraphs":       paragraphsOf("*a_ ", 3<<10),
	"short delimiter paragraphs": paragraphsOf("*a_ ", 100),
	"one run":                    linesOf("*"),
	"two runs":                   paragraphsOf("a**b", 2<<10),
	"strikethroughs":             linesOf("~~a"),
	"backquotes":                 linesOf("`"),
	"backquote runs":             backquotes(),
	"openers":                    linesOf("["),
	"short openers":              paragraphsOf("[", 100),
	"brackets":                   linesOf("[a]"),
	"closers":                    linesOf("]"),
	"link openers":               linesOf("[a]("),
	"image openers":              linesOf("![]("),
	"half links":                 linesOf("[a](<b"),
	"parentheses":                linesOf("[a](("),
	"links":                      linesOf("[](a)"),
	"link paragraphs":            paragraphsOf("[](a)", 20),
	"titles":                     paragraphsOf("[](a 'b')", 500),
	"half titles":                paragraphsOf("[](a '", 500),
	"definitions":                fullOf("[a]: b\n"),
	"definition paragraphs":      fullOf("[a]: b\n\n"),
	"different definitions":      counted("[a%d]: b\n\n"),
	"half definitions":           fullOf("[a]:\n"),
	"unsafe definitions":         fullOf("[a]: x:\n\n"),
	"long labels":                fullOf("[" + strings.Repeat("a", 990) + "]: b\n\n"),
	"long label uses":            linesOf("[" + strings.Repeat("a", 990) + "]"),
	"footnotes":                  "[^1]: a\n\n" + linesOf("[^1]")[:240<<10],
	"footnote definitions":       fullOf("[^1]: a\n\n"),
	"different footnotes":        counted("[^%d]: a\n\n"),
	"different footnotes, used":  counted("[^%[1]d]\n\n[^%[1]d]: a\n\n"),
	"footnotes of nothing":       linesOf("[^1]"),
	"footnote paragraphs":        fullOf("[^1]\n\n"),
	"half footnotes":             linesOf("[^"),
	"callouts":                   fullOf("> [!NOTE]\n> a\n\n"),
	"callouts in callouts":       nestedCallouts(),
	"callouts of many lines":     fullOf("> [!NOTE]\n"),
	"entities":                   linesOf("&amp;"),
	"long entities":              linesOf("&CounterClockwiseContourIntegral;"),
	"half entities":              linesOf("&a"),
	"numbers":                    linesOf("&#38;"),
	"quotation marks":            linesOf(`"`),
	"escapes":                    linesOf(`\*`),
	"angle brackets":             linesOf("<"),
	"autolinks":                  linesOf("<https://a.b>"),
	"unsafe autolinks":           linesOf("<a:b>"),
	"half autolinks":             linesOf("<a:"),
	"bare links":                 linesOf("https://a "),
	"bare links with dots":       linesOf("https://a.b "),
	"bare link paragraphs":       fullOf("https://a\n\n"),
	"bare links in parentheses":  linesOf("(https://a(((()))) "),
	"wide table":                 strings.Repeat("|a", 4<<10-2) + "\n" + strings.Repeat("|-", 4<<10-2) + "\n" + fullOf("x\n")[:200<<10],
	"long table":                 strings.Repeat("|a", 32) + "\n" + strings.Repeat("|-", 32) + "\n" + fullOf("x\n")[:200<<10],
	"largest table":              strings.Repeat("|a", 32) + "\n" + strings.Repeat("|-", 32) + "|\n" + strings.Repeat("x\n", 1000),
	"largest tables":             strings.Repeat(strings.Repeat("|a", 32)+"\n"+strings.Repeat("|-", 32)+"|\n"+strings.Repeat("x\n", 990)+"\n", 2),
	"many tables":                fullOf(strings.Repeat("|a", 30) + "\n" + strings.Repeat("|-", 30) + "\n\n"),
	"tables of one column":       fullOf("|a\n|-\n\n"),
	"pipes":                      linesOf("|"),
	"delimiter rows":             fullOf("-|-\n"),
	"dashes":                     fullOf("-\n\n"),
	"headings":                   fullOf("#\n"),
	"equal headings":             fullOf("# a\n"),
	"headings that count":        counted("# a\n# a-%d\n"),
	"long headings":              linesOf("# a"),
	"underlined headings":        fullOf("a\n-\n"),
	"fences":                     fullOf("```\n"),
	"open fence":                 "```\n" + fullOf("a\n")[:240<<10],
	"code":                       fullOf("    a\n"),
	"code and blank lines":       "    a\n" + fullOf("\n")[:240<<10] + "    a\n",
	"breaks":                     fullOf("***\n"),
	"hard breaks":                fullOf("a\\\n"),
	"soft breaks":                fullOf("a\n"),
	"paragraphs":                 fullOf("a\n\n"),
	"long lines":                 linesOf("a"),
	"spaces":                     linesOf(" "),
	"tabs":                       linesOf("\t"),
	"tags":                       linesOf("<b>"),
	"half tags":                  linesOf("<a "),
	"half tag paragraphs":        paragraphsOf("<a ", 500),
	"comments":                   linesOf("<!---->"),
	"comment blocks":             fullOf("<!---->\n"),
	"comment paragraphs":         fullOf("a<!---->\n\n"),
	"half comments":              linesOf("<!--"),
	"half comment paragraphs":    paragraphsOf("a<!--", 500),
	"declarations":               linesOf("<!A>"),
	"instructions":               linesOf("<?"),
	"cdata":                      linesOf("<![CDATA["),
	"open tags":                  "<div>\n" + fullOf("<b>\n")[:240<<10],
	"open paragraphs":            fullOf("<p>\n"),
	"open blocks":                fullOf("<b>\n\n"),
	"html headings":              "<div>\n" + fullOf("<h1>\n")[:240<<10],
	"pairs":                      "<div>\n" + fullOf("<b></b>\n")[:240<<10] + "</div>\n",
	"fewer pairs":                "<div>\n" + strings.Repeat("<b></b>\n", maxPieces/3-10) + "</div>\n",
	"pairs among words":          paragraphsOf("<b>a</b>", 500),
	"blocks of pairs":            fullOf("<b></b>\n\n"),
	"nested pairs":               fullOf(strings.Repeat("<i>", 60) + strings.Repeat("</i>", 60) + "\n\n"),
	"strange tags":               "<div>\n" + fullOf("<x>\n")[:240<<10],
	"different tags":             "<div>\n" + counted("<x%d>\n"),
	"end tags":                   "<div>\n" + fullOf("</b>\n")[:240<<10],
	"attributes":                 "<div " + fullOf("a\n")[:240<<10] + ">",
	"different attributes":       "<div " + counted("a%d\n") + ">",
	"long attributes":            fullOf("<b title='" + strings.Repeat("&amp;", 1000) + "'></b>\n\n"),
	"list items":                 "<ul>\n" + fullOf("<li>\n")[:240<<10] + "</ul>\n",
	"equal ids":                  "<div>\n" + fullOf("<b id=a></b>\n")[:240<<10] + "</div>\n",
	"different ids":              "<div>\n" + counted("<b id=a%d></b>\n") + "</div>\n",
	"html table":                 "<table>\n" + fullOf("<tr><td>a</td></tr>\n")[:240<<10] + "</table>\n",
	"html tables":                fullOf("<table><tr><td>a</td></tr></table>\n\n"),
	"empty tables":               fullOf("<table></table>\n"),
	"empty tables in lines":      fullOf("<table>\n</table>\n"),
	"empty tables and words":     fullOf("<table></table>" + strings.Repeat("x", 40) + "\n"),
	"fewer empty tables":         strings.Repeat("<table></table>\n", maxPieces/11-10),
	"tables with breaks":         strings.Repeat("|a|b|c|d\n|-|-|-|-\n<br>\n", 40<<10/22),
	"unsafe links":               linesOf("[](x:)"),
	"unsafe link paragraphs":     fullOf("[](x:)\n\n"),
	"remote image paragraphs":    fullOf("![](https://a)\n\n"),
	"no text at all":             strings.Repeat("\x00", 1000) + fullOf("\x00\n")[:240<<10],
	"apostrophes in headings":    fullOf("# " + strings.Repeat("’", 1000) + "\n"),
	"code spans":                 linesOf("`a`"),
	"images in images":           paragraphsOf("![", 500),
	"images deep":                fullOf(strings.Repeat("![", 200) + "a" + strings.Repeat("](b)", 200) + "\n\n"),
	"emphasis deep":              fullOf(strings.Repeat("*a ", 300) + strings.Repeat("a* ", 300) + "\n\n"),
}

func footnoteStaircase(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat("    ", i) + "[^a]:\n")
	}
	return b.String() + fullOf("\n")[:200<<10]
}

func nestedCallouts() string {
	var b strings.Builder
	for i := 1; i <= maxDepth; i++ {
		b.WriteString(strings.Repeat(">", i) + " [!NOTE]\n")
	}
	return strings.Repeat(b.String()+"\n", maxBody/(b.Len()+1))
}

// backquotes is runs of every length, none of which closes another.
func backquotes() string {
	var b strings.Builder
	for i := 1; b.Len()+i < maxLine-10; i++ {
		b.WriteString(strings.Repeat("`", i) + "a")
	}
	return fullOf(b.String() + "\n\n")
}

// largest is as much of a bomb as is accepted: what stands before the line that the
// refusal names. It is empty where nothing is.
func largest(body string) string {
	lines := strings.SplitAfter(body, "\n")
	for {
		p := Parse([]byte(strings.Join(lines, ""))).Problems()
		if len(p) == 0 || p[0].Code != "too-complex" {
			return strings.Join(lines, "")
		}
		lines = lines[:min(p[0].Line-1, len(lines)-1)]
	}
}

// TestLargestBombs is F9: a bomb is refused, or made into a page in the memory that a
// large page takes. Both as large as files may be, and as large as is not refused yet; the latter
// not under the race detector, which lets nobody tell the memory, and takes minutes for it.
func TestLargestBombs(t *testing.T) {
	for name, body := range bombs {
		mustBeSmall(t, name, body)
		if raced {
			continue
		}
		if less := largest(body); less != body && less != "" {
			mustBeSmall(t, name+", as much as is accepted", less)
		}
	}
}

func mustBeSmall(t *testing.T, name, body string) {
	var d *Document
	var out []byte
	var err error
	bytes := allocated(func() {
		d = Parse([]byte(body))
		_, _ = d.Links(), d.Anchors()
		out, err = d.HTML(Options{Permalinks: true})
	})
	if bytes > 64<<20 && !raced {
		t.Errorf("%s: takes %d MiB", name, bytes>>20)
	}
	if n := len(d.Problems()); n > maxProblems || len(out) > maxOutput {
		t.Errorf("%s: %d problems, %d bytes", name, n, len(out))
	}
	refused := strings.Contains(codes(d), "too-complex")
	if errors.Is(err, errTooComplex) != refused || err != nil && !refused || refused && (len(d.Problems()) != 1 || out != nil) {
		t.Errorf("%s: %v, and the problems are %.200s", name, err, codes(d))
	}
}

// TestLimits: as much as each limit allows passes, a little more does not. These guard
// time, which no test can measure.
func TestLimits(t *testing.T) {
	for name, test := range map[string]struct {
		line string // of the text, {n} its number
		most int
		want string
	}{
		"footnotes":          {"a[^1]\n\n", maxFootnotes, "footnotes and references"},
		"links":              {"https://a.example/\n", maxBareLinks, "links"},
		"entities":           {"&amp;\n", maxEntities, "of the character &"},
		"headings":           {"# {n}\n", maxHeadings, "headings"},
		"lines":              {"a\n", maxLines, "lines"},
		"blank lines":        {"\n", maxBlank, "empty lines"},
		"lists and quotes":   {"> - a\n", maxContainers / 2, "marks of quotes"},
		"marks":              {strings.Repeat("*", 40) + "a\n\n", maxMarks / 40, "too many of the characters"},
		"HTML":               {"<p>a</p>\n", maxPieces / 4, "HTML tags"},
		"footnote staircase": {"{indent}[^a]:\n", maxFootnested, "deep in each other"},
	} {
		text := func(n int) string {
			var b strings.Builder
			for i := range n {
				b.WriteString(strings.NewReplacer("{n}", fmt.Sprint(i), "{indent}", strings.Repeat("    ", min(i, 30))).Replace(test.line))
			}
			return b.String()
		}
		refusal := func(n int) string {
			for _, p := range Parse([]byte(text(n))).Problems() {
				if p.Code == "too-complex" {
					return p.Message
				}
			}
			return ""
		}
		if got := refusal(test.most - test.most/100); got != "" {
			t.Errorf("%s: %s", name, got)
		}
		if got := refusal(test.most + 20); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
