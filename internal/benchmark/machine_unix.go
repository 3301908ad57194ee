//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
	"time"
)

// peak is the most memory that a process which has ended had at once, in bytes. A process
// begins with the memory of the one that starts it, so that this is never less than what
// this program had: a dozen MiB.
func peak(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	most := int64(usage.Maxrss)
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		most *= 1024 // getrusage(2): in KiB
	}
	return most
}

// flush waits until what was written is on the disk.
func flush() { syscall.Sync() }

// spent is how much user and system time this process has had.
func spent() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
