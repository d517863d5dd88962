package loss_test

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/loss"
)

func TestCrossEntropyIsStable(t *testing.T) {
	for _, tt := range []struct {
		logits []float64
		label  int
		want   float64
		grad   []float64
	}{
		{[]float64{1000, -1000}, 0, 0, []float64{0, 0}},
		{[]float64{1000, -1000}, 1, 2000, []float64{1, -1}},
		{[]float64{-1000, -1000}, 1, math.Ln2, []float64{0.5, -0.5}},
		{[]float64{1000, 1000}, 0, math.Ln2, []float64{-0.5, 0.5}},
		{[]float64{3, 4}, -1, 0, []float64{0, 0}},
	} {
		narrow := []float32{float32(tt.logits[0]), float32(tt.logits[1])}
		for _, data := range []any{tt.logits, narrow} {
			g := gorgonia.NewGraph()
			x := input(g, "x", data, 1, 2)
			loss := testkit.Must(loss.CrossEntropy(x, input(g, "y", []int{tt.label}, 1)))
			dx := testkit.Must(gorgonia.Grad(loss, x))[0]
			var got gorgonia.Value
			gorgonia.Read(loss, &got)
			testkit.Run(t, g)
			l := elements(got)[0]
			if math.Abs(l-tt.want) > 1e-6 || !slices.Equal(elements(dx.Value()), tt.grad) {
				t.Errorf("%T %v, label %d: loss %v and gradient %v, want %v and %v", data, tt.logits, tt.label, l, dx.Value(), tt.want, tt.grad)
			}
		}
	}
}

func TestCrossEntropyErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x := input(g, "x", make([]float64, 6), 2, 3)
	for _, tt := range []struct {
		labels *gorgonia.Node
		want   string
	}{
		{input(g, "f", []float64{0, 1}, 2), "cross-entropy: labels must be int, int32 or int64, got float64"},
		{input(g, "a", []int{0, 1, 2}, 3), "cross-entropy: want logits of shape (…, classes) and labels of shape (…), got (2, 3) and (3)"},
		{input(g, "b", []int{0, 1, 2, 0, 1, 2}, 2, 3), "cross-entropy: want logits of shape (…, classes) and labels of shape (…), got (2, 3) and (2, 3)"},
	} {
		_, err := loss.CrossEntropy(x, tt.labels)
		wantError(t, err, tt.want)
	}
	_, err := loss.CrossEntropy(nil, nil)
	wantError(t, err, "cross-entropy: logits: the node is nil")
	for _, tt := range []struct {
		cfg  loss.CrossEntropyConfig
		want string
	}{
		{loss.CrossEntropyConfig{Weight: []float64{1, 2}}, "cross-entropy: Weight must have an element for each of the 3 classes, or be nil, got 2"},
		{loss.CrossEntropyConfig{Weight: []float64{1, -2, 0}}, "cross-entropy: Weight[1] must be finite and not negative, got -2"},
		{loss.CrossEntropyConfig{Weight: []float64{1, 2, math.NaN()}}, "cross-entropy: Weight[2] must be finite and not negative, got NaN"},
		{loss.CrossEntropyConfig{LabelSmoothing: 1.5}, "cross-entropy: LabelSmoothing must be in [0, 1], got 1.5"},
		{loss.CrossEntropyConfig{Reduction: 3}, "cross-entropy: Reduction must be Mean, Sum or None, got 3"},
	} {
		_, err := loss.CrossEntropyWith(x, input(g, tt.want, []int{0, 1}, 2), tt.cfg)
		wantError(t, err, tt.want)
	}
}

// A label that is none ends the run, and the message says what would do.
func TestCrossEntropyLabelErrors(t *testing.T) {
	for _, tt := range []struct {
		bad    int
		ignore *int
		want   string
	}{
		{3, nil, "cross-entropy: label 3 at position 1 (of shape (2)) is neither in [0, 3) nor −1 or −100, which are ignored: set IgnoreIndex to ignore another one"},
		{-2, nil, "is neither in [0, 3) nor −1 or −100, which are ignored"},
		{-1, new(0), "cross-entropy: label -1 at position 1 (of shape (2)) is neither in [0, 3) nor IgnoreIndex, which is 0"},
	} {
		g := gorgonia.NewGraph()
		x := input(g, "x", make([]float64, 6), 2, 3)
		testkit.Must(loss.CrossEntropyWith(x, input(g, "y", []int{0, tt.bad}, 2), loss.CrossEntropyConfig{IgnoreIndex: tt.ignore}))
		if err := gorgonia.NewTapeMachine(g).RunAll(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
}

// Sums are in float64: a float32 sum of a million losses is off in the third digit.
func TestCrossEntropySumsInFloat64(t *testing.T) {
	const n = 1 << 20
	g := gorgonia.NewGraph()
	cost := testkit.Must(loss.CrossEntropy(input(g, "x", make([]float32, 2*n), n, 2), input(g, "y", make([]int, n), n)))
	testkit.Run(t, g)
	if got := elements(cost.Value())[0]; math.Abs(got-math.Ln2) > 1e-7 {
		t.Errorf("mean loss %v, want %v", got, math.Ln2)
	}
}

// The gradient is made of the exponentials that the loss kept, or of new ones, on any number of CPUs, with the same bits.
func TestCrossEntropyBits(t *testing.T) {
	const rows, classes = 64, 30_000
	x, labels := testkit.Randoms[float32](testkit.NewRand(1), rows*classes), make([]int, rows)
	for i := range labels {
		labels[i] = i*7919%(classes+1) - 1
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var want []float32
	var wantLoss float64
	for _, procs := range []int{1, 2, 3} {
		runtime.GOMAXPROCS(procs)
		g := gorgonia.NewGraph()
		logits := input(g, "x", x, rows, classes)
		cost := testkit.Must(loss.CrossEntropyWith(logits, input(g, "y", labels, rows), loss.CrossEntropyConfig{LabelSmoothing: 0.1}))
		d := testkit.Must(gorgonia.Grad(cost, logits))[0]
		var got gorgonia.Value
		gorgonia.Read(cost, &got)
		vm := gorgonia.NewTapeMachine(g)
		for range 3 {
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			grad := d.Value().Data().([]float32)
			again, err := d.Op().Do(logits.Value(), g.ByName("y")[0].Value(), gorgonia.NewF32(0), gorgonia.NewF32(1)) // nothing is kept any more
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want, wantLoss = slices.Clone(grad), elements(got)[0]
			}
			if !slices.Equal(grad, want) || !slices.Equal(again.Data().([]float32), want) || elements(got)[0] != wantLoss {
				t.Errorf("other bits with GOMAXPROCS %d", procs)
			}
			vm.Reset()
		}
	}
}

// A graph without gradients keeps no exponentials.
func TestCrossEntropyWithoutGradientKeepsNothing(t *testing.T) {
	const rows, classes = 8, 30_000
	g := gorgonia.NewGraph()
	testkit.Must(loss.CrossEntropy(input(g, "x", make([]float32, rows*classes), rows, classes), input(g, "y", make([]int, rows), rows)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	testkit.Run(t, g)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > rows*classes {
		t.Errorf("%d bytes for %d logits", n, rows*classes)
	}
}

// A row with a NaN, or all of −Inf, is NaN and not a number that looks right.
func TestCrossEntropyOfNoNumbers(t *testing.T) {
	inf := math.Inf(1)
	for _, row := range [][]float64{{1, math.NaN(), 2}, {math.NaN(), 1, 2}, {-inf, -inf, -inf}, {1, inf, 2}} {
		narrow := []float32{float32(row[0]), float32(row[1]), float32(row[2])}
		for _, data := range []any{row, narrow} {
			g := gorgonia.NewGraph()
			x := input(g, "x", data, 1, 3)
			cost := testkit.Must(loss.CrossEntropy(x, input(g, "y", []int{2}, 1)))
			d := testkit.Must(gorgonia.Grad(cost, x))[0]
			testkit.Run(t, g)
			if !slices.ContainsFunc(elements(d.Value()), math.IsNaN) {
				t.Errorf("%T %v: gradient %v", data, row, d.Value())
			}
		}
	}
}
