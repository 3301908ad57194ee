// Package hugepages gives large slices that are looked up here and there memory in pages of
// 2 MiB.
//
// A look into memory first needs to know where its page lies. A processor remembers that of
// some thousand pages: of 4 KiB each, a few megabytes. Beyond them it walks through tables,
// and in a virtual machine through two kinds of them, which takes longer than the look
// itself. Five million nodes that are looked up in fifty megabytes are read an eighth faster
// so.
//
// The pages are there at once: one that is read first is found to be empty, and is exchanged
// for another when it is written, of which every processor has to be told; and memory that
// the collector had used before would keep its small ones. So what is made here lies in
// memory from the beginning, used or not: it is for what will be used in whole, or may be as
// large as somebody claims. Where a system has no such pages to give, everything is as it would
// be without.
package hugepages

import "unsafe"

const (
	size  = 2 << 20  // octets of a page
	worth = size / 2 // octets of a slice that gets pages of its own
)

// Number is what slices may be made of: the collector never looks into them, and some of
// them fill a page.
type Number interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64 | ~[8]uint64
}

// Make makes a slice, as make does. One of a megabyte or more begins with a page, and has its
// last page to itself; it takes up to 2 MiB more of addresses, but not of memory.
func Make[T Number](length int) []T {
	each := int(unsafe.Sizeof(*new(T)))
	if length*each < worth {
		return make([]T, length)
	}
	room := (length*each + size - 1) / size * size / each
	all := make([]T, room+size/each)
	first := int(-address(all)%size) / each
	all = all[first : first+room : first+room]
	advise(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(all))), room*each))
	return all[:length]
}

func address[T Number](all []T) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(all))) }
