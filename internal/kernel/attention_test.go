package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Products of matrices whose rows are apart are those of copies whose rows are not, and write nothing between the rows.
func TestGemmOfRowsApart(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		m, k, n := rnd.IntN(40), rnd.IntN(40), rnd.IntN(40)
		add, turnA, turnB := rnd.IntN(2) == 0, rnd.IntN(2) == 0, rnd.IntN(2) == 0
		testRowsApart[float32](t, rnd, m, k, n, add, turnA, turnB)
		testRowsApart[float64](t, rnd, m, k, n, add, turnA, turnB)
	}
}

func testRowsApart[T Float](t *testing.T, rnd *rand.Rand, m, k, n int, add, turnA, turnB bool) {
	t.Helper()
	a, packedA := apart[T](rnd, m, k, turnA)
	b, packedB := apart[T](rnd, k, n, turnB)
	c, packedC := apart[T](rnd, m, n, false)
	before := slices.Clone(c.data)
	gemmOf(c, add, a, b, m, k, n, 1)
	if !add {
		clear(packedC.data)
	}
	gemmOf(packedC, true, packedA, packedB, m, k, n, 1)
	for i, x := range c.data {
		row, column := i/c.stride, i%c.stride
		want := before[i]
		if row < m && column < n {
			want = packedC.data[row*n+column]
		}
		if math.Abs(float64(x-want)) > 1e-4 || column >= n && x != want {
			t.Fatalf("(%d, %d)·(%d, %d), add=%t, turned %t %t: element (%d, %d) is %v, want %v", m, k, k, n, add, turnA, turnB, row, column, x, want)
		}
	}
}

// apart returns a random matrix of (rows, columns) whose rows, or columns if it is turned, have a few elements between
// them, and a copy without.
func apart[T Float](rnd *rand.Rand, rows, columns int, turned bool) (wide, packed strided[T]) {
	r, n := rows, columns
	if turned {
		r, n = columns, rows
	}
	wide = strided[T]{make([]T, r*(n+3)), n + 3, turned}
	for i := range wide.data {
		wide.data[i] = T(rnd.NormFloat64())
	}
	packed = strided[T]{nil, n, turned}
	for i := range r {
		packed.data = append(packed.data, wide.data[i*wide.stride:][:n]...)
	}
	return wide, packed
}

// Without keys, answers are zeros.
func TestAttentionWithoutKeys(t *testing.T) {
	a := &Attention{Batch: 2, Heads: 2, Queries: 3, Dim: 1, Q: Columns{0, 2}, K: Columns{0, 2}, V: Columns{0, 2}}
	dst, q := []float64{9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}, make([]float64, 12)
	Attend(dst, nil, q, nil, nil, nil, a, nil)
	AttentionGrad(q, nil, nil, false, nil, q, nil, nil, dst, nil, a, nil)
	if zeros := make([]float64, 12); !slices.Equal(dst, zeros) || !slices.Equal(q, zeros) {
		t.Errorf("answers %v, gradient %v", dst, q)
	}
}
