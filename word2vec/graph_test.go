package word2vec

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

const none = -1 // id of the graph's inputs that are not needed

// pairs is the graph of loss.NegativeSampling and a step of SGD, for up to n examples at a time.
type pairs struct {
	centres, contexts, negatives []int32
	words, around                *layers.Embedding
	step                         *train.Step
}

func newPairs(t *testing.T, words, dim, n, negatives int, rate float64) *pairs {
	p := &pairs{centres: make([]int32, n), contexts: make([]int32, n), negatives: make([]int32, n*negatives)}
	g := gorgonia.NewGraph()
	table := func(name string) *layers.Embedding {
		return testkit.Must(layers.NewEmbedding(g, name, layers.EmbeddingConfig{NumEmbeddings: words, EmbeddingDim: dim,
			IDs: layers.IDRules{Sparse: true, IgnoreIndex: new(none)}, Init: layers.Zeros()}))
	}
	p.words, p.around = table("words"), table("around")
	cost := testkit.Must(loss.NegativeSamplingWith(p.words.Table, p.around.Table, loss.Pairs{
		Centres:   testkit.Must(layers.Input(g, "centres", p.centres)),
		Contexts:  testkit.Must(layers.Input(g, "contexts", p.contexts)),
		Negatives: testkit.Must(layers.Input(g, "negatives", p.negatives, n, negatives)),
	}, loss.Sum))
	p.step = testkit.Must(train.NewStep(cost, optim.SGD{}, optim.Config{LearningRate: rate}, p.words, p.around))
	return p
}

// run takes a step on one example of the block: a centre, and what occurred near it or was drawn.
func (p *pairs) run(t *testing.T, centre int32, targets []int32, labels []float32) {
	for _, in := range [][]int32{p.centres, p.contexts, p.negatives} {
		for i := range in {
			in[i] = none
		}
	}
	pair, drawn := -1, 0
	for j, id := range targets {
		if labels[j] == 1 {
			pair, drawn = pair+1, 0
			p.centres[pair], p.contexts[pair] = centre, id
		} else {
			p.negatives[pair*len(p.negatives)/len(p.centres)+drawn] = id
			drawn++
		}
	}
	if _, err := p.step.Run(); err != nil {
		t.Fatal(err)
	}
}

// The fast loop takes the steps that a graph of loss.NegativeSampling takes by SGD, if both take one example after the
// other and no word is a target of one example twice.
func TestEqualToTheGraph(t *testing.T) {
	cfg := small()
	cfg.Dim, cfg.LearningRate = 50, 0.5
	v, err := count(t.Context(), topics(200), 1)
	if err != nil {
		t.Fatal(err)
	}
	e, tables := newExamples(v, cfg), newTables(len(v.words), len(v.words), cfg.Dim)
	graph := newPairs(t, len(v.words), cfg.Dim, 2*cfg.Window, cfg.Negatives, cfg.LearningRate)
	centres, contexts := graph.words.Weight().Value().Data().([]float32), graph.around.Weight().Value().Data().([]float32)
	for i := range v.words {
		tables.fill(i, 1)
		tables.addRow(centres[i*cfg.Dim:(i+1)*cfg.Dim], tables.in, i)
	}
	var b block
	source := newBlocks(topics(200))
	defer source.stop()
	if _, err := source.read(&b); err != nil {
		t.Fatal(err)
	}
	e.prepare(&b, newRandom(7))
	c, steps := newCrew(1, len(tables.in)), 0
	for i := range b.RowEnds {
		row, target := b.Example(i)
		targets := b.Targets[target:b.TargetEnds[i]]
		if sorted := slices.Sorted(slices.Values(targets)); len(slices.Compact(sorted)) < len(targets) {
			continue
		}
		steps++
		graph.run(t, b.Rows[row], targets, b.labels[target:b.TargetEnds[i]])
		one := b
		one.steps, one.rate = []span{{i, i + 1}}, float32(cfg.LearningRate)
		c.round = []*block{&one}
		c.train(tables)
	}
	m := &Model{e, tables}
	worst, most := furthest(m.Vectors(), centres), furthest(m.Outputs(), contexts)
	if largest := furthest(contexts, make([]float32, len(contexts))); steps < 100 || largest < 0.5 || worst > 1e-5 || most > 1e-5 {
		t.Errorf("after %d steps words differ by %v and targets by %v, whose largest element is %v", steps, worst, most, largest)
	}
}

// furthest returns the greatest difference of two elements.
func furthest(a, b []float32) (d float64) {
	for i := range a {
		d = max(d, math.Abs(float64(a[i]-b[i])))
	}
	return d
}
