package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Assembly gives the bits of its twin in Go, and touches nothing else.
func TestRowsAgreeWithTheirTwins(t *testing.T) {
	if !haveAVX2 {
		t.Skip("no AVX2 here: the twins are all there is")
	}
	dims := []int{1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 50, 63, 64, 65, 72, 77, 128, 129, 300}
	for i := range 400 {
		dim := dims[i%len(dims)]
		t.Run(fmt.Sprintf("%d/dim=%d", i, dim), func(t *testing.T) { testTwins(t, rand.New(rand.NewPCG(1, uint64(i))), dim) })
	}
}

func testTwins(t *testing.T, rnd *rand.Rand, dim int) {
	vocab, n, atEnd := 1+rnd.IntN(50), rnd.IntN(40), rnd.IntN(2) == 0
	floats := func(n int) []float32 {
		x := guarded[float32](t, n, atEnd)
		for i := range x {
			x[i] = odd(rnd)
		}
		return x
	}
	ints := func(from []int) []int {
		x := guarded[int](t, len(from), atEnd)
		copy(x, from)
		return x
	}
	table, ids := floats(vocab*dim), make([]int, n)
	for i := range ids {
		ids[i] = rnd.IntN(vocab)
	}
	ids = ints(ids)
	lo := rnd.IntN(n + 1)
	hi := lo + rnd.IntN(n-lo+1)
	sum, want := floats(dim), make([]float32, dim)
	for _, keep := range []bool{false, true} {
		sumRun(sum, table, ids, lo, hi, dim, 0.3, keep)
		sumRows(want, table, ids[lo:hi], dim, 0.3, keep)
		wantBits(t, "sumRun", sum, want)
	}

	rows, wantRows := floats(n*dim), make([]float32, n*dim)
	Gather(rows, table, ids, dim)
	gather(wantRows, table, ids, dim)
	wantBits(t, "Gather", rows, wantRows)

	ids = ints(rnd.Perm(vocab)[:min(n, vocab)])
	grad, wantTable := floats(len(ids)*dim), slices.Clone(table)
	Update(Arrays[float32]{table}, grad, ids, dim, AddStep[float32]{-0.7})
	updateLoop(Arrays[float32]{wantTable}, grad, ids, dim, AddStep[float32]{-0.7})
	wantBits(t, "AddStep", table, wantTable)

	m, v := floats(vocab*dim), floats(vocab*dim)
	for i := range v {
		v[i] = float32(math.Abs(float64(v[i])))
	}
	testTwin(t, Arrays[float32]{table}, grad, ids, dim, DecayStep[float32]{0.1, 0.9})
	testTwin(t, Arrays[float32]{table, m}, grad, ids, dim, MomentumStep[float32]{0.1, 0.5, 0.01, 0.9, 0.8, 0.3, 0.7})
	testTwin(t, Arrays[float32]{table, v}, grad, ids, dim, AdagradStep[float32]{0.1, 0.5, 0.01, 1e-10})
	testTwin(t, Arrays[float32]{table, v}, grad, ids, dim, RMSPropStep[float32]{0.1, 0.5, 0.01, 0.99, 0.01, 0.9, 1e-8})
	testTwin(t, Arrays[float32]{table, v, m}, grad, ids, dim, RMSPropStep[float32]{0.1, 0.5, 0.01, 0.99, 0.01, 0.9, 1e-8})
	testTwin(t, Arrays[float32]{table, m, v}, grad, ids, dim, AdamStep[float32]{0.01, 0.5, 0.1, 0.99, 0.9, 0.1, 0.999, 0.001, 1e-8})
}

func testTwin[S Step[float32]](t *testing.T, a Arrays[float32], grad []float32, ids []int, dim int, s S) {
	t.Helper()
	var want Arrays[float32]
	for k := range a {
		want[k] = slices.Clone(a[k])
	}
	updateLoop(want, grad, ids, dim, s)
	updatePart(a, grad, ids, dim, s)
	for k := range a {
		wantBits(t, fmt.Sprintf("array %d of %T", k, s), a[k], want[k])
	}
}

// odd returns a number that is normal more often than not.
func odd(rnd *rand.Rand) float32 {
	switch rnd.IntN(30) {
	case 0:
		return float32(math.Copysign(0, -1))
	case 1:
		return math.Float32frombits(uint32(rnd.IntN(1000))) // denormal
	case 2:
		return float32(math.Inf(1))
	case 3:
		return float32(math.NaN())
	case 4:
		return math.MaxFloat32
	}
	return float32(rnd.NormFloat64())
}

// wantBits compares to the bit, but for what kind of NaN a NaN is.
func wantBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i, x := range got {
		if math.Float32bits(x) != math.Float32bits(want[i]) && !(x != x && want[i] != want[i]) {
			t.Fatalf("%s: element %d is %v (%#x), want %v (%#x)", what, i, x, math.Float32bits(x), want[i], math.Float32bits(want[i]))
		}
	}
}

// A sum of many rows is as good as one of few.
func TestSumOfManyRows(t *testing.T) {
	const n, dim = 4096, 3
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, lo := range []int{0, 1, n - run, n - run - 1, n} {
		table, ids := floats32(rnd, n*dim), rnd.Perm(n)
		got, want := floats32(rnd, dim), make([]float64, dim)
		SumRows(got, table, ids, lo, n, dim, 0.5)
		for _, id := range ids[lo:] {
			for j := range want {
				want[j] += 0.5 * float64(table[id*dim+j])
			}
		}
		for j := range want {
			if d := math.Abs(float64(got[j]) - want[j]); d > 2e-5 {
				t.Errorf("rows %d to %d: column %d is %v, off by %g", lo, n, j, got[j], d)
			}
		}
	}
}

// A dense update is that of one long row.
func TestLongRows(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	const n = 3*block + 5
	step := AdamStep[float32]{Rate: 0.01, Scale: 0.5, Decay: 0.1, Keep: 0.99, Beta1: 0.9, Enter1: 0.1, Beta2: 0.999, Enter2: 0.001, Eps: 1e-8}
	grad := floats32(rnd, n)
	var got, want Arrays[float32]
	for k := range got {
		got[k] = floats32(rnd, 2*n)
		want[k] = slices.Clone(got[k])
	}
	Update(got, grad, []int{1}, n, step)
	updateLoop(want, grad, []int{1}, n, step)
	Update(Arrays[float32]{got[0]}, grad, []int{1}, n, AddStep[float32]{0.3})
	updateLoop(Arrays[float32]{want[0]}, grad, []int{1}, n, AddStep[float32]{0.3})
	for k := range got {
		wantBits(t, fmt.Sprint("array ", k), got[k], want[k])
	}
}

// A dense update makes no memory for each of its blocks.
func TestLongRowsAllocate(t *testing.T) {
	const n = 100 * block
	w, grad, ids := make([]float32, n), make([]float32, n), []int{0}
	if allocs := testing.AllocsPerRun(5, func() { Update(Arrays[float32]{w}, grad, ids, n, AddStep[float32]{1}) }); allocs > 10 {
		t.Errorf("%v allocations for 100 blocks", allocs)
	}
}

func TestRowsOfNoElements(t *testing.T) {
	x := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	SumRows(x[1:1], x, []int{0, 1}, 0, 2, 0, 1)
	Gather(x[1:1], x, []int{0, 1}, 0)
	Update(Arrays[float32]{x[1:1]}, x, []int{0, 1}, 0, AddStep[float32]{1})
	if !slices.Equal(x, []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
		t.Errorf("rows of no elements became %v", x)
	}
}

func floats32(rnd *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(rnd.NormFloat64())
	}
	return v
}
