package layers_test

import (
	"reflect"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/gradcheck"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
)

// TestGradients compares every op's gradient with finite differences, on both machines.
// A new layer adds its rows here.
func TestGradients(t *testing.T) {
	type graph = *gorgonia.ExprGraph
	type nodes = gorgonia.Nodes
	for name, build := range map[string]func(g graph) (*gorgonia.Node, nodes){
		"lookup/scalar id":    lookup([]int{2}),
		"lookup/one id":       lookup([]int{2}, 1),
		"lookup/vector":       lookup([]int{0, 2, 1}, 3),
		"lookup/repeated id":  lookup([]int{2, 2, 2, 0}, 4),
		"lookup/unused ids":   lookup([]int{1, 1}, 2),
		"lookup/batch":        lookup([]int{0, 1, 1, 3, 3, 3}, 2, 3),
		"lookup/batch of one": lookup([]int{3}, 1, 1),
		"lookup/column":       lookup([]int{3, 0}, 2, 1),
		"lookup/row":          lookup([]int{3, 0}, 1, 2),
		"lookup/rank 3":       lookup([]int{0, 1, 2, 3, 3, 2, 1, 0}, 2, 2, 2),
		"lookup/rank 4":       lookup([]int{0, 1, 2, 3, 3, 2, 1, 0}, 2, 1, 2, 2),
		"lookup/int32":        lookup([]int32{2, 2, 0}, 3),
		"lookup/int64":        lookup([]int64{2, 2, 0}, 3),
		"lookup/int32 scalar": lookup([]int32{2}),
		"lookup/int64 scalar": lookup([]int64{2}),
		"lookup/sparse":       sparseLookup([]int{2, 2, 0}, 3),
		"lookup/sparse batch": sparseLookup([]int{0, 1, 1, 3, 3, 3}, 2, 3),
		"lookup/twice": func(g graph) (*gorgonia.Node, nodes) {
			e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3})
			a := must(e.Forward(input(g, "a", []int{0, 1, 1}, 3)))
			b := must(e.Forward(input(g, "b", []int{1, 3, 3}, 3)))
			return sumSquares(gorgonia.Must(gorgonia.HadamardProd(a, b))), e.Learnables()
		},
		"lookup/twice with the same ids": func(g graph) (*gorgonia.Node, nodes) {
			e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3})
			ids := input(g, "ids", []int{0, 1, 1}, 3)
			a, b := must(e.Forward(ids)), must(e.Forward(ids))
			return sumSquares(gorgonia.Must(gorgonia.Add(a, b))), e.Learnables()
		},
		"lookup/three tables": func(g graph) (*gorgonia.Node, nodes) {
			ids := input(g, "ids", []int{0, 1, 1}, 3)
			var params nodes
			var sum *gorgonia.Node
			for _, name := range []string{"x", "y", "z"} {
				w := input(g, name, testkit.Randoms[float64](testkit.NewRand(uint64(name[0])), 12), 4, 3)
				y := must(layers.Lookup(w, ids, layers.IDRules{}))
				if params = append(params, w); sum == nil {
					sum = y
				} else {
					sum = gorgonia.Must(gorgonia.HadamardProd(sum, y))
				}
			}
			return sumSquares(sum), params
		},
		"bag/batch":        bag(layers.EmbeddingBagConfig{}, []int{0, 1, 1, 3, 3, 3}, 2),
		"bag/one id":       bag(layers.EmbeddingBagConfig{}, []int{3}, 1),
		"bag/sum":          bag(layers.EmbeddingBagConfig{Mode: layers.BagSum}, []int{0, 1, 1, 3, 3, 3}, 2),
		"bag/padding":      bag(layers.EmbeddingBagConfig{IDs: layers.IDRules{PaddingIdx: new(1)}}, []int{0, 1, 1, 1, 3, 3}, 3),
		"bag/sparse":       bag(layers.EmbeddingBagConfig{IDs: layers.IDRules{Sparse: true}}, []int{0, 1, 1, 1, 3, 3}, 3),
		"bags/ragged":      bags(layers.EmbeddingBagConfig{}, []int{0, 1, 1, 3, 3, 3}, []int{0, 0, 1, 1, 4, 6, 6}),
		"bags/surplus ids": bags(layers.EmbeddingBagConfig{}, []int{0, 1, 1, 3, 99, -1}, []int{0, 3, 4}),
		"bags/all empty":   bags(layers.EmbeddingBagConfig{}, []int{0}, []int{0, 0, 0}),
		"bags/sum":         bags(layers.EmbeddingBagConfig{Mode: layers.BagSum}, []int{0, 1, 1, 3}, []int{0, 3, 4}),
		"bags/padding":     bags(layers.EmbeddingBagConfig{IDs: layers.IDRules{PaddingIdx: new(-1)}}, []int{3, 1, 1, 3, 3}, []int{0, 3, 4, 5}),
		"bags/sparse":      bags(layers.EmbeddingBagConfig{IDs: layers.IDRules{PaddingIdx: new(1), Sparse: true}}, []int{3, 1, 1, 3, 3}, []int{0, 3, 4, 5}),
		"bags/int32":       bags(layers.EmbeddingBagConfig{}, []int32{3, 1, 1}, []int64{0, 2, 3}),
		"bags/no last":     noLast([]int{0, 1, 1, 3}, []int{0, 0, 3}),
		"lookup/ignored":   lookupWith(layers.EmbeddingConfig{IDs: layers.IDRules{IgnoreIndex: new(-1)}}, []int{2, -1, 2, 0, -1, 3}, 2, 3),
		"lookup/clip":      lookupWith(layers.EmbeddingConfig{IDs: layers.IDRules{OutOfRange: layers.RangeClip}}, []int{-7, 9, 2}, 3),
		"lookup/wrap":      lookupWith(layers.EmbeddingConfig{IDs: layers.IDRules{OutOfRange: layers.RangeWrap}}, []int{-1, 9, 2}, 3),
		"lookup/unknown":   lookupWith(layers.EmbeddingConfig{IDs: layers.IDRules{OutOfRange: layers.RangeUnknown, UnknownIdx: new(-2)}}, []int{-1, 9, 2}, 3),
		"bag/ignored":      bag(layers.EmbeddingBagConfig{IDs: layers.IDRules{IgnoreIndex: new(-1), PaddingIdx: new(0)}}, []int{0, 1, -1, -1, 0, -1}, 2),
		"bag/max":          bag(layers.EmbeddingBagConfig{Mode: layers.BagMax}, []int{0, 1, 1, 3, 3, 2}, 2),
		"bag/min":          bag(layers.EmbeddingBagConfig{Mode: layers.BagMin, IDs: layers.IDRules{Sparse: true}}, []int{0, 1, 1, 3, 3, 2}, 2),
		"bag/sqrtn":        bag(layers.EmbeddingBagConfig{Mode: layers.BagSqrtN}, []int{0, 1, 1, 3, 3, 2}, 2),
		"bags/max":         bags(layers.EmbeddingBagConfig{Mode: layers.BagMax, IDs: layers.IDRules{PaddingIdx: new(1)}}, []int{0, 1, 1, 3, 3, 2}, []int{0, 0, 1, 3, 6}),
		"bags/sqrtn":       bags(layers.EmbeddingBagConfig{Mode: layers.BagSqrtN}, []int{0, 1, 1, 3, 3, 2}, []int{0, 0, 1, 3, 6}),
		"weighted/mean":    weighted(layers.EmbeddingBagConfig{}, []int{0, 1, 1, 3, 3, 2}, []int{0, 0, 1, 3, 6}),
		"weighted/sum":     weighted(layers.EmbeddingBagConfig{Mode: layers.BagSum}, []int{0, 1, 1, 3, 3, 2}, []int{0, 0, 1, 3, 6}),
		"weighted/sqrtn":   weighted(layers.EmbeddingBagConfig{Mode: layers.BagSqrtN}, []int{0, 1, 1, 3, 3, 2}, []int{0, 0, 1, 3, 6}),
		"weighted/batch":   weighted(layers.EmbeddingBagConfig{Mode: layers.BagSum}, []int{0, 1, 1, 3, 3, 2}, nil),
		"weighted/sparse":  weighted(layers.EmbeddingBagConfig{IDs: layers.IDRules{Sparse: true}, Mode: layers.BagSqrtN}, []int{0, 1, 1, 3, 3, 2}, nil),
		"weighted/padding": weighted(layers.EmbeddingBagConfig{IDs: layers.IDRules{PaddingIdx: new(1), IgnoreIndex: new(-3)}}, []int{0, 1, 1, 3, -3, 2}, []int{0, 3, 5}),
		"weighted/frozen":  weighted(layers.EmbeddingBagConfig{Freeze: true}, []int{0, 1, 1, 3, 3, 2}, nil),
		"attend":           attend(layers.EmbeddingConfig{}),
		"attend/frozen":    attend(layers.EmbeddingConfig{Freeze: true}),
		"attend/bias":      attend(layers.EmbeddingConfig{AttendBias: layers.From([]float64{1, -2, 0.5, 3})}),
		"quantized": func(g graph) (*gorgonia.Node, nodes) {
			q := must(embedding(gorgonia.NewGraph(), layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3}).Quantize())
			out := newLinear(g, "out", 3, 2)
			return sumSquares(must(out.Forward(must(q.Forward(input(g, "ids", []int{0, 3, 3}, 3)))))), out.Learnables()
		},
		"linear/vector": linear(false, 4),
		"linear/batch":  linear(false, 3, 4),
		"linear/rank 3": linear(false, 2, 3, 4),
		"linear/one":    linear(false, 1, 4),
		"linear/nobias": linear(true, 3, 4),
		"linear/grown": func(g graph) (*gorgonia.Node, nodes) {
			l := must(newLinear(gorgonia.NewGraph(), "out", 4, 2).Grow(g, 3, layers.Normal(testkit.NewRand(1), 1), nil))
			x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(2), 8), 2, 4)
			return sumSquares(must(l.Forward(x))), append(l.Learnables(), x)
		},
		"softmax/vector": softMax(nil, 4),
		"softmax/one":    softMax(nil, 3, 1),
		"softmax/batch":  softMax(nil, 2, 3),
		"softmax/masked": softMax([]int{1, 0, 2, 0, 0, 0, 3, 3}, 2, 4),
		"softmax/rank 3": softMax([]int{1, 0, 2, 2, 0, 0}, 2, 2, 3),
		"softmax/overwritten": func(g graph) (*gorgonia.Node, nodes) { // Gorgonia's sum writes into the result
			x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(3), 6), 2, 3)
			c := input(g, "c", testkit.Randoms[float64](testkit.NewRand(4), 6), 2, 3)
			return sumSquares(gorgonia.Must(gorgonia.Add(must(layers.SoftMax{}.Forward(x)), c))), nodes{x}
		},
		"attention":               attention(layers.Attention{}, nil, 3, 4),
		"attention/heads":         attention(layers.Attention{Heads: 2}, nil, 3, 4),
		"attention/causal":        attention(layers.Attention{Causal: true}, nil, 3, 3),
		"attention/lengths":       attention(layers.Attention{Heads: 2}, []int{0, 3}, 3, 4),
		"attention/one of each":   attention(layers.Attention{}, nil, 1, 1),
		"attention/self":          multihead(layers.Attention{Heads: 2, Causal: true}, 3),
		"attention/of memory":     multihead(layers.Attention{Heads: 2}, 2),
		"attention/of two things": multihead(layers.Attention{}, 1),
		"attention/unprojected": func(g graph) (*gorgonia.Node, nodes) {
			x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(3), 24), 2, 3, 4)
			return sumSquares(must(layers.Attention{Heads: 2}.Forward(x, x, x))), nodes{x}
		},
		"norm/vector": layerNorm(layers.LayerNormConfig{}, 3),
		"norm/batch":  layerNorm(layers.LayerNormConfig{}, 4, 3),
		"norm/rank 3": layerNorm(layers.LayerNormConfig{Eps: 0.1}, 2, 2, 4),
		"norm/nobias": layerNorm(layers.LayerNormConfig{NoBias: true}, 2, 5),
		"norm/plain":  layerNorm(layers.LayerNormConfig{NoAffine: true}, 2, 3),
		"dot/vector":  dots([]int{3}, []int{3}),
		"dot/batch":   dots([]int{2, 3}, []int{2, 3}),
		"dot/several": dots([]int{2, 3}, []int{2, 4, 3}),
		"dot/dim 1":   dots([]int{2, 1}, []int{2, 1}),
		"dot/of itself": func(g graph) (*gorgonia.Node, nodes) {
			x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(3), 6), 2, 3)
			return sumSquares(must(layers.Dot(x, x))), nodes{x}
		},
		"relu/vector":   relu(5),
		"relu/one":      relu(3, 1),
		"relu/rank 3":   relu(2, 2, 3),
		"concat/vector": concat([]int{2}, []int{3}),
		"concat/one":    concat([]int{2, 3}),
		"concat/three":  concat([]int{2, 3}, []int{2, 1}, []int{2, 2}),
		"concat/rank 3": concat([]int{2, 2, 1}, []int{2, 2, 3}),
		"concat/with itself": func(g graph) (*gorgonia.Node, nodes) {
			x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(3), 6), 2, 3)
			return sumSquares(must(layers.Concat(x, x))), nodes{x}
		},
		"pool/vector":        pool(layers.MeanPool{PaddingIdx: new(0)}, []int{1, 0, 2}, 3),
		"pool/batch":         pool(layers.MeanPool{PaddingIdx: new(0)}, []int{1, 0, 2, 0, 0, 0, 3, 3, 3}, 3, 3),
		"pool/rank 3":        pool(layers.MeanPool{PaddingIdx: new(0)}, []int{1, 0, 2, 0, 0, 0, 3, 3}, 2, 2, 2),
		"pool/one word":      pool(layers.MeanPool{PaddingIdx: new(0)}, []int{1}, 1, 1),
		"pool/no ids":        pool(layers.MeanPool{}, nil, 2, 3),
		"pool/packed":        packedPool(layers.MeanPool{}, nil),
		"pool/packed padded": packedPool(layers.MeanPool{PaddingIdx: new(3)}, []int{3, 1, 3, 3, 2}),
		"pool/sum":           pool(layers.SumPool{PaddingIdx: new(0)}, []int{1, 0, 2, 0, 0, 0}, 2, 3),
		"pool/sum packed":    packedPool(layers.SumPool{}, nil),
		"pool/max":           pool(layers.MaxPool{PaddingIdx: new(0)}, []int{1, 0, 2, 0, 0, 0}, 2, 3),
		"pool/max packed":    packedPool(layers.MaxPool{}, nil),
		"classifier": func(g graph) (*gorgonia.Node, nodes) {
			e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3})
			ids := input(g, "ids", []int{1, 2, 0, 3, 0, 0}, 2, 3)
			net := layers.Sequential{
				e, layers.MeanPool{IDs: ids, PaddingIdx: new(0)}, newLinear(g, "hidden", 3, 5), layers.Func(gorgonia.Tanh), newLinear(g, "out", 5, 2),
			}
			logits := must(net.Forward(ids))
			return must(loss.CrossEntropy(logits, input(g, "labels", []int{1, 0}, 2))), net.Learnables()
		},
	} {
		t.Run(name, func(t *testing.T) { gradcheck.Check(t, 1e-7, build) })
	}
}

func embedding(g *gorgonia.ExprGraph, cfg layers.EmbeddingConfig) *layers.Embedding {
	cfg.Dtype, cfg.Init = tensor.Float64, layers.Normal(testkit.NewRand(1), 1)
	return must(layers.NewEmbedding(g, "words", cfg))
}

func newLinear(g *gorgonia.ExprGraph, name string, in, out int) *layers.Linear {
	rnd := testkit.NewRand(uint64(in))
	return must(layers.NewLinear(g, name, layers.LinearConfig{
		InFeatures: in, OutFeatures: out, Dtype: tensor.Float64, Init: layers.Glorot(rnd), BiasInit: layers.Uniform(rnd, -1, 1),
	}))
}

type builder = func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes)

func lookup(ids any, shape ...int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3})
		return sumSquares(must(e.Forward(input(g, "ids", ids, shape...)))), e.Learnables()
	}
}

func lookupWith(cfg layers.EmbeddingConfig, ids []int, shape ...int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		cfg.NumEmbeddings, cfg.EmbeddingDim = 4, 3
		e := embedding(g, cfg)
		return sumSquares(must(e.Forward(input(g, "ids", ids, shape...)))), e.Learnables()
	}
}

func sparseLookup(ids []int, shape ...int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}})
		return sumSquares(must(e.Forward(input(g, "ids", ids, shape...)))), e.Learnables()
	}
}

// attend has one table as input and output weight.
func attend(cfg layers.EmbeddingConfig) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		cfg.NumEmbeddings, cfg.EmbeddingDim = 4, 3
		e, b := embedding(g, cfg), input(g, "b", testkit.Randoms[float64](testkit.NewRand(8), 6), 2, 3)
		h := gorgonia.Must(gorgonia.HadamardProd(must(e.Forward(input(g, "ids", []int{1, 3}, 2))), b))
		return sumSquares(must(e.Attend(h))), append(e.Learnables(), b)
	}
}

func embeddingBag(g *gorgonia.ExprGraph, cfg layers.EmbeddingBagConfig) *layers.EmbeddingBag {
	cfg.NumEmbeddings, cfg.EmbeddingDim, cfg.Dtype, cfg.Init = 4, 3, tensor.Float64, layers.Normal(testkit.NewRand(1), 1)
	return must(layers.NewEmbeddingBag(g, "words", cfg))
}

func bag(cfg layers.EmbeddingBagConfig, ids []int, batch int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		e := embeddingBag(g, cfg)
		return sumSquares(must(e.Forward(input(g, "ids", ids, batch, len(ids)/batch)))), e.Learnables()
	}
}

func bags(cfg layers.EmbeddingBagConfig, ids, offsets any) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		e := embeddingBag(g, cfg)
		in := layers.Texts{IDs: input(g, "ids", ids, reflect.ValueOf(ids).Len()), Offsets: input(g, "offsets", offsets, reflect.ValueOf(offsets).Len())}
		return sumSquares(must(e.ForwardTexts(in))), e.Learnables()
	}
}

func noLast(ids, offsets []int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		e := embeddingBag(g, layers.EmbeddingBagConfig{})
		in := layers.Texts{IDs: input(g, "ids", ids, len(ids)), Offsets: input(g, "offsets", offsets, len(offsets)), NoLastOffset: true}
		return sumSquares(must(e.ForwardTexts(in))), e.Learnables()
	}
}

// weighted gives each id a weight, in bags by offsets or, without them, two bags.
func weighted(cfg layers.EmbeddingBagConfig, ids, offsets []int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		e, n := embeddingBag(g, cfg), len(ids)
		shape := []int{2, n / 2}
		var in layers.Texts
		if offsets != nil {
			shape, in.Offsets = []int{n}, input(g, "offsets", offsets, len(offsets))
		}
		in.IDs, in.Weights = input(g, "ids", ids, shape...), input(g, "weights", testkit.Randoms[float64](testkit.NewRand(9), n), shape...)
		return sumSquares(must(e.ForwardTexts(in))), append(e.Learnables(), in.Weights)
	}
}

func linear(noBias bool, shape ...int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		rnd := testkit.NewRand(1)
		l := must(layers.NewLinear(g, "out", layers.LinearConfig{
			InFeatures: 4, OutFeatures: 3, NoBias: noBias, Dtype: tensor.Float64, Init: layers.Normal(rnd, 1), BiasInit: layers.Normal(rnd, 1),
		}))
		x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(2), tensor.Shape(shape).TotalSize()), shape...)
		return sumSquares(must(l.Forward(x))), append(l.Learnables(), x)
	}
}

// softMax has a mask, unless ids is nil, of the first and last axes of shape.
func softMax(ids []int, shape ...int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		x, n := input(g, "x", testkit.Randoms[float64](testkit.NewRand(3), tensor.Shape(shape).TotalSize()), shape...), shape[len(shape)-1]
		var s layers.SoftMax
		if ids != nil {
			s = layers.SoftMax{IDs: input(g, "ids", ids, len(ids)/n, n), PaddingIdx: new(0)}
		}
		return sumSquares(must(s.Forward(x))), gorgonia.Nodes{x}
	}
}
