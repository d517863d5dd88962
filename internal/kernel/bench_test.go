package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkRows compares the assembly with its twins in Go, on one CPU: make bench.
func BenchmarkRows(b *testing.B) {
	if !haveAVX2 {
		b.Skip("no AVX2 here")
	}
	const n = 2048
	decay := DecayStep[float32]{1e-9, 1}
	momentum := MomentumStep[float32]{Rate: 1e-9, Scale: 1, Momentum: 0.9, Enter: 1, Carried: 1}
	adagrad := AdagradStep[float32]{Rate: 1e-9, Scale: 1, Eps: 1e-10}
	rms := RMSPropStep[float32]{Rate: 1e-9, Scale: 1, Alpha: 0.99, Enter: 0.01, Momentum: 0.9, Eps: 1e-8}
	adam := AdamStep[float32]{Rate: 1e-9, Scale: 1, Keep: 1, Beta1: 0.9, Enter1: 0.1, Beta2: 0.999, Enter2: 0.001, Eps: 1e-8}
	for _, vocab := range []int{1_000, 1_000_000} {
		for _, dim := range []int{50, 64, 300} {
			rnd := rand.New(rand.NewPCG(1, 1))
			table, rows, ids := make([]float32, vocab*dim), floats32(rnd, n*dim), make([]int, n)
			m, v := make([]float32, vocab*dim), make([]float32, vocab*dim)
			for i := range table {
				table[i], m[i], v[i] = float32(i%7), float32(i%5), float32(i%3)
			}
			for i := range ids {
				ids[i] = rnd.IntN(vocab)
			}
			for _, f := range []struct {
				kernel, impl string
				run          func()
			}{
				{"sum", "go", func() { sumRows(rows[:dim], table, ids, dim, 0.5, false) }},
				{"sum", "asm", func() { SumRows(rows[:dim], table, ids, 0, n, dim, 0.5) }},
				{"add", "go", func() { updateLoop(Arrays[float32]{table}, rows, ids, dim, AddStep[float32]{1e-9}) }},
				{"add", "asm", func() { addRowsAVX2(&table[0], &rows[0], &ids[0], n, dim, 1e-9) }},
				{"decay", "go", func() { updateLoop(Arrays[float32]{table}, rows, ids, dim, decay) }},
				{"decay", "asm", func() { decay.asm(Arrays[float32]{table}, rows, ids, dim) }},
				{"momentum", "go", func() { updateLoop(Arrays[float32]{table, m}, rows, ids, dim, momentum) }},
				{"momentum", "asm", func() { momentum.asm(Arrays[float32]{table, m}, rows, ids, dim) }},
				{"adagrad", "go", func() { updateLoop(Arrays[float32]{table, v}, rows, ids, dim, adagrad) }},
				{"adagrad", "asm", func() { adagrad.asm(Arrays[float32]{table, v}, rows, ids, dim) }},
				{"rmsprop", "go", func() { updateLoop(Arrays[float32]{table, v}, rows, ids, dim, rms) }},
				{"rmsprop", "asm", func() { rms.asm(Arrays[float32]{table, v}, rows, ids, dim) }},
				{"rmsprop+momentum", "go", func() { updateLoop(Arrays[float32]{table, v, m}, rows, ids, dim, rms) }},
				{"rmsprop+momentum", "asm", func() { rms.asm(Arrays[float32]{table, v, m}, rows, ids, dim) }},
				{"adam", "go", func() { updateLoop(Arrays[float32]{table, m, v}, rows, ids, dim, adam) }},
				{"adam", "asm", func() { adam.asm(Arrays[float32]{table, m, v}, rows, ids, dim) }},
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
	const vocab, dim = 200_000, 64
	var w, m, v [vocab * dim]float32
	step := AdamStep[float32]{Rate: 1e-9, Scale: 1, Keep: 1, Beta1: 0.9, Enter1: 0.1, Beta2: 0.999, Enter2: 0.001, Eps: 1e-8}
	for _, n := range []int{1 << 11, 1 << 13, 1 << 15, 1 << 17} {
		rows, ids := floats32(rand.New(rand.NewPCG(1, 1)), n*dim), rand.New(rand.NewPCG(1, 1)).Perm(vocab)[:n]
		for _, f := range []struct {
			kernel string
			part   func(lo, hi int)
		}{
			{"add", func(lo, hi int) {
				updatePart(Arrays[float32]{w[:]}, rows[lo*dim:hi*dim], ids[lo:hi], dim, AddStep[float32]{1e-9})
			}},
			{"adam", func(lo, hi int) {
				updatePart(Arrays[float32]{w[:], m[:], v[:]}, rows[lo*dim:hi*dim], ids[lo:hi], dim, step)
			}},
			{"gather", func(lo, hi int) { gatherPart(rows[lo*dim:], w[:], ids[lo:hi], dim) }},
			{"sum", func(lo, hi int) { SumRows(rows[lo*dim:(lo+1)*dim], w[:], ids, lo, hi, dim, 1) }},
		} {
			for _, parts := range []int{1, 2} {
				b.Run(fmt.Sprintf("kernel=%s/rows=%d/parts=%d", f.kernel, n, parts), func(b *testing.B) {
					for b.Loop() {
						split(parts, n, f.part)
					}
				})
			}
		}
	}
}
