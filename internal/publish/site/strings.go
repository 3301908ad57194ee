package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/markdown"
	"tocsin/templates"
)

// words are the texts of the pages in one language: the catalogue of that language laid over
// the English one, text by text, and a site's own catalogues over both.
type words struct {
	language string            // BCP 47, as in "de"
	texts    map[string]string // plain, by key; {1} and {2} stand for what a page fills in
	months   [13]string        // from 1
}

// languageForm is as much of BCP 47 as catalogues are named by: "de", "pt-BR", "zh-Hant".
var languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// readWords reads the catalogues of a language from ours and from the site's own, which may
// hold a few texts only, or bring a language that we have not. The error names the file, with
// the line where there is one.
func readWords(files fs.FS, language string) (*words, error) {
	w := &words{language: language, texts: make(map[string]string)}
	if !languageForm.MatchString(language) {
		return nil, fmt.Errorf("%q is no language; write language: en in tocsin.yaml", language)
	}
	found := false
	for _, name := range slices.Compact([]string{"en", primary(language), language}) {
		for _, layer := range []fs.FS{templates.Files(), files} {
			texts, err := readCatalogue(layer, "strings/"+name+".json")
			switch {
			case errors.Is(err, fs.ErrNotExist):
				continue
			case err != nil:
				return nil, err
			}
			found = found || name == language || name == primary(language)
			maps.Copy(w.texts, texts)
		}
	}
	if !found {
		return nil, fmt.Errorf("there are no texts in %q; write templates/strings/%s.json after the model of en.json, or another language in tocsin.yaml", language, language)
	}
	for month := range w.months {
		w.months[month] = w.plain("month." + strconv.Itoa(month))
	}
	return w, nil
}

// primary is the language without its region: de of de-AT.
func primary(language string) string {
	first, _, _ := strings.Cut(language, "-")
	return first
}

func readCatalogue(files fs.FS, name string) (map[string]string, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		return nil, templates.Fault(name, fmt.Errorf("%s:%d: %w", name, lineOf(data, err), err))
	}
	return texts, nil
}

// lineOf is the line on which JSON goes wrong.
func lineOf(data []byte, err error) int {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := int64(0)
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	}
	return 1 + strings.Count(string(data[:min(at, int64(len(data)))]), "\n")
}

// Direction is the way a language's lines run, for the attribute dir: ltr or rtl.
func (w *words) direction() string {
	rightToLeft := []string{"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}
	scripts := []string{"arab", "hebr", "thaa", "syrc"}
	subtags := strings.Split(strings.ToLower(w.language), "-")
	if len(subtags) > 1 && len(subtags[1]) == 4 { // the script, which outweighs the language
		if slices.Contains(scripts, subtags[1]) {
			return "rtl"
		}
		return "ltr"
	}
	if slices.Contains(rightToLeft, subtags[0]) {
		return "rtl"
	}
	return "ltr"
}

// plain is a text for Go's own use; a key that nobody wrote a text for stands for itself.
func (w *words) plain(key string, args ...string) string {
	text, found := w.texts[key]
	if !found {
		return key
	}
	return fill(text, args)
}

// fill puts values into a text: the first in place of {1}, the second of {2}. What is none of
// these stays as it is.
func fill(text string, values []string) string {
	hole := strings.IndexByte(text, '{')
	if hole < 0 {
		return text
	}
	size := len(text)
	for _, v := range values {
		size += len(v)
	}
	var b strings.Builder
	b.Grow(size)
	for ; hole >= 0; hole = strings.IndexByte(text, '{') {
		end := hole + 1
		b.WriteString(text[:hole])
		if at := holeOf(text[hole:]); at >= 0 && at < len(values) {
			b.WriteString(values[at])
			end = hole + len("{1}")
		} else {
			b.WriteByte('{')
		}
		text = text[end:]
	}
	b.WriteString(text)
	return b.String()
}

// holeOf is which value a text that begins with a brace is a place for: 0 for {1}; negative for
// none.
func holeOf(text string) int {
	if len(text) < len("{1}") || text[2] != '}' {
		return -1
	}
	return int(text[1]) - '1'
}

// or is the text of a key, or another where there is none: platforms and credits can be
// anything.
func (w *words) or(key, other string) string {
	if text, found := w.texts[key]; found {
		return text
	}
	return other
}

// t is a text for a template: safe HTML, whatever stands in the catalogue or is filled in.
func (w *words) t(key string, args ...any) (template.HTML, error) {
	text, found := w.texts[key]
	if !found {
		return "", w.unknown(key)
	}
	var few [4]string // as many as any text has, so that they need no memory of their own
	values := few[:0]
	for _, arg := range args {
		values = append(values, escaped(arg))
	}
	return template.HTML(fill(template.HTMLEscapeString(text), values)), nil
}

// n is a text with a number: key.one for 1, key.other for all others. Anything else that is
// filled in follows the number, as {2}.
func (w *words) n(key string, count int, args ...any) (template.HTML, error) {
	form := ".other"
	if count == 1 {
		form = ".one"
	}
	return w.t(key+form, append([]any{count}, args...)...)
}

func (w *words) unknown(key string) error {
	return fmt.Errorf("there is no text %q; write it into templates/strings/%s.json", key, w.language)
}

// escaped is what is filled into a text: HTML as it is, anything else as text.
func escaped(arg any) string {
	switch value := arg.(type) {
	case template.HTML:
		return string(value)
	case string:
		return template.HTMLEscapeString(value)
	}
	return template.HTMLEscapeString(fmt.Sprint(arg))
}

// link is a link to fill into a text. Only web and mail addresses and paths of the site are
// linked; of anything else the text remains.
func link(href, text any) template.HTML {
	to, shown := fmt.Sprint(href), escaped(text)
	if !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "https://") && !strings.HasPrefix(to, "http://") && !strings.HasPrefix(to, "mailto:") {
		return template.HTML(shown)
	}
	return template.HTML(`<a href="` + template.HTMLEscapeString(to) + `">` + shown + `</a>`)
}

// markdown are the words that texts in Markdown are given.
func (w *words) markdown() markdown.Words {
	return markdown.Words{
		Note: w.plain("markdown.note"), Tip: w.plain("markdown.tip"), Important: w.plain("markdown.important"),
		Warning: w.plain("markdown.warning"), Caution: w.plain("markdown.caution"),
		Footnotes: w.plain("markdown.footnotes"), Footnote: w.plain("markdown.footnote"), BackToText: w.plain("markdown.back"),
		Permalink: w.plain("markdown.permalink"), Table: w.plain("markdown.table"), Code: w.plain("markdown.code"),
	}
}

// funcs are what templates call: t, n and link.
func (w *words) funcs() template.FuncMap {
	return template.FuncMap{"t": w.t, "n": w.n, "link": link}
}
