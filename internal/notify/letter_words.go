package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tocsin/templates"
)

// words are the texts of letters in one language: the catalogue of that language laid
// over the English one, text by text, and a site's own catalogues over both.
type words struct {
	language string            // BCP 47, as in "de"
	texts    map[string]string // by key; {1} and {2} stand for what a letter fills in
}

// english is the language that has every text.
const english = "en"

// Catalogues stand beside the templates, one a language: mail/letter.de.json.
const (
	catalogues      = "mail/letter.*.json"
	cataloguePrefix = "mail/letter."
	catalogueSuffix = ".json"
)

// readWords reads every catalogue, ours and the site's own, by its language.
func readWords(files fs.FS) (map[string]*words, error) {
	all := make(map[string]*words)
	for _, layer := range []fs.FS{templates.Files(), files} {
		names, err := fs.Glob(layer, catalogues)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			texts, err := readCatalogue(layer, name)
			if err != nil {
				return nil, err
			}
			language := strings.TrimSuffix(strings.TrimPrefix(name, cataloguePrefix), catalogueSuffix)
			key := strings.ToLower(language)
			if all[key] == nil {
				all[key] = &words{language, make(map[string]string)}
			}
			maps.Copy(all[key].texts, texts)
		}
	}
	for _, w := range all {
		own := w.texts
		w.texts = maps.Clone(all[english].texts)
		maps.Copy(w.texts, own)
	}
	return all, nil
}

// errControl refuses what could break a header field or a line of the letter (F24).
var errControl = errors.New("must be one line without control characters")

func readCatalogue(files fs.FS, name string) (map[string]string, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		return nil, templates.Fault(name, err)
	}
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		if strings.ContainsFunc(texts[key], unicode.IsControl) {
			return nil, templates.Fault(name, fmt.Errorf("the text of %q %w", key, errControl))
		}
	}
	return texts, nil
}

// choose finds the words of the first language that there are any of, with its region
// or without: de for de-AT. It ends with English.
func choose(all map[string]*words, languages ...string) *words {
	for _, language := range languages {
		language = strings.ToLower(strings.ReplaceAll(language, "_", "-"))
		for language != "" {
			if w, found := all[language]; found {
				return w
			}
			language = language[:max(0, strings.LastIndexByte(language, '-'))]
		}
	}
	return all[english]
}

// Say is a text with the values in it, the first in place of {1}. A key that has no
// text is an error: a letter never guesses.
func (w *words) Say(key string, values ...any) (string, error) {
	text, found := w.texts[key]
	if !found {
		return "", fmt.Errorf("mail/letter.%s.json has no text for %q", english, key)
	}
	return filledIn(text, values), nil
}

// filledIn puts values in the places of a text. What has no value stays as it is.
func filledIn(text string, values []any) string {
	if len(values) == 0 || !strings.Contains(text, "{") {
		return text
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		place, rest, _ := strings.Cut(after, "}")
		n, err := strconv.Atoi(place)
		if err != nil || n < 1 || n > len(values) || strconv.Itoa(n) != place || !strings.HasPrefix(after[len(place):], "}") {
			out.WriteByte('{')
			text = after
			continue
		}
		if s, is := values[n-1].(string); is {
			out.WriteString(s)
		} else {
			fmt.Fprint(&out, values[n-1])
		}
		text = rest
	}
}

// Head is a text as a heading of the plain part.
func (w *words) Head(key string, values ...any) (string, error) {
	text, err := w.Say(key, values...)
	return strings.ToUpper(text), err
}

// Day is a date as the language writes it. An instant counts by its day in UTC.
func (w *words) Day(at time.Time) (string, error) {
	at = at.UTC()
	month, err := w.Say("month." + strconv.Itoa(int(at.Month())))
	if err != nil {
		return "", err
	}
	return w.Say("date", at.Day(), month, at.Year())
}

// Language is the language of the words, for the attribute lang.
func (w *words) Language() string { return w.language }

// Direction is the way its lines run, for the attribute dir: ltr or rtl.
func (w *words) Direction() string {
	rightToLeft := []string{"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}
	primary, _, _ := strings.Cut(w.language, "-")
	if slices.Contains(rightToLeft, primary) {
		return "rtl"
	}
	return "ltr"
}
