package bench

import (
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/machine"
)

// vms are Gorgonia's machine and this module's.
var vms = []struct {
	name string
	make func(*gorgonia.ExprGraph) (gorgonia.VM, error)
}{
	{"tape", func(g *gorgonia.ExprGraph) (gorgonia.VM, error) { return gorgonia.NewTapeMachine(g), nil }},
	{"direct", func(g *gorgonia.ExprGraph) (gorgonia.VM, error) { return machine.New(g) }},
}

// small are graphs of which a run costs little but the machine.
var small = []struct {
	name string
	draw func(g *gorgonia.ExprGraph) error
}{
	{"lookup", func(g *gorgonia.ExprGraph) error { // of one id
		words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 1000, EmbeddingDim: Dim, Init: layers.From(initial(1000*Dim, 0))})
		if err != nil {
			return err
		}
		_, err = words.Forward(leaf(g, "ids", []int{7}, 1))
		return err
	}},
	{"text", func(g *gorgonia.ExprGraph) error { // logits of one text of 20 words
		words, err := layers.NewEmbeddingBag(g, "words", layers.EmbeddingBagConfig{NumEmbeddings: 1000, EmbeddingDim: Dim, Init: layers.From(initial(1000*Dim, 0))})
		if err != nil {
			return err
		}
		ids := make([]int, 20)
		for i := range ids {
			ids[i] = i * 37
		}
		mean, err := words.ForwardTexts(layers.Texts{IDs: leaf(g, "ids", ids, len(ids)), Offsets: leaf(g, "offsets", []int{0, len(ids)}, 2)})
		if err != nil {
			return err
		}
		out, err := layers.NewLinear(g, "out", layers.LinearConfig{InFeatures: Dim, OutFeatures: Classes, Init: layers.From(initial(Classes*Dim, linearAt))})
		if err != nil {
			return err
		}
		_, err = out.Forward(mean)
		return err
	}},
}

// BenchmarkRun is a run on both machines.
func BenchmarkRun(b *testing.B) {
	for _, graph := range small {
		for _, kind := range vms {
			b.Run("graph="+graph.name+"/vm="+kind.name, func(b *testing.B) {
				g := gorgonia.NewGraph()
				if err := graph.draw(g); err != nil {
					b.Fatal(err)
				}
				benchRun(b, g, kind.make)
			})
		}
	}
}

func benchRun(b *testing.B, g *gorgonia.ExprGraph, make func(*gorgonia.ExprGraph) (gorgonia.VM, error)) {
	vm, err := make(g)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := vm.RunAll(); err != nil {
			b.Fatal(err)
		}
		vm.Reset()
	}
}
