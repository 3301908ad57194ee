// Package templates holds what tocsin comes with besides its code: the pages of
// the website, the letters, the stylesheet and icon, and the files of a new site.
//
//	site/    pages, for html/template; each begins with what it is given
//	mail/    letters
//	strings/ the words of the pages, one file a language
//	static/  files that go to the website as they are
//	init/    what `tocsin init` writes
package templates

import (
	"embed"
	"errors"
	"io/fs"
	"slices"
	"strings"
)

//go:embed all:init mail site static strings
var files embed.FS

// Files is everything, by its path in this folder.
func Files() fs.FS { return files }

// Over is everything again, with the files of own in place of those of the same
// path and beside the others: a site's templates/ folder lies over ours. A nil own
// changes nothing.
func Over(own fs.FS) fs.FS {
	if own == nil {
		return files
	}
	return overlay{own, files}
}

// overlay is read by name and by fs.ReadDir; a folder that is opened as a file
// shows its upper half only.
type overlay struct{ upper, lower fs.FS }

// Open implements fs.FS: the upper file if there is one, else the lower.
func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.upper.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.lower.Open(name)
	}
	return f, err
}

// ReadDir implements fs.ReadDirFS: the files of both folders, sorted.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	upper, err := fs.ReadDir(o.upper, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	missing := err != nil
	lower, err := fs.ReadDir(o.lower, name)
	if err != nil && (missing || !errors.Is(err, fs.ErrNotExist)) {
		return nil, err
	}
	for _, e := range lower {
		if !slices.ContainsFunc(upper, func(u fs.DirEntry) bool { return u.Name() == e.Name() }) {
			upper = append(upper, e)
		}
	}
	slices.SortFunc(upper, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return upper, nil
}
