package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// An example of two panels, worked out in float64: a bag of rows 0 and 2, and the targets 1 and 0.
func TestSampledStep(t *testing.T) {
	s := &Sampled{Width: 8, Rows: []int32{0, 2}, RowEnds: []int{2}, Targets: []int32{1, 0}, TargetEnds: []int{2}}
	table := func(x ...float32) []float32 { // rows of one element that counts
		rows := make([]float32, 8*len(x))
		for i, v := range x {
			rows[8*i] = v
		}
		return rows
	}
	in := [][]float32{table(1, 9, 3), table(0.5, 9, 0.5)} // mean 2 and 0.5
	out := [][]float32{table(0.25, -1), table(2, 1)}
	parts, slopes := make([]float32, 16), make([]float32, 8)
	for p := range in {
		s.Scores(parts[8*p:], in[p], out[p], 0, 1)
	}
	if want := []float32{-2, 0.5, 0.5, 1}; !slices.Equal(want, []float32{parts[0], parts[1], parts[8], parts[9]}) {
		t.Fatalf("scores by panel %v, want %v", parts, want)
	}
	Slopes(slopes, parts, []float32{1, 0, 0, 0, 0, 0, 0, 0}, 0.5)
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	a, b := 0.5*(1-sigmoid(-1.5)), 0.5*(0-sigmoid(1.5))
	for p := range in {
		s.Update(in[p], out[p], slopes, 0, 1)
	}
	for i, want := range []struct{ got, want float64 }{
		{float64(in[0][0]), 1 - a + 0.25*b}, {float64(in[0][8]), 9}, {float64(in[0][16]), 3 - a + 0.25*b},
		{float64(in[1][0]), 0.5 + a + 2*b}, {float64(out[0][8]), -1 + 2*a}, {float64(out[0][0]), 0.25 + 2*b}, {float64(out[1][0]), 2 + 0.5*b},
	} {
		if math.Abs(want.got-want.want) > 1e-6 {
			t.Errorf("element %d is %v, want %v", i, want.got, want.want)
		}
	}
}

// The assembly has the bits of its twins for all widths, and touches nothing else.
func TestSampledAgreesWithItsTwins(t *testing.T) {
	if !haveAVX2 {
		t.Skip("no AVX2 here: the twins are all there is")
	}
	for i := range 140 {
		t.Run(fmt.Sprint(i), func(t *testing.T) { testSampled(t, rand.New(rand.NewPCG(5, uint64(i))), 8*(1+i%7)) })
	}
}

func testSampled(t *testing.T, rnd *rand.Rand, width int) {
	vocab, atEnd, strange := 1+rnd.IntN(40), rnd.IntN(2) == 0, rnd.IntN(2) == 0
	floats := func(n int) (x, copied []float32) {
		x = guarded[float32](t, n, atEnd)
		for i := range x {
			if x[i] = float32(rnd.NormFloat64()); strange {
				x[i] = odd(rnd)
			}
		}
		return x, slices.Clone(x)
	}
	ids := func(n int) []int32 {
		x := guarded[int32](t, n, atEnd)
		for i := range x {
			x[i] = int32(rnd.IntN(vocab))
		}
		return x
	}
	s := &Sampled{Width: width}
	rows, targets := 0, 0
	for range 1 + rnd.IntN(5) {
		rows, targets = rows+1+rnd.IntN(9), targets+rnd.IntN(20)
		s.RowEnds, s.TargetEnds = append(s.RowEnds, rows), append(s.TargetEnds, targets)
	}
	s.Rows, s.Targets = ids(rows), ids(targets)
	in, wantIn := floats(vocab * width)
	out, wantOut := floats(vocab * width)
	got, want := floats(targets)
	s.Scores(got, in, out, 0, len(s.RowEnds))
	eachExample(s, func(rows, targets []int32, at int) { s.scores(want[at:], in, out, rows, targets) })
	wantBits(t, "Scores", got, want)
	s.Update(in, out, got, 0, len(s.RowEnds))
	eachExample(s, func(rows, targets []int32, at int) { s.update(wantIn, wantOut, want[at:], rows, targets) })
	wantBits(t, "Update of the bags", in, wantIn)
	wantBits(t, "Update of the targets", out, wantOut)

	n, panels := 8*rnd.IntN(5), 1+rnd.IntN(3)
	parts, _ := floats(n * panels)
	labels, _ := floats(n)
	got, want = floats(n)
	Slopes(got, parts, labels, 0.1)
	slopes(want, parts, labels, 0.1)
	wantBits(t, "Slopes", got, want)
}

func eachExample(s *Sampled, do func(rows, targets []int32, at int)) {
	for i := range s.RowEnds {
		row, target := s.Example(i)
		do(s.Rows[row:s.RowEnds[i]], s.Targets[target:s.TargetEnds[i]], target)
	}
}
