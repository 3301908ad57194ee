package publish

import (
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// hold is a folder that is held open to make many folders and files in it, with the five calls
// of the system that a file in a folder of its own takes: to make both, write, look, and close.
type hold struct {
	*os.Root
	folder *os.File
	fd     int
}

func holdOpen(root *os.Root) (hold, error) {
	folder, err := root.Open(".")
	if err != nil {
		return hold{}, err
	}
	return hold{root, folder, int(folder.Fd())}, nil
}

// letGo leaves the root open.
func (h hold) letGo() error { return h.folder.Close() }

// mkdir makes a folder right in this one.
func (h hold) mkdir(base string) error {
	for {
		switch err := unix.Mkdirat(h.fd, base, uint32(folderMode)); err {
		case nil:
			return nil
		case unix.EINTR:
		default:
			return &fs.PathError{Op: "mkdirat", Path: base, Err: err}
		}
	}
}

// put writes a new file. Done is false, and nothing is made, where the system will not have it:
// then a [os.Root] does it, or says why. No link leads out of the folder, as with a Root.
func (h hold) put(path string, data []byte) (f found, done bool, err error) {
	fd, err := unix.Openat2(h.fd, path, &unix.OpenHow{
		Flags:   unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_CLOEXEC | unix.O_NOFOLLOW | unix.O_LARGEFILE,
		Mode:    uint64(fileMode),
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS,
	})
	if err != nil {
		return found{}, false, nil
	}
	f, op, err := fill(fd, data)
	if closed := unix.Close(fd); err == nil && closed != nil {
		op, err = "close", closed
	}
	if err != nil {
		err = &fs.PathError{Op: op, Path: filepath.Join(h.Name(), filepath.FromSlash(path)), Err: err}
	}
	return f, true, err
}

// fill writes a file that is new, and looks at it. An error is that of the call it names.
func fill(fd int, data []byte) (f found, op string, err error) {
	for len(data) > 0 {
		n, err := unix.Write(fd, data)
		if err != nil && err != unix.EINTR {
			return found{}, "write", err
		}
		data = data[max(n, 0):]
	}
	var s unix.Stat_t
	if err := unix.Fstat(fd, &s); err != nil {
		return found{}, "stat", err
	}
	if f = foundIn(&s); !f.is(fileMode) {
		op, err = "chmod", unix.Fchmod(fd, uint32(fileMode))
	}
	return f, op, err
}
