package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// Assembly gives the bits of its twin in Go for either width of vectors, and touches nothing else.
func TestProductsAgreeWithTheirTwin(t *testing.T) {
	if !haveAVX2 {
		t.Skip("no AVX2 and FMA here: products are gonum's")
	}
	sizes := []int{1, 2, 3, 5, 6, 7, 8, 9, 11, 15, 16, 17, 20, 31, 32, 33, 40, 65, 127, 128, 129, 150, 257, 700}
	for i := range 300 {
		rnd := rand.New(rand.NewPCG(2, uint64(i)))
		m, k, n := sizes[rnd.IntN(len(sizes))], sizes[rnd.IntN(len(sizes))], sizes[rnd.IntN(len(sizes))]
		transA, transB, wide := i%3 == 1, i%3 == 2, i%2 == 0 && haveAVX512
		t.Run(fmt.Sprintf("%d/%dx%dx%d/%t,%t/wide=%t", i, m, k, n, transA, transB, wide), func(t *testing.T) {
			floats := func(n int) []float32 {
				x := guarded[float32](t, n, rnd.IntN(2) == 0)
				for i := range x {
					x[i] = float32(rnd.NormFloat64())
					if i%7 == 0 && rnd.IntN(50) == 0 {
						x[i] = odd(rnd)
					}
				}
				return x
			}
			p := newProduct(floats(m*n), floats(m*k), floats(k*n), transA, transB, m, k, n)
			switch p.wide = wide; i % 4 {
			case 0:
				p.add = matrix{floats(n), 0, 1}
			case 1:
				p.add = matrix{}
			}
			want := twin(&p)
			p.run()
			wantBits(t, "c", p.c.data, want)
		})
	}
}

// twin returns c, as the comment of product defines it.
func twin(p *product) []float32 {
	c := make([]float32, len(p.c.data))
	for i := range p.rows {
		for j := range p.columns {
			var sum float32
			if p.add.data != nil {
				sum = p.add.from(i, j).data[0]
			}
			if p.few() {
				var s [8]float32
				for l := range s {
					s[l] = p.chain(i, j, l, p.k, 8)
				}
				sum += ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
				c[i*p.c.row+j] = sum
				continue
			}
			for first := 0; first < p.k; first += depth {
				sum += p.chain(i, j, first, min(first+depth, p.k), 1)
			}
			c[i*p.c.row+j] = sum
		}
	}
	return c
}

// chain returns the sum of the products of each step-th k of [first, end).
func (p *product) chain(i, j, first, end, step int) (sum float32) {
	for k := first; k < end; k += step {
		sum = fma(p.a.from(i, k).data[0], p.b.from(k, j).data[0], sum)
	}
	return sum
}

// fma returns the float32 nearest to a·b + c. The product is exact in float64; the sum is rounded to odd there, so that
// rounding it again, to float32, does no harm (Boldo and Melquiond, Emulation of FMA and correctly rounded sums, 2008).
// math.FMA would round to even, and now and then give another number.
func fma(a, b, c float32) float32 {
	x, y := float64(a)*float64(b), float64(c)
	sum := x + y
	rest := sum - x
	lost := (x - (sum - rest)) + (y - rest)
	if lost != 0 && lost == lost && math.Float64bits(sum)&1 == 0 {
		sum = math.Nextafter(sum, math.Copysign(math.Inf(1), lost))
	}
	return float32(sum)
}

// A product that is shared by several CPUs has the bits that one gives.
func TestSharedProductsGiveTheSameBits(t *testing.T) {
	const rows, in, out = 150, 250, 700
	rnd := rand.New(rand.NewPCG(1, 1))
	x, w, grad, bias := floats32(rnd, rows*in), floats32(rnd, out*in), floats32(rnd, rows*out), floats32(rnd, out)
	for name, run := range map[string]func() []float32{
		"Linear":      func() []float32 { y := make([]float32, rows*out); Linear(y, x, w, bias, rows, in, out); return y },
		"LinearGradX": func() []float32 { d := slices.Clone(x); LinearGradX(d, w, grad, rows, in, out); return d },
		"LinearGradW": func() []float32 { d := slices.Clone(w); LinearGradW(d, x, grad, rows, in, out); return d },
	} {
		var want []float32
		for _, procs := range []int{1, 2, 3} {
			old := runtime.GOMAXPROCS(procs)
			got := run()
			if n := parts(out, rows*in); procs > 1 && n < 2 {
				t.Errorf("%s: %d parts with GOMAXPROCS %d", name, n, procs)
			}
			runtime.GOMAXPROCS(old)
			if want == nil {
				want = got
			}
			wantBits(t, fmt.Sprintf("%s, GOMAXPROCS %d", name, procs), got, want)
		}
	}
}

// A product makes no memory.
func TestProductsAllocate(t *testing.T) {
	if !haveAVX2 {
		t.Skip("no AVX2 and FMA here: products are gonum's")
	}
	const rows, in, out = 33, 300, 50
	rnd := rand.New(rand.NewPCG(1, 1))
	x, w, y := floats32(rnd, rows*in), floats32(rnd, out*in), floats32(rnd, rows*out)
	if n := testing.AllocsPerRun(5, func() {
		Linear(y, x, w, nil, rows, in, out)
		LinearGradX(x, w, y, rows, in, out)
		LinearGradW(w, x, y, rows, in, out)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A sum of many products is as good as one of few.
func TestProductOfManyRows(t *testing.T) {
	const n = 30_000
	rnd := rand.New(rand.NewPCG(1, 1))
	x, w, got, want := floats32(rnd, n), floats32(rnd, n), []float32{0}, 0.0
	for i := range x {
		want += float64(x[i]) * float64(w[i])
	}
	Linear(got, x, w, nil, 1, n, 1)
	if d := math.Abs(float64(got[0]) - want); d > 1e-3 {
		t.Errorf("got %v, off by %g", got[0], d)
	}
}
