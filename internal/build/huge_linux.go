package build

import "syscall"

// inLargePages asks the system to give a fresh text its memory in pages of 2 MiB: at each of the
// 4 KiB that it gives else, the first octet that is written there halts the program, and at ten
// thousand bulletins that is a twentieth of a build that changes one. Where the system has none
// to give, everything is as before.
func inLargePages(data []byte) {
	if len(data) >= 4<<20 {
		_ = syscall.Madvise(data, syscall.MADV_HUGEPAGE)
	}
}
