package content

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/bulletin"
)

func contains(words []string, word string) bool { return slices.Contains(words, word) }

func join(words []string) string { return strings.Join(words, ", ") }

// text reads one line of text, exactly as written.
func (f *fields) text(key string) string {
	n := f.value(key)
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		f.doc.report(n, "not-text", fmt.Sprintf("%s must be text", key), "")
		return ""
	}
	if strings.TrimSpace(n.Value) == "" {
		f.doc.report(n, "no-value", fmt.Sprintf("%s is empty", key), "write a value, or remove the key")
	}
	return strings.TrimSpace(n.Value)
}

// line reads text that ends up in headers, titles and subjects: one line only.
func (f *fields) line(key string) string {
	text := f.text(key)
	if strings.ContainsAny(text, "\r\n\u0085\u2028\u2029") {
		f.doc.report(f.value(key), "several-lines", fmt.Sprintf("%s must be one line", key), "")
	}
	return text
}

// demand reads one line of text that must be there.
func (f *fields) demand(key, hint string) string {
	if f.value(key) == nil {
		f.missing(key, hint)
		return ""
	}
	return f.line(key)
}

// word reads one of a few words; the empty word where the key is absent.
func (f *fields) word(key string, words ...string) string {
	n := f.value(key)
	if n == nil {
		return ""
	}
	return f.wordAt(n, key, words)
}

func (f *fields) wordAt(n *yaml.Node, key string, words []string) string {
	if n.Kind == yaml.ScalarNode && contains(words, n.Value) {
		return n.Value
	}
	shown := "a list or a mapping"
	if n.Kind == yaml.ScalarNode {
		shown = strconv.Quote(n.Value)
	}
	f.doc.report(n, "unknown-word", fmt.Sprintf("%s is %s; it must be one of %s", key, shown, join(words)), wordHint(n.Value, words))
	return ""
}

// wordHint maps what people write for yes and no to the words of this format.
func wordHint(word string, words []string) string {
	switch strings.ToLower(word) {
	case "true", "on", "yes", "y":
		if contains(words, "yes") {
			return "write yes"
		}
	case "false", "off", "no", "n":
		if contains(words, "no") {
			return "write no"
		}
	}
	return didYouMean(word, words)
}

// flag reads yes or no; no where the key is absent.
func (f *fields) flag(key string) bool { return f.word(key, "yes", "no") == "yes" }

// boolean reads the true or false of page headers that other generators share.
func (f *fields) boolean(key string) bool { return f.word(key, "true", "false") == "true" }

// number reads a whole number without sign or leading zero; 0 where absent.
func (f *fields) number(key string) int {
	n := f.value(key)
	if n == nil {
		return 0
	}
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || strconv.Itoa(v) != n.Value || v < 0 {
		f.doc.report(n, "not-a-number", fmt.Sprintf("%s must be a whole number such as 10", key), "")
		return 0
	}
	return v
}

// date reads YYYY-MM-DD (00:00 UTC) or an RFC 3339 instant with its zone; the zero
// time where the key is absent.
func (f *fields) date(key string) time.Time {
	n := f.value(key)
	if n == nil {
		return time.Time{}
	}
	at, err := parseDate(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		f.doc.report(n, "not-a-date", fmt.Sprintf("%s is %q, not a date", key, n.Value), "write 2026-05-03, or 2026-05-03T14:30:00Z with the zone")
		return time.Time{}
	}
	return at
}

// instant is the form of RFC 3339, of which the standard parser is no strict judge.
var instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$`)

func parseDate(text string) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil && instant.MatchString(text) {
		at, err = time.Parse(time.RFC3339, text)
	}
	if err == nil && at.Year() < 1990 {
		err = fmt.Errorf("the year %d is a placeholder", at.Year())
	}
	return at.UTC(), err
}

// list reads a list of words, each once.
func (f *fields) list(key string) []string {
	n := f.value(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		f.doc.report(n, "not-a-list", fmt.Sprintf("%s must be a list such as [windows, linux]", key), "")
		return nil
	}
	var out []string
	for _, item := range n.Content {
		switch {
		case item.Kind != yaml.ScalarNode:
			f.doc.report(item, "not-text", fmt.Sprintf("%s must be a list of words", key), "")
		case strings.TrimSpace(item.Value) == "":
			f.doc.report(item, "no-value", fmt.Sprintf("an entry of %s is empty", key), "write a word, or remove the entry")
		case contains(out, item.Value):
			f.doc.report(item, "duplicate-item", fmt.Sprintf("%q stands twice in %s", item.Value, key), "keep one of them")
		default:
			out = append(out, item.Value)
		}
	}
	return out
}

// mapping reads a nested mapping; nil where the key is absent or something else.
func (f *fields) mapping(key string) *fields {
	n := f.value(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		f.doc.report(n, "not-a-mapping", fmt.Sprintf("%s must hold keys with values", key), "")
		return nil
	}
	return f.doc.fields(n, key)
}

// mappings reads a list of mappings.
func (f *fields) mappings(key string) []*fields {
	n := f.value(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		f.doc.report(n, "not-a-list", fmt.Sprintf("%s must be a list, each entry begun with -", key), "")
		return nil
	}
	var out []*fields
	for _, item := range n.Content {
		if item.Kind != yaml.MappingNode {
			f.doc.report(item, "not-a-mapping", fmt.Sprintf("an entry of %s must hold keys with values", key), "")
			continue
		}
		out = append(out, f.doc.fields(item, key))
	}
	return out
}

// answer reads a question's answer: one word, or long as {is: word, by, at, basis}.
func (f *fields) answer(key string, words ...string) bulletin.Answer {
	return f.answerWith(key, func(*fields) {}, words...)
}

// answerWith lets the caller read keys that only this answer's long form has.
func (f *fields) answerWith(key string, more func(long *fields), words ...string) bulletin.Answer {
	n := f.value(key)
	switch {
	case n == nil:
		return bulletin.Answer{Position: f.doc.position(f.node)}
	case n.Kind != yaml.MappingNode:
		return bulletin.Answer{Word: f.wordAt(n, key, words), Position: f.doc.position(n)}
	}
	long, word := f.doc.fields(n, key), ""
	if is := long.value("is"); is != nil {
		word = f.wordAt(is, key, words)
	} else {
		long.missing("is", "one of "+join(words))
	}
	a := bulletin.Answer{
		Word:      word,
		By:        long.line("by"),
		At:        long.dateText("at"),
		Basis:     long.line("basis"),
		NextCheck: long.dateText("next_check"),
		Position:  f.doc.position(n),
	}
	more(long)
	long.done()
	return a
}

// dateText checks a date and keeps it as it was written.
func (f *fields) dateText(key string) string {
	if f.date(key).IsZero() {
		return ""
	}
	return f.value(key).Value
}
