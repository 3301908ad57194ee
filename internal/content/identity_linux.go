package content

import (
	"io/fs"
	"syscall"
	"time"
)

// identified is a file that a [Tree] has looked at itself.
type identified interface {
	identity() (inode int64, changed time.Time)
}

// inodeOf is the number of a file, and when it was last changed in any way.
func inodeOf(info fs.FileInfo) (inode int64, changed time.Time, ok bool) {
	if d, ok := info.(identified); ok {
		inode, changed = d.identity()
		return inode, changed, true
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, time.Time{}, false
	}
	return int64(s.Ino), time.Unix(s.Ctim.Unix()), true
}
