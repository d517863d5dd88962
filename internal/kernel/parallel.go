package kernel

import (
	"runtime"
	"sync"
)

// grain is the least work, in elements read and written, that is worth a goroutine of its own: at about
// 10 elements a nanosecond it takes several times as long as waking one up (BenchmarkParallel).
const grain = 1 << 17

// parallel calls f on parts of [0, n) that make it up, on as many CPUs as pay: cost is the work of one of
// the n. The parts depend on GOMAXPROCS, so f(i, i+1) must not depend on what is done for others.
func parallel(n, cost int, f func(lo, hi int)) {
	parts := min(runtime.GOMAXPROCS(0), n*cost/grain, n)
	if parts < 2 {
		f(0, n)
		return
	}
	var wg sync.WaitGroup
	for p := 1; p < parts; p++ {
		wg.Go(func() { f(p*n/parts, (p+1)*n/parts) })
	}
	f(0, n/parts)
	wg.Wait()
}
