package kernel

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// The kernels are called on so much that they use several CPUs, and give the bits that one gives.
func TestManyCPUsGiveTheSameBits(t *testing.T) {
	const vocab, n, dim = 200_000, 140_000, 64
	rnd := rand.New(rand.NewPCG(1, 1))
	table, rows, ids := floats32(rnd, vocab*dim), floats32(rnd, n*dim), rnd.Perm(vocab)[:n]
	squares := make([]float32, vocab*dim)
	for i, x := range table {
		squares[i] = x * x
	}
	ends, identity := make([]int, 0, n), make([]int, n)
	for i := range identity {
		identity[i] = i
	}
	for end := 0; end < n; end = min(n, end+rnd.IntN(7)) {
		ends = append(ends, end)
	}
	ends = append(ends, n)
	var x Index
	x.Build(append(slices.Clone(ids[:n/2]), ids[:n/2]...), NoRow)
	step := AdamStep[float32]{Rate: 0.01, Scale: 1, Keep: 1, Beta1: 0.9, Enter1: 0.1, Beta2: 0.999, Enter2: 0.001, Eps: 1e-8}
	for _, f := range []struct {
		name string
		n    int // elements of dst
		cost int // that the kernel names to parts, for one of n
		of   int
		run  func(dst []float32)
	}{
		{"Gather", n * dim, 2 * dim, n, func(dst []float32) { Gather(dst, table, ids, dim) }},
		{"AddStep", vocab * dim, 3 * dim, n, func(dst []float32) { Update(Arrays[float32]{dst}, rows, ids, dim, AddStep[float32]{0.3}) }},
		{"AdamStep", vocab * dim, 7 * dim, n, func(dst []float32) {
			Update(Arrays[float32]{slices.Clone(table), dst, slices.Clone(squares)}, rows, ids, dim, step)
		}},
		{"AddStep of a long row", vocab * dim, block * 3, vocab * dim / block, func(dst []float32) { Update(Arrays[float32]{dst}, table, []int{0}, vocab*dim, AddStep[float32]{0.3}) }},
		{"AdamStep of a long row", vocab * dim, block * 7, vocab * dim / block, func(dst []float32) {
			Update(Arrays[float32]{slices.Clone(table), dst, slices.Clone(squares)}, table, []int{0}, vocab*dim, step)
		}},
		{"a step without assembly", vocab * dim, 3 * dim, n, func(dst []float32) { Update(Arrays[float32]{dst}, rows, ids, dim, signStep[float32]{}) }},
		{"one of a long row", vocab * dim, block * 3, vocab * dim / block, func(dst []float32) { Update(Arrays[float32]{dst}, table, []int{0}, vocab*dim, signStep[float32]{}) }},
		{"BagSum", len(ends) * dim, n * dim / len(ends), len(ends), func(dst []float32) { BagSum(dst, table, &Bags{ids, ends, dim, Mean}) }},
		{"DotRows", n, 2 * dim, n, func(dst []float32) { DotRows(dst, table, rows, ids, identity, dim) }},
		{"Groups", len(x.IDs) * dim, 3 * dim, len(x.IDs), func(dst []float32) { (&Groups[float32]{Index: &x, Src: rows, Dim: dim}).Sum(dst) }},
	} {
		var want []float32
		for _, procs := range []int{1, 2, 3} {
			old := runtime.GOMAXPROCS(procs)
			if used := parts(f.of, f.cost); used != min(procs, f.of*f.cost/grain) || procs == 2 && used != 2 {
				t.Errorf("%s: %d parts with GOMAXPROCS %d", f.name, used, procs)
			}
			dst := slices.Clone(table[:f.n])
			f.run(dst)
			runtime.GOMAXPROCS(old)
			if want == nil {
				want = dst
			} else if !slices.Equal(dst, want) {
				t.Errorf("%s: other bits with GOMAXPROCS %d", f.name, procs)
			}
		}
	}
}

func TestSplitCoversAllOnce(t *testing.T) {
	for n := range 20 {
		for parts := 1; parts <= 5; parts++ {
			seen := make([]int, n)
			split(parts, n, func(lo, hi int) {
				for i := lo; i < hi; i++ {
					seen[i]++
				}
			})
			if slices.ContainsFunc(seen, func(times int) bool { return times != 1 }) {
				t.Errorf("%d in %d parts: %v", n, parts, seen)
			}
		}
	}
}
