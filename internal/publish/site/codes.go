package site

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"sort"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/publish"
)

// Codes are the public lists in which readers look up the codes of letters, by bulletin. A
// list is entries of 28 hexadecimal digits in ascending order, each with its line end: what
// tocsin status --publish writes, without the first line.
type Codes map[bulletin.ID][]byte

const (
	entryOctets = 29
	// fileEntries is how many entries a file of a list has at most, on average: 15 KB, which
	// a phone loads at once. A million letters make 4096 files of 7 KB.
	fileEntries = 512
)

// digits is by how many of their first digits the entries of a list are parted into files.
func digits(list []byte) int {
	n := 0
	for files := 1; len(list)/entryOctets > files*fileEntries; files *= 16 {
		n++
	}
	return n
}

// part is the entries of a list that begin with some digits.
func part(list []byte, prefix string) []byte {
	return list[from(list, prefix):from(list, prefix+"~")] // which no digit comes after
}

// from is where the first entry stands that is no less than some digits.
func from(list []byte, prefix string) int {
	return entryOctets * sort.Search(len(list)/entryOctets, func(i int) bool {
		return bytes.Compare(list[i*entryOctets:(i+1)*entryOctets-1], []byte(prefix)) >= 0
	})
}

// HasCodes reports whether readers can look up the codes of a bulletin's letters.
func (r *Renderer) HasCodes(id bulletin.ID) bool { return len(r.Codes[id]) > 0 }

// genuine is the link to where they do; empty where they cannot.
func (r *Renderer) genuine(id bulletin.ID) string {
	if !r.HasCodes(id) {
		return ""
	}
	return r.Layout.Href(r.Layout.Letters(string(id)))
}

// codes lists the page of every list, and its files. Of bulletins that readers may not see
// there are none.
func (l *list) codes(yield func(Shared) bool) bool {
	for _, c := range l.cards {
		list := l.Codes[c.ID]
		if len(list) == 0 {
			continue
		}
		id, n := string(c.ID), digits(list)
		seen := sight(nil).text(id).number(n)
		if !yield(shared(l.Layout.Letters(id), seen, func() (publish.File, error) { return l.letters(id, n) })) {
			return false
		}
		for i := range 1 << (4 * n) {
			prefix := ""
			if n > 0 {
				prefix = fmt.Sprintf("%0*x", n, i)
			}
			entries := part(list, prefix)
			file := Shared{l.Layout.LetterCodes(id, prefix).File(), sha256.Sum256(entries), func(*Room) ([]byte, error) { return entries, nil }}
			if !yield(file) {
				return false
			}
		}
	}
	return true
}

// lettersPage says how to tell a letter of ours from a forged one.
type lettersPage struct {
	Frame
	ID     string
	Page   string // link to the bulletin
	Lists  string // address of the folder that the list's files stand in
	File   string // name of the one file; empty where the list is parted
	Digits int    // by how many of their first digits its entries are parted into files
}

func (r *Renderer) letters(id string, n int) (publish.File, error) {
	page := r.Layout.Letters(id)
	frame := r.frame(page, lookup, r.words.plain("genuine.title", id), r.words.plain("genuine.description", id, r.Organization))
	data := lettersPage{Frame: frame, ID: id, Page: r.Layout.Href(r.Layout.Bulletin(id)), Lists: r.Layout.URL(page), Digits: n}
	if n == 0 {
		data.File = address.AllCodes
	}
	return r.render(page, "letters.html", data)
}

// lookup names the frame of pages on which codes are looked up, the only ones with a script.
const lookup = "letters"
