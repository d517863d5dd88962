package layers_test

import (
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/sparse"
)

// Few ids, many repeats: the gradient of float32 is the same to the bit in each of five runs, for any GOMAXPROCS.
func TestGradientIsDeterministic(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	rnd := testkit.NewRand(1)
	ids := make([]int, 5000)
	for i := range ids {
		ids[i] = rnd.IntN(3)
	}
	for _, isSparse := range []bool{false, true} {
		var want []float64
		for _, procs := range []int{1, 2, 4, 7, 1} {
			runtime.GOMAXPROCS(procs)
			g := gorgonia.NewGraph()
			w := input(g, "w", make([]float32, 3*64), 3, 64)
			y := must(layers.Lookup(w, input(g, "ids", ids, len(ids)), layers.IDRules{Sparse: isSparse}))
			_, grads := backward(t, y, testkit.Randoms[float64](testkit.NewRand(2), len(ids)*64), w)
			if got := wide(grads[0]); want == nil {
				want = got
			} else if !slices.Equal(got, want) {
				t.Errorf("sparse %t, GOMAXPROCS %d: another gradient", isSparse, procs)
			}
		}
	}
}

// available returns the memory that is free, in bytes, or 0 if the system does not say.
func available() (bytes int) {
	info, _ := os.ReadFile("/proc/meminfo")
	_, rest, _ := strings.Cut(string(info), "MemAvailable:")
	if fields := strings.Fields(rest); len(fields) > 0 {
		bytes, _ = strconv.Atoi(fields[0])
	}
	return bytes * 1024
}

// A table of more than 2³¹ bytes: the rows at both ends, for lookup and bag, forward and backward.
func TestTableBeyond2GiB(t *testing.T) {
	if testing.Short() {
		t.Skip("a table of 2 GiB")
	}
	const vocab, dim = 1<<22 + 3, 128 // 2³¹ + 1536 bytes, of which the pages that are touched are real
	if free := available(); free < 3*vocab*dim*4 {
		t.Skipf("%d bytes are free", free)
	}
	w := make([]float32, vocab*dim)
	w[0], w[(vocab-1)*dim], w[len(w)-1] = 1, 2, 3
	g := gorgonia.NewGraph()
	e := must(pretrained(g, "words", matrix(w, vocab, dim), layers.EmbeddingConfig{IDs: layers.IDRules{Sparse: true, MaxNorm: 2.5}}))
	b := must(pretrainedBag(g, "bag", matrix(w, vocab, dim), layers.EmbeddingBagConfig{IDs: layers.IDRules{Sparse: true}, Mode: layers.BagMax}))
	ids := input(g, "ids", []int{0, vocab - 1, vocab - 1}, 1, 3)
	rows, most := must(e.Forward(ids)), must(b.Forward(ids))
	loss := gorgonia.Must(gorgonia.Add(gorgonia.Must(gorgonia.Sum(rows)), gorgonia.Must(gorgonia.Sum(most))))
	must(gorgonia.Grad(loss, e.Weight(), b.Weight()))
	testkit.Run(t, g)
	if norm := math.Hypot(float64(w[(vocab-1)*dim]), float64(w[len(w)-1])); w[0] != 1 || math.Abs(norm-2.5) > 1e-5 {
		t.Errorf("norm of the last row %v", norm)
	}
	for _, n := range []*gorgonia.Node{e.Weight(), b.Weight()} {
		d := must(n.Grad()).(*sparse.Rows)
		last, _ := d.Row(vocab - 1).([]float32)
		if !slices.Equal(d.IDs(), []int{0, vocab - 1}) || last[dim-1] != 2 && n == e.Weight() || last[dim-1] != 1 && n == b.Weight() {
			t.Errorf("gradient of %v: %v", n, d)
		}
	}
}

// FuzzLookup: any ids in any shape, any settings: the rows and gradients of the definition or an error; dense as
// sparse.
func FuzzLookup(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz"), uint8(2))
	f.Add([]byte{}, uint8(0))
	f.Add([]byte("\x04\x02\x00\x0faaaaaaaaaaaaaaaaaaaaaaa\xff\xff"), uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, rank uint8) { checkLookup(t, decode(data), int(rank%5)) })
}

func TestRandomLookups(t *testing.T) {
	rnd := testkit.NewRand(2)
	for range 1000 {
		data := make([]byte, 60)
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		checkLookup(t, decode(data), rnd.IntN(5))
	}
}

// checkLookup looks the ids of c up in a shape of this rank. A lookup is a bag of one id each, but for padding, which
// is read.
func checkLookup(t *testing.T, c bagCase, rank int) {
	t.Helper()
	shape := slices.Repeat([]int{1}, rank)
	if rank == 0 {
		c.ids = append(c.ids, 0)[:1]
	} else if shape[rank-1] = len(c.ids); len(c.ids)%2 == 0 {
		shape[0], shape[rank-1] = max(1, 2*min(1, rank-1)), len(c.ids)
		if rank > 1 {
			shape[rank-1] /= 2
		}
	}
	n := len(c.ids)
	c.mode, c.weights, c.offsets, c.batch, c.time = layers.BagSum, nil, nil, n, 1
	c.up = testkit.Randoms[float64](testkit.NewRand(5), n*c.dim)
	want, ok := c.reference()
	read := c
	read.cfg.PaddingIdx = nil
	plain, _ := read.reference()
	var dense []float64
	for _, isSparse := range []bool{false, true} {
		g := gorgonia.NewGraph()
		w := input(g, "w", slices.Clone(c.w), c.vocab, c.dim)
		cfg := c.cfg
		cfg.Sparse = isSparse
		y := must(layers.Lookup(w, input(g, "ids", slices.Clone(c.ids), shape...), cfg))
		up := input(g, "up", slices.Clone(c.up), y.Shape()...)
		grads := must(gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{up}, gorgonia.Nodes{w}))
		vm := gorgonia.NewTapeMachine(g)
		err := vm.RunAll()
		must(0, vm.Close())
		if (err == nil) != ok {
			t.Fatalf("%+v, sparse %t: error %v, want one: %t", c, isSparse, err, !ok)
		}
		if !ok {
			continue
		}
		got := wide(grads[0].Value())
		if !slices.EqualFunc(wide(y.Value()), plain.out, close) || !slices.EqualFunc(got, want.grad, close) || !slices.EqualFunc(wide(w.Value()), want.after, close) {
			t.Fatalf("%+v, sparse %t:\n got %v, gradient %v\nwant %v, gradient %v", c, isSparse, y.Value(), got, plain.out, want.grad)
		}
		if dense != nil && !slices.Equal(got, dense) {
			t.Fatalf("%+v: sparse gradient %v, dense %v", c, got, dense)
		}
		dense = got
	}
}

// The layers are the functions: the same numbers from Embedding and Lookup, EmbeddingBag and Bag.
func TestLayerEqualsFunction(t *testing.T) {
	g := gorgonia.NewGraph()
	e, b := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3}), must(layers.NewEmbeddingBag(g, "bag", layers.EmbeddingBagConfig{
		NumEmbeddings: 4, EmbeddingDim: 3, Dtype: tensor.Float64, Init: layers.Normal(testkit.NewRand(1), 1), Mode: layers.BagMax}))
	ids := input(g, "ids", []int{1, 3, 2, 1}, 2, 2)
	pairs := [][2]*gorgonia.Node{
		{must(e.Forward(ids)), must(layers.Lookup(e.Weight(), input(g, "same", []int{1, 3, 2, 1}, 2, 2), layers.IDRules{}))},
		{must(b.Forward(ids)), must(layers.Bag(b.Weight(), layers.Texts{IDs: input(g, "again", []int{1, 3, 2, 1}, 2, 2)}, layers.BagMax, layers.IDRules{}))},
	}
	testkit.Run(t, g)
	for _, p := range pairs {
		if p[0] == p[1] || !slices.Equal(wide(p[0].Value()), wide(p[1].Value())) {
			t.Errorf("the layer gives %v, the function %v", p[0].Value(), p[1].Value())
		}
	}
}

// ids 7 1 7: the sparse gradient holds each once, in the order of their first use, with padding left out.
func TestSparseGradientHoldsEachIDOnce(t *testing.T) {
	for _, tt := range []struct {
		padding *int
		ids     []int
		data    []float64
	}{{nil, []int{7, 1}, []float64{2, 2, 1, 1}}, {new(7), []int{1}, []float64{1, 1}}} {
		g := gorgonia.NewGraph()
		w := table(g, "w", 10, 2)
		y := must(layers.Lookup(w, input(g, "ids", []int{7, 1, 7}, 3), layers.IDRules{Sparse: true, PaddingIdx: tt.padding}))
		_, grads := backward(t, y, nil, w)
		rows := grads[0].(*sparse.Rows)
		if !slices.Equal(rows.IDs(), tt.ids) || !slices.Equal(rows.Data().([]float64), tt.data) || !slices.Equal(rows.Shape(), w.Shape()) {
			t.Errorf("got %v", rows)
		}
	}
}

// The gradient of a gradient is an error that says so.
func TestSecondDerivativeIsAnError(t *testing.T) {
	g := gorgonia.NewGraph()
	w := table(g, "w", 4, 2)
	y := must(layers.Lookup(w, input(g, "ids", []int{1}, 1), layers.IDRules{}))
	up := input(g, "up", []float64{1, 2}, 1, 2)
	dw := must(gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{up}, gorgonia.Nodes{w}))[0]
	_, err := gorgonia.Grad(sumSquares(dw), up)
	if err == nil || !strings.Contains(err.Error(), "second derivatives are not supported") {
		t.Errorf("got %v", err)
	}
}

// A table of any dtype from a call with few fields: torch's from_pretrained of float and double; float16 and integers
// are no Dtype.
func TestTableDtypes(t *testing.T) {
	for _, tt := range []struct {
		data any
		ok   bool
	}{
		{[]float32{1, 2}, true}, {[]float64{1, 2}, true}, {[]int{1, 2}, false}, {[]int8{1, 2}, false}, {[]uint8{1, 2}, false}, {[]int16{1, 2}, false}, {[]int32{1, 2}, false}, {[]int64{1, 2}, false},
	} {
		_, err := pretrained(gorgonia.NewGraph(), "w", tensor.New(tensor.WithShape(2, 1), tensor.WithBacking(tt.data)), layers.EmbeddingConfig{Freeze: true})
		if (err == nil) != tt.ok {
			t.Errorf("%T: %v", tt.data, err)
		}
	}
}
