package pagewriter

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"testing"
	text "text/template"
)

// page is data of every kind that is compiled, and of some that are not.
type page struct {
	frame
	*link     // embedded pointers are not followed
	Title     string
	Safe      template.HTML
	Address   template.URL
	Style     template.CSS
	Word      word
	Said      said
	Spoken    spoken
	Hiding    hiding
	Pointed   pointed
	Marks     []pointed
	Yes, No   bool
	Count     int
	Small     int8
	Size      uint16
	Share     float64
	Links     []link
	Others    []*link
	Pair      [2]string
	None      []string
	Next, Nil *link
	Twice     **link
	Any       any
	Map       map[string]string
	Fault     error
	Func      func() string
}

type frame struct{ Crumb, Section string }

type link struct {
	Text, Href string
	Number     int
	Further    *link
}

func (l link) Full() string { return "full " + l.Href }

func (l link) Same() link { return l }

func (l *link) Address() string { return "address" }

func (l link) With(s string) string { return s }

func (l link) Say(key string, values ...any) (string, error) { return fmt.Sprint(key, values), nil }

// Meets takes whatever names itself.
func (l *link) Meets(other interface{ Named() string }) string { return l.Text + other.Named() }

func (p page) Named() string { return p.Title }

func (l link) Anything() any { return l.Href }

func (l link) Checked() (string, error) {
	if l.Text == "" {
		return "", errors.New("no text")
	}
	return l.Text, nil
}

type word string

// spoken is a string that says something else.
type spoken string

func (s spoken) String() string { return "<spoken " + string(s) + ">" }

// hidden has a field that a method of its owner hides.
type hidden struct{ Field string }

type hiding struct{ hidden }

func (hiding) Field() string { return "<method>" }

// pointed says something only where its address is known.
type pointed string

func (*pointed) String() string { return "<pointed>" }

type said int

// String gives the type its own words.
func (s said) String() string { return fmt.Sprintf("<said %d>", int(s)) }

func full(text string) page {
	further := &link{Text: "further " + text, Href: "/a?b=" + text, Number: -7}
	return page{
		frame: frame{Crumb: text, Section: "home"},
		Title: text, Safe: template.HTML("<b>" + text + "</b>"), Address: template.URL("https://example.com/?q=" + text), Style: template.CSS(text),
		Word: word(text), Said: 3, Spoken: spoken(text), Hiding: hiding{hidden{text}}, Yes: true, Count: 300, Small: -8, Size: 9, Share: 0.5,
		Marks: []pointed{"a"}, Links: []link{{text, text, 1, further}, {"", "/b", 0, nil}, {"c", "https://example.com/" + text, 2, further}},
		Others: []*link{further, further}, Pair: [2]string{text, "second"}, Next: further, Twice: &further, Any: text,
		Map: map[string]string{"key": text}, Fault: errors.New(text), Func: func() string { return text },
	}
}

func functions() template.FuncMap {
	return template.FuncMap{
		"t": func(key string, args ...any) (template.HTML, error) {
			if key == "" {
				return "", errors.New("no key")
			}
			return template.HTML(fmt.Sprintf("%s%q", key, args)), nil
		},
		"n": func(key string, n int, args ...any) (template.HTML, error) {
			return template.HTML(fmt.Sprint(key, n, args)), nil
		},
		"linked": func(href, text any) template.HTML { return template.HTML(fmt.Sprintf("<a>%v%v</a>", href, text)) },
		"joined": func(all ...any) string { return fmt.Sprint(all...) },
		"double": func(n int) int { return 2 * n },
		"checked": func(s string) (string, error) {
			if s == "" {
				return "", errors.New("empty")
			}
			return s, nil
		},
		"panics":  func() string { panic("no") },
		"dynamic": func() any { return 1 },
		"hides":   func(a, b string) bool { return true },
	}
}

// parsed is a set whose template "page" is the text, as html/template has it and as we do.
func parsed(t testing.TB, text string) (*template.Template, *Set) {
	t.Helper()
	parse := func() *template.Template {
		set, err := template.New("").Option("missingkey=error").Funcs(functions()).New("page").Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return set
	}
	return parse(), New(parse(), functions())
}

var hostile = []string{
	"", "plain", "<script>alert(1)</script>", `"quoted" 'single' & &amp; + = ` + "`", "javascript:alert(1)", "JavaScript:x", "https://example.com/?a=b&c=d+e#f%20%zz%4",
	"mailto:a@example.com", "/path/é?x=<y>", "\x00NUL", "\xff\xfe bad \xc3", "\u202eright to left\u2066", "\ufdd0\uffff\U0010ffff", "{{.Title}}", "//example.com",
	"data:text/html,<b>", "a:b/c", "a/b:c", "<!-- comment", "]]>", "Käse, 日本語", "%", "%4", "%41", "(brackets) *!'", "httpſ:x", "HTTPS://x", ":", strings.Repeat("long <&> ", 300),
}

// compiledTexts are templates that are compiled, one for each thing that the compiler knows.
var compiledTexts = map[string]string{
	"text":                  "a{{/* nothing */}}b{{- ` c ` -}}  d",
	"a string":              "{{.Title}}",
	"HTML":                  "{{.Safe}}",
	"a named string":        "{{.Word}}",
	"a style in text":       "{{.Style}}",
	"own words":             "{{.Said}}{{.Spoken}}{{print .Spoken}}",
	"integers":              "{{.Count}} {{.Small}} {{.Size}}",
	"other values":          "{{.Yes}} {{.Share}} {{.Pair}} {{.None}}",
	"constants":             `{{"<b>"}} {{12}} {{-3}} {{true}}`,
	"attribute":             `<p title="{{.Title}}" dir='{{.Word}}' class="a {{.Count}}">`,
	"address":               `<a href="{{.Title}}">{{.Title}}</a> <a href='{{.Address}}'>`,
	"number in an address":  `<a href="{{.Count}}{{.Small}}">`,
	"path":                  `<a href="/p/{{.Title}}/{{.Address}}">`,
	"query":                 `<a href="/p?q={{.Title}}&amp;r={{.Address}}#{{.Word}}">`,
	"meta":                  `<meta http-equiv="refresh" content="0; url={{.Title}}">`,
	"meta with an address":  `<meta http-equiv="refresh" content="0; url={{.Address}}">`,
	"title":                 `<title>{{.Title}} {{.Safe}} {{.Count}}</title><textarea>{{.Safe}}</textarea>`,
	"template in a title":   `<title>{{block "name" .}}{{if .Yes}}{{.Title}} {{.Safe}}{{end}}{{end}}</title>{{template "name" .}}`,
	"two in a title":        `<title>{{block "outer" .}}{{template "inner" .Title}}{{end}}</title>{{define "inner"}}{{.}}{{end}}{{template "inner" .Safe}}`,
	"if":                    `{{if .Title}}a{{end}}{{if .No}}b{{else if .Yes}}c{{else}}d{{end}}`,
	"truth":                 `{{if .Safe}}1{{end}}{{if .None}}2{{end}}{{if .Links}}3{{end}}{{if .Next}}4{{end}}{{if .Nil}}5{{end}}{{if .Count}}6{{end}}{{if .Size}}7{{end}}{{if .Map}}8{{end}}{{if .Pair}}9{{end}}{{if .Said}}0{{end}}`,
	"with":                  `{{with .Title}}{{.}}{{else}}none{{end}}{{with .Nil}}a{{else with .Next}}{{.Text}}{{$.Title}}{{end}}{{.Title}}`,
	"with a call":           `{{with t "key" .Title}}{{.}}{{end}}{{with len .Links}}{{.}}{{end}}{{with eq 1 1}}{{.}}{{end}}`,
	"range":                 `{{range .Links}}<a href="{{.Href}}">{{.Text}}{{$.Title}}</a>{{end}}{{range .None}}a{{else}}none{{end}}{{.Title}}`,
	"range of pointers":     `{{range .Others}}{{.Text}}{{.Number}}{{end}}{{range .Pair}}{{.}}{{end}}`,
	"range with variables":  `{{range $i, $l := .Links}}{{if $i}}, {{end}}{{$i}}{{$l.Text}}{{end}}{{range $l := .Links}}{{$l.Href}}{{end}}`,
	"nested variables":      `{{$i := "outer"}}{{range $i, $l := .Links}}{{range $i, $p := $.Pair}}{{$i}}{{$p}}{{$l.Text}}{{end}}{{$i}}{{end}}{{$i}}`,
	"variables":             `{{$x := .Title}}{{$y := $x}}{{if .Yes}}{{$x = "changed"}}{{$y := "inner"}}{{$y}}{{end}}{{$x}}{{$y}}{{if .No}}{{$y := "inner"}}{{$y}}{{else}}{{$y}}{{end}}`,
	"variable of a call":    `{{$x := t "key"}}{{$x}}{{$y := print "a" .Title}}{{$y}}{{$z := len .Links}}{{$z}}{{$e := eq $z 3}}{{$e}}`,
	"if with a variable":    `{{if $x := .Title}}{{$x}}{{else}}{{$x}}{{end}}{{with $y := .Next}}{{$y.Text}}{{.Text}}{{end}}`,
	"index above 255":       `{{range $i, $l := .Links}}{{$i}}{{end}}`,
	"fields":                `{{.Next.Text}}{{$.Next.Href}}{{$x := .Next}}{{$x.Number}}{{.Next.Further | not}}`,
	"embedded":              `{{.Crumb}}{{.Section}}`,
	"a method":              `{{.Next.Full}}{{(index .Links 1).Full}}{{range .Links}}{{.Full}}{{with .Further}}{{.Full}}{{end}}{{end}}{{.Next.Checked | len}}`,
	"a pointer's method":    `{{.Next.Address}}{{range .Others}}{{.Address}}{{end}}`,
	"a method with values":  `{{.Next.With "a"}}{{.Next.With .Title}}{{.Title | .Next.With}}{{range .Links}}{{.With $.Crumb}}{{end}}{{$x := .Next}}{{$x.With .Title | print}}{{with .Next.Same.With "b"}}{{.}}{{end}}{{.Next.Say .Title .Count "c" .Safe}}{{.Next.Say .Title}}{{.Next.Meets .}}`,
	"a method on the way":   `{{.Next.Same.Text}}{{.Next.Same.Same.Full}}`,
	"a method, not a field": `{{.Hiding.Field}}`,
	"chain":                 `{{(index .Links 0).Text}}{{(index .Others 1).Number}}`,
	"template":              `{{define "a"}}{{.Text}}{{$.Href}}{{end}}{{template "a" .Next}}{{range .Links}}{{template "a" .}}{{end}}{{define "c"}}c{{.Crumb}}{{end}}{{define "d"}}d{{.}}{{end}}{{define "b"}}b{{end}}{{template "b"}}{{if .Yes}}{{template "c" .}}{{end}}{{with .Next}}{{template "d" .Text}}{{end}}`,
	"template of two types": `{{define "a"}}{{.}}{{end}}{{template "a" .Title}}{{template "a" .Count}}{{template "a" "x"}}`,
	"variables of callers":  `{{define "a"}}{{$x := .}}{{$y := "y"}}{{$x}}{{$y}}{{end}}{{$x := "mine"}}{{$y := .Title}}{{template "a" .Title}}{{$x}}{{$y}}{{range $i, $l := .Links}}{{template "a" $l.Text}}{{$i}}{{end}}`,
	"and, or, not":          `{{if and .Yes .Links .Next}}a{{end}}{{if or .No .None .Nil}}b{{else}}c{{end}}{{if not .Nil}}d{{end}}{{if not (or .No (and .Yes .Title))}}e{{end}}{{not .Title}}`,
	"and cut short":         `{{if and .Nil .Nil.Text}}a{{else}}b{{end}}{{if or .Next .Nil.Text}}c{{end}}`,
	"first of":              `{{or .Title "none"}}{{and .Title .Crumb}}{{with or .Nil .Next}}{{.Text}}{{end}}{{or .Title "a" | len}}`,
	"eq":                    `{{eq .Section "home"}}{{eq .Title "plain" .Word}}{{eq .Count 300}}{{eq .Small -8}}{{eq .Yes true}}{{ne .Title .Crumb}}{{ne .Count 1}}{{if eq .Title "x" "plain"}}a{{end}}`,
	"lt, le, gt, ge":        `{{lt .Count 300}}{{le .Count 300}}{{gt .Count 299}}{{ge .Count 301}}{{lt .Title "plain"}}{{gt .Title .Crumb}}{{ge .Title .Word}}`,
	"len":                   `{{len .Title}}{{len .Links}}{{len .Pair}}{{len .Map}}{{if gt (len .Links) 2}}a{{end}}`,
	"index":                 `{{index .Pair 1}}{{(index .Links 1).Href}}{{index .Pair (len .None)}}`,
	"print":                 `{{print "a" .Title .Count 3 .Said}}{{printf "%s-%d" .Title .Count}}{{println .Title}}`,
	"functions":             `{{t "key"}}{{t "key" .Title .Safe .Count .Next.Text}}{{n "key" .Count .Title}}{{linked (print "mailto:" .Title) .Safe}}{{joined .Title 1}}{{double .Count}}{{checked "x"}}`,
	"HTML in an attribute":  `<p title="{{t "a &amp; 'b' + " .Count}}">`,
	"pipeline":              `{{.Title | printf "%s%s" "a"}}{{.Count | double | double}}{{.Title | print | len}}`,
	"nested calls":          `{{t (print "k" .Title) (len .Links)}}{{linked .Title (t "key" .Title)}}`,
}

// same holds both ways against each other.
func same(t *testing.T, what string, slow executor, fast *Set, data any) {
	t.Helper()
	var want bytes.Buffer
	wantErr := slow.ExecuteTemplate(&want, "page", data)
	got, err := fast.Bytes("page", data)
	text, textErr := fast.String("page", data)
	switch {
	case wantErr != nil && (err == nil || textErr == nil || err.Error() != wantErr.Error()):
		t.Errorf("%s: %v, want %v", what, err, wantErr)
	case wantErr == nil && (err != nil || string(got) != want.String() || text != want.String()):
		t.Errorf("%s: %v\n%q\nwant\n%q", what, err, got, want.String())
	}
}

func TestCompiled(t *testing.T) {
	for what, text := range compiledTexts {
		slow, fast := parsed(t, text)
		for _, h := range hostile {
			data := full(h)
			same(t, what, slow, fast, data)
			same(t, what, slow, fast, &data)
		}
		if err := fast.Compiled("page", page{}); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestText: the same of text/template, which escapes nothing.
func TestText(t *testing.T) {
	for what, written := range compiledTexts {
		set, err := text.New("").Funcs(functions()).New("page").Parse(written)
		if err != nil {
			t.Fatal(err)
		}
		fast := NewText(set, functions())
		for _, h := range hostile {
			same(t, what, set, fast, full(h))
		}
		p := fast.program("page", page{})
		if p.err != nil || !new(run).do(p.start, reflect.ValueOf(full("plain"))) {
			t.Errorf("%s is executed by text/template: %v", what, p.err)
		}
	}
	for _, unknown := range []string{"{{.Next}}", "{{.Pointed}}", "{{range .Marks}}{{.}}{{end}}", "{{.Map.key}}", `{{template "nothing" .}}`, "{{.Title | html}}"} {
		set := text.Must(text.New("page").Parse(unknown))
		fast := NewText(set, nil)
		same(t, unknown, set, fast, full("<b>"))
		same(t, unknown, set, fast, &page{})
		if fast.Compiled("page", page{}) == nil {
			t.Errorf("%s is compiled", unknown)
		}
	}
}

// TestCompiledIsUsed: what was compiled does not leave the work to html/template after all.
func TestCompiledIsUsed(t *testing.T) {
	for what, text := range compiledTexts {
		_, fast := parsed(t, text)
		p := fast.program("page", page{})
		if p.err != nil || !new(run).do(p.start, reflect.ValueOf(full("plain"))) {
			t.Errorf("%s is executed by html/template", what)
		}
	}
}

// TestUnknown: html/template does what is not compiled, and nobody sees it.
func TestUnknown(t *testing.T) {
	for what, text := range map[string]string{
		"a pointer":                   `{{.Next}}`,
		"a method of the pointer":     `{{(index .Links 0).Address}}`,
		"a method with two arguments": `{{.Next.With "a" "b"}}`,
		"a method that takes another": `{{.Next.With .Count}}`,
		"a method of the chain":       `{{(index .Links 0).With "a"}}`,
		"a method without its own":    `{{.Next.With}}`,
		"a method of anything":        `{{.Next.Anything}}`,
		"a method of a string":        `{{.Spoken.String}}`,
		"an interface":                `{{.Any}}`,
		"a field of one":              `{{.Fault.Error}}`,
		"a map":                       `{{.Map.key}}`,
		"range over a map":            `{{range .Map}}{{.}}{{end}}`,
		"range over a number":         `{{range 3}}{{.}}{{end}}`,
		"range that assigns":          `{{$x := .Pair}}{{$y := ""}}{{range $y = .Pair}}{{$y}}{{end}}`,
		"range, else with a variable": `{{range $x := .None}}{{else}}{{$x}}{{end}}`,
		"break":                       `{{range .Pair}}{{.}}{{break}}{{end}}`,
		"continue":                    `{{range .Pair}}{{continue}}{{end}}`,
		"a call of a field":           `{{call .Func}}`,
		"html":                        `{{.Title | html}}`,
		"urlquery":                    `<a href="/?q={{.Title | urlquery}}">`,
		"slice":                       `{{slice .Title 0}}`,
		"index twice":                 `{{index .Links 0 1}}`,
		"a function of anything":      `{{dynamic}}`,
		"two pointers":                `{{.Twice.Text}}`,
		"an embedded pointer":         `{{.Href}}`,
		"a float":                     `{{1.5}} {{1e3}}`,
		"a character":                 `{{'a'}}`,
		"nil":                         `{{if eq .Nil nil}}a{{end}}`,
		"values of two types":         `{{or .Title .Count}}`,
		"comparing two types":         `{{eq .Count .Size}}`,
		"comparing pointers":          `{{eq .Next .Next}}`,
		"a variable of another type":  `{{$x := 1}}{{$x = .Title}}{{$x}}`,
		"recursion":                   `{{define "a"}}{{.Text}}{{with .Further}}{{template "a" .}}{{end}}{{end}}{{template "a" .Next}}`,
		"a script":                    `<script>var a = {{.Title}}; var b = "{{.Title}}"</script>`,
		"a handler":                   `<p onclick="f({{.Title}})">`,
		"a style":                     `<p style="color: {{.Style}}"><style>p { color: {{.Title}} }</style>`,
		"no quotes":                   `<p title={{.Title}}>`,
		"a name":                      `<p {{.Section}}="a">`,
		"srcset":                      `<img srcset="{{.Title}}">`,
		"a template in a tag":         `{{define "a"}}{{.Title}}{{end}}<p title="{{template "a" .}}">`,
		"a name of html/template's":   `{{define "x"}}<a href="{{.Title}}">{{end}}{{define "x$htmltemplate_stateRCDATA_elementTitle"}}<a href="{{.Title}}">{{end}}{{template "x$htmltemplate_stateRCDATA_elementTitle" .}}`,
		"no field":                    `{{.Nothing}}`,
		"an unexported field":         `{{.frame}}`,
		"wrong arguments":             `{{double .Title}}`,
		"too few arguments":           `{{hides "a"}}`,
		"arguments of no function":    `{{.Title 1}}`,
		"an incomplete tag":           `<p title="{{.Title}}`,
		"a declaration in brackets":   `{{if ($x := .Title)}}{{$x}}{{end}}`,
	} {
		slow, fast := parsed(t, text)
		for _, h := range hostile {
			same(t, what, slow, fast, full(h))
		}
		if fast.Compiled("page", page{}) == nil {
			t.Errorf("%s is compiled", what)
		}
	}
}

// TestOtherData: of data without a type nothing is compiled.
func TestOtherData(t *testing.T) {
	slow, fast := parsed(t, `a {{.}}`)
	for _, data := range []any{nil, 1, "<b>", []string{"a"}, map[string]int{"a": 1}, reflect.ValueOf("a"), page{}.Fault} {
		same(t, fmt.Sprint(data), slow, fast, data)
	}
	slow, fast = parsed(t, `a`)
	same(t, "nil", slow, fast, nil)
	if err := slow.ExecuteTemplate(new(bytes.Buffer), "other", nil); err == nil {
		t.Error("there is a template that nobody wrote")
	} else if _, got := fast.Bytes("other", nil); got == nil || got.Error() != err.Error() {
		t.Errorf("%v, want %v", got, err)
	}
}

// TestErrors: what goes wrong at run time is told in the words of html/template, with the line.
func TestErrors(t *testing.T) {
	for what, text := range map[string]string{
		"a nil pointer":         "a\n{{.Nil.Text}}",
		"within a loop":         "{{range .Links}}\n{{.Further.Text}}{{end}}",
		"an index":              "{{index .Links 9}}",
		"a negative index":      "{{index .Links .Small}}",
		"an error":              "{{t .Nil.Text}}{{t ``}}",
		"an error of a call":    "\n\n{{t ``}}",
		"an error by reflect":   "{{checked ``}}",
		"a panic":               "{{panics}}",
		"a panic in a template": `{{define "a"}}{{$x := .}}{{panics}}{{end}}{{range .Links}}{{template "a" .}}{{end}}`,
		"in a condition":        "{{if eq .Nil.Text `a`}}{{end}}",
		"in another argument":   "{{if eq .Title .Title .Nil.Text}}{{end}}",
		"a method of nil":       "{{.Nil.Full}}",
		"an error of a method":  "{{with index .Links 1}}{{.Checked}}{{end}}",
		"with":                  "{{with .Nil.Text}}{{end}}",
	} {
		slow, fast := parsed(t, text)
		if err := fast.Compiled("page", page{}); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		for range 2 {
			same(t, what, slow, fast, full("plain"))
		}
		if _, err := fast.Bytes("page", full("plain")); err == nil {
			t.Errorf("%s is no error", what)
		}
	}
}

// TestTagsInAttributes: what only html/template can do is found out while the page is written, and
// nothing of what was written remains.
func TestTagsInAttributes(t *testing.T) {
	slow, fast := parsed(t, `<p>{{.Title}}</p><p title="{{.Safe}}">`)
	if err := fast.Compiled("page", page{}); err != nil {
		t.Error(err)
	}
	for _, h := range hostile {
		same(t, "tags", slow, fast, full(h))
	}
}

// TestPagesAreTheirCallers: the next page is not written over the last one.
func TestPagesAreTheirCallers(t *testing.T) {
	_, fast := parsed(t, `{{.Title}}`)
	first, err := fast.Bytes("page", page{Title: "first"})
	if _, later := fast.Bytes("page", page{Title: "later"}); err != nil || later != nil || string(first) != "first" {
		t.Errorf("%q, %v, %v", first, err, later)
	}
}

// TestOwnFunctionHidesOurs: a site may call its function eq.
func TestOwnFunctionHidesOurs(t *testing.T) {
	own := template.FuncMap{"eq": func(a, b string) bool { return true }, "not": func(a string) string { return a + "!" }}
	set := template.Must(template.New("").Funcs(own).New("page").Parse(`{{eq "a" "b"}}{{if not "a"}}{{not "a"}}{{end}}`))
	if got, err := New(set, own).String("page", page{}); err != nil || got != "truea!" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestExecutedBefore: a set that was executed cannot be compiled any more.
func TestExecutedBefore(t *testing.T) {
	slow, _ := parsed(t, `{{.Title}}`)
	var b bytes.Buffer
	if err := slow.ExecuteTemplate(&b, "page", full("a")); err != nil {
		t.Fatal(err)
	}
	fast := New(slow, functions())
	if got, err := fast.String("page", full("<b>")); err != nil || got != "&lt;b&gt;" || fast.Compiled("page", page{}) == nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestCompiledAfterOthers: what html/template has escaped for one page does not stand in the way of
// the next.
func TestCompiledAfterOthers(t *testing.T) {
	text := `{{define "unknown"}}{{template "shared" .Title}}{{.Map.key}}{{end}}{{define "shared"}}<b title="{{.}}">{{.}}</b>{{end}}<title>{{template "shared" .Title}}</title>{{template "shared" .Title}}`
	slow, fast := parsed(t, text)
	if _, err := fast.String("unknown", full("a")); err != nil {
		t.Fatal(err)
	}
	for _, h := range hostile {
		same(t, "page", slow, fast, full(h))
	}
	if err := fast.Compiled("page", page{}); err != nil {
		t.Error(err)
	}
}

// TestTogether: goroutines share a set, and none sees what another writes.
func TestTogether(t *testing.T) {
	_, fast := parsed(t, compiledTexts["variables of callers"])
	_, alone := parsed(t, compiledTexts["variables of callers"])
	for i := range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			data := full(strings.Repeat("x", i))
			want, err := alone.Bytes("page", data)
			if err != nil {
				t.Fatal(err)
			}
			for range 100 {
				if got, err := fast.Bytes("page", data); err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%q, %v, want %q", got, err, want)
				}
			}
		})
	}
}

// FuzzEscapers puts text into every context that is compiled.
func FuzzEscapers(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	type pair struct {
		slow *template.Template
		fast *Set
	}
	all := make(map[string]pair)
	for what, text := range compiledTexts {
		slow, fast := parsed(f, text)
		all[what] = pair{slow, fast}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for what, p := range all {
			same(t, what, p.slow, p.fast, full(text))
		}
	})
}

// A page that is made in the room of another is the same, whatever the room's size, and whether
// the template is compiled or not.
func TestInto(t *testing.T) {
	_, fast := parsed(t, `<p>{{.Title}}</p>`)
	var room []byte
	for _, title := range []string{"short", strings.Repeat("long ", 500), "<short>"} {
		for _, data := range []any{page{Title: title}, map[string]string{"Title": title}} {
			want, err := fast.Bytes("page", data)
			if err != nil {
				t.Fatal(err)
			}
			if room, err = fast.Into(room, "page", data); err != nil || !bytes.Equal(room, want) {
				t.Errorf("%.9q: %q, %v", title, room, err)
			}
		}
	}
	again, err := fast.Into(room, "page", page{Title: "other"})
	if err != nil || &again[0] != &room[0] {
		t.Errorf("the room is not used: %v", err)
	}
	if other, err := fast.Bytes("page", page{Title: "own"}); err != nil || string(other) != "<p>own</p>" || string(again) != "<p>other</p>" {
		t.Errorf("%q in the room that was handed out, and %q, %v", again, other, err)
	}
	if out, err := fast.Into(room, "page", nil); err == nil {
		t.Errorf("no error, and %q", out)
	}
}
