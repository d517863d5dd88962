package layers_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/sparse"
)

// bagCase is an input of a bag; reference computes what must come of it by the definitions alone.
type bagCase struct {
	vocab, dim  int
	w           []float64
	ids         []int
	batch, time int   // of a matrix of ids, or
	offsets     []int // nil without
	noLast      bool
	weights     []float64 // nil without
	mode        layers.BagMode
	cfg         layers.IDRules
	up          []float64
}

type bagResult struct{ out, grad, gradWeights, after []float64 }

// bounds returns where the bags begin and end, false if the offsets are wrong.
func (c bagCase) bounds() (b [][2]int, ok bool) {
	if c.offsets == nil {
		for i := range c.batch {
			b = append(b, [2]int{i * c.time, (i + 1) * c.time})
		}
		return b, true
	}
	ends := slices.Clone(c.offsets)
	if c.noLast && len(ends) > 0 {
		ends = append(ends, len(c.ids))
	}
	ok = c.noLast || len(ends) > 0
	for i, at := range ends {
		ok = ok && at <= len(c.ids) && (i > 0 || at == 0) && (i == 0 || at >= ends[i-1])
		if i > 0 {
			b = append(b, [2]int{ends[i-1], at})
		}
	}
	return b, ok
}

// row returns the row of id: −1 if it is ignored, −2 if it is none.
func (c bagCase) row(id int) int {
	switch {
	case c.cfg.IgnoreIndex != nil && id == *c.cfg.IgnoreIndex:
		return -1
	case id >= 0 && id < c.vocab:
		return id
	case c.cfg.OutOfRange == layers.RangeClip:
		return max(0, min(id, c.vocab-1))
	case c.cfg.OutOfRange == layers.RangeWrap:
		return ((id % c.vocab) + c.vocab) % c.vocab
	case c.cfg.OutOfRange == layers.RangeUnknown:
		return (*c.cfg.UnknownIdx + c.vocab) % c.vocab
	}
	return -2
}

func (c bagCase) isAny(row int, list []int) bool {
	return slices.ContainsFunc(list, func(x int) bool { return (x+c.vocab)%c.vocab == row })
}

func (c bagCase) reference() (r bagResult, ok bool) {
	bounds, ok := c.bounds()
	if !ok {
		return r, false
	}
	frozen := func(row int) bool {
		return c.isAny(row, c.cfg.FreezeRows) || len(c.cfg.TrainRows) > 0 && !c.isAny(row, c.cfg.TrainRows)
	}
	var limit []int
	for _, b := range bounds {
		for _, id := range c.ids[b[0]:b[1]] {
			switch row := c.row(id); {
			case row == -2:
				return r, false
			case row >= 0 && !frozen(row):
				limit = append(limit, row)
			}
		}
	}
	r.after = slices.Clone(c.w)
	if c.cfg.MaxNorm > 0 {
		r.after = limited(c.w, limit, c.dim, c.cfg.MaxNorm, max(c.cfg.NormType, 0.1)) // cases set NormType
	}
	r.grad, r.gradWeights = make([]float64, len(c.w)), make([]float64, len(c.ids))
	uses := make([]float64, c.vocab)
	for i, b := range bounds {
		var kept []int
		for at := b[0]; at < b[1]; at++ {
			if row := c.row(c.ids[at]); row >= 0 && (c.cfg.PaddingIdx == nil || !c.isAny(row, []int{*c.cfg.PaddingIdx})) {
				kept = append(kept, at)
				uses[row]++
			}
		}
		for j := range c.dim {
			r.out = append(r.out, c.column(&r, kept, j, c.up[i*c.dim+j]))
		}
	}
	for row := range c.vocab {
		for j := range c.dim {
			switch at := row*c.dim + j; {
			case frozen(row):
				r.grad[at] = 0
			case c.cfg.ScaleGradByFreq && uses[row] > 0:
				r.grad[at] /= uses[row]
			}
		}
	}
	return r, true
}

// column returns column j of the bag of the ids at kept, whose gradient g goes to r.
func (c bagCase) column(r *bagResult, kept []int, j int, g float64) float64 {
	if len(kept) == 0 {
		return 0
	}
	element := func(at int) int { return c.row(c.ids[at])*c.dim + j }
	x := func(at int) float64 { return r.after[element(at)] }
	if c.mode == layers.BagMax || c.mode == layers.BagMin {
		best := kept[0]
		for _, at := range kept {
			if c.mode == layers.BagMax && x(at) > x(best) || c.mode == layers.BagMin && x(at) < x(best) {
				best = at
			}
		}
		r.grad[element(best)] += g
		return x(best)
	}
	weight := func(at int) float64 {
		if c.weights == nil {
			return 1
		}
		return c.weights[at]
	}
	var sum, total, squares float64
	for _, at := range kept {
		sum += weight(at) * x(at)
		total += weight(at)
		squares += weight(at) * weight(at)
	}
	divisor := map[layers.BagMode]float64{layers.BagSum: 1, layers.BagMean: total, layers.BagSqrtN: math.Sqrt(squares)}[c.mode]
	if divisor == 0 {
		return 0
	}
	for _, at := range kept {
		r.grad[element(at)] += g * weight(at) / divisor
		slope := map[layers.BagMode]float64{layers.BagMean: 1, layers.BagSqrtN: weight(at) / divisor}[c.mode] // of the divisor
		r.gradWeights[at] += g * (x(at)/divisor - sum*slope/(divisor*divisor))
	}
	return sum / divisor
}

// run is the library's answer.
func (c bagCase) run(isSparse bool, dt tensor.Dtype) (r bagResult, err error) {
	g := gorgonia.NewGraph()
	weight := input(g, "w", narrow(dt, c.w), c.vocab, c.dim)
	shape := []int{c.batch, c.time}
	var in layers.Texts
	if c.offsets != nil {
		shape = []int{len(c.ids)}
		in.Offsets, in.NoLastOffset = input(g, "offsets", slices.Clone(c.offsets), len(c.offsets)), c.noLast
	}
	in.IDs = input(g, "ids", slices.Clone(c.ids), shape...)
	wrt := gorgonia.Nodes{weight}
	if c.weights != nil {
		in.Weights = input(g, "weights", narrow(dt, c.weights), shape...)
		wrt = append(wrt, in.Weights)
	}
	cfg := c.cfg
	cfg.Sparse = isSparse
	y, err := layers.Bag(weight, in, c.mode, cfg)
	if err != nil {
		return r, err
	}
	up := input(g, "up", narrow(dt, c.up[:y.Shape().TotalSize()]), y.Shape()...)
	grads, err := gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{up}, wrt)
	if err != nil {
		return r, err
	}
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		return r, err
	}
	if _, ok := grads[0].Value().(*sparse.Rows); ok != isSparse {
		return r, fmt.Errorf("the gradient is a %T", grads[0].Value())
	}
	r = bagResult{wide(y.Value()), wide(grads[0].Value()), make([]float64, len(c.ids)), wide(weight.Value())}
	if len(wrt) == 2 {
		r.gradWeights = wide(grads[1].Value())
	}
	return r, nil
}

// check compares dense and sparse with the reference.
func (c bagCase) check(t *testing.T) {
	t.Helper()
	want, ok := c.reference()
	if c.weights == nil {
		want.gradWeights = make([]float64, len(c.ids))
	}
	var dense bagResult
	for _, isSparse := range []bool{false, true} {
		got, err := c.run(isSparse, tensor.Float64)
		if (err == nil) != ok {
			t.Fatalf("%+v, sparse %t: error %v, want one: %t", c, isSparse, err, !ok)
		}
		if !ok {
			continue
		}
		for what, pair := range map[string][2][]float64{
			"forward": {got.out, want.out}, "gradient": {got.grad, want.grad}, "gradient of the weights": {got.gradWeights, want.gradWeights}, "weight after": {got.after, want.after},
		} {
			if len(pair[0]) != len(pair[1]) || !slices.EqualFunc(pair[0], pair[1], close) {
				t.Fatalf("%+v, sparse %t: %s\n got %v\nwant %v", c, isSparse, what, pair[0], pair[1])
			}
		}
		if dense.out != nil && !slices.Equal(got.grad, dense.grad) {
			t.Fatalf("%+v: sparse gradient %v, dense %v", c, got.grad, dense.grad)
		}
		dense = got
	}
}

func close(x, y float64) bool { return math.Abs(x-y) <= 1e-9*(1+math.Abs(y)) }

var allModes = []layers.BagMode{layers.BagMean, layers.BagSum, layers.BagMax, layers.BagSqrtN, layers.BagMin}

// Bags are lookups and a reduction: all sizes of 1 and 2 (torch's test_EmbeddingBag), larger ones, every mode, limited
// or not.
func TestBagsAgainstReference(t *testing.T) {
	rnd := testkit.NewRand(1)
	for _, size := range [][4]int{ // vocab, dim, batch, time
		{1, 1, 1, 1}, {1, 1, 1, 2}, {1, 1, 2, 1}, {1, 1, 2, 2}, {1, 2, 1, 1}, {1, 2, 1, 2}, {1, 2, 2, 1}, {1, 2, 2, 2},
		{2, 1, 1, 1}, {2, 1, 1, 2}, {2, 1, 2, 1}, {2, 1, 2, 2}, {2, 2, 1, 1}, {2, 2, 1, 2}, {2, 2, 2, 1}, {2, 2, 2, 2},
		{7, 3, 4, 5}, {10, 3, 53, 23}, {101, 5, 4, 3}, {6, 101, 3, 4}, {5, 3, 2, 0}, {5, 3, 0, 4},
	} {
		for _, mode := range allModes {
			for _, limit := range []float64{0, 3, 0.5} {
				c := bagCase{vocab: size[0], dim: size[1], batch: size[2], time: size[3], mode: mode, cfg: layers.IDRules{MaxNorm: limit}}
				if limit > 0 {
					c.cfg.NormType = 2
				}
				c.w, c.up = testkit.Randoms[float64](testkit.NewRand(rnd.Uint64()), c.vocab*c.dim), testkit.Randoms[float64](testkit.NewRand(rnd.Uint64()), c.batch*c.dim)
				for range c.batch * c.time {
					c.ids = append(c.ids, rnd.IntN(c.vocab))
				}
				c.check(t)
				if mode != layers.BagMax && mode != layers.BagMin {
					c.weights = testkit.Randoms[float64](testkit.NewRand(rnd.Uint64()), len(c.ids))
					c.cfg.ScaleGradByFreq = true
					c.check(t)
				}
			}
		}
	}
}

// Bags by offsets with padding equal a padded matrix, for both forms of offsets, every mode and every padding id, also
// when all is padding (torch's test_embedding_bag_1D_padding_idx and _2D_).
func TestBagsWithPadding(t *testing.T) {
	for _, mode := range allModes {
		for padding := -4; padding < 4; padding++ {
			for _, ids := range [][]int{{0, 1, 2, 3, 3, 2, 1, 1, 0}, {1, 1, 1}, {}, {0, 0, 1, 1, 2, 2, 3, 3}, {3}} {
				at := [][]int{{0, len(ids)}, {0, 0, len(ids), len(ids)}, {0, min(2, len(ids)), min(3, len(ids)), len(ids)}}
				for _, offsets := range at {
					c := bagCase{vocab: 4, dim: 3, w: testkit.Randoms[float64](testkit.NewRand(1), 12), ids: ids, offsets: offsets, mode: mode, up: testkit.Randoms[float64](testkit.NewRand(2), 12)}
					c.cfg.PaddingIdx = &padding
					c.check(t)
					want, _ := c.reference()
					starts := c
					starts.offsets, starts.noLast = offsets[:len(offsets)-1], true
					starts.check(t)

					padded := c // each bag filled up with padding
					padded.offsets, padded.ids, padded.batch, padded.time = nil, nil, len(offsets)-1, len(ids)+1
					for b := range padded.batch {
						bag := slices.Clone(ids[offsets[b]:offsets[b+1]])
						for len(bag) < padded.time {
							bag = append(bag, (padding+4)%4)
						}
						padded.ids = append(padded.ids, bag...)
					}
					padded.check(t)
					if got, _ := padded.run(false, tensor.Float64); !slices.EqualFunc(got.out, want.out, close) || !slices.EqualFunc(got.grad, want.grad, close) {
						t.Fatalf("%v, padding %d, ids %v, offsets %v: padded %v and %v, want %v and %v", mode, padding, ids, offsets, got.out, got.grad, want.out, want.grad)
					}
				}
			}
		}
	}
}

// decode makes a case of bytes, right or wrong.
func decode(data []byte) bagCase {
	i := 0
	next := func(n int) int {
		if i++; i > len(data) {
			return 0
		}
		return int(data[i-1]) % n
	}
	c := bagCase{vocab: 1 + next(5), dim: 1 + next(3), mode: allModes[next(5)]}
	near := func() int { return next(c.vocab+4) - 2 } // an id, also outside the table
	for range next(20) {
		if id := near(); next(4) == 0 {
			c.ids = append(c.ids, id)
		} else {
			c.ids = append(c.ids, (id+2)%c.vocab)
		}
	}
	rows := func() (list []int) {
		for range 1 + next(2) {
			list = append(list, next(2*c.vocab)-c.vocab)
		}
		return list
	}
	flags := next(256)
	set := func(bit int) bool { return flags&(1<<bit) != 0 }
	if set(0) {
		c.cfg.PaddingIdx = new(next(2*c.vocab) - c.vocab)
	}
	if set(1) {
		c.cfg.IgnoreIndex = new(near())
	}
	if set(2) {
		c.cfg.MaxNorm, c.cfg.NormType = float64(1+next(3))/2, []float64{0.5, 1, 2, math.Inf(1)}[next(4)]
	}
	if set(3) {
		c.cfg.OutOfRange = layers.OutOfRange(next(4))
		if c.cfg.OutOfRange == layers.RangeUnknown {
			c.cfg.UnknownIdx = new(next(2*c.vocab) - c.vocab)
		}
	}
	sums := c.mode != layers.BagMax && c.mode != layers.BagMin
	c.cfg.ScaleGradByFreq = set(4) && sums
	switch next(4) {
	case 0:
		c.cfg.FreezeRows = rows()
	case 1:
		c.cfg.TrainRows = rows()
	}
	if set(5) {
		c.batch = 1 + next(4)
		c.time = len(c.ids) / c.batch
		c.ids = c.ids[:c.batch*c.time]
	} else {
		c.offsets, c.noLast = []int{}, set(6)
		for at := 0; at <= len(c.ids)+1 && len(c.offsets) < 9; {
			c.offsets = append(c.offsets, at)
			if at += next(5); next(40) == 1 {
				at -= 2
			}
		}
		if last := len(c.offsets) - 1; last > 0 && c.offsets[last] > len(c.ids) && next(4) > 0 {
			c.offsets = c.offsets[:last]
		}
	}
	seed := uint64(next(256))
	c.w, c.up = testkit.Randoms[float64](testkit.NewRand(seed), c.vocab*c.dim), testkit.Randoms[float64](testkit.NewRand(seed+1), (len(c.offsets)+c.batch)*c.dim)
	if set(7) && sums {
		c.weights = testkit.Randoms[float64](testkit.NewRand(seed+2), len(c.ids))
	}
	return c
}

// Any ids, offsets, shapes and settings: the reference's numbers or an error, dense as sparse; no panic, no hang.
func FuzzBags(f *testing.F) {
	for _, seed := range []string{"", "0123456789abcdefghijklmnopqrstuvwxyz", "\x04\x02\x00\x13aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { decode(data).check(t) })
}

// TestRandomBags is FuzzBags for a few thousand inputs; both right and wrong ones are among them.
func TestRandomBags(t *testing.T) {
	rnd, right, n := testkit.NewRand(1), 0, 4000
	if testing.Short() {
		n = 400
	}
	for range n {
		data := make([]byte, 90)
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		c := decode(data)
		c.check(t)
		if _, ok := c.reference(); ok {
			right++
		}
	}
	if right < n/4 || right > n*9/10 {
		t.Errorf("%d of %d cases are right", right, n)
	}
}
