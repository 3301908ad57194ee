package content

import (
	"errors"
	"path"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// Codes is the public list of the codes on a bulletin's letters, as tocsin status --publish
// writes it. What is in it nobody has looked at yet.
type Codes struct {
	Bulletin bulletin.ID // by the name of the file
	Source   source.File
}

// CodesFile is where the list of a bulletin stands.
func CodesFile(id bulletin.ID) string { return path.Join(BulletinFolder, string(id)+codesEnd) }

const (
	codesEnd = ".codes"
	maxCodes = 512 << 20 // octets: sixteen million codes
)

// CodesOf is the list of a bulletin's codes; false where it has none.
func (s Site) CodesOf(id bulletin.ID) (Codes, bool) {
	for _, c := range s.Codes {
		if c.Bulletin == id {
			return c, true
		}
	}
	return Codes{}, false
}

func isCodes(name string) bool {
	return path.Dir(name) == BulletinFolder && path.Ext(name) == codesEnd
}

// codes reads a list whole: it may be far larger than what people write.
func (r *Reader) codes(name string) error {
	data, err := readWithin(r.site, name, maxCodes)
	if errors.Is(err, errTooLarge) {
		r.add(source.Error, name, "too-large", "larger than 512 MiB", "is this the file that tocsin status --publish wrote? git has it")
		return nil
	}
	id := bulletin.ID(strings.TrimSuffix(path.Base(name), codesEnd))
	r.found.Codes = append(r.found.Codes, Codes{id, source.File{Name: name, Data: data}})
	return err
}
