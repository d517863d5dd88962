package model

import (
	"math/bits"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
)

// graphKind is what a static graph is for.
type graphKind struct {
	batch  int
	dense  bool // the gradient of the embedding table
	worker int  // graphs of two workers run at the same time
	shared bool // the batch is shared by workers

	// solver trains: the graph has dropout and gradients, and unless it is shared it makes the step too.
	// Nil for an evaluation.
	solver *optim.Solver
}

// graph is a classifier's computation on up to batch rows, of up to len(ids) words together.
type graph struct {
	ids, offsets, labels []int         // the inputs' memory: (capacity), (batch+1) and (batch)
	share                *gorgonia.F32 // factor of the loss before the gradients; nil if it is 1
	params               gorgonia.Nodes
	grads                []gorgonia.ValueGrad // the same
	loss, logits         gorgonia.Value       // copies, valid after a run
	vm                   gorgonia.VM
}

// grow returns gr if it holds at least words words, and else a new graph of its kind that does.
func (c *Classifier) grow(gr *graph, kind graphKind, words int) (*graph, error) {
	if gr != nil && words <= len(gr.ids) {
		return gr, nil
	}
	gr, err := c.build(kind, 1<<bits.Len(uint(max(words, 4*kind.batch)-1)))
	return gr, errors.Wrap(err, "model")
}

func (c *Classifier) build(kind graphKind, capacity int) (*graph, error) {
	g := gorgonia.NewGraph()
	gr := &graph{ids: make([]int, capacity), offsets: make([]int, kind.batch+1), labels: make([]int, kind.batch)}
	net, err := c.net(g, kind)
	if err != nil {
		return nil, err
	}
	logits, err := net.forward(layers.Texts{IDs: input(g, "ids", gr.ids), Offsets: input(g, "offsets", gr.offsets)})
	if err != nil {
		return nil, err
	}
	cost, err := loss.CrossEntropy(logits, input(g, "labels", gr.labels))
	if err != nil {
		return nil, err
	}
	gr.params = net.learnables()
	gr.grads = gorgonia.NodesToValueGrads(gr.params)
	gorgonia.Read(cost, &gr.loss)
	gorgonia.Read(logits, &gr.logits)
	if kind.solver != nil {
		if err := gr.train(cost, kind); err != nil {
			return nil, err
		}
	}
	if err := layers.CheckHashes(g); err != nil {
		return nil, err
	}
	gr.vm = gorgonia.NewTapeMachine(g)
	return gr, nil
}

// train adds the gradients of the loss and the step, or the gradients of share·loss.
func (gr *graph) train(loss *gorgonia.Node, kind graphKind) (err error) {
	if !kind.shared {
		if _, err = gorgonia.Grad(loss, gr.params...); err == nil {
			_, err = kind.solver.StepNode(gr.params...)
		}
		return err
	}
	gr.share = gorgonia.NewF32(1)
	share := gorgonia.NewScalar(loss.Graph(), tensor.Float32, gorgonia.WithName("share"), gorgonia.WithValue(gr.share))
	cost, err := gorgonia.HadamardProd(loss, share)
	if err == nil {
		_, err = gorgonia.Grad(cost, gr.params...)
	}
	return err
}

// input adds a vector whose value is memory.
func input(g *gorgonia.ExprGraph, name string, memory []int) *gorgonia.Node {
	v := tensor.New(tensor.WithShape(len(memory)), tensor.WithBacking(memory))
	return gorgonia.NewVector(g, tensor.Int, gorgonia.WithName(name), gorgonia.WithShape(len(memory)), gorgonia.WithValue(v))
}

// fill makes rows, which are this share of a batch, the input of the next run. What the graph has room for
// beyond them counts for nothing.
func (gr *graph) fill(rows []data.Sample, share float64) {
	if gr.share != nil {
		*gr.share = gorgonia.F32(share)
	}
	end := 0
	for i := range gr.labels {
		gr.labels[i] = data.NoLabel
		if i < len(rows) {
			end += copy(gr.ids[end:], rows[i].IDs)
			gr.labels[i] = rows[i].Label
		}
		gr.offsets[i+1] = end
	}
}

// run computes the loss and the logits of what fill put in, and goes on to train as its kind says.
func (gr *graph) run() error {
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

// words returns the number of words in rows.
func words(rows []data.Sample) (n int) {
	for _, r := range rows {
		n += len(r.IDs)
	}
	return n
}
