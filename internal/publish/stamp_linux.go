package publish

import (
	"io/fs"
	"syscall"
)

func stampOf(info fs.FileInfo) stamp {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() {
		return stamp{}
	}
	return stamp{s.Ino, s.Mtim.Nano(), s.Ctim.Nano()}
}
