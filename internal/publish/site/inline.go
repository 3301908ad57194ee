package site

import (
	"html/template"

	"tocsin/internal/markdown"
)

// inline is a short text of the front matter as HTML.
func inline(text string) template.HTML { return markdown.Inline(text) }

// inlines does so with each text of a list.
func inlines(texts []string) []template.HTML {
	var all []template.HTML
	for _, text := range texts {
		all = append(all, inline(text))
	}
	return all
}
