package publish

import (
	"errors"
	"fmt"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// exchange lets two folders change places in one step that nobody sees half done.
// The error is [errors.ErrUnsupported] where kernel or file system cannot.
func exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) { // the answer of a file system that knows no flags
		return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return err
}

// syncTree waits until the tree is on the disk. One call for the whole file system
// takes milliseconds where a call for each of 10,000 files takes many seconds,
// though it also waits for what others wrote there.
func syncTree(root *os.Root) error {
	folder, err := root.Open(".")
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := unix.Syncfs(int(folder.Fd())); err != nil {
		return fmt.Errorf("syncfs: %w", err)
	}
	return nil
}

// hardLink gives a file of one tree the same name in the other. Both folders are
// opened through their roots, so that the file is no other than that of the tree.
func hardLink(from, to *os.Root, name string) error {
	folder := path.Dir(name)
	target, err := to.Open(folder)
	if err != nil {
		return err
	}
	defer target.Close()
	source, err := from.Open(folder)
	if err != nil {
		return err
	}
	defer source.Close()
	base := path.Base(name)
	if err := unix.Linkat(int(source.Fd()), base, int(target.Fd()), base, 0); err != nil {
		return &os.LinkError{Op: "link", Old: name, New: name, Err: err}
	}
	return nil
}
