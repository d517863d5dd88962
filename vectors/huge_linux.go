package vectors

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// huge asks for large pages for memory that will be filled from its beginning on: a page at a time, the first writing of
// a table takes as long as reading its file.
func huge(values []float32) {
	const page, least = 1 << 21, 1 << 22
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*cap(values))
	if len(b) < least {
		return
	}
	start := -uintptr(unsafe.Pointer(unsafe.SliceData(b))) & (page - 1)
	_ = unix.Madvise(b[start:len(b)&^(page-1)], unix.MADV_HUGEPAGE) // a wish: it goes without
}
