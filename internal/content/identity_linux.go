package content

import (
	"io/fs"
	"syscall"
	"time"
)

// inodeOf is the number of a file, and when it was last changed in any way.
func inodeOf(info fs.FileInfo) (inode int64, changed time.Time, ok bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, time.Time{}, false
	}
	return int64(s.Ino), time.Unix(s.Ctim.Unix()), true
}
