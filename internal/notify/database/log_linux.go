package database

import (
	"errors"
	"os"
	"syscall"
)

// syncData is fdatasync(2): the file's data, and of what is about it what is needed to read
// the data.
func syncData(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if !errors.Is(err, syscall.EINTR) {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
