package markdown

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What a page may have, said a second time: these lists know nothing of the policy.
var (
	voids    = regexp.MustCompile(`<((?:br|hr|img|wbr|col)\b[^>]*)>`)
	control  = regexp.MustCompile(`[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]`)
	onPages  = strings.Fields("a abbr aside b blockquote br caption cite code col colgroup dd del details dfn div dl dt em h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th thead tr u ul var wbr")
	onTags   = strings.Fields("abbr alt aria-label class colspan dir headers height href id lang open rel reversed role rowspan scope span src start tabindex title type value width")
	classes  = regexp.MustCompile(`^(a (permalink|pointer|footnote|backlink)|aside callout (note|tip|important|warning|caution)|code language-(?s:.+)|div (table|heading)|p callout-title|section footnotes|span clause|t[dh] (left|center|right))$`)
	roles    = regexp.MustCompile(`^(a doc-(noteref|backlink)|aside note|(div|pre) group|section doc-endnotes)$`)
	tabs     = regexp.MustCompile(`^(div|pre) 0$`)
	safeLink = regexp.MustCompile(`^((?i:https)://[^/?#@\\\s]+([/?#].*)?|(?i:mailto):.*|[^:/?#]*([?#].*)?|[^:/?#]+/.*|/([^/\\].*)?)$`)
)

// faults reads rendered HTML as a browser does, and as XML, and says what must not be in it.
func faults(t *testing.T, out []byte) (found []string) {
	ids := make(map[string]bool)
	for _, root := range parsed(t, out) {
		for n := range root.Descendants() {
			found = append(found, nodeFaults(n, ids)...)
		}
		found = append(found, nodeFaults(root, ids)...)
	}
	return append(found, xmlFaults(out)...)
}

func nodeFaults(n *html.Node, ids map[string]bool) (found []string) {
	if n.Type == html.TextNode {
		return nil
	}
	if n.Type != html.ElementNode || n.Namespace != "" || !slices.Contains(onPages, n.Data) {
		return []string{"element " + n.Data}
	}
	for _, a := range n.Attr {
		switch {
		case !slices.Contains(onTags, a.Key) || a.Namespace != "":
			found = append(found, "attribute "+a.Key)
		case a.Key == "class" && !classes.MatchString(n.Data+" "+a.Val), a.Key == "role" && !roles.MatchString(n.Data+" "+a.Val), a.Key == "tabindex" && !tabs.MatchString(n.Data+" "+a.Val):
			found = append(found, a.Key+" "+a.Val)
		case (a.Key == "href" || a.Key == "src") && (!safeLink.MatchString(a.Val) || strings.ContainsAny(a.Val, "\t\n\r\\")):
			found = append(found, "link "+a.Val)
		case a.Key == "id" && (ids[a.Val] || a.Val == ""):
			found = append(found, "second id "+a.Val)
		case a.Key == "id":
			ids[a.Val] = true
		}
	}
	return found
}

// xmlFaults tells whether every tag is closed where it should be.
func xmlFaults(out []byte) []string {
	clean := control.ReplaceAllString(strings.ToValidUTF8(string(out), ""), "")
	d := xml.NewDecoder(strings.NewReader("<x>" + voids.ReplaceAllString(clean, "<$1/>") + "</x>"))
	d.Entity = xml.HTMLEntity
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return []string{err.Error()}
		}
	}
}

func parsed(t *testing.T, out []byte) []*html.Node {
	t.Helper()
	nodes, err := html.ParseFragment(bytes.NewReader(out), &html.Node{Type: html.ElementNode, Data: "main", DataAtom: atom.Main})
	if err != nil {
		t.Fatal(err)
	}
	return nodes
}

func textOf(t *testing.T, out []byte) string {
	t.Helper()
	var b strings.Builder
	for _, root := range parsed(t, out) {
		if root.Type == html.TextNode {
			b.WriteString(root.Data)
		}
		for n := range root.Descendants() {
			if n.Type == html.TextNode {
				b.WriteString(n.Data)
			}
		}
	}
	return b.String()
}

// unsanitised is what goldmark makes of a text whose raw HTML nobody looks at.
func unsanitised(body []byte) []byte {
	source := slices.Clip(bytes.Clone(body))
	r := renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(ghtml.NewRenderer(ghtml.WithUnsafe()), 1000),
	))
	var b bytes.Buffer
	_ = r.Render(&b, source, grammar().Parse(text.NewReader(source)))
	return b.Bytes()
}

// shape is a page as browsers read it: elements with their attributes and texts, in
// their order. What this package means to change is left out: the level and id of
// headings, the element around a table and how its cells are aligned, how a link is
// percent-encoded, what can be reached by keyboard and what it is called.
func shape(t *testing.T, out []byte) []string {
	var s shaper
	for _, n := range parsed(t, out) {
		s.add(n)
	}
	return s.lines
}

type shaper struct{ lines []string }

func (s *shaper) add(n *html.Node) {
	ours := n.Data == "div" && slices.Contains(n.Attr, html.Attribute{Key: "class", Val: "table"})
	switch {
	case n.Type == html.TextNode:
		s.text(strings.ReplaceAll(n.Data, "\x00", "\uFFFD"))
		return
	case n.Type == html.ElementNode && !ours:
		s.lines = append(s.lines, startOf(n))
	}
	for c := range n.ChildNodes() {
		s.add(c)
	}
	if n.Type == html.ElementNode && !ours {
		s.lines = append(s.lines, "end")
	}
}

// text adds words; white space between blocks is nothing that a reader sees.
func (s *shaper) text(words string) {
	if words = strings.Join(strings.Fields(words), " "); words == "" {
		return
	}
	if last := len(s.lines) - 1; last >= 0 && strings.HasPrefix(s.lines[last], "“") {
		s.lines[last] += words
		return
	}
	s.lines = append(s.lines, "“"+words)
}

func startOf(n *html.Node) string {
	if isHeading(n.Data) {
		return "heading"
	}
	var attrs []string
	for _, a := range n.Attr {
		switch a.Key {
		case "tabindex":
			continue
		case "role", "aria-label":
			if n.Data == "pre" || n.Data == "table" {
				continue
			}
		case "align":
			a.Key = "class"
		case "href", "src":
			a.Val = destination([]byte(a.Val)).href
		}
		attrs = append(attrs, a.Key+"="+strings.Join(strings.Fields(a.Val), " "))
	}
	slices.Sort(attrs)
	return strings.Join(append([]string{n.Data}, attrs...), " ")
}

// FuzzHTML: nothing outside the lists is on any page (F5, F6, F7, F8), and a page
// without problems is what goldmark and a browser make of the text (nothing is lost).
func FuzzHTML(f *testing.F) {
	for _, s := range []string{
		"# a\n\n[x](javascript:y)", "<script>x</script>", "|a|b|\n|:-|-|\n|`\\|`|", "![x](//y 'z')", "[a]: <b> (c)\n[a]", "> - 1. x\n\n~~~ \"onx=\n~~~", "<https://x.example/\">", "&#106;avascript", "[0](:0)", "a\\\n b", "\t- \t```\tx",
		"<table><tr><td>a<br/>b</td></tr></table>", "<ul>\n<li>a\n<li>b\n</li>\n</ul>", "<details open><summary>a</summary>\n\n*b*\n\n</details>", "> <h3 id=x>a</h3>\n\nb <a id='y'></a>", "<pre>\n<b>x</b></pre>",
		"<div title=\"&quot;a\nb\" title=c></div id>", "<div><!-- a --!> b</div>", "<p>a <img src=x alt='<'>", "<dl><dt>a</dt><dd>\n\n- b\n\n</dd></dl>", "x <b>y *z</b>*", "<td>", "</br>", "<a href=/x>https://y</a>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		file := append(bytes.Clone(body), " and what stands behind it"...)
		d := Parse(file[:len(body)])
		_, _, _, _ = d.Text(), d.Headings(), d.Anchors(), d.Links()
		out, err := d.HTML(Options{Permalinks: true})
		if !bytes.HasPrefix(file, body) || string(file[len(body):]) != " and what stands behind it" {
			t.Fatalf("the text was changed to %q", file)
		}
		if err != nil {
			if len(d.Problems()) == 0 {
				t.Fatalf("%v, and no problem says so", err)
			}
			return
		}
		for _, fault := range faults(t, out) {
			t.Errorf("%s in %s", fault, out)
		}
		for _, p := range d.Problems() {
			if p.Line < 1 || p.Column < 1 || p.Line > bytes.Count(body, []byte("\n"))+1 {
				t.Errorf("no such place: %+v", p)
			}
		}
		if len(d.Problems()) == 0 && len(d.unlinked) == 0 {
			mustLoseNothing(t, body)
		}
	})
}

func mustLoseNothing(t *testing.T, body []byte) {
	t.Helper()
	if bytes.Contains(body, []byte("[^")) || bytes.Contains(body, []byte("[!")) {
		return // goldmark knows no callouts, and writes footnotes otherwise
	}
	out, err := Parse(body).HTML(Options{})
	if err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	want, got := shape(t, unsanitised(body)), shape(t, out)
	if !slices.Equal(want, got) {
		t.Errorf("%q: rendered as\n%s\nwant\n%s\n%s", body, strings.Join(got, "\n"), strings.Join(want, "\n"), out)
	}
}

// A text that is rendered over another is what it would be by itself.
func TestRoom(t *testing.T) {
	var room []byte
	for _, text := range []string{"a", strings.Repeat("# long *text*\n\n", 300), "<b>b</b>", "c"} {
		want, err := Parse([]byte(text)).HTML(Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse([]byte(text)).HTML(Options{Room: room})
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%.9q: %q, %v", text, got, err)
		}
		room = got
	}
	first := &room[0]
	if got, err := Parse([]byte("d")).HTML(Options{Room: room}); err != nil || &got[0] != first {
		t.Errorf("the room is not used: %v", err)
	}
}
