package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Weighted bags: the weights' gradient and the table's are adjoint to the bags, which are linear in both for Sum.
func TestBagWeights(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	const vocab, dim = 5, 3
	ids, at, ends := []int{0, 4, 4, 2, 1}, []int{0, 1, 2, 3, 5}, []int{0, 3, 5}
	table, w, grad := norm(rnd, vocab*dim), norm(rnd, 5), norm(rnd, 3*dim)
	out, dw := dirty(3*dim), make([]float64, 6)
	b := &Bags{ids, ends, dim, Sum}
	BagWeighted(out, table, w, b)
	BagWeightsGrad(dw, table, w, out, grad, at, b)
	var back float64
	for i, k := range at {
		back += dw[k] * w[i]
	}
	if a := dot(out, grad); math.Abs(a-back) > 1e-12 || dw[4] != 0 || !slices.Equal(out[:dim], []float64{0, 0, 0}) {
		t.Errorf("⟨f(w), y⟩ = %g, ⟨w, fᵀ(y)⟩ = %g; %v, %v", a, back, out, dw)
	}
}

// A mean whose divisor is 0 is 0, never NaN.
func TestWeightShares(t *testing.T) {
	for _, tt := range []struct {
		r    Reduce
		w    []float64
		want []float64
	}{
		{Sum, []float64{2, 3}, []float64{2, 3}}, {Mean, []float64{1, 3}, []float64{0.25, 0.75}}, {SqrtN, []float64{3, 4}, []float64{0.6, 0.8}},
		{Mean, []float64{1, -1}, []float64{0, 0}}, {SqrtN, []float64{0, 0}, []float64{0, 0}}, {Mean, nil, nil},
	} {
		got := make([]float64, len(tt.w))
		WeightShares(got, tt.w, &Bags{Ends: []int{len(tt.w)}, Reduce: tt.r})
		for i := range got {
			if math.Abs(got[i]-tt.want[i]) > 1e-15 {
				t.Errorf("reduction %v of %v: %v, want %v", tt.r, tt.w, got, tt.want)
			}
		}
	}
}

func TestBagExtreme(t *testing.T) {
	table := []float64{-1, 5, -1, 7, -3, 7}
	ids, ends := []int{0, 1, 2, 1}, []int{0, 3, 4, 4}
	for _, tt := range []struct {
		r         Reduce
		out, grad []float64
	}{
		{Max, []float64{0, 0, -1, 7, -1, 7, 0, 0}, []float64{3, 0, 0, 4, 0, 0, 5, 6}},
		{Min, []float64{0, 0, -3, 5, -1, 7, 0, 0}, []float64{0, 4, 0, 0, 3, 0, 5, 6}},
	} {
		out, grad := dirty(8), dirty(8)
		b := &Bags{ids, ends, 2, tt.r}
		BagExtreme(out, table, b)
		BagExtremeGrad(grad, table, []float64{1, 2, 3, 4, 5, 6, 7, 8}, b, []float64{9, 9, 9, 9})
		if !slices.Equal(out, tt.out) || !slices.Equal(grad, tt.grad) {
			t.Errorf("reduction %v: %v and gradient %v, want %v and %v", tt.r, out, grad, tt.out, tt.grad)
		}
	}
}

// A NaN that comes first stays, and takes the gradient; a later one does not count.
func TestBagExtremeOfNaN(t *testing.T) {
	nan := math.NaN()
	for _, r := range []Reduce{Max, Min} {
		out, grad := dirty(2), dirty(4)
		table := []float64{nan, 1, 2, nan}
		b := &Bags{[]int{0, 1}, []int{2}, 2, r}
		BagExtreme(out, table, b)
		BagExtremeGrad(grad, table, []float64{3, 4}, b, []float64{9, 9, 9, 9})
		if !math.IsNaN(out[0]) || out[1] != 1 || !slices.Equal(grad, []float64{3, 4, 0, 0}) {
			t.Errorf("reduction %v: %v and gradient %v", r, out, grad)
		}
	}
}

func TestNorm(t *testing.T) {
	x := []float32{3, -4, 0}
	for _, tt := range []struct{ p, want float64 }{{2, 5}, {1, 7}, {math.Inf(1), 4}, {0.5, math.Pow(math.Sqrt(3)+2, 2)}, {3, math.Cbrt(91)}} {
		if got := Norm(x, tt.p); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("the %v-norm of %v is %v, want %v", tt.p, x, got, tt.want)
		}
	}
}

func TestMaskAndDropPadding(t *testing.T) {
	ids := []int{3, 0, NoRow, 1, 0}
	if got, want := Mask(nil, ids, 0, []bool{false, false, false, true}), []int{NoRow, NoRow, NoRow, 1, NoRow}; !slices.Equal(got, want) {
		t.Errorf("Mask gives %v, want %v", got, want)
	}
	if got, want := Mask(nil, ids, NoRow, nil), ids; !slices.Equal(got, want) {
		t.Errorf("Mask without padding gives %v, want %v", got, want)
	}
	ends := []int{2, 2, 5}
	kept, at := DropPadding(nil, []int{}, ids, ends, 0)
	if !slices.Equal(kept, []int{3, 1}) || !slices.Equal(at, []int{0, 3}) || !slices.Equal(ends, []int{1, 1, 2}) {
		t.Errorf("DropPadding gives %v at %v, ends %v", kept, at, ends)
	}
}

func TestGroups(t *testing.T) {
	var x Index
	x.Build([]int{2, 0, 2, 2}, NoRow)
	src := []float64{1, 10, 2, 3}
	for _, tt := range []struct {
		weights      []float64
		byID, byFreq bool
		want         []float64
	}{
		{nil, false, false, []float64{6, 10, 0}}, {nil, true, false, []float64{10, 0, 6}}, {nil, false, true, []float64{2, 10, 0}},
		{[]float64{3, 2, 1, -1}, false, false, []float64{10, -10, 0}}, {[]float64{3, 2, 2, -1}, true, true, []float64{-10, 0, 13.0 / 3}},
	} {
		dst := []float64{99, 99, 99}
		for i, x := range tt.want { // rows of no group stay
			if x == 0 {
				dst[i] = 0
			}
		}
		g := &Groups[float64]{&x, src, tt.weights, 1, tt.byFreq}
		if tt.byID {
			g.SumByID(dst)
		} else {
			g.Sum(dst)
		}
		for i := range dst {
			if math.Abs(dst[i]-tt.want[i]) > 1e-15 {
				t.Errorf("%+v: got %v", tt, dst)
			}
		}
	}
}

// dirty returns n elements with something in them: an op's memory is that of the run before last.
func dirty(n int) []float64 { return slices.Repeat([]float64{99}, n) }

func TestNoRowIsZero(t *testing.T) {
	ids, want := []int{1, NoRow, 0}, []float64{3, 4, 0, 0, 1, 2}
	got := dirty(6)
	if GatherOrZero(got, []float64{1, 2, 3, 4}, ids, 2); !slices.Equal(got, want) {
		t.Errorf("GatherOrZero gives %v, want %v", got, want)
	}
	got = dirty(6)
	if Dequantize(got, []uint8{0, 1, 2, 3}, []float32{1, 1}, []float32{1, 1}, ids, 2); !slices.Equal(got, want) {
		t.Errorf("Dequantize gives %v, want %v", got, want)
	}
}
