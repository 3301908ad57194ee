package content

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
)

// Tree is a folder from which no name and no link leads out, as an [os.Root] is, for many files
// in few folders: it keeps every folder open that a file was read from, since a Root looks for
// each file from the top.
type Tree struct {
	rooted
	root *os.Root

	mutex   sync.Mutex
	folders map[string]*folder
}

// folder is one that a file was read from.
type folder struct {
	*os.Root
	handle handle
}

// rooted is what the file system of a Root can do.
type rooted interface {
	fs.ReadDirFS
	fs.StatFS
	fs.ReadLinkFS
}

// NewTree reads the folder of a root, which [Tree.Close] closes.
func NewTree(root *os.Root) *Tree {
	return &Tree{rooted: root.FS().(rooted), root: root, folders: make(map[string]*folder)}
}

// Close lets go of the folder and of all in it that were read from.
func (t *Tree) Close() error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	errs := []error{t.root.Close()}
	for _, f := range t.folders {
		errs = append(errs, f.handle.close(), f.Close())
	}
	return errors.Join(errs...)
}

// errTooLarge says that a file is larger than whoever reads it allows.
var errTooLarge = errors.New("the file is too large")

// readWithin reads a file of at most limit octets. The error is [errTooLarge] for any other, also
// where it grows meanwhile. A file system that reads in a way of its own has the method ReadWithin.
func readWithin(tree fs.FS, name string, limit int64) ([]byte, error) {
	if own, ok := tree.(interface {
		ReadWithin(name string, limit int64) ([]byte, error)
	}); ok {
		return own.ReadWithin(name, limit)
	}
	f, err := tree.Open(name)
	return readOpen(f, err, limit)
}

// ReadFile implements [fs.ReadFileFS]. It refuses what is larger than any file of a site may be.
func (t *Tree) ReadFile(name string) ([]byte, error) { return t.ReadWithin(name, maxAddressFile) }

// ReadWithin reads a file of at most limit octets; any other is an error, and no room is made for
// it.
func (t *Tree) ReadWithin(name string, limit int64) ([]byte, error) {
	dir, base := path.Split(name)
	if dir == "" || !fs.ValidPath(name) {
		f, err := t.root.Open(name)
		return readOpen(f, err, limit)
	}
	in, err := t.folder(path.Clean(dir))
	if err != nil {
		return nil, err
	}
	if data, plain := in.handle.read(base, limit); plain {
		return data, nil
	}
	f, err := in.Open(base)
	data, err := readOpen(f, err, limit)
	var failed *fs.PathError
	if errors.As(err, &failed) {
		failed.Path = name
	}
	return data, err
}

// readOpen reads what was opened, if it was, and closes it.
func readOpen(f fs.File, err error, limit int64) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	data, err := readSized(f, limit)
	return data, errors.Join(err, f.Close())
}

func (t *Tree) folder(name string) (*folder, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if f, open := t.folders[name]; open {
		return f, nil
	}
	root, err := t.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	h, err := handleOf(root)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	f := &folder{root, h}
	t.folders[name] = f
	return f, nil
}

// readSized reads a file whose size is known, which may change meanwhile: what was really read is
// held to the limit too.
func readSized(f fs.File, limit int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, errTooLarge
	}
	data := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > limit:
			return nil, errTooLarge
		case err == io.EOF:
			return data, nil
		case err != nil:
			return data, err
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}
