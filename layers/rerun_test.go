package layers_test

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// A gradient is the same whatever the runs before it left in its memory: here elements that have one now and none
// then.
func TestGradientsForgetRunsBefore(t *testing.T) {
	ids := func(lengths []int) []int {
		all := make([]int, 8)
		for i := range all {
			all[i] = min(1, max(0, lengths[i/4]-i%4))
		}
		return all
	}
	for name, forward := range map[string]func(x, ids *gorgonia.Node) (*gorgonia.Node, error){
		"attention": func(x, ids *gorgonia.Node) (*gorgonia.Node, error) {
			m := must(layers.NewMultiheadAttention(x.Graph(), "a", layers.MultiheadAttentionConfig{
				EmbedDim: 2, Attention: layers.Attention{IDs: ids, PaddingIdx: new(0)}, Dtype: tensor.Float64, Init: layers.Normal(testkit.NewRand(3), 1)}))
			return m.Forward(x)
		},
		"attention of one node": func(x, ids *gorgonia.Node) (*gorgonia.Node, error) {
			return layers.Attention{IDs: ids, PaddingIdx: new(0)}.Forward(x, x, x)
		},
		"mean": func(x, ids *gorgonia.Node) (*gorgonia.Node, error) {
			return layers.MeanPool{IDs: ids, PaddingIdx: new(0)}.Forward(x)
		},
		"max": func(x, ids *gorgonia.Node) (*gorgonia.Node, error) {
			return layers.MaxPool{IDs: ids, PaddingIdx: new(0)}.Forward(x)
		},
	} {
		// gradient returns that of the last of some runs, whose texts have these lengths.
		gradient := func(runs ...[]int) []float64 {
			g, mask := gorgonia.NewGraph(), make([]int, 8)
			x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(1), 16), 2, 4, 2)
			y := must(forward(x, input(g, "ids", mask, 2, 4)))
			nodes := must(gorgonia.Grad(sumSquares(y), x))
			vm := gorgonia.NewTapeMachine(g)
			for _, lengths := range runs {
				vm.Reset()
				copy(mask, ids(lengths))
				if err := vm.RunAll(); err != nil {
					t.Fatal(err)
				}
			}
			return nodes[0].Value().Data().([]float64)
		}
		got, want := gradient([]int{4, 4}, []int{4, 3}, []int{2, 0}), gradient([]int{2, 0})
		if !slices.Equal(got, want) {
			t.Errorf("%s: gradient %v, want %v", name, got, want)
		}
	}
}
