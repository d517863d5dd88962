package kernel

import (
	"syscall"
	"testing"
	"unsafe"
)

// guarded returns memory for n elements that ends, or begins, where a page begins that nobody may touch: who
// reads or writes beyond it ends the process.
func guarded[E any](t testing.TB, n int, atEnd bool) []E {
	page, size := syscall.Getpagesize(), n*int(unsafe.Sizeof(*new(E)))
	pages := (size+page-1)/page + 2
	m, err := syscall.Mmap(-1, 0, pages*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	for _, at := range []int{0, (pages - 1) * page} {
		if err := syscall.Mprotect(m[at:at+page], syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	at := page
	if atEnd {
		at = (pages-1)*page - size
	}
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*E)(unsafe.Pointer(&m[at])), n)
}
