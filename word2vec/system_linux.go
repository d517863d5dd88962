package word2vec

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// makeTable returns n zeros, in large pages where the system has them: rows are used in random order, and with small
// pages each would cost a look into the page table as well.
func makeTable(n int) []float32 {
	table := make([]float32, n)
	const page = 1 << 21
	memory := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(table))), 4*n)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(table))) & (page - 1))
	if whole := (4*n - skip) &^ (page - 1); whole > 0 {
		unix.Madvise(memory[skip:skip+whole], unix.MADV_HUGEPAGE) // for speed alone: it may fail
	}
	return table
}

// yield lets other threads that wait for this CPU run first.
func yield() { unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }
