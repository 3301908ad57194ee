package content

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
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

// lineEnds are the characters that begin a new line somewhere.
const lineEnds = "\r\n\u0085\u2028\u2029"

func isOneLine(text string) bool { return isPlain(text) || !strings.ContainsAny(text, lineEnds) }

// line reads text that ends up in headers, titles and subjects: one line only. Of
// several, which are an error, it makes one all the same.
func (f *fields) line(key string) string {
	text := f.text(key)
	if isOneLine(text) {
		return text
	}
	f.doc.report(f.value(key), "several-lines", fmt.Sprintf("%s must be one line", key), "write it in one line, or begin it with >- and keep its lines equally far in")
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(lineEnds, r) }), " ")
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

// demandWord reads one of a few words that must be there.
func (f *fields) demandWord(key string, words ...string) string {
	if f.value(key) == nil {
		f.missing(key, "one of "+join(words))
	}
	return f.word(key, words...)
}

func (f *fields) wordAt(n *yaml.Node, key string, words []string) string {
	if n.Kind == yaml.ScalarNode && contains(words, n.Value) {
		return n.Value
	}
	f.wrongWord(n, key, words, meant(n, words))
	return ""
}

// wrongWord reports a value that is none of the words; what was meant mends it.
func (f *fields) wrongWord(n *yaml.Node, key string, words []string, meant string) {
	shown, hint := "a list or a mapping", valueHint(key, n.Value, words)
	if n.Kind == yaml.ScalarNode {
		shown = strconv.Quote(n.Value)
	}
	if meant != "" {
		hint = "write " + meant
	}
	f.doc.mend(n, meant, "unknown-word", fmt.Sprintf("%s is %s; it must be one of %s", key, shown, join(words)), hint)
}

// meant is the word that a value certainly stands for: YAML's other ways to say yes and
// no, capitals, a hyphen or a blank for the underscore. Empty where it is a guess.
func meant(n *yaml.Node, words []string) string {
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	word := strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(n.Value))
	for _, same := range [][]string{{word}, {"true", "on", "yes", "y"}, {"false", "off", "no", "n"}} {
		if !contains(same, word) {
			continue
		}
		for _, w := range words {
			if contains(same, w) {
				return w
			}
		}
	}
	return ""
}

// flag reads yes or no; no where the key is absent.
func (f *fields) flag(key string) bool { return f.word(key, "yes", "no") == "yes" }

// boolean reads the true or false of page headers that other generators share.
func (f *fields) boolean(key string) bool { return f.word(key, "true", "false") == "true" }

// demandNumber reads a whole number that must be there.
func (f *fields) demandNumber(key, hint string) int {
	if f.value(key) == nil {
		f.missing(key, hint)
	}
	return f.number(key)
}

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
		f.doc.mend(n, meantDate(n), "not-a-date", fmt.Sprintf("%s is %q, not a date", key, n.Value), "write 2026-05-03, or 2026-05-03T14:30:00Z with the zone")
		return time.Time{}
	}
	return at
}

// meantDate is an instant with a blank in place of the T, or with small letters, as
// it should be written; empty where something else is wrong with it.
func meantDate(n *yaml.Node) string {
	text := strings.Replace(strings.ToUpper(n.Value), " ", "T", 1)
	if _, err := parseDate(text); n.Kind != yaml.ScalarNode || err != nil {
		return ""
	}
	return text
}

// demandDate reads a date that must be there.
func (f *fields) demandDate(key, hint string) time.Time {
	if f.value(key) == nil {
		f.missing(key, hint)
	}
	return f.date(key)
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
func (f *fields) list(key string) []string { return f.listLike(key, "[windows, linux]") }

func (f *fields) listLike(key, example string) []string {
	var out []string
	for _, item := range f.items(key, example) {
		out = append(out, item.Value)
	}
	return out
}

// values reads a list of texts of one line, each once, with their places.
func (f *fields) values(key, example string) []source.Value {
	var out []source.Value
	for _, item := range f.items(key, example) {
		out = append(out, source.Value{Text: item.Value, Position: f.doc.position(item)})
	}
	return out
}

// words reads a list of which every entry is one of a few words.
func (f *fields) words(key string, words ...string) []string {
	var out []string
	for _, item := range f.items(key, "["+join(words)+"]") {
		if word := f.wordAt(item, key, words); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// oneOrMore reads a text, or a list of them.
func (f *fields) oneOrMore(key, example string) []source.Value {
	if n := f.value(key); n == nil || n.Kind == yaml.SequenceNode {
		return f.values(key, example)
	}
	if text := f.line(key); text != "" {
		return []source.Value{{Text: text, Position: f.position(key)}}
	}
	return nil
}

// items are the entries of a list that are texts of one line, each once.
func (f *fields) items(key, example string) []*yaml.Node {
	n := f.value(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		f.doc.report(n, "not-a-list", fmt.Sprintf("%s must be a list such as %s", key, example), "")
		return nil
	}
	var out []*yaml.Node
	var seen map[string]bool // of a list of one, nothing is asked
	if len(n.Content) > 1 {
		seen = make(map[string]bool, len(n.Content))
	}
	for _, item := range n.Content {
		if !f.isItem(item, key, seen) {
			continue
		}
		if out = append(out, item); seen != nil {
			seen[item.Value] = true
		}
	}
	return out
}

// isItem reports an entry of a list that is no text of one line, or stands twice.
func (f *fields) isItem(item *yaml.Node, key string, seen map[string]bool) bool {
	switch {
	case item.Kind != yaml.ScalarNode:
		f.doc.report(item, "not-text", fmt.Sprintf("%s must be a list of words", key), "")
	case strings.TrimSpace(item.Value) == "":
		f.doc.report(item, "no-value", fmt.Sprintf("an entry of %s is empty", key), "write a word, or remove the entry")
	case !isOneLine(item.Value):
		f.doc.report(item, "several-lines", fmt.Sprintf("an entry of %s must be one line", key), "")
	case seen[item.Value]:
		f.doc.report(item, "duplicate-item", fmt.Sprintf("%q stands twice in %s", item.Value, key), "keep one of them")
	default:
		return true
	}
	return false
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
	return f.inner(n, key, "")
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
		out = append(out, f.inner(item, key, "[]"))
	}
	return out
}
