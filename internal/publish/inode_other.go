//go:build !unix

package publish

import "io/fs"

// inode is not told here: size and time must do.
func inode(fs.FileInfo) uint64 { return 0 }

// isMode reports whether this is a folder or a plain file: here they have no
// permissions to set.
func isMode(mode, _ fs.FileMode) bool { return mode.IsDir() || mode.IsRegular() }
