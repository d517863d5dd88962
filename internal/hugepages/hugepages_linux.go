// Package hugepages asks the system to keep large tables in large pages: with small ones, each use of a random row costs
// a look into the page table as well, and the first writing of a table a fault every 4 KB.
package hugepages

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Ask asks for large pages for the memory of values, as far as it fills any. It is a wish: the system may not have them.
func Ask(values []float32) {
	const page = 1 << 21
	memory := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*cap(values))
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(values))) & (page - 1))
	if whole := (len(memory) - skip) &^ (page - 1); whole > 0 {
		unix.Madvise(memory[skip:skip+whole], unix.MADV_HUGEPAGE)
	}
}
