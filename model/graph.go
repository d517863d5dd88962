package model

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
)

// graphKey is what a static graph is fixed to.
type graphKey struct {
	batch, time int
	train       bool // with dropout and gradients
}

// graph is a classifier's computation for one shape of batch.
type graph struct {
	ids, labels  []int          // the inputs' memory: (batch, time) and (batch)
	params       gorgonia.Nodes // in a fixed order
	loss, logits gorgonia.Value // copies, valid after a run
	vm           gorgonia.VM
}

// graph returns the graph for key, built the first time.
func (c *Classifier) graph(key graphKey) (*graph, error) {
	if gr, ok := c.graphs[key]; ok {
		return gr, nil
	}
	gr, err := c.build(key)
	if err != nil {
		return nil, errors.Wrap(err, "model")
	}
	c.graphs[key] = gr
	return gr, nil
}

func (c *Classifier) build(key graphKey) (*graph, error) {
	g := gorgonia.NewGraph()
	gr := &graph{ids: make([]int, key.batch*key.time), labels: make([]int, key.batch)}
	ids := input(g, "ids", gr.ids, key.batch, key.time)
	net, err := c.net(g, ids, key.train)
	if err != nil {
		return nil, err
	}
	logits, err := net.Forward(ids)
	if err != nil {
		return nil, err
	}
	loss, err := layers.CrossEntropy(logits, input(g, "labels", gr.labels, key.batch))
	if err != nil {
		return nil, err
	}
	gr.params = net.Learnables()
	gorgonia.Read(loss, &gr.loss)
	gorgonia.Read(logits, &gr.logits)
	var opts []gorgonia.VMOpt
	if key.train {
		if _, err := gorgonia.Grad(loss, gr.params...); err != nil {
			return nil, err
		}
		opts = append(opts, gorgonia.BindDualValues(gr.params...))
	}
	if err := layers.CheckHashes(g); err != nil {
		return nil, err
	}
	gr.vm = gorgonia.NewTapeMachine(g, opts...)
	return gr, nil
}

// input adds a leaf whose value is memory.
func input(g *gorgonia.ExprGraph, name string, memory []int, shape ...int) *gorgonia.Node {
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(memory))
	return gorgonia.NewTensor(g, tensor.Int, len(shape), gorgonia.WithName(name), gorgonia.WithShape(shape...), gorgonia.WithValue(v))
}

// run computes the loss, the logits and, in a training graph, the gradients of b.
func (gr *graph) run(b data.Batch) error {
	copy(gr.ids, b.IDs)
	copy(gr.labels, b.Labels)
	gr.vm.Reset()
	return gr.vm.RunAll()
}

// lossValue returns the loss of the last run.
func (gr *graph) lossValue() float64 { return float64(gr.loss.Data().(float32)) }

// predictions returns the class with the largest logit of each row of the last run, the first of equals.
func (gr *graph) predictions() []int {
	logits := gr.logits.Data().([]float32)
	classes := len(logits) / len(gr.labels)
	best := make([]int, len(gr.labels))
	for i := range best {
		row := logits[i*classes : (i+1)*classes]
		best[i] = slices.Index(row, slices.Max(row))
	}
	return best
}
