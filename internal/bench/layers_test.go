package bench

import (
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
)

// BenchmarkLayer is a run of a graph of a layer and its gradients, of its input, which is there already, and of its
// parameters, that follow from a gradient of its result. It reports the mean square of the gradient of the input.
func BenchmarkLayer(b *testing.B) {
	for _, layer := range Layers() {
		b.Run("layer="+layer+"/impl=ours", func(b *testing.B) {
			g := gorgonia.NewGraph()
			x := leaf(g, "x", layerInput(0), ModelBatch, ModelTime, ModelDim)
			l := layersOf[layer](g)
			y := must(l.Forward(x))
			up := leaf(g, "up", layerInput(1)[:y.Shape().TotalSize()], y.Shape()...)
			grads := must(gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{up}, append(gorgonia.Nodes{x}, l.Learnables()...)))
			run := runs(g)
			b.ReportAllocs()
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
			sum := 0.0
			for _, d := range grads[0].Value().Data().([]float32) {
				sum += float64(d) * float64(d)
			}
			b.ReportMetric(sum/float64(x.Shape().TotalSize()), "loss")
		})
	}
}

// layersOf are the layers by their names. pytorch.py has the same.
var layersOf = map[string]func(*gorgonia.ExprGraph) layers.Layer{
	"layernorm": func(g *gorgonia.ExprGraph) layers.Layer {
		return must(layers.NewLayerNorm(g, "norm", layers.LayerNormConfig{Dim: ModelDim}))
	},
	"softmax":  func(*gorgonia.ExprGraph) layers.Layer { return layers.SoftMax{} },
	"maxpool":  func(*gorgonia.ExprGraph) layers.Layer { return layers.MaxPool{} },
	"meanpool": func(*gorgonia.ExprGraph) layers.Layer { return layers.MeanPool{} },
	"relu":     func(*gorgonia.ExprGraph) layers.Layer { return layers.ReLU{} },
}
