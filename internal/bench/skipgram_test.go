package bench

import (
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
)

// BenchmarkSkipGram is a training step of a skip-gram with negative sampling. It reports the loss of the pass before the
// clock starts.
func BenchmarkSkipGram(b *testing.B) {
	ids := SkipGramIDs()
	n := len(ids) / SkipGramBatches
	for _, solver := range Solvers() {
		b.Run("solver="+solver+"/impl=ours", func(b *testing.B) {
			train, err := skipGram(solver)
			if err != nil {
				b.Fatal(err)
			}
			var loss float32
			k := 0
			step := func() {
				if loss, err = train(ids[k*n : (k+1)*n]); err != nil {
					b.Fatal(err)
				}
				k = (k + 1) % SkipGramBatches
			}
			for range SkipGramBatches {
				step()
			}
			first := loss
			b.ReportAllocs()
			for b.Loop() {
				step()
			}
			b.ReportMetric(float64(first), "loss")
		})
	}
}

// skipGram makes what trains the tables by a batch of SkipGramIDs and returns the loss before it. It returns an error for
// a solver that is not of Solvers.
func skipGram(solver string) (func(ids []int) (float32, error), error) {
	g := gorgonia.NewGraph()
	centres, err := skipGramTable(g, "centres", 0)
	if err != nil {
		return nil, err
	}
	contexts, err := skipGramTable(g, "contexts", linearAt)
	if err != nil {
		return nil, err
	}
	c, o, n := make([]int, SkipGramBatch), make([]int, SkipGramBatch), make([]int, SkipGramBatch*SkipGramNegatives)
	cost, err := loss.NegativeSampling(centres, contexts, loss.Pairs{
		Centres: leaf(g, "centre", c, SkipGramBatch), Contexts: leaf(g, "context", o, SkipGramBatch),
		Negatives: leaf(g, "negatives", n, SkipGramBatch, SkipGramNegatives)})
	if err != nil {
		return nil, err
	}
	m := &graphModel{g: g, params: append(centres.Learnables(), contexts.Learnables()...), labels: func([]int) {}}
	if err := m.differentiate(cost); err != nil {
		return nil, err
	}
	s, err := newSolver(solver)
	if err == nil {
		_, err = s.StepNode(m.params...)
	}
	if err != nil {
		return nil, err
	}
	m.compile()
	step := m.step(nil)
	return func(ids []int) (float32, error) {
		for i := range c {
			of := ids[i*(2+SkipGramNegatives) : (i+1)*(2+SkipGramNegatives)]
			c[i], o[i] = of[0], of[1]
			copy(n[i*SkipGramNegatives:], of[2:])
		}
		return step(nil, nil)
	}, nil
}

func skipGramTable(g *gorgonia.ExprGraph, name string, at int) (*layers.Table, error) {
	e, err := layers.NewEmbedding(g, name, layers.EmbeddingConfig{
		NumEmbeddings: SkipGramVocab, EmbeddingDim: Dim, IDs: layers.IDRules{Sparse: true}, Init: layers.From(initial(SkipGramVocab*Dim, at))})
	if err != nil {
		return nil, err
	}
	return e.Table, nil
}
