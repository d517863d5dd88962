package loss_test

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/golden"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/loss"
)

// cases returns the golden cases of an op in both files.
func cases(t *testing.T, op string, files ...string) (all []golden.Case) {
	for _, file := range files {
		all = append(all, golden.Load(t, file, op)...)
	}
	return all
}

func TestGoldenCrossEntropy(t *testing.T) {
	for _, c := range cases(t, "cross_entropy", golden.PyTorch, golden.Losses) {
		t.Run(c.Name, func(t *testing.T) {
			x, shape := c.Floats(t, "logits")
			labels, _ := c.Ints(t, "labels")
			cfg := loss.CrossEntropyConfig{Reduction: reduction(t, c)}
			c.Get(t, "class_weight", &cfg.Weight)
			c.Get(t, "label_smoothing", &cfg.LabelSmoothing)
			c.Get(t, "ignore_index", &cfg.IgnoreIndex)

			g := gorgonia.NewGraph()
			logits, y := input(g, "x", x, shape...), input(g, "y", labels, len(labels))
			wantGolden(t, c, testkit.Must(loss.CrossEntropyWith(logits, y, cfg)), map[string]*gorgonia.Node{"logits": logits})
		})
	}
}

// The same with −1 in the place of PyTorch's −100, by the short form.
func TestGoldenCrossEntropyIgnored(t *testing.T) {
	for _, c := range golden.Load(t, golden.PyTorch, "cross_entropy") {
		x, shape := c.Floats(t, "logits")
		labels, _ := c.Ints(t, "labels")
		if c.Name != "ce ignore" {
			continue
		}
		for i, label := range labels {
			labels[i] = max(label, loss.Ignored)
		}
		if !slices.Contains(labels, loss.Ignored) {
			t.Errorf("labels %v", labels)
		}
		g := gorgonia.NewGraph()
		logits := input(g, "x", x, shape...)
		cost := testkit.Must(loss.CrossEntropy(logits, input(g, "y", labels, len(labels))))
		wantGolden(t, c, cost, map[string]*gorgonia.Node{"logits": logits})
	}
}

func TestGoldenBinaryCrossEntropy(t *testing.T) {
	for _, c := range cases(t, "bce_with_logits", golden.PyTorch, golden.Losses) {
		t.Run(c.Name, func(t *testing.T) {
			x, shape := c.Floats(t, "logits")
			y, _ := c.Floats(t, "labels")
			cfg := loss.BinaryCrossEntropyConfig{Reduction: reduction(t, c)}
			c.Get(t, "pos_weight", &cfg.PosWeight)

			g := gorgonia.NewGraph()
			logits, targets := input(g, "x", x, shape...), input(g, "y", y, shape...)
			wantGolden(t, c, testkit.Must(loss.BinaryCrossEntropyWith(logits, targets, cfg)), map[string]*gorgonia.Node{"logits": logits})
		})
	}
}

func TestGoldenMeanSquaredError(t *testing.T) {
	for _, c := range cases(t, "mse", golden.Losses) {
		t.Run(c.Name, func(t *testing.T) {
			x, shape := c.Floats(t, "input")
			y, _ := c.Floats(t, "target")
			g := gorgonia.NewGraph()
			in, target := input(g, "x", x, shape...), input(g, "y", y, shape...)
			cost := testkit.Must(loss.MeanSquaredErrorWith(in, target, reduction(t, c)))
			wantGolden(t, c, cost, map[string]*gorgonia.Node{"input": in, "target": target})
		})
	}
}
