package publish

import (
	"errors"
	"fmt"
	"os"

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
