package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Products with the largest elements do not overflow; those of the assembly are those of its twin, which reads no more
// than the rows, and writes no more than dst.
func TestDotsInt8(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 1))
	for i := range 200 {
		n, dim, atEnd := rnd.IntN(20), 1+rnd.IntN(700), i%2 == 0
		stride := CoarseStride(dim)
		rows, q, dst := guarded[int8](t, n*stride, atEnd), guarded[int16](t, stride, atEnd), guarded[int32](t, n, atEnd)
		for k := range rows {
			rows[k] = int8(rnd.IntN(255) - 127)
			if i%5 == 0 {
				rows[k] = -127
			}
		}
		most := min(1<<15, 1<<24/dim)
		for k := range dim {
			q[k] = int16(rnd.IntN(2*most-1) - most + 1)
			if i%5 == 0 {
				q[k] = int16(1 - most)
			}
		}
		DotsInt8(dst, rows, q)
		want := make([]int32, n)
		for r := range want {
			sum := int64(0)
			for k, x := range q {
				sum += int64(x) * int64(rows[r*stride+k])
			}
			want[r] = int32(sum)
			if int64(want[r]) != sum {
				t.Fatalf("dim %d: the product %d overflows", dim, sum)
			}
		}
		twin := make([]int32, n)
		dotsInt8(twin, rows, q)
		if !slices.Equal(dst, want) || !slices.Equal(twin, want) {
			t.Fatalf("dim %d: got %v, twin %v, want %v", dim, dst, twin, want)
		}
	}
}

// Rows of any size are as near to their codes as Coarsen says, in any part of the table, and zeros are zeros.
func TestCoarsen(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 2))
	for _, dim := range []int{1, 31, 32, 33, 300} {
		const n = 50
		stride := CoarseStride(dim)
		x, norms := make([]float32, n*dim), make([]float64, n)
		for i := range x {
			if row := i / dim; row%7 > 0 {
				x[i] = float32(rnd.NormFloat64() * math.Pow(10, float64(row%60-30)))
				norms[row] += float64(x[i]) * float64(x[i])
			}
		}
		for i := range norms {
			norms[i] = math.Sqrt(norms[i])
		}
		codes, scale, slack := make([]int8, n*stride), make([]float32, n), make([]float32, n)
		Coarsen(codes, scale, slack, norms, x, dim)
		for i, norm := range norms {
			off, most := 0.0, float64(slack[i])*(1+1e-6)+1e-6
			for j := range dim {
				e := float64(codes[i*stride+j]) * float64(scale[i])
				if norm > 0 {
					e -= float64(x[i*dim+j]) / norm
				}
				off += e * e
			}
			if math.Sqrt(off) > most || most > 0.5 || norm == 0 && off != 0 {
				t.Errorf("dim %d: row %d of length %g is off by %g, want %g at most", dim, i, norm, math.Sqrt(off), most)
			}
		}
	}
}

// A search of 100,000 rows of 300.
func BenchmarkDotsInt8(b *testing.B) {
	const n, dim = 100_000, 300
	stride := CoarseStride(dim)
	dst, rows, q := make([]int32, n), make([]int8, n*stride), make([]int16, stride)
	for i := range rows {
		rows[i] = int8(i)
	}
	b.SetBytes(int64(len(rows)))
	for b.Loop() {
		DotsInt8(dst, rows, q)
	}
}
