//go:build !linux

package publish

import "io/fs"

// stampOf tells nothing here: every folder is read.
func stampOf(fs.FileInfo) stamp { return stamp{} }
