package content

import (
	"slices"
	"strings"
)

// Kind is a kind of file that people write.
type Kind string

// The kinds of files.
const (
	BulletinFile Kind = "bulletin"
	PolicyFile   Kind = "policy"
	IndexFile    Kind = "index"
	RulesFile    Kind = "rules"
	SettingsFile Kind = "settings"
)

// Key is one key that people write, with what they want to know about it.
type Key struct {
	File    Kind
	Path    string   // affected[].available: from the outermost mapping on, [] for the entries of a list, * for any word
	Type    string   // what is written: text, date, list of texts, …
	Words   []string // of a word: every one that may be written
	Default string   // what holds where the key is absent; empty where nothing does
	When    string   // when it must be there: always, or in words; empty where it may stay away
	Facts   []string // the facts that it feeds, by their names in package disclosure
	Advice  string   // what to write, for somebody who has little time
	Example string   // YAML that holds the key, and what it cannot be without
}

// Always is the When of a key that no file of its kind, or no mapping that it belongs
// to, is without.
const Always = "always"

// Keys lists every key that is read from what people write, in the order in which they
// are explained. Nothing else is read: any other key is an error.
func Keys() []Key {
	return slices.Concat(bulletinKeys(), affectedKeys(), answerKeys(), lawKeys(), referenceKeys(), lifeKeys(), policyKeys(), rulesKeys(), settingsKeys())
}

// Parent is the path of the mapping that holds the key; empty at the top.
func (k Key) Parent() string {
	if i := strings.LastIndexByte(k.Path, '.'); i >= 0 {
		return k.Path[:i]
	}
	return ""
}

// Name is the key without the path that leads to it.
func (k Key) Name() string {
	return strings.TrimSuffix(k.Path[strings.LastIndexByte(k.Path, '.')+1:], "[]")
}

// of puts keys into a kind of file.
func of(kind Kind, keys ...Key) []Key {
	for i := range keys {
		keys[i].File = kind
	}
	return keys
}

// under puts keys into the mapping that stands under a path, and their examples, which
// are written as one mapping in braces, into one of it.
func under(path string, keys []Key) []Key {
	out := slices.Clone(keys)
	for i := range out {
		out[i].Path = path + "." + out[i].Path
		out[i].Example = nested(path, out[i].Example)
	}
	return out
}

// nested writes a value under a path of one or several keys, in braces.
func nested(path, value string) string {
	keys := strings.Split(path, ".")
	for i := len(keys) - 1; i >= 0; i-- {
		name, isList := strings.CutSuffix(keys[i], "[]")
		if isList {
			value = "[" + value + "]"
		}
		value = name + ": " + value
		if i > 0 {
			value = "{" + value + "}"
		}
	}
	return value
}
