package word2vec

// team is goroutines that do their parts of one job after the other. Between jobs they wait at a barrier: to start
// goroutines for each job would take longer than many a job.
type team struct {
	n    int
	job  func(k int)
	gate *barrier
}

func newTeam(n int) *team {
	t := &team{n: n, gate: newBarrier(n)}
	for k := 1; k < n; k++ {
		go func() {
			for {
				t.gate.wait()
				if t.job == nil {
					return
				}
				t.job(k)
				t.gate.wait()
			}
		}()
	}
	return t
}

// do calls job of each of [0, n) at once.
func (t *team) do(job func(k int)) {
	t.job = job
	t.gate.wait()
	job(0)
	t.gate.wait()
}

// end ends the goroutines.
func (t *team) end() {
	t.job = nil
	t.gate.wait()
}
