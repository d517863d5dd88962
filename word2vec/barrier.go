package word2vec

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// barrier is where n goroutines wait for each other. They expect it to be for a moment, and do not sleep before it is
// long: to wake up takes longer than a step, and the system likes to wake a thread on the CPU where the one that it
// waited for runs on. On a machine that others use too, they let others run, among whom may be those they wait for.
type barrier struct {
	n       int32
	yields  int // how many times a goroutine lets others run before it sleeps
	arrived atomic.Int32
	phase   atomic.Uint32
	lock    sync.Mutex // held where phase is changed, and where goroutines go to sleep
	sleep   *sync.Cond
}

func newBarrier(n int) *barrier {
	b := &barrier{n: int32(n)}
	if n <= min(runtime.GOMAXPROCS(0), runtime.NumCPU()) {
		b.yields = yields
	}
	b.sleep = sync.NewCond(&b.lock)
	return b
}

const (
	looks  = 1 << 12 // how many times a goroutine looks before it lets others run: for some 5 microseconds
	yields = 1 << 10 // how many times it does that before it sleeps, if there is a CPU for each
)

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
	for range b.yields {
		for range looks {
			if b.phase.Load() != phase {
				return
			}
		}
		yield()
		runtime.Gosched()
	}
	b.lock.Lock()
	for b.phase.Load() == phase {
		b.sleep.Wait()
	}
	b.lock.Unlock()
}
