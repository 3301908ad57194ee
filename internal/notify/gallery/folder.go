package gallery

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"tocsin/internal/private"
)

// ForeignError is a folder that holds something that no gallery has: it is never
// written over, and never removed.
type ForeignError struct {
	Path string
	What string // an entry of it; empty where it bears no mark
}

// Error says which folder, and what in it.
func (e *ForeignError) Error() string {
	if e.What == "" {
		return fmt.Sprintf("%s is there, and holds no letters of tocsin's", e.Path)
	}
	return fmt.Sprintf("%s holds %q, which tocsin did not write", e.Path, e.What)
}

const (
	// mark is the file by which a folder is known for a gallery.
	mark     = ".tocsin-letters"
	markText = "Letters that tocsin letters wrote to be read. The next run writes this folder anew.\n"
	// inside is the folder of the letters.
	inside = "letters"
)

// own are the names of a gallery's entries, and of those of its folder of letters.
var (
	own        = regexp.MustCompile(`^(index|list-[0-9]+)\.html$|^\.gitignore$|^` + regexp.QuoteMeta(mark) + `$|^` + inside + `$`)
	ownLetters = regexp.MustCompile(`^[0-9]{6,}\.(html|eml)$`)
)

// folder is a gallery in the making. It stands beside its place until it is whole, so
// that nobody reads half of one and takes it for all. It is not forced to disk: what is
// lost can be written again.
type folder struct {
	place string // absolute: what stands beside it has a name that is longer than its
	root  *os.Root
}

func (f folder) making() string { return f.place + ".new" }
func (f folder) old() string    { return f.place + ".old" }

// begin makes the folder, for its owner alone. It refuses a place that holds anything
// but a gallery with a [ForeignError], and one that is open to others with a
// [private.LooseError]; what a killed run left beside it is removed.
func begin(place string) (folder, error) {
	full, err := filepath.Abs(place)
	if err != nil {
		return folder{}, err
	}
	f := folder{place: full}
	for _, path := range []string{filepath.Clean(place), f.making(), f.old()} {
		if err := replaceable(path); err != nil {
			return f, err
		}
	}
	if err := errors.Join(os.RemoveAll(f.making()), os.RemoveAll(f.old()), os.MkdirAll(filepath.Dir(full), 0o700), os.Mkdir(f.making(), 0o700)); err != nil {
		return f, err
	}
	if f.root, err = os.OpenRoot(f.making()); err != nil {
		return f, err
	}
	// The mark comes first: whatever is left of a killed run bears it. Git leaves all of
	// it alone wherever it lies.
	err = errors.Join(f.put(mark, []byte(markText)), f.put(".gitignore", []byte("*\n")), f.root.Mkdir(inside, 0o700))
	if err != nil {
		err = errors.Join(err, f.abandon())
	}
	return f, err
}

// replaceable refuses a path whose removal would lose anything but a gallery.
func replaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return &ForeignError{Path: path}
	}
	if err := private.Check(path); err != nil {
		return err
	}
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) == 0 {
		return err
	}
	// A kill may have cut the mark off.
	if text, err := os.ReadFile(filepath.Join(path, mark)); err != nil || !bytes.HasPrefix([]byte(markText), text) {
		return &ForeignError{Path: path}
	}
	if err := allOwn(path, own, entries); err != nil {
		return err
	}
	letters, err := os.ReadDir(filepath.Join(path, inside))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, allOwn(filepath.Join(path, inside), ownLetters, letters))
}

func allOwn(path string, names *regexp.Regexp, entries []fs.DirEntry) error {
	for _, e := range entries {
		if !names.MatchString(e.Name()) || e.IsDir() != (e.Name() == inside) {
			return &ForeignError{path, e.Name()}
		}
	}
	return nil
}

// file is a file of the gallery that is being written.
type file struct {
	*bufio.Writer
	f *os.File
}

// create makes a new file that only its owner can read.
func (f folder) create(name string) (file, error) {
	to, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return file{}, err
	}
	return file{bufio.NewWriter(to), to}, nil
}

// close ends a file, and says whether all of it was written.
func (f file) close() error { return errors.Join(f.Flush(), f.f.Close()) }

// put writes a whole file.
func (f folder) put(name string, data []byte) error {
	to, err := f.create(name)
	if err != nil {
		return err
	}
	_, err = to.Write(data)
	return errors.Join(err, to.close())
}

// finish puts the gallery in its place, and removes the one that stood there.
func (f folder) finish() error {
	if err := f.root.Close(); err != nil {
		return errors.Join(err, os.RemoveAll(f.making()))
	}
	if err := os.Rename(f.place, f.old()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, os.RemoveAll(f.making()))
	}
	return errors.Join(os.Rename(f.making(), f.place), os.RemoveAll(f.old()))
}

// abandon removes what was written, and leaves what stands in its place.
func (f folder) abandon() error { return errors.Join(f.root.Close(), os.RemoveAll(f.making())) }
