package kernel

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// BenchmarkRows compares the assembly with its twins in Go, on one CPU: make bench-asm.
func BenchmarkRows(b *testing.B) {
	if !haveAVX2 {
		b.Skip("no AVX2 here")
	}
	const n = 2048
	for _, vocab := range []int{1_000, 1_000_000} {
		for _, dim := range []int{50, 64, 300} {
			rnd := rand.New(rand.NewPCG(1, 1))
			table, rows, ids := make([]float32, vocab*dim), floats32(rnd, n*dim), make([]int, n)
			for i := range table {
				table[i] = float32(i % 7)
			}
			for i := range ids {
				ids[i] = rnd.IntN(vocab)
			}
			for _, f := range []struct {
				kernel, impl string
				run          func()
			}{
				{"sum", "go", func() { sumRows(rows[:dim], table, ids, dim, 0.5) }},
				{"sum", "asm", func() { SumRows(rows[:dim], table, ids, 0, n, dim, 0.5) }},
				{"add", "go", func() { addRows(table, rows, ids, dim, 1e-9) }},
				{"add", "asm", func() { addRowsAVX2(&table[0], &rows[0], &ids[0], n, dim, 1e-9) }},
				{"gather", "go", func() { gather(rows, table, ids, dim) }},
				{"gather", "asm", func() { copyRowsAVX2(&rows[0], &table[0], &ids[0], n, dim) }},
			} {
				b.Run(fmt.Sprintf("kernel=%s/vocab=%d/dim=%d/impl=%s", f.kernel, vocab, dim, f.impl), func(b *testing.B) {
					for b.Loop() {
						for i := range ids { // other rows each time, so that the table's size tells
							ids[i] = (ids[i] + 7919) % vocab
						}
						f.run()
					}
				})
			}
		}
	}
}

// BenchmarkParallel shows from which size on a second CPU pays, which is where grain comes from.
func BenchmarkParallel(b *testing.B) {
	const vocab, dim = 20_000, 64
	table := make([]float32, vocab*dim)
	for i := range table {
		table[i] = float32(i % 7)
	}
	for _, n := range []int{2048, 4096, 8192, 16384} {
		rows, ids := make([]float32, n*dim), rand.New(rand.NewPCG(1, 1)).Perm(vocab)[:n]
		for _, procs := range []int{1, 2} {
			b.Run(fmt.Sprintf("rows=%d/procs=%d", n, procs), func(b *testing.B) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				for b.Loop() {
					for i := range ids {
						ids[i] = (ids[i] + 7919) % vocab
					}
					AddRows(table, rows, ids, dim, 1e-9)
				}
			})
		}
	}
}
