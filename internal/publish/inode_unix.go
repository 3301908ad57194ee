//go:build unix

package publish

import (
	"io/fs"
	"syscall"
)

// inode is the number by which the file system knows a file under all its names.
func inode(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Ino)
	}
	return 0
}

// isMode reports whether this is a folder or a plain file, with these permissions.
func isMode(mode, perm fs.FileMode) bool {
	return (mode.IsDir() || mode.IsRegular()) && mode.Perm() == perm
}
