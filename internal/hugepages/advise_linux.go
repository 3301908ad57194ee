package hugepages

import "syscall"

// What package syscall does not have of madvise(2): since Linux 5.14, and 6.1.
const (
	populateWrite = 23
	collapse      = 25
)

// advise asks for huge pages, and for all of them now; where small ones lie there, which the
// collector had used before, they are exchanged. What the kernel refuses is no error: the
// memory is there as it was.
func advise(pages []byte) {
	if syscall.Madvise(pages, syscall.MADV_HUGEPAGE) == nil {
		_ = syscall.Madvise(pages, populateWrite)
		_ = syscall.Madvise(pages, collapse)
	}
}
