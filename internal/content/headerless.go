package content

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// isHeaderless reports whether a page is all body: its first line neither looks like
// a fence nor like a key. Everything else has to be a header that can be read.
func isHeaderless(data []byte) bool {
	for line := range strings.FieldsFuncSeq(string(data), isLineEnd) {
		if text := strings.TrimSpace(line); text != "" {
			return !fenceLike().MatchString(text) && !keyLike().MatchString(text)
		}
	}
	return false
}

func isLineEnd(r rune) bool { return strings.ContainsRune(lineEnds, r) }

var (
	// fenceLike is what header lines begin with in any format that pages have: YAML's
	// --- with what editors make of it and its ? key, TOML's +++, JSON's {, pandoc's %, a
	// block of code.
	fenceLike = lazily("^([-–—―−]{2}|[–—―−]+$|\\+\\+\\+|;;;|===|\\{|%|\\?[ \t]|```|~~~)")
	// keyLike is a word with a colon or an equals sign behind it, as in YAML and TOML.
	keyLike = lazily(`^["']?[\pL_][\pL\pN_.-]*["']?[ \t]*[:=]([ \t]|$)`)
	// lowerKey is the same with a small letter in front: prose begins with a capital.
	lowerKey = lazily(`^["']?[a-z_][\w.-]*["']?[ \t]*[:=]([ \t]|$)`)
	// innerFence is a line that can end or begin a header below other text.
	innerFence = lazily(`^([-–—―−]{2,5}|[–—―−]|\+\+\+|;;;|---[a-z]+)$`)
	// stateKey says, in whatever dress, how far a page is.
	stateKey = lazily(`(?i)^[\s#>*_"'?{<!-]*(status|draft|published|private|hidden|embargo|visibility)["']?[ \t]*[:=]([ \t]|$)`)
	// stateDraft is a line of prose or of a table that says it.
	stateDraft = lazily(`(?i)^\W*((document|policy)\W+)?status\W+draft\b`)
	// policyKey is a key of this format at the margin.
	policyKey = lazily(`^(title|slug|policy|faq|weight|last_updated|suppress|id):([ \t]|$)`)
)

// A header lies within so many lines of the top, or nowhere; within so many that are
// not empty a page says how far it is.
const (
	topLines  = 40
	topFilled = 10
)

// headerWithin finds a header, or a line of one, below the top of a page that seems
// to have none; nil where there is none. What was meant as status would be printed.
func headerWithin(file source.File) *source.Problem {
	number, filled, fenced := 0, 0, false
	for line := range bytes.Lines(file.Data) {
		number++
		text := strings.TrimSpace(string(line))
		if number > topLines {
			return nil
		}
		if text == "" {
			continue
		}
		filled++
		isState := stateKey().MatchString(text) || stateDraft().MatchString(text) || policyKey().MatchString(trimEnd(line))
		if filled <= topFilled && isState || fenced && lowerKey().MatchString(text) {
			p := problem(file, number, 1, "key-in-body", fmt.Sprintf("the page has no header, and %q looks like a line of one", clip(source.Visible(text))),
				"begin the page with the header, between lines that hold only ---; or write the line otherwise, such as **Version**: 2")
			return &p
		}
		fenced = innerFence().MatchString(text)
	}
	return nil
}

// headerless is a page that is all body, with a header that holds nothing.
func (d *document) headerless() (page, *fields, bool) {
	p := page{file: d.file, body: d.file.Data, bodyLine: 1}
	if d.problems = scanText(d.file); len(d.problems) > 0 {
		return p, nil, false
	}
	if at := headerWithin(d.file); at != nil {
		d.problems = source.Problems{*at}
		return p, nil, false
	}
	return p, &fields{doc: d, node: &yaml.Node{Kind: yaml.MappingNode, Line: 1, Column: 1}}, true
}

// lazily compiles a regular expression when it is first needed: a page with a sound header needs none
// of these.
func lazily(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
