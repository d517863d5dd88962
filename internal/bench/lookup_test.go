package bench

import (
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/layers"
)

// BenchmarkLookup is 8,192 rows out of a table of 50,000 × 128: by a graph on a TapeMachine, by the graph's op
// alone, by its kernel, and by a plain loop into a reused buffer.
func BenchmarkLookup(b *testing.B) {
	for _, ids := range Distributions() {
		batches := LookupBatch(ids)
		for _, l := range []struct {
			name string
			make func(ids []int) (func() error, error)
		}{{"ours", lookupGraph}, {"ours-op", lookupOp}, {"ours-kernel", lookupKernel}, {"stock", lookupStock}, {"loop", lookupLoop}} {
			b.Run("ids="+ids+"/impl="+l.name, func(b *testing.B) {
				memory := make([]int, LookupIDs)
				run, err := l.make(memory)
				if err != nil {
					b.Fatal(err)
				}
				k := 0
				next := func() {
					copy(memory, batches[k*LookupIDs:(k+1)*LookupIDs])
					k = (k + 1) % LookupBatches
					if err := run(); err != nil {
						b.Fatal(err)
					}
				}
				for range LookupBatches {
					next()
				}
				b.ReportAllocs()
				for b.Loop() {
					next()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/LookupIDs, "ns/id")
			})
		}
	}
}

// lookupNodes returns a table and ids, which is memory, in a graph of their own.
func lookupNodes(ids []int) (g *gorgonia.ExprGraph, weight, idNode *gorgonia.Node) {
	g = gorgonia.NewGraph()
	weight = leaf(g, "words", initial(LookupVocab*LookupDim, 0), LookupVocab, LookupDim)
	return g, weight, leaf(g, "ids", ids, LookupIDs)
}

func lookupGraph(ids []int) (func() error, error) {
	g, weight, idNode := lookupNodes(ids)
	_, err := layers.Lookup(weight, idNode, layers.IDRules{})
	return runs(g), err
}

func lookupStock(ids []int) (func() error, error) {
	g, weight, idNode := lookupNodes(ids)
	_, err := gorgonia.ByIndices(weight, idNode, 0)
	return runs(g), err
}

// runs returns what runs g.
func runs(g *gorgonia.ExprGraph) func() error {
	vm := gorgonia.NewTapeMachine(g)
	return func() error {
		vm.Reset()
		return vm.RunAll()
	}
}

func lookupOp(ids []int) (func() error, error) {
	_, weight, idNode := lookupNodes(ids)
	out, err := layers.Lookup(weight, idNode, layers.IDRules{})
	if err != nil {
		return nil, err
	}
	op, w, i := out.Op(), weight.Value(), idNode.Value()
	return func() error {
		_, err := op.Do(w, i)
		return err
	}, nil
}

func lookupKernel(ids []int) (func() error, error) {
	w, out := initial(LookupVocab*LookupDim, 0), make([]float32, LookupIDs*LookupDim)
	return func() error {
		kernel.Gather(out, w, ids, LookupDim)
		return nil
	}, nil
}

func lookupLoop(ids []int) (func() error, error) {
	w, out := initial(LookupVocab*LookupDim, 0), make([]float32, LookupIDs*LookupDim)
	return func() error {
		for i, id := range ids {
			copy(out[i*LookupDim:(i+1)*LookupDim], w[id*LookupDim:(id+1)*LookupDim])
		}
		return nil
	}, nil
}
