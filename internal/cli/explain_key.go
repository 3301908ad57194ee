package cli

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/check"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
)

// keyOf finds a key of a bulletin by its path; the brackets of lists may be left out.
func keyOf(path string) (content.Key, bool) {
	for _, k := range keysOf(path) {
		if k.File == content.BulletinFile {
			return k, true
		}
	}
	return content.Key{}, false
}

// keysOf finds the keys that a word means: by their path, in any kind of file; else by
// the last part of it.
func keysOf(word string) []content.Key {
	bare := func(path string) string { return strings.ReplaceAll(path, "[]", "") }
	var exact, named []content.Key
	for _, k := range content.Keys() {
		switch {
		case bare(k.Path) == bare(word):
			exact = append(exact, k)
		case k.Name() == word:
			named = append(named, k)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return named
}

// explainKeys says what a key is for. Of several the first that means a bulletin is
// told, and the others are named.
func (p *program) explainKeys(keys []content.Key) {
	first := max(0, slices.IndexFunc(keys, func(k content.Key) bool { return k.File == content.BulletinFile }))
	p.explainKey(keys[first])
	for i, k := range keys {
		switch {
		case i == first:
		case k.Path == keys[first].Path:
			p.print("\n%s", hang(fmt.Sprintf("In a file of the kind %s: %s", k.File, plainText.Replace(k.Advice)), 4))
		default:
			p.print("\nanother one: %s (%s)", k.Path, k.File)
		}
	}
}

func (p *program) explainKey(k content.Key) {
	p.print("%s", hang(fmt.Sprintf("%s (a key of a %s file): %s", k.Path, k.File, plainText.Replace(k.Type)), 4))
	if k.Advice != "" {
		p.print("\n%s", hang(plainText.Replace(k.Advice), 0))
	}
	p.print("")
	for _, of := range []struct{ name, text string }{
		{"one of", strings.Join(k.Words, ", ")}, {"needed", k.When}, {"if absent", k.Default}, {"facts", strings.Join(k.Facts, ", ")},
	} {
		if of.text != "" {
			p.print("%-10s %s", of.name, hang(plainText.Replace(of.text), 11))
		}
	}
	if k.Example == "" {
		return
	}
	p.print("\nFor instance:")
	for line := range strings.Lines(k.Example) {
		p.print("    %s", strings.TrimSuffix(line, "\n"))
	}
}

// explainFact says which key states a fact, and what gives it which value.
func (p *program) explainFact(d disclosure.FactDefinition) {
	p.print("%s", hang(fmt.Sprintf("%s (a fact: write %s): %s", d.Name, d.Key, d.Meaning), 4))
	p.print("")
	for _, line := range []struct{ value, when string }{{"yes", d.When.Yes}, {"no", d.When.No}, {"unknown", d.When.Unknown}} {
		if line.when != "" {
			p.print("%-8s %s", line.value, hang(plainText.Replace(line.when), 9))
		}
	}
	p.print("\nto write:")
	for _, answer := range d.Answers {
		p.print("    %s", answer.Write)
	}
	p.print("\ntocsin explain %s tells the rest", d.Key)
}

// explainWord explains what is no bulletin's ID: a code, a key or a fact. It reports
// false where the word is none of them.
func (p *program) explainWord(word string) (told bool) {
	if _, found := check.Find(word); found || word == allCodes {
		p.explainCode(word)
		return true
	}
	if keys := keysOf(word); len(keys) > 0 {
		p.explainKeys(keys)
		return true
	}
	d, found := disclosure.Define(word)
	if found {
		p.explainFact(d)
	}
	return found
}

// strange refuses a word that nothing is called by, with what is called nearly so.
func (p *program) strange(word string) error {
	var known []string
	hint := ""
	if s, err := p.open(); err == nil {
		hint = s.meantID(word)
		for _, b := range s.content.Bulletins {
			known = append(known, string(b.ID))
		}
	}
	known = append(known, nearby(word)...)
	for _, k := range content.Keys() {
		known = append(known, k.Path)
	}
	for _, d := range disclosure.Vocabulary() {
		known = append(known, d.Name)
	}
	if hint == "" {
		hint = content.Nearest(word, known)
	}
	if hint != "" {
		hint = fmt.Sprintf(": did you mean %s?", hint)
	}
	return &refusal{exitUsage, fmt.Sprintf("%q is no bulletin, code, key or fact%s", word, hint),
		"tocsin status lists the bulletins, tocsin explain codes the codes; a key is written as in a bulletin, such as data_visible"}
}
