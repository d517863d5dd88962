package word2vec

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// barrier is where n goroutines wait for each other. They expect it to be for a moment, and sleep if it is longer: on a
// machine that others use too, a thread may not run at all.
type barrier struct {
	n       int32
	spins   int
	arrived atomic.Int32
	phase   atomic.Uint32
	lock    sync.Mutex // held where phase is changed, and where goroutines go to sleep
	sleep   *sync.Cond
}

func newBarrier(n int) *barrier {
	b := &barrier{n: int32(n)}
	if runtime.GOMAXPROCS(0) >= n {
		b.spins = spins
	}
	b.sleep = sync.NewCond(&b.lock)
	return b
}

// spins is how many times a goroutine looks before it sleeps, some 20 microseconds, if there are CPUs for all.
const spins = 1 << 14

func (b *barrier) wait() {
	phase := b.phase.Load()
	if b.arrived.Add(1) == b.n {
		b.arrived.Store(0)
		b.lock.Lock()
		b.phase.Add(1)
		b.lock.Unlock()
		b.sleep.Broadcast()
		return
	}
	for range b.spins {
		if b.phase.Load() != phase {
			return
		}
	}
	b.lock.Lock()
	for b.phase.Load() == phase {
		b.sleep.Wait()
	}
	b.lock.Unlock()
}
