//go:build amd64 || arm64

package content

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// handle is an open folder, to read the plain files in it with four calls of the system each. A
// file of the os package takes a dozen, most of them to find out that a disk is no socket.
type handle struct {
	file *os.File
	conn syscall.RawConn
}

func handleOf(root *os.Root) (handle, error) {
	f, err := root.Open(".")
	if err != nil {
		return handle{}, err
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return handle{}, errors.Join(err, f.Close())
	}
	return handle{f, conn}, nil
}

func (h handle) close() error { return h.file.Close() }

// read reads a plain file of the folder, of at most limit octets. It is false of everything else,
// such as a link, and whenever something is in the way: the os package does it then, or says what
// is wrong.
func (h handle) read(base string, limit int64) (data []byte, plain bool) {
	err := h.conn.Control(func(folder uintptr) {
		// What is no file must not make us wait.
		fd, err := syscall.Openat(int(folder), base, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
		if err == nil {
			data, plain = readPlain(fd, limit)
			_ = syscall.Close(fd) // it was only read
		}
	})
	return data, plain && err == nil
}

// readPlain is false of a file that grows. It asks for the size before it makes room: a file with
// a hole in it can be larger than any memory.
func readPlain(fd int, limit int64) (data []byte, plain bool) {
	var s syscall.Stat_t
	if err := syscall.Fstat(fd, &s); err != nil || s.Mode&syscall.S_IFMT != syscall.S_IFREG || s.Size > limit {
		return nil, false
	}
	size := int(s.Size)
	data = make([]byte, size+1)
	for got := 0; ; {
		n, err := syscall.Read(fd, data[got:])
		got += max(n, 0)
		switch {
		case err == syscall.EINTR:
		case err != nil || got > size:
			return nil, false
		case n == 0 || got == size: // there was room for more
			return data[:got], true
		}
	}
}

// dirent is a name in a folder, and what the system says of it. It is its own [fs.FileInfo].
type dirent struct {
	name              string
	mode              fs.FileMode // its type and permissions
	inode, size       int64
	modified, changed syscall.Timespec
}

func (d *dirent) Name() string               { return d.name }
func (d *dirent) IsDir() bool                { return d.mode.IsDir() }
func (d *dirent) Type() fs.FileMode          { return d.mode.Type() }
func (d *dirent) Info() (fs.FileInfo, error) { return d, nil }
func (d *dirent) Size() int64                { return d.size }
func (d *dirent) Mode() fs.FileMode          { return d.mode }
func (d *dirent) ModTime() time.Time         { return time.Unix(d.modified.Unix()) }
func (d *dirent) Sys() any                   { return nil }

func (d *dirent) identity() (inode int64, changed time.Time) {
	return d.inode, time.Unix(d.changed.Unix())
}

// ReadDir implements [fs.ReadDirFS]. It leaves out what goes while it looks.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	if !fs.ValidPath(name) {
		return t.rooted.ReadDir(name)
	}
	f, err := t.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	return lstatAll(f, name, names)
}

// lstatAll looks at names in an open folder of the tree.
func lstatAll(folder *os.File, in string, names []string) ([]fs.DirEntry, error) {
	all, entries, errs := make([]fs.DirEntry, 0, len(names)), make([]dirent, len(names)), make([]syscall.Errno, len(names))
	fd := int(folder.Fd())
	var group sync.WaitGroup
	for from := 0; from < len(names); from += inARow {
		group.Go(func() {
			var text []byte
			for i := from; i < min(from+inARow, len(names)); i++ {
				text = append(append(text[:0], names[i]...), 0)
				errs[i] = entries[i].lstat(fd, text)
			}
		})
	}
	group.Wait()
	for i, name := range names {
		switch errs[i] {
		case 0:
			entries[i].name = name
			all = append(all, &entries[i])
		case syscall.ENOENT:
		default:
			return nil, &fs.PathError{Op: "lstat", Path: path.Join(in, name), Err: errs[i]}
		}
	}
	return all, nil
}

// inARow is how many names of a folder one goroutine looks at.
const inARow = 1024

// lstat looks at a name that ends in NUL, in an open folder. It follows no link.
func (d *dirent) lstat(folder int, name []byte) syscall.Errno {
	const noFollow = 0x100 // AT_SYMLINK_NOFOLLOW
	var s syscall.Stat_t
	for {
		_, _, err := syscall.Syscall6(sysFstatat, uintptr(folder), uintptr(unsafe.Pointer(&name[0])), uintptr(unsafe.Pointer(&s)), noFollow, 0, 0)
		switch err {
		case 0:
			d.mode = modeOf(s.Mode)
			d.inode, d.size, d.modified, d.changed = int64(s.Ino), s.Size, s.Mtim, s.Ctim
			return 0
		case syscall.EINTR:
		default:
			return err
		}
	}
}

func modeOf(mode uint32) fs.FileMode {
	perm := fs.FileMode(mode & 0o777)
	switch mode & syscall.S_IFMT {
	case syscall.S_IFREG:
		return perm
	case syscall.S_IFDIR:
		return perm | fs.ModeDir
	case syscall.S_IFLNK:
		return perm | fs.ModeSymlink
	}
	return perm | fs.ModeIrregular
}
