package bench

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/kernel"
)

// The benchmarks here measure what bounds the others: the machine's memory, and Gorgonia's.

// BenchmarkRunAll is one run, on both machines, of a graph whose ops do nothing to speak of: so many additions of two
// scalars after each other. What 0 of them cost is the price of a run, what each further one adds that of an op. The
// op alone is a call of its Do.
func BenchmarkRunAll(b *testing.B) {
	for _, ops := range []int{0, 1, 10} {
		for _, kind := range vms {
			b.Run(fmt.Sprintf("ops=%d/vm=%s", ops, kind.name), func(b *testing.B) {
				g, _ := additions(b, ops)
				benchRun(b, g, kind.make)
			})
		}
	}
	b.Run("op alone", func(b *testing.B) {
		_, sum := additions(b, 1)
		x := sum.Graph().Inputs()[0].Value()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := sum.Op().Do(x, x); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// additions returns a graph of so many additions, and the last of them.
func additions(b *testing.B, ops int) (*gorgonia.ExprGraph, *gorgonia.Node) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewScalar(g, gorgonia.Float32, gorgonia.WithName("x"), gorgonia.WithValue(float32(1)))
	sum := x
	for range ops {
		var err error
		if sum, err = gorgonia.Add(sum, x); err != nil {
			b.Fatal(err)
		}
	}
	return g, sum
}

// BenchmarkCopy is a copy of so many bytes, which gives the bandwidth of the memory that holds them: it counts
// those read and those written.
func BenchmarkCopy(b *testing.B) {
	for _, kib := range []int{16, 256, 4 << 10, 256 << 10} {
		b.Run(fmt.Sprintf("KiB=%d", kib), func(b *testing.B) {
			from, to := make([]byte, kib<<10), make([]byte, kib<<10)
			for i := range from {
				from[i], to[i] = 1, 1
			}
			for b.Loop() {
				copy(to, from)
			}
			b.ReportMetric(2*float64(kib<<10)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GB/s")
		})
	}
}

// BenchmarkRandomRow is the read of one element of a row of 256 bytes: chained, so that each has to wait for the one
// before (the latency of the memory), and at once, as gathers read them.
func BenchmarkRandomRow(b *testing.B) {
	for _, vocab := range []int{1000, 10_000, 100_000, 1_000_000, 10_000_000} {
		table := make([]float32, vocab*Dim)
		order := rand.New(rand.NewPCG(1, 1)).Perm(vocab) // one cycle through the rows, in random order
		for i, row := range order {
			table[row*Dim] = float32(order[(i+1)%vocab]) // exact: 10 million is less than 2²⁴
		}
		b.Run(fmt.Sprintf("vocab=%d/read=chained", vocab), func(b *testing.B) {
			row := 0
			for b.Loop() {
				row = int(table[row*Dim])
			}
			if row < 0 {
				b.Fatal(row)
			}
		})
		b.Run(fmt.Sprintf("vocab=%d/read=gather", vocab), func(b *testing.B) {
			const n = 2048
			dst, at := make([]float32, n*Dim), 0
			for b.Loop() {
				ids := order[at:min(at+n, vocab)]
				kernel.Gather(dst, table, ids, Dim)
				if at += n; at >= vocab {
					at = 0
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(min(n, vocab)), "ns/row")
		})
	}
}

// BenchmarkIndex is the sorting of a batch's ids into groups, which the gradient of a table needs.
func BenchmarkIndex(b *testing.B) {
	for _, vocab := range []int{1000, 1_000_000} {
		data := StepTexts(vocab, StepBatches)
		for name, x := range map[string]kernel.Index{"hash": {}, "row": {Rows: vocab}} {
			b.Run(fmt.Sprintf("vocab=%d/by=%s", vocab, name), func(b *testing.B) {
				k, rows := 0, 0
				for b.Loop() {
					ids, _ := data.Batch(k % StepBatches)
					x.Build(ids, kernel.NoRow)
					rows += len(x.IDs)
					k++
				}
				b.ReportMetric(float64(rows)/float64(b.N), "rows")
			})
		}
	}
}
