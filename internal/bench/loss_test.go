package bench

import (
	"fmt"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/loss"
)

// BenchmarkCrossEntropy is a run of a graph of the loss and its gradient with respect to the logits, which are there
// already.
func BenchmarkCrossEntropy(b *testing.B) {
	for _, classes := range LossClasses() {
		b.Run(fmt.Sprintf("classes=%d/impl=ours", classes), func(b *testing.B) {
			g := gorgonia.NewGraph()
			x, labels := LossLogits(classes)
			logits := leaf(g, "logits", x, LossBatch, classes)
			cost := gorgonia.Must(loss.CrossEntropy(logits, leaf(g, "labels", labels, LossBatch)))
			var value gorgonia.Value
			gorgonia.Read(cost, &value)
			if _, err := gorgonia.Grad(cost, logits); err != nil {
				b.Fatal(err)
			}
			run := runs(g)
			b.ReportAllocs()
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(value.Data().(float32)), "loss")
		})
	}
}
