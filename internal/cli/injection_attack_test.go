package cli

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostile are texts that end elements, attributes, comments, instructions and addresses of some
// language that a site is written in, or begin one.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'><svg onload=alert(1)>`, `</title><script>1</script>`, `</p></main></body><h1>`,
	`" onmouseover="alert(1)`, `' onfocus='alert(1)' autofocus='`, "` onclick=alert(1) `", `-->`, `<!-- `, `]]>`, `]]><x/>`, `<![CDATA[<b>]]>`, `?><x/>`,
	`{{.Frame}}`, `{{template "main" .}}`, `{{define "main"}}x{{end}}`, `{1}`, `{2} {9}`, `&lt;b&gt;`, `&amp;lt;b&amp;gt;`, `&#60;b&#62;`, `&quot;`, `&`, `<`, `>`, `"`, `'`,
	`\"`, `\u003cb\u003e`, `</textarea><b>`, `</style><b>`, `<a href=javascript:alert(1)>x</a>`, `javascript:alert(1)`, `data:text/html,<b>`, `//evil.example`,
	`0; url=https://evil.example/`, `https://evil.example/"><b>`, `%22%3E%3Cb%3E`, `%0d%0aX-Header: 1`, `<base href=//evil.example>`, `<meta http-equiv=refresh content=0>`,
	`<b>bold</b>`, `**bold** [x](https://evil.example/) ![i](x.png)`, "`code`", `<https://evil.example/>`, `$(touch x)`, `=cmd|' /C calc'!A0`, `<plaintext>`, `<!doctype x>`,
}

// twin is the site in every text of which a vector stands: in those of slots that are on.
type twin struct {
	vector string
	bare   bool
	off    map[string]bool // by the file and line of the text
	texts  int             // that are on
	files  map[string][]string
}

// line adds a line to a file, with a text in place of %s; where it was refused, what stands
// behind the two bars.
func (w *twin) line(file, format string) {
	at := len(w.files[file]) + 1
	text := w.vector
	format, instead, _ := strings.Cut(format, "||")
	if w.off[file+":"+strconv.Itoa(at)] {
		format = cmp.Or(instead, "#")
	} else if strings.Contains(format, "%") {
		w.texts++
	}
	if !w.bare {
		text = fmt.Sprintf("text %d %s", at, text)
	}
	if strings.Contains(format, "%u") {
		format, text = strings.ReplaceAll(format, "%u", "%s"), "https://example.com/"+strconv.Itoa(at)+"/"+strings.TrimPrefix(text, "https://")
	}
	if strings.Contains(format, "%r") { // as it is
		w.files[file] = append(w.files[file], strings.ReplaceAll(format, "%r", text))
		return
	}
	quoted, _ := json.Marshal(text)
	w.files[file] = append(w.files[file], strings.ReplaceAll(format, "%s", string(quoted)))
}

func (w *twin) lines(file string, formats ...string) {
	for _, f := range formats {
		w.line(file, f)
	}
}

// make is the site in which every text that an author controls has a line of its own.
func (w *twin) make() {
	w.files, w.texts = make(map[string][]string), 0
	w.lines("tocsin.yaml", "base_url: https://security.example.com/trust", "organization:", "  name: %s||  name: Plain", "  contact: security@example.com", "  unit:",
		"    one: %s||    one: Plain", "    many: %s||    many: Plain", "products:", "  - id: client", "    title: %s||    title: Plain", "    platforms:", "      - windows", "      - macos", "      - linux", "      - %s", "    update:",
		"      windows: %s", "    show_version: %s", "  - id: server", "    hosted: yes", "    title: %s||    title: Plain")
	head := func(file, id string) {
		w.lines(file, "---", "id: "+id, "title: %s||title: Plain", "summary: %s||summary: Plain", "published: 2026-05-01", "severity: high")
	}
	fixed := func(file string) {
		w.lines(file, "affected: [{product: client, platforms: [windows], fixed: 1.2.3, available: 2026-05-01}]", "data_visible: no", "exploited: no_evidence", "users_affected: unknown")
	}
	b := "content/bulletins/TS-2026-001.md"
	head(b, "TS-2026-001")
	w.lines(b, "status: published", "aliases:", "  - CVE-2026-12345", "  - %s", "related: [TS-2026-003]", "cvss:", "  - CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:H/A:N", "  - %s",
		"cwe:", "  - CWE-79", "  - %s", "credits:", "  - name: %s||  - name: A. Example", "    type: finder", "    url: %u", "  - name: Someone", "    type: %s", "  - name: %s||  - name: A. Example", "references:", "  - url: %u||  - url: https://example.com/b", "    summary: %s||    summary: Plain", "  - url: https://example.com/a",
		"    category: %s", "timeline:", "  - at: 2026-04-01", "    event: %s||    event: Plain", "revisions:", "  - version: 1", "    at: 2026-05-01", "    summary: %s||    summary: Plain", "  - version: 2", "    at: 2026-05-02", "    material: yes", "    summary: %s||    summary: Plain",
		"affected:", "  - introduced: %s||  - introduced: 1.0.0", "    product: client", "    platforms: [windows]", "    fixed: 1.2.3", "    available: 2026-05-01", "    remedy: %s", "    channel: %s",
		"  - product: client", "    platforms: [macos]", "    last_affected: 1.1.1", "    stopgap: %s", "  - product: client", "    platforms: [linux]", "    unfixed: %s||    unfixed: Plain", "    remedy: %s", "  - product: server", "    deployed: 2026-04-30", "    tailnets: all",
		"action:", "  required: some", "  audience: %s||  audience: Plain", "  text: %s||  text: Plain", "  steps:", "    - %s||    - Plain", "    - %s||    - Plain", "done:", "  - at: 2026-04-02", "    what: %s||    what: Plain", "next_update: 2026-12-01",
		"exploited: {is: no_evidence, by: A. Example, at: 2026-05-01,", "  basis: %s}||}", "data_visible: no", "users_affected: unknown",
		"decision:", "  disclose:", "    override: required", "    by: A. Example", "    reason: %s||    reason: Plain", "---", "#### What happened?", "", "It did.")
	b = "content/bulletins/TS-2026-002.md"
	head(b, "TS-2026-002")
	fixed(b)
	w.lines(b, "action: none", "status: withdrawn", "withdrawn:", "  at: 2026-05-06", "  superseded_by: TS-2026-001", "  reason: %s||  reason: Plain", "---", "#### What happened?", "", "Nothing.")
	b = "content/bulletins/TS-2026-003.md"
	head(b, "TS-2026-003")
	fixed(b)
	w.lines(b, "status: published", "action: %s||action: Plain", "---", "#### What happened?", "", "It did.")
	p := "content/policies/some.md"
	w.lines(p, "---", "title: %s||title: Plain", "weight: 3", "---", "Text.", "", "## Heading", "", "More.")
	w.lines("urls.lock", "/security-bulletins/old/ gone: %r", "/security-bulletins/moved/ -> https://example.com/%r", "/security-bulletins/here/ -> /security-bulletins/#%r", "/security-policies/gone/ gone: %r")
}

// write puts the site on disk.
func (w *twin) write(t *testing.T, dir string) {
	w.make()
	for name, lines := range w.files {
		write(t, filepath.Join(dir, name), strings.Join(lines, "\n")+"\n")
	}
}

var problemAt = regexp.MustCompile(`(?m)((?:content|tocsin|urls)\S*\.(?:md|yaml|lock)):(\d+):\d+: error`)

// build builds the site, and turns off every text that tocsin refuses.
func (w *twin) build(t *testing.T, dir string) (taken int) {
	t.Helper()
	var talk string
	for range 60 {
		w.write(t, dir)
		status, _, said := run("-C", dir, "--now", june, "build", "--fresh")
		if status == exitDone {
			return w.texts
		}
		talk = said
		before := len(w.off)
		for _, at := range problemAt.FindAllStringSubmatch(said, -1) {
			w.off[at[1]+":"+at[2]] = true
		}
		if len(w.off) == before {
			break
		}
	}
	t.Fatalf("%q: not built, and no text to blame: off %v\n%s", w.vector, w.off, talk)
	return 0
}

// shapes are what parsers make of every file of a built site, without its texts.
func shapes(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for name, text := range treeOf(t, filepath.Join(dir, "public")) {
		switch path.Ext(name) {
		case ".html":
			all[name] = htmlShape(t, text)
		case ".xml":
			all[name] = xmlShape(t, name, text)
		case ".json":
			if name != "manifest.json" {
				all[name] = jsonShape(t, name, text)
			}
		}
	}
	return all
}

// addresses are attributes of which the scheme, host and folder must be the twin's.
var addresses = []string{"href", "src", "action", "content", "http-equiv", "rel", "class", "lang", "dir"}

func htmlShape(t *testing.T, text string) string {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		// Backticks in short texts are code, and the words of commands stand in an element each:
		// with attributes they would show below, and what they hold is looked at as anything else.
		if (n.Data == "code" || n.Data == "span") && n.Type == html.ElementNode && len(n.Attr) == 0 {
			continue
		}
		switch n.Type {
		case html.ElementNode:
			b.WriteString("<" + n.Data)
			for _, a := range n.Attr {
				b.WriteString(" " + a.Key)
				if slices.Contains(addresses, a.Key) && (a.Key != "content" || n.Attr[0].Key == "http-equiv") {
					b.WriteString("=" + start(a.Val))
				}
			}
			b.WriteString(">\n")
		case html.CommentNode, html.DoctypeNode:
			b.WriteString("<!" + n.Data + ">\n")
		}
	}
	return b.String()
}

// start is the part of an address that decides where it leads.
func start(address string) string {
	for _, ours := range []string{"https://example.com/", "0; url=https://example.com/", "/trust/security-bulletins/#", "0; url=/trust/security-bulletins/#", "#"} {
		if strings.HasPrefix(address, ours) {
			return ours
		}
	}
	return address
}

// markup is what feed readers take for HTML.
var markup = []string{"description", "encoded", "content", "summary"}

func xmlShape(t *testing.T, name, text string) string {
	var b strings.Builder
	var in []string
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			in = append(in, token.Name.Local)
			b.WriteString("<" + token.Name.Local)
			for _, a := range token.Attr {
				b.WriteString(" " + a.Name.Local)
			}
			b.WriteString(">\n")
		case xml.EndElement:
			in = in[:len(in)-1]
		case xml.ProcInst:
			b.WriteString("<?" + token.Target + " " + string(token.Inst) + "\n")
		case xml.Comment, xml.Directive:
			b.WriteString("<!\n")
		case xml.CharData:
			if len(in) > 0 && slices.Contains(markup, in[len(in)-1]) && (in[len(in)-1] != "summary" || in[0] == "rss") {
				b.WriteString(htmlShape(t, string(token)))
			}
		}
	}
}

func jsonShape(t *testing.T, name, text string) string {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var lines []string
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, value := range v {
				walk(at+"."+key, value)
			}
		case []any:
			for i, value := range v {
				walk(at+"."+strconv.Itoa(i), value)
			}
		case string:
			if strings.HasSuffix(at, "_html") {
				at += htmlShape(t, v)
			}
			lines = append(lines, at)
		default:
			lines = append(lines, at)
		}
	}
	walk("", value)
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// No text of an author, in whatever field, changes what parsers see of any page, feed or map of
// the site: it has the elements and attributes of its harmless twin (F5, F6, F58). TOCSIN_SOAK=1 tries
// every vector.
func TestTextsStayTexts(t *testing.T) {
	vectors := hostile
	if os.Getenv("TOCSIN_SOAK") == "" {
		vectors = vectors[:14]
	}
	tried, refused := 0, 0
	for _, bare := range []bool{false, true} {
		for _, vector := range vectors {
			dir := t.TempDir()
			bad := &twin{vector: vector, bare: bare, off: make(map[string]bool)}
			tried += bad.build(t, filepath.Join(dir, "bad"))
			refused += len(bad.off)
			good := &twin{vector: "harmless", bare: bare, off: bad.off}
			good.build(t, filepath.Join(dir, "good"))
			want, got := shapes(t, filepath.Join(dir, "good")), shapes(t, filepath.Join(dir, "bad"))
			for _, name := range differing(want, got) {
				t.Errorf("%q (bare: %v) changes %s:\n%s", vector, bare, name, firstDifference(want[name], got[name]))
			}
			if text, err := os.ReadFile(filepath.Join(dir, "bad/public/index.html")); err != nil || len(text) == 0 {
				t.Error(err)
			}
		}
	}
	t.Logf("%d texts, %d more were refused", tried, refused)
	if refused > tried {
		t.Error("too many texts were refused to prove anything")
	}
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range b {
		if i >= len(a) || a[i] != b[i] {
			return fmt.Sprintf("line %d: want %q, got %q", i, a[min(i, len(a)-1)], b[i])
		}
	}
	return fmt.Sprintf("want %d lines, got %d", len(a), len(b))
}
