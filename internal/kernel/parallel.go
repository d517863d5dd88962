package kernel

import (
	"runtime"
	"sync"
)

// grain is the least work, in elements read and written, that is worth a CPU of its own. It is large: one CPU
// moves some 40 of them a nanosecond, and rows that another one wrote last come slowly (BenchmarkParallel;
// docs/performance.md).
const grain = 1 << 22

// parts returns the number of CPUs worth using for n pieces of work of cost elements each.
func parts(n, cost int) int {
	if n*cost < 2*grain { // GOMAXPROCS takes a lock
		return 1
	}
	return max(1, min(runtime.GOMAXPROCS(0), n*cost/grain, n))
}

// split calls f on so many parts of [0, n), which make it up, at once. f must do for each of the n what it does
// whatever the part: the result is then the same for any number of them.
func split(parts, n int, f func(lo, hi int)) {
	var wg sync.WaitGroup
	for p := 1; p < parts; p++ {
		wg.Go(func() { f(p*n/parts, (p+1)*n/parts) })
	}
	f(0, n/parts)
	wg.Wait()
}

// block is how many elements of a long row are worked on at a time: the assembly fetches as much ahead.
const block = 1 << 12

// splitRow calls f on blocks that make up [0, n), on as many CPUs as pay: cost is the work for one element.
func splitRow(n, cost int, f func(lo, hi int)) {
	blocks := (n + block - 1) / block
	split(parts(blocks, block*cost), blocks, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			f(b*block, min((b+1)*block, n))
		}
	})
}
