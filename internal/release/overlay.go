package release

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Over is a tree as it would be with some files written and others removed (those
// without data: nil). Paths are slash-separated; folders that are missing are there
// once they hold a file. Nothing is written.
func Over(base fs.FS, files map[string][]byte) fs.FS { return overlay{base, files} }

// overlay answers for its files itself and leaves the rest to the tree below.
type overlay struct {
	base  fs.FS
	files map[string][]byte
}

// Open opens a file or a folder.
func (o overlay) Open(name string) (fs.File, error) {
	info, err := o.info("open", name, fs.Stat)
	switch data := o.files[name]; {
	case err != nil:
		return nil, err
	case info.IsDir():
		entries, err := o.ReadDir(name)
		return &openFolder{info: info, entries: entries}, err
	case data != nil:
		return &openFile{info: info, Reader: strings.NewReader(string(data))}, nil
	}
	return o.base.Open(name)
}

// ReadFile reads a whole file.
func (o overlay) ReadFile(name string) ([]byte, error) {
	data, ours := o.files[name]
	switch {
	case ours && data == nil:
		return nil, missing("read", name)
	case ours:
		return slices.Clone(data), nil
	}
	return fs.ReadFile(o.base, name)
}

// Stat describes what a name leads to.
func (o overlay) Stat(name string) (fs.FileInfo, error) { return o.info("stat", name, fs.Stat) }

// Lstat describes what stands under a name, a link as a link.
func (o overlay) Lstat(name string) (fs.FileInfo, error) { return o.info("lstat", name, fs.Lstat) }

// ReadLink reads a link of the tree below.
func (o overlay) ReadLink(name string) (string, error) {
	if _, ours := o.files[name]; ours {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	return fs.ReadLink(o.base, name)
}

// info describes a file of ours, a folder that only ours make, or what the tree
// below has.
func (o overlay) info(op, name string, below func(fs.FS, string) (fs.FileInfo, error)) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	data, ours := o.files[name]
	switch {
	case ours && data == nil:
		return nil, missing(op, name)
	case ours:
		return written{path.Base(name), int64(len(data)), 0o444}, nil
	}
	info, err := below(o.base, name)
	if err != nil && len(o.within(name)) > 0 {
		return written{path.Base(name), 0, fs.ModeDir | 0o555}, nil
	}
	return info, err
}

// ReadDir lists a folder, sorted by name.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	ours := o.within(name)
	entries, err := fs.ReadDir(o.base, name)
	if err != nil && len(ours) == 0 {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		_, replaced := o.files[path.Join(name, e.Name())]
		_, again := ours[e.Name()]
		return replaced || again && e.IsDir()
	})
	for child := range ours {
		info, err := o.Lstat(path.Join(name, child))
		if err != nil {
			return nil, err
		}
		entries = append(entries, fs.FileInfoToDirEntry(info))
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// within names what the written files put into a folder: files and further folders.
func (o overlay) within(folder string) map[string]bool {
	names := make(map[string]bool)
	for name, data := range o.files {
		rest, found := strings.CutPrefix(name, folder+"/")
		if folder == "." {
			rest, found = name, true
		}
		if found && data != nil {
			child, _, _ := strings.Cut(rest, "/")
			names[child] = true
		}
	}
	return names
}

func missing(op, name string) error {
	return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

// written describes a file that is not on disk yet.
type written struct {
	name string
	size int64
	mode fs.FileMode
}

func (w written) Name() string       { return w.name }
func (w written) Size() int64        { return w.size }
func (w written) Mode() fs.FileMode  { return w.mode }
func (w written) ModTime() time.Time { return time.Time{} }
func (w written) IsDir() bool        { return w.mode.IsDir() }
func (w written) Sys() any           { return nil }

// openFile is a written file that somebody reads.
type openFile struct {
	*strings.Reader
	info fs.FileInfo
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

// openFolder is a folder that somebody lists.
type openFolder struct {
	info    fs.FileInfo
	entries []fs.DirEntry
}

func (f *openFolder) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFolder) Close() error               { return nil }
func (f *openFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.info.Name(), Err: fs.ErrInvalid}
}

// ReadDir lists the next n entries, all that are left where n is not above 0.
func (f *openFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(f.entries)
	} else if len(f.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(f.entries))
	next := f.entries[:n:n]
	f.entries = f.entries[n:]
	return next, nil
}
