package serve

import (
	"bytes"
	"html"
	"html/template"
	"strings"
)

// additions are what a preview's page has more than the reader's.
type additions struct {
	version string
	title   string        // before the title
	banner  template.HTML // before the content
	dock    template.HTML // after it
}

// edit puts a text in place of page[from:to].
type edit struct {
	from, to int
	text     string
}

// complete makes a preview of a page's bytes. All of the page stays as it is, but for
// its Content-Security-Policy: policies add up, so the header's permission to run the
// script of the reload would not help against a <meta> that forbids it. What a reader
// gets keeps the strict one; these bytes are never written to a file.
func (a additions) complete(page []byte) []byte {
	head := `<link rel="stylesheet" href="` + ownRoot + `live.css">` + "\n" +
		`<script src="` + ownRoot + `live.js" data-version="` + html.EscapeString(a.version) + `" defer></script>` + "\n"
	var edits []edit
	body, titled := 0, false
	for t, ok := next(page, 0); ok; t, ok = next(page, after(page, t)) {
		switch t.name {
		case "meta":
			edits = append(edits, opened(page, t)...)
		case "title":
			if !titled {
				edits = append(edits, edit{t.end, t.end, a.title})
				titled = true
			}
		case "/head":
			edits = append(edits, edit{t.start, t.start, head})
			head = ""
		case "body":
			edits = append(edits, edit{t.end, t.end, head + string(a.banner)})
			head, body = "", t.end
		}
		if body > 0 {
			break
		}
	}
	if body == 0 { // an author's own template may leave the tag out
		a.dock = template.HTML(head) + a.banner + a.dock
	}
	end := bodyEnd(page, body)
	return apply(page, append(edits, edit{end, end, string(a.dock)}))
}

// bodyEnd is where the last </body> stands, or else the end of the page.
func bodyEnd(page []byte, from int) int {
	for end := len(page); ; {
		i := bytes.LastIndex(page[from:end], []byte("</"))
		if i < 0 {
			return len(page)
		}
		end = from + i
		if begins(page[end+2:], "body") {
			return end
		}
	}
}

// apply makes the edits, which stand in order.
func apply(page []byte, edits []edit) []byte {
	var b bytes.Buffer
	at := 0
	for _, e := range edits {
		b.Write(page[at:e.from])
		b.WriteString(e.text)
		at = e.to
	}
	b.Write(page[at:])
	return b.Bytes()
}

// opened is the edit that lets the server's own script and style through a <meta>'s
// policy; none for other tags.
func opened(page []byte, t tag) []edit {
	kind, _ := t.attribute("http-equiv")
	content, has := t.attribute("content")
	if !has || !bytes.EqualFold(page[kind.from:kind.to], []byte("Content-Security-Policy")) {
		return nil
	}
	written := string(page[content.from:content.to])
	opened := openPolicy(html.UnescapeString(written))
	if strings.Contains(written, "&") || page[content.to] != '"' { // a keyword's quote would end the value
		opened = html.EscapeString(opened)
	}
	return []edit{{content.from, content.to, opened}}
}

// openPolicy adds this server to the sources of a policy from which the preview loads
// something (CSP Level 3, 6.8: for each kind the first of the directives that is there
// decides). Whatever the policy does not limit stays so.
func openPolicy(policy string) string {
	for _, kind := range [][]string{
		{"script-src-elem", "script-src", "default-src"},
		{"style-src-elem", "style-src", "default-src"},
		{"img-src", "default-src"},
		{"connect-src", "default-src"},
	} {
		policy = openKind(policy, kind)
	}
	return policy
}

func openKind(policy string, kind []string) string {
	directives := strings.Split(policy, ";")
	for i, name := range kind {
		for j, d := range directives {
			words := strings.Fields(d)
			if len(words) == 0 || !strings.EqualFold(words[0], name) {
				continue
			}
			sources, there := withSelf(words[1:])
			switch {
			case there:
				return policy
			case name == "default-src":
				return strings.TrimRight(policy, "; ") + "; " + kind[i-1] + " " + sources
			}
			directives[j] = d[:len(d)-len(strings.TrimLeft(d, " "))] + words[0] + " " + sources
			return strings.Join(directives, ";")
		}
	}
	return policy
}

// withSelf adds 'self' to a directive's sources; there tells that nothing was to add.
func withSelf(sources []string) (with string, there bool) {
	var kept []string
	for _, s := range sources {
		switch {
		case strings.EqualFold(s, "'self'"):
			return "", true
		case !strings.EqualFold(s, "'none'"):
			kept = append(kept, s)
		}
	}
	return strings.Join(append(kept, "'self'"), " "), false
}
