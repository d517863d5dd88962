package bench

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/train"
)

// drawing is a model while it is drawn: its weights are those of the list of initial, one parameter after the other.
type drawing struct {
	g      *gorgonia.ExprGraph
	sparse bool
	data   map[string][]int
	fill   []func(batch int)
	models []train.Model
	at     int
}

func (d *drawing) ids(name string, shape ...int) *gorgonia.Node { return input[int](d, name, shape) }

func (d *drawing) numbers(name string, shape ...int) *gorgonia.Node {
	return input[float32](d, name, shape)
}

// input adds an input, and what fills it with a batch.
func input[T int | float32](d *drawing, name string, shape []int) *gorgonia.Node {
	all := d.data[name]
	memory := make([]T, len(all)/ModelBatches)
	d.fill = append(d.fill, func(batch int) {
		for i, x := range all[batch*len(memory) : (batch+1)*len(memory)] {
			memory[i] = T(x)
		}
	})
	return leaf(d.g, name, memory, shape...)
}

// weights returns an initialiser that takes the next numbers of initial's list.
func (d *drawing) weights() gorgonia.InitWFn {
	return func(_ tensor.Dtype, shape ...int) any {
		n := tensor.Shape(shape).TotalSize()
		d.at += n
		return initial(n, d.at-n)
	}
}

func (d *drawing) table(name string, rows, dim int) *layers.Embedding {
	return d.embedding(name, layers.EmbeddingConfig{NumEmbeddings: rows, EmbeddingDim: dim})
}

// tied is a table that is the weight of a head too.
func (d *drawing) tied(name string, rows, dim int) *layers.Embedding {
	return d.embedding(name, layers.EmbeddingConfig{NumEmbeddings: rows, EmbeddingDim: dim, AttendBias: layers.Zeros()})
}

func (d *drawing) embedding(name string, cfg layers.EmbeddingConfig) *layers.Embedding {
	cfg.Init, cfg.IDs.Sparse = d.weights(), d.sparse
	t := must(layers.NewEmbedding(d.g, name, cfg))
	d.models = append(d.models, t)
	return t
}

func (d *drawing) linear(name string, in, out int) *layers.Linear {
	l := must(layers.NewLinear(d.g, name, layers.LinearConfig{InFeatures: in, OutFeatures: out, Init: d.weights()}))
	d.models = append(d.models, l)
	return l
}

func (d *drawing) attention(name string, dim, heads int) *layers.MultiheadAttention {
	a := must(layers.NewMultiheadAttention(d.g, name, layers.MultiheadAttentionConfig{
		EmbedDim: dim, Attention: layers.Attention{Heads: heads}, Init: d.weights()}))
	d.models = append(d.models, a)
	return a
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
