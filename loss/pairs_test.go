package loss_test

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/loss"
)

func TestPairErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x, narrow := input(g, "x", make([]float64, 6), 2, 3), input(g, "narrow", make([]float32, 6), 2, 3)
	flat, labels := input(g, "flat", make([]float64, 6), 6), input(g, "labels", make([]int, 6), 2, 3)
	for _, tt := range []struct {
		y      *gorgonia.Node
		cfg    loss.BinaryCrossEntropyConfig
		want   string
		binary bool // alone
	}{
		{y: nil, want: "targets: the node is nil"},
		{y: narrow, want: "targets must be float64, as %s, got float32"},
		{y: labels, want: "targets must be float32 or float64, got int"},
		{y: flat, want: "want both of one shape, got (2, 3) and (6)"},
		{x, loss.BinaryCrossEntropyConfig{Reduction: -1}, "Reduction must be Mean, Sum or None, got -1", false},
		{x, loss.BinaryCrossEntropyConfig{PosWeight: []float64{1, 2}}, "PosWeight must have 1 element, or the 3 of the last axis of the logits, or be nil, got 2", true},
		{x, loss.BinaryCrossEntropyConfig{PosWeight: []float64{-1}}, "PosWeight[0] must be finite and not negative, got -1", true},
	} {
		of := func(name string) string {
			if tt.y == narrow {
				return "targets must be float64, as " + name + ", got float32"
			}
			return tt.want
		}
		_, err := loss.BinaryCrossEntropyWith(x, tt.y, tt.cfg)
		wantError(t, err, "binary cross-entropy: "+of("logits"))
		if !tt.binary {
			_, err = loss.MeanSquaredErrorWith(x, tt.y, tt.cfg.Reduction)
			wantError(t, err, "squared error: "+of("predictions"))
		}
	}
}

func TestBinaryCrossEntropyIsStable(t *testing.T) {
	for _, tt := range []struct{ x, y, want, slope float64 }{
		{1000, 1, 0, 0}, {1000, 0, 1000, 1}, {-1000, 1, 1000, -1}, {-1000, 0, 0, 0}, {0, 1, math.Ln2, -0.5}, {0, 0, math.Ln2, 0.5},
	} {
		for _, data := range []any{[]float64{tt.x}, []float32{float32(tt.x)}} {
			g := gorgonia.NewGraph()
			x := input(g, "x", data, 1)
			y := input(g, "y", []float64{tt.y}, 1)
			if _, narrow := data.([]float32); narrow {
				y = input(g, "narrow", []float32{float32(tt.y)}, 1)
			}
			cost := testkit.Must(loss.BinaryCrossEntropy(x, y))
			d := testkit.Must(gorgonia.Grad(cost, x))[0]
			var got gorgonia.Value
			gorgonia.Read(cost, &got)
			testkit.Run(t, g)
			wantClose(t, "loss", elements(got), []float64{tt.want}, 1e-7)
			wantClose(t, "gradient", elements(d.Value()), []float64{tt.slope}, 1e-12)
		}
	}
}
