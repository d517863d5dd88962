package word2vec

import (
	"runtime"
	"sync/atomic"
)

// barrier is where n goroutines wait for each other, for a time that is too short to sleep.
type barrier struct {
	n       int32
	arrived atomic.Int32
	phase   atomic.Uint32
}

// spins is how many times a goroutine looks before it lets others run, if there are CPUs for all.
const spins = 1 << 12

func (b *barrier) wait() {
	phase := b.phase.Load()
	if b.arrived.Add(1) == b.n {
		b.arrived.Store(0)
		b.phase.Add(1)
		return
	}
	for i := 0; b.phase.Load() == phase; i++ {
		if i >= spins {
			runtime.Gosched()
		}
	}
}
