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

// ReadFile implements fs.ReadFileFS.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	dir, base := path.Split(name)
	if dir == "" || !fs.ValidPath(name) {
		return readAll(t.root.Open(name))
	}
	in, err := t.folder(path.Clean(dir))
	if err != nil {
		return nil, err
	}
	if data, plain := in.handle.read(base); plain {
		return data, nil
	}
	data, err := readAll(in.Open(base))
	var failed *fs.PathError
	if errors.As(err, &failed) {
		failed.Path = name
	}
	return data, err
}

func readAll(f *os.File, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	data, err := readSized(f)
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

// readSized reads a file whose size is known, which may change meanwhile.
func readSized(f fs.File) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	data := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return data, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}
