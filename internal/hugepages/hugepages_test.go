package hugepages

import (
	"testing"
	"unsafe"
)

// TestMake: slices of any length are as make makes them, and the large ones begin with a page.
func TestMake(t *testing.T) {
	for _, octets := range []int{0, 8, worth - 8, worth, worth + 8, size - 8, size, size + 8, 3*size + 64} {
		try[uint8](t, octets)
		try[uint16](t, octets)
		try[uint32](t, octets)
		try[uint64](t, octets)
		try[[8]uint64](t, octets)
	}
}

func try[T Number](t *testing.T, octets int) {
	t.Helper()
	var zero T
	each := int(unsafe.Sizeof(zero))
	many, before := Make[T](octets/each), Make[T](octets/each)
	if len(many) != octets/each {
		t.Fatalf("%T: %d where %d were asked for", zero, len(many), octets/each)
	}
	if large := octets >= worth; large && (address(many)%size != 0 || cap(many)*each%size != 0) {
		t.Errorf("%T: %d octets begin at %#x, and have room for %d", zero, octets, address(many), cap(many)*each)
	} else if !large && cap(many)*each > worth {
		t.Errorf("%T: %d octets have %d", zero, octets, cap(many)*each)
	}
	for i := range many[:cap(many)] {
		if many[:cap(many)][i] != zero {
			t.Fatalf("%T: octet %d of %d is not empty", zero, i*each, octets)
		}
		*(*uint8)(unsafe.Pointer(&many[:cap(many)][i])) = 1
	}
	for i, one := range before {
		if one != zero {
			t.Fatalf("%T: element %d of %d octets is part of another slice", zero, i, octets)
		}
	}
}
