package markdown

import (
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// used is the processor time that this thread has taken. It stands still while others have the
// processor, as the clock on the wall does not.
func used(t *testing.T) time.Duration {
	t.Helper()
	const ofThisThread = 3 // CLOCK_THREAD_CPUTIME_ID; getrusage would tell of it by the tick
	var now syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, ofThisThread, uintptr(unsafe.Pointer(&now)), 0); errno != 0 {
		t.Fatal(errno)
	}
	return time.Duration(now.Nano())
}
