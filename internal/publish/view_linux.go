package publish

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// view is a tree that is held open to look at many of its names: from the folder itself, since
// every folder that a path begins with costs the system as much as the look.
type view struct {
	folder *os.File
	fd     int
}

func openView(root *os.Root) (view, error) {
	folder, err := root.Open(".")
	if err != nil {
		return view{}, err
	}
	return view{folder, int(folder.Fd())}, nil
}

func (v view) close() error { return v.folder.Close() }

// lstat looks at a name. Of a link in the place of a folder above it, it would follow the link:
// whoever asks looks at each folder too.
func (v view) lstat(path string) (found, error) {
	var s unix.Stat_t
	for {
		switch err := unix.Fstatat(v.fd, path, &s, unix.AT_SYMLINK_NOFOLLOW); err {
		case nil:
			return foundIn(&s), nil
		case unix.EINTR:
		default:
			return found{}, &fs.PathError{Op: "lstat", Path: path, Err: err}
		}
	}
}

func foundIn(s *unix.Stat_t) found {
	mode := fs.FileMode(s.Mode & 0o777)
	switch s.Mode & unix.S_IFMT {
	case unix.S_IFREG:
	case unix.S_IFDIR:
		mode |= fs.ModeDir
	default:
		mode |= fs.ModeIrregular // a link, a pipe, a device: nothing of ours
	}
	return found{mode, stat{s.Size, s.Mtim.Nano(), s.Ino}, s.Ctim.Nano()}
}

// readFolder leaves out what is met already, and what goes while it looks.
func readFolder(root *os.Root, folder string, isMet func(path string) bool) (all []named, err error) {
	f, err := root.Open(folder)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	v := view{f, int(f.Fd())}
	for _, name := range names {
		path := below(folder, name)
		if isMet != nil && isMet(path) {
			continue
		}
		switch met, err := v.lstat(name); {
		case err == nil:
			all = append(all, named{path, met})
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	return all, nil
}
