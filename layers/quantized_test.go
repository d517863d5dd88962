package layers_test

import (
	"math"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// What is read differs from the table by half a step of its row at most, in a quarter of the memory; rows of one
// value are exact.
func TestQuantize(t *testing.T) {
	const vocab, dim = 200, 16
	rnd := testkit.NewRand(1)
	w := testkit.Randoms[float64](testkit.NewRand(2), vocab*dim)
	for id := range vocab {
		scale, shift := math.Exp(3*rnd.NormFloat64()), 10*rnd.NormFloat64()
		for j := range dim {
			w[id*dim+j] = w[id*dim+j]*scale + shift
		}
	}
	for j := range dim {
		w[7*dim+j] = -3.25
	}
	ids := make([]int, vocab)
	for i := range ids {
		ids[i] = i
	}
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		g := gorgonia.NewGraph()
		e := must(pretrained(g, "words", matrix(narrow(dt, w), vocab, dim), layers.EmbeddingConfig{Freeze: true}))
		q := must(e.Quantize())
		if q.MemSize() != vocab*(dim+8) || q.Learnables() != nil {
			t.Errorf("%d bytes, learnables %v", q.MemSize(), q.Learnables())
		}
		y := must(q.Forward(input(g, "ids", ids, vocab)))
		if y.Dtype() != dt {
			t.Errorf("reads %v of a table of %v", y.Dtype(), dt)
		}
		testkit.Run(t, g)
		got, table := wide(y.Value()), wide(e.Weight().Value())
		worst := 0.0
		for id := range vocab {
			row := table[id*dim : (id+1)*dim]
			low, high := row[0], row[0]
			for _, x := range row {
				low, high = min(low, x), max(high, x)
			}
			bound := (high-low)/255/2 + 1e-6*max(math.Abs(low), math.Abs(high)) // half a step, and float32
			for j, x := range row {
				diff := math.Abs(got[id*dim+j] - x)
				worst = max(worst, diff)
				if diff > bound {
					t.Fatalf("%v: row %d: %v read as %v, more than %v off", dt, id, x, got[id*dim+j], bound)
				}
			}
		}
		if worst != q.MaxError() {
			t.Errorf("%v: off by up to %v, MaxError %v", dt, worst, q.MaxError())
		}
		if got[7*dim] != -3.25 {
			t.Errorf("a row of −3.25 is read as %v", got[7*dim])
		}
	}
}

// Ids mean what they mean to the Embedding, for any rank; two tables in one graph are two.
func TestQuantizedForward(t *testing.T) {
	g := gorgonia.NewGraph()
	e := must(pretrained(g, "words", matrix([]float64{3, 4, 0, 0, 255, 0}, 3, 2), layers.EmbeddingConfig{Freeze: true,
		IDs: layers.IDRules{IgnoreIndex: new(-1), OutOfRange: layers.RangeClip, MaxNorm: 5}}))
	q := must(e.Quantize())
	ids := input(g, "ids", []int32{0, -1, 9, 1}, 2, 2)
	y := must(q.Forward(ids))
	s := must(q.Forward(testkit.Leaf(g, "one", []int{2})))
	other := must(must(pretrained(g, "words2", matrix([]float64{1, 1}, 1, 2), layers.EmbeddingConfig{Freeze: true, IDs: layers.IDRules{OutOfRange: layers.RangeWrap}})).Quantize())
	z := must(other.Forward(ids))
	out := newLinear(g, "out", 2, 1)
	loss := sumSquares(must(out.Forward(y)))
	must(gorgonia.Grad(loss, out.Learnables()...))
	var rows gorgonia.Value
	gorgonia.Read(y, &rows)
	testkit.Run(t, g)
	wantNear(t, "rows", rows, []float64{3, 4, 0, 0, 5, 0, 0, 0}, 1e-6)
	wantNear(t, "scalar id", s.Value(), []float64{5, 0}, 1e-6)
	wantNear(t, "other", z.Value(), []float64{1, 1, 1, 1, 1, 1, 1, 1}, 0)
	if must(out.Weight().Grad()) == nil {
		t.Error("the layer above has no gradient")
	}
}

func TestQuantizeErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	for _, tt := range []struct {
		row  []float64
		want string
	}{
		{[]float64{1, math.NaN()}, `embedding "words": row 1 cannot be quantised: its elements go from NaN to NaN`},
		{[]float64{1, math.Inf(1)}, `embedding "words": row 1 cannot be quantised: its elements go from 1 to +Inf`},
		{[]float64{-1e300, 1e300}, `embedding "words": row 1 cannot be quantised: its elements go from -1e+300 to 1e+300`},
	} {
		e := must(pretrained(gorgonia.NewGraph(), "words", matrix(append([]float64{1, 2}, tt.row...), 2, 2), layers.EmbeddingConfig{Freeze: true}))
		if _, err := e.Quantize(); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
	q := must(must(pretrained(g, "words", matrix([]float64{1, 2}, 1, 2), layers.EmbeddingConfig{Freeze: true})).Quantize())
	if _, err := q.Forward(nil); err == nil || err.Error() != `embedding "words": ids: the node is nil` {
		t.Errorf("got %v", err)
	}
	if _, err := q.Forward(input(g, "f", []float64{1}, 1)); err == nil || err.Error() != `embedding "words": ids must be int, int32 or int64, got float64` {
		t.Errorf("got %v", err)
	}
	must(q.Forward(input(g, "ids", []int{1}, 1)))
	if err := gorgonia.NewTapeMachine(g).RunAll(); err == nil || !strings.Contains(err.Error(), `embedding "words": id 1 at position 0 (of shape (1)) is outside [0, 1)`) {
		t.Errorf("got %v", err)
	}
}
