package train_test

import (
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// reading is a task of short texts of two classes, whose graphs have dropout on each word that there is room for: what a
// step draws depends on the graph that it has.
type reading struct {
	texts  [][]int
	train  int
	vocab  int
	dim    int
	set    *params.Set
	sparse bool
	calm   bool  // no dropout
	frozen []int // rows that are not trained before Config.Unfreeze
}

// newReading returns a task of so many texts to train on, and 6 more to evaluate on.
func newReading(n int) *reading {
	r := &reading{train: n, vocab: 12, dim: 3, set: params.New(5), sparse: true}
	for i := range n + 6 {
		var text []int
		for k := range 1 + i*i%7 {
			text = append(text, (i*3+k*k)%r.vocab)
		}
		r.texts = append(r.texts, text)
	}
	return r
}

func (r *reading) task() train.Task {
	return train.NewTask(r.train, len(r.texts)-r.train, r.set, r.draw)
}

func (r *reading) draw(d train.Drawing) (*train.Graph, error) {
	room := 4
	for _, e := range d.Examples {
		room += len(r.texts[e])
	}
	g, ids, offsets, labels := gorgonia.NewGraph(), make([]int, room), make([]int, d.Batch+1), make([]int, d.Batch)
	frozen := r.frozen
	if d.Unfrozen {
		frozen = nil
	}
	words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{
		NumEmbeddings: r.vocab, EmbeddingDim: r.dim, IDs: layers.IDRules{Sparse: r.sparse, FreezeRows: frozen}, Init: r.set.Init("words.weight", layers.Normal(r.set.Rand("words"), 1)),
	})
	if err != nil {
		return nil, err
	}
	out, err := layers.NewLinear(g, "out", layers.LinearConfig{
		InFeatures: r.dim, OutFeatures: 2, Init: r.set.Init("out.weight", layers.Normal(r.set.Rand("out"), 1)), BiasInit: r.set.Init("out.bias", layers.Zeros()),
	})
	if err != nil {
		return nil, err
	}
	net := layers.Sequential{words, layers.MeanPool{Offsets: gorgonia.Must(layers.Input(g, "offsets", offsets))}, out}
	if d.Mode == train.Training && !r.calm {
		net = layers.Sequential{words, layers.Dropout{P: 0.3, Rand: d.Rand}, net[1], layers.Dropout{P: 0.2, Rand: d.Rand}, out}
	}
	logits, err := net.Forward(gorgonia.Must(layers.Input(g, "ids", ids)))
	if err != nil {
		return nil, err
	}
	cost, err := loss.CrossEntropy(logits, gorgonia.Must(layers.Input(g, "labels", labels)))
	fill := func(examples []int) bool {
		words, end := 0, 0
		for _, e := range examples {
			words += len(r.texts[e])
		}
		for i := range labels {
			labels[i] = loss.Ignored
			if i < len(examples) && words <= room {
				end += copy(ids[end:], r.texts[examples[i]])
				labels[i] = examples[i] / 2 % 2
			}
			offsets[i+1] = end
		}
		clear(ids[end:]) // words of the batch before would have a part in a sparse step
		return words <= room
	}
	return &train.Graph{Loss: cost, Logits: logits, Labels: labels, Learnables: net.Learnables(), Fill: fill}, err
}
