package bench

import (
	"fmt"
	"math"
	"runtime"
	"testing"
)

// A maker makes a Step of a table of vocab rows by the solver of that name.
type maker func(vocab int, solver string) (Step, error)

// makers are the ways to make a step, in Go. PyTorch's are in pytorch.py.
var makers = []struct {
	name string
	make maker
}{{"ours", Sparse}, {"ours-direct", Direct}, {"ours-after", sparseAfter}, {"dense", dense}, {"stock", stock}, {"loop", plainLoop}}

// BenchmarkStep is one training step. It reports the loss of the pass before the clock starts, by which
// the command sees that all train the same model.
func BenchmarkStep(b *testing.B) {
	for _, solver := range Solvers() {
		for _, vocab := range Vocabs() {
			data := StepTexts(vocab, StepBatches)
			for _, m := range makers {
				b.Run(fmt.Sprintf("solver=%s/vocab=%d/impl=%s", solver, vocab, m.name), func(b *testing.B) {
					benchSteps(b, m.make, vocab, solver, data)
				})
			}
		}
	}
}

// BenchmarkGrowth is the step on tables of two sizes, up to 2.56 GB.
func BenchmarkGrowth(b *testing.B) {
	for _, solver := range Solvers() {
		for _, vocab := range []int{GrowthFrom, GrowthTo} {
			data := StepTexts(vocab, GrowthBatches)
			b.Run(fmt.Sprintf("solver=%s/batches=%d/vocab=%d/impl=ours", solver, GrowthBatches, vocab), func(b *testing.B) {
				benchSteps(b, Sparse, vocab, solver, data)
			})
		}
	}
}

func benchSteps(b *testing.B, make maker, vocab int, solver string, data Texts) {
	train, err := make(vocab, solver)
	if err != nil {
		b.Fatal(err)
	}
	var loss float32
	k, batches := 0, len(data.Labels)/Batch
	step := func() {
		loss, err = train(data.Batch(k % batches))
		if err != nil {
			b.Fatal(err)
		}
		k++
	}
	for range batches { // until every row has been touched, and has its memory
		step()
	}
	first := loss
	runtime.GC() // what made the tables is no part of the step
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
	b.ReportMetric(float64(first), "loss")
}

// All ways of the step train the same model: their losses agree, but for where Adam adds its eps. Idle rows keep
// moving under a dense Adam, so every step takes the same batch.
func TestStepsAgree(t *testing.T) {
	const vocab = 1000
	ids, labels := StepTexts(vocab, 1).Batch(0)
	for _, solver := range Solvers() {
		var want []float32
		for _, m := range makers {
			train, err := m.make(vocab, solver)
			if err != nil {
				t.Fatal(err)
			}
			for k := range 20 {
				loss, err := train(ids, labels)
				if err != nil {
					t.Fatal(err)
				}
				if m.name == makers[0].name {
					want = append(want, loss)
				} else if math.Abs(float64(loss-want[k])) > 2e-4 {
					t.Errorf("%s, %s, step %d: loss %v, want %v as of %s", solver, m.name, k, loss, want[k], makers[0].name)
				}
			}
		}
		if want[19] > want[0]-0.003 {
			t.Errorf("%s learns nothing: losses %v", solver, want)
		}
	}
}

// A step makes few allocations, and none that grows with the table.
func TestStepAllocations(t *testing.T) {
	const most, slack = 200, 1 << 10
	for _, solver := range Solvers() {
		var bytes [2]uint64
		for i, vocab := range []int{1000, 1_000_000} {
			train, err := Sparse(vocab, solver)
			if err != nil {
				t.Fatal(err)
			}
			ids, labels := StepTexts(1000, 1).Batch(0) // the same ids for both
			step := func() {
				if _, err := train(ids, labels); err != nil {
					t.Fatal(err)
				}
			}
			step() // the first two make what the later ones use again
			step()
			const runs = 50
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			n := testing.AllocsPerRun(runs, step)
			runtime.ReadMemStats(&after)
			bytes[i] = (after.TotalAlloc - before.TotalAlloc) / (runs + 1)
			if n > most {
				t.Errorf("%s, vocab %d: %v allocations a step, want at most %d", solver, vocab, n, most)
			}
		}
		if bytes[1] > bytes[0]+slack {
			t.Errorf("%s: %d bytes a step with vocab 1,000 and %d with 1,000,000", solver, bytes[0], bytes[1])
		}
		t.Logf("%s: %d and %d bytes a step", solver, bytes[0], bytes[1])
	}
}
