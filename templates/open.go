package templates

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Folder is the folder of a site that lies over ours.
const Folder = "templates"

// ErrNotFile says that an entry of a site's folder is a symbolic link, or anything
// else that could show what lies elsewhere.
var ErrNotFile = errors.New("neither a plain file nor a folder; put the file itself here: what stands here can be published")

// ErrNoPlace says that an entry of a site's folder takes the place of nothing.
var ErrNoPlace = errors.New("only site/, mail/, static/ and strings/ can be laid over tocsin's own")

// Open lays a site's folder over ours and looks at every entry of it first. A folder
// that is not there changes nothing. What editors and systems leave behind (names
// that begin with . or end in ~) is left out, and so are init/ and Go files, which
// the folder that this package lives in has.
//
// The error is an [*Error] round [ErrNotFile] or [ErrNoPlace] that names the entry,
// or says that the folder cannot be read.
func Open(dir string) (fs.FS, error) {
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return files, nil
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, &Error{Folder, ErrNotFile}
	}
	root, err := os.OpenRoot(dir) // stays open, and leads nowhere else: files are read when they are asked for
	if err != nil {
		return nil, err
	}
	own := tidy{root.FS()}
	if err := inspect(own); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return Over(own), nil
}

// inspect looks for the first entry that must not stand in a site's folder.
func inspect(own fs.FS) error {
	return fs.WalkDir(own, ".", func(name string, entry fs.DirEntry, err error) error {
		top, _, below := strings.Cut(name, "/")
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", path.Join(Folder, name), err)
		case !entry.IsDir() && !entry.Type().IsRegular():
			return &Error{path.Join(Folder, name), ErrNotFile}
		case name != "." && (!slices.Contains(layers, top) || !below && !entry.IsDir()):
			return &Error{path.Join(Folder, name), ErrNoPlace}
		}
		return nil
	})
}

// layers are the folders that a site's own may lie over.
var layers = []string{"site", "mail", "static", "strings"}

// tidy is a folder without what is left out.
type tidy struct{ all fs.FS }

// Open implements fs.FS.
func (t tidy) Open(name string) (fs.File, error) {
	for at := name; at != "."; at = path.Dir(at) {
		if leftOut(at) {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
	}
	return t.all.Open(name)
}

// ReadDir implements fs.ReadDirFS.
func (t tidy) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(t.all, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return leftOut(path.Join(name, e.Name())) }), err
}

// leftOut tells by its path whether an entry is none of a site's templates.
func leftOut(name string) bool {
	base := path.Base(name)
	ours := name == "init" || path.Dir(name) == "." && path.Ext(name) == ".go"
	return strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") || ours
}
