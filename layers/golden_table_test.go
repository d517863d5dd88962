package layers_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/golden"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/sparse"
)

// narrow returns x as the elements of a tensor of dt.
func narrow(dt tensor.Dtype, x []float64) any {
	if dt == tensor.Float64 {
		return slices.Clone(x)
	}
	y := make([]float32, len(x))
	for i := range x {
		y[i] = float32(x[i])
	}
	return y
}

// wide returns a float value's elements.
func wide(v gorgonia.Value) []float64 {
	if rows, ok := v.(*sparse.Rows); ok {
		v = rows.Dense()
	}
	if v.Shape().TotalSize() == 0 {
		return nil
	}
	switch x := v.Data().(type) {
	case []float64:
		return x
	case []float32:
		y := make([]float64, len(x))
		for i := range x {
			y[i] = float64(x[i])
		}
		return y
	}
	return nil
}

func wantNear(t *testing.T, what string, got gorgonia.Value, want []float64, tol float64) {
	t.Helper()
	elems := wide(got)
	if len(elems) != len(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
		return
	}
	for i := range want {
		if !(math.Abs(elems[i]-want[i]) <= tol) {
			t.Errorf("%s: element %d is %v, want %v\n got %v\nwant %v", what, i, elems[i], want[i], elems, want)
			return
		}
	}
}

// tableCase is a golden case of embedding or embedding_bag.
type tableCase struct {
	c         golden.Case
	cfg       layers.IDRules
	mode      layers.BagMode
	ids       []int
	shape     []int
	w, up     []float64
	wShape    []int
	out, grad []float64
	after     []float64
}

func loadTable(t *testing.T, c golden.Case) tableCase {
	tt := tableCase{c: c}
	c.Get(t, "padding_idx", &tt.cfg.PaddingIdx)
	c.Get(t, "scale_grad_by_freq", &tt.cfg.ScaleGradByFreq)
	c.Get(t, "max_norm", &tt.cfg.MaxNorm)
	if tt.cfg.MaxNorm != 0 {
		var p any
		c.Get(t, "norm_type", &p)
		tt.cfg.NormType = must(strconv.ParseFloat(fmt.Sprint(p), 64))
	}
	var mode string
	c.Get(t, "mode", &mode)
	tt.mode = map[string]layers.BagMode{"sum": layers.BagSum, "mean": layers.BagMean, "max": layers.BagMax}[mode]
	tt.ids, tt.shape = c.Ints(t, "indices")
	tt.w, tt.wShape = c.Floats(t, "weight")
	tt.out, _ = c.Floats(t, "out")
	tt.grad, _ = c.Floats(t, "grad_weight")
	if tt.up, _ = c.Floats(t, "grad_out"); len(tt.up) == 0 { // of the sum
		tt.up = slices.Repeat([]float64{1}, len(tt.out))
	}
	if tt.after, _ = c.Floats(t, "weight_after"); len(tt.after) == 0 {
		tt.after = tt.w
	}
	return tt
}

// run compares forward, gradients and weight after with the case's.
func (tt tableCase) run(t *testing.T, dt tensor.Dtype, tol float64) {
	g := gorgonia.NewGraph()
	weight := input(g, "w", narrow(dt, tt.w), tt.wShape...)
	ids := input(g, "ids", slices.Clone(tt.ids), tt.shape...)
	wrt := gorgonia.Nodes{weight}
	var y *gorgonia.Node
	if tt.c.Op == "embedding" {
		y = must(layers.Lookup(weight, ids, tt.cfg))
	} else {
		in := layers.Texts{IDs: ids}
		if offsets, shape := tt.c.Ints(t, "offsets"); shape != nil {
			in.Offsets = input(g, "offsets", offsets, shape...)
			var last bool
			tt.c.Get(t, "include_last_offset", &last)
			in.NoLastOffset = !last
		}
		if psw, shape := tt.c.Floats(t, "per_sample_weights"); shape != nil {
			in.Weights = input(g, "psw", narrow(dt, psw), shape...)
			wrt = append(wrt, in.Weights)
		}
		y = must(layers.Bag(weight, in, tt.mode, tt.cfg))
	}
	up := input(g, "up", narrow(dt, tt.up), y.Shape()...)
	grads := must(gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{up}, wrt))
	testkit.Run(t, g)
	wantNear(t, "forward", y.Value(), tt.out, tol)
	wantNear(t, "gradient", grads[0].Value(), tt.grad, tol)
	wantNear(t, "weight after", weight.Value(), tt.after, tol)
	if len(wrt) == 2 {
		want, _ := tt.c.Floats(t, "grad_per_sample_weights")
		wantNear(t, "gradient of the weights", grads[1].Value(), want, tol)
	}
	if _, ok := grads[0].Value().(*sparse.Rows); ok != tt.cfg.Sparse {
		t.Errorf("the gradient is a %T", grads[0].Value())
	}
}

// Numbers of PyTorch, and of the reference where PyTorch is wrong: bags with scale_grad_by_freq.
func TestGoldenEmbedding(t *testing.T)    { testGoldenTable(t, "embedding", 9+13) }
func TestGoldenEmbeddingBag(t *testing.T) { testGoldenTable(t, "embedding_bag", 18+28) }

func testGoldenTable(t *testing.T, op string, want int) {
	cases := append(golden.Load(t, golden.PyTorch, op), golden.Load(t, golden.Reference, op)...)
	if len(cases) != want {
		t.Errorf("%d cases, want %d", len(cases), want)
	}
	for _, c := range cases {
		for _, dt := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			for _, isSparse := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%v/sparse=%t", c.Name, dt, isSparse), func(t *testing.T) {
					tt, tol := loadTable(t, c), 1e-10
					if tt.cfg.Sparse = isSparse; dt == tensor.Float32 {
						tol = 1e-5
					}
					tt.run(t, dt, tol)
				})
			}
		}
	}
}
