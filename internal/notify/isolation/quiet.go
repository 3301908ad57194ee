package isolation

import (
	"html"
	"slices"
	"strings"
)

var errLoud = &RefusedError{"its HTML has an element, an attribute or a style that may load, run or send something"}

// Elements and attributes that load, run and send nothing, whatever mail program shows
// them: all that a letter may have (F31). What is loaded tells whoever serves it that the
// letter was read, and by its address whose it is.
var (
	quietElements = setOf(`html head meta title style body main header footer section article aside nav div p span a br hr
		h1 h2 h3 h4 h5 h6 strong b em i u s small sub sup code pre kbd samp var tt q cite dfn mark ins del wbr bdi bdo blockquote abbr time center font
		ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr td th`)
	quietAttributes = setOf(`style lang dir title class id role href rel target charset name content type media start value
		align valign width height bgcolor color face size border cellpadding cellspacing colspan rowspan scope datetime`)
	loudStyles = []string{"url(", "src(", "image(", "image-set(", "@import", "expression(", "behavior", "binding", `\`}
	quietLinks = []string{"https://", "http://", "mailto:", "tel:", "#"}
)

func setOf(words string) map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// quiet reports whether a page is made of those. It reads tags as browsers do (HTML
// Standard §13.2.5); what else begins with < is no tag, or is refused.
func quiet(page string) bool {
	for {
		_, rest, more := strings.Cut(page, "<")
		switch {
		case !more:
			return true
		case rest == "" || !strings.ContainsRune(tagBegins, rune(rest[0])):
			page = rest
			continue
		}
		if page, more = quietTag(rest); !more {
			return false
		}
		if end := rawEnd(rest); end != "" {
			raw := page[:before(page, end)]
			if end == "</style" && loud(raw) {
				return false
			}
			page = page[len(raw):]
		}
	}
}

// rawEnd is what ends the text after a tag, where no other tag does (HTML Standard
// §13.2.5.2, §13.2.5.3); empty where any does.
func rawEnd(tag string) string {
	switch name := strings.ToLower(tag[:endOf(tag, blanks+"/>")]); name {
	case "style", "title":
		return "</" + name
	}
	return ""
}

// before is where the first of some ASCII characters begin, in capitals or not, else the end.
func before(text, what string) int {
	for at := 0; at+len(what) <= len(text); at++ {
		if strings.EqualFold(text[at:at+len(what)], what) {
			return at
		}
	}
	return len(text)
}

// quietTag reads a tag up to its end, and reports whether it is quiet.
func quietTag(tag string) (rest string, is bool) {
	if doctype := "!doctype html>"; len(tag) >= len(doctype) && strings.EqualFold(tag[:len(doctype)], doctype) {
		return tag[len(doctype):], true
	}
	tag = strings.TrimPrefix(tag, "/")
	end := endOf(tag, blanks+"/>")
	if !quietElements[strings.ToLower(tag[:end])] {
		return "", false
	}
	return attributes(tag[end:], quietAttribute)
}

// attributes hands out those of a tag up to its end, until one is refused.
func attributes(tag string, each func(name, value string) bool) (rest string, whole bool) {
	for tag = strings.TrimLeft(tag, blanks+"/"); tag != "" && tag[0] != '>'; tag = strings.TrimLeft(tag, blanks+"/") {
		end := endOf(tag, blanks+"/>=")
		name, value := strings.ToLower(tag[:end]), ""
		if tag = strings.TrimLeft(tag[end:], blanks); strings.HasPrefix(tag, "=") {
			value, tag = valueOf(strings.TrimLeft(tag[1:], blanks))
		}
		if !each(name, html.UnescapeString(value)) {
			return "", false
		}
	}
	return strings.TrimPrefix(tag, ">"), tag != ""
}

// tagBegins are the characters that make a < the beginning of a tag.
const tagBegins = "/!?abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

const blanks = " \t\r\n\f"

// endOf is where the first of some characters stands, else the end.
func endOf(text, of string) int {
	if at := strings.IndexAny(text, of); at >= 0 {
		return at
	}
	return len(text)
}

// valueOf reads the value of an attribute.
func valueOf(tag string) (value, rest string) {
	if tag != "" && (tag[0] == '"' || tag[0] == '\'') {
		value, rest, _ = strings.Cut(tag[1:], tag[:1])
		return value, rest
	}
	end := endOf(tag, blanks+">")
	return tag[:end], tag[end:]
}

func quietAttribute(name, value string) bool {
	begins := func(link string) bool { return strings.HasPrefix(strings.ToLower(value), link) }
	switch {
	case name == "style":
		return !loud(value)
	case name == "href":
		return value == "" || slices.ContainsFunc(quietLinks, begins)
	}
	return quietAttributes[name] || strings.HasPrefix(name, "aria-")
}

// loud reports whether a style may load or run something.
func loud(style string) bool {
	style = strings.ToLower(style)
	return slices.ContainsFunc(loudStyles, func(word string) bool { return strings.Contains(style, word) })
}
