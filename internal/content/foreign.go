package content

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// foreign are keys that policy pages hold for other tools (pandoc makes PDFs of them,
// Hugo, Jekyll and Zola make other sites) and that say nothing which matters here.
var foreign = [...]string{
	"author", "date", "subtitle", "abstract", "keywords", "subject", "description", "lang", "version", "rights",
	"documentclass", "classoption", "geometry", "papersize", "fontsize", "mainfont", "sansfont", "monofont", "linestretch",
	"header-includes", "include-before", "include-after", "toc", "toc-depth", "toc-title", "numbersections", "secnumdepth", "lof", "lot",
	"colorlinks", "linkcolor", "urlcolor", "titlepage", "logo", "output", "pdf-engine", "bibliography", "csl", "pagetitle",
	"url", "aliases", "menu", "menus", "type", "layout", "template", "permalink", "redirect_from", "linkTitle", "linktitle", "lastmod",
	"tags", "categories", "series", "taxonomies", "images", "image", "icon", "params", "extra", "nav_order", "parent", "sidebar_position", "sidebar_label",
	"owner", "owners",
}

// unread passes over the keys of other tools, and more that the caller names: one
// note names them all. Keys that would withhold the page are errors, wherever they
// stand, for nothing here heeds them.
func (f *fields) unread(more ...string) {
	var found []*yaml.Node
	for i := 0; i+1 < len(f.node.Content); i += 2 {
		key, value := f.node.Content[i], f.node.Content[i+1]
		_, withholding := withholders[strings.ToLower(key.Value)]
		if !withholding && !contains(foreign[:], key.Value) && !contains(more, key.Value) {
			continue
		}
		f.value(key.Value) // known, in that it is there
		found = append(found, key)
		f.doc.withheld(key, value, withholding)
	}
	if len(found) == 0 || f.doc.problems.Errors() > 0 {
		return
	}
	var names []string
	for _, key := range found {
		names = append(names, key.Value)
	}
	at := f.doc.position(found[0])
	note := problem(f.doc.file, at.Line, at.Column, "unread-key", source.Visible(join(names)+": kept, and not read here"), "")
	note.Level = source.Note
	f.doc.problems = append(f.doc.problems, note)
}

// withholders are keys by which pages are kept from readers elsewhere, each with the
// one value that does not; empty where every value may.
var withholders = map[string]string{
	"draft": "false", "private": "false", "hidden": "false", "unlisted": "false", "headless": "false", "internal": "false", "confidential": "false",
	"published": "true", "publish": "true", "public": "true",
	"status": "", "state": "", "visibility": "", "access": "", "audience": "", "classification": "", "tlp": "", "embargo": "",
	"publishdate": "", "pubdate": "", "expirydate": "", "unpublishdate": "", "build": "", "_build": "", "cascade": "",
}

// withheld reports a key that would withhold the page. In what other tools read,
// only plain ones are certain: they have words of their own.
func (d *document) withheld(key, value *yaml.Node, top bool) {
	harmless, withholding := withholders[strings.ToLower(key.Value)]
	if withholding && (top || harmless != "") && (value.Kind != yaml.ScalarNode || harmless == "" || !strings.EqualFold(value.Value, harmless)) {
		shown := key.Value
		if value.Kind == yaml.ScalarNode {
			shown += ": " + value.Value
		}
		d.report(key, "withheld-policy", fmt.Sprintf("every policy page is published: %q withholds nothing", shown), "move the page out of "+PolicyFolder+", or remove the key")
		d.faulty = true
		return
	}
	d.withheldWithin(value)
}

func (d *document) withheldWithin(n *yaml.Node) {
	for i, c := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			d.withheldWithin(c)
		case n.Kind == yaml.MappingNode && i%2 == 1:
			d.withheld(n.Content[i-1], c, false)
		}
	}
}
