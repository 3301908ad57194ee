package notify

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"tocsin/internal/tailnet"
)

// toldError is a text for one tailnet that names another. It says where, and not whom: it
// reaches terminals.
type toldError struct {
	column string // of the table of findings
	word   int    // counted from 1
	why    string
}

// Error says which word it is.
func (e *toldError) Error() string {
	return fmt.Sprintf("word %d %s: a letter holds what is its own tailnet's alone", e.word, e.why)
}

// Column is where the word stands.
func (e *toldError) Column() string { return e.column }

const (
	isAnother   = "is the ID of another tailnet"
	isNotTheirs = "is an address that is not this tailnet's own"
)

// told refuses a finding whose texts name another tailnet. They are an author's own words
// for one tailnet, so no letter without names has them too, and a proof of the letter takes
// whatever stands in them for that tailnet's own.
func (s *Survey) told(f tailnet.Finding) error {
	for _, cell := range [...]struct{ column, text string }{{"tell", f.Tell}, {"done", f.Done}} {
		if cell.text == "" {
			continue
		}
		own := s.ownNames(f)
		for n, word := range strings.Fields(prose(cell.text)) {
			if why := s.foreign(word, own); why != "" {
				return &toldError{cell.column, n + 1, why}
			}
		}
	}
	return nil
}

// ownNames are what a finding may call its tailnet, or whom it may write to there.
func (s *Survey) ownNames(f tailnet.Finding) []string {
	s.settle()
	own := []string{string(f.Tailnet), f.Email}
	if at, known := s.tailnets.find(f.Tailnet); known {
		t := s.tailnets.member(at.number).tailnet()
		own = append(own, t.OwnerEmail, t.SecurityEmail)
	}
	for _, c := range s.supplements[f.Tailnet] {
		own = append(own, c.Email)
	}
	return own
}

// foreign says in what way a word names somebody else, if it does. What is a tailnet's own as
// a whole is not looked into.
func (s *Survey) foreign(word string, own []string) string {
	isOwn := func(text string) bool {
		return slices.ContainsFunc(own, func(name string) bool { return strings.EqualFold(name, text) })
	}
	whole := stripped(word)
	switch {
	case isOwn(whole):
		return ""
	case s.another(whole):
		return isAnother
	}
	for piece := range strings.FieldsFuncSeq(whole, divides) {
		piece = stripped(piece)
		switch {
		case isOwn(piece):
		case s.another(piece):
			return isAnother
		case strings.Contains(piece, "@"):
			return isNotTheirs
		}
	}
	return ""
}

// another reports whether a word is the ID of a tailnet, as the table has it or in small
// letters. A number names nobody to its reader, whatever it numbers.
func (s *Survey) another(word string) bool {
	if !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsDigit(r) }) {
		return false
	}
	return s.Known(tailnet.ID(word)) || s.Known(tailnet.ID(strings.ToLower(word)))
}

// stripped is a word without the punctuation around it.
func stripped(word string) string {
	return strings.TrimFunc(word, func(r rune) bool { return !ofName(r) })
}

// divides reports a character that no host has, and hardly an address.
func divides(r rune) bool { return !ofName(r) && !strings.ContainsRune(".-_@+", r) }

func ofName(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
