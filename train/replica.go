package train

import (
	"math/rand/v2"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/optim"
)

// drawn is what a graph was drawn from, beside the task.
type drawn struct {
	examples []int    // nil if there is no graph yet
	random   rand.PCG // the source of random numbers, as it was then
}

// replica is what one worker runs on its part of a batch.
type replica struct {
	*Machine
	share    float64       // share of the batch that its examples are
	setShare func(float64) // tells the graph, whose gradients are share times those of its loss
	grads    []gorgonia.ValueGrad
	loss     float64 // loss of the last run
	err      error   // error of the last run
}

// newReplica returns a replica whose graphs make solver's step themselves or, if several of them share each batch,
// compute their share of the gradients. random is the source of their random numbers, and from what they are drawn from.
func newReplica(t Task, batch int, random *rand.PCG, from *drawn, solver *optim.Solver, shared bool) *replica {
	draw := func(d Drawing) (*Graph, error) {
		*from = drawn{slices.Clone(d.Examples), *random}
		return t.Draw(d)
	}
	r := &replica{Machine: NewMachine(draw, Drawing{Mode: Training, Batch: batch, Rand: rand.New(random)})}
	r.finish = func(gr *Graph) error {
		cost, err := gr.Loss, gr.learns(t.Params())
		if r.setShare = func(float64) {}; shared && err == nil {
			cost, r.setShare, err = scaled(gr.Loss)
		}
		if err == nil {
			_, err = gorgonia.Grad(cost, gr.Learnables...)
		}
		if err == nil && !shared {
			_, err = solver.StepNode(gr.Learnables...)
		}
		r.grads = gorgonia.NodesToValueGrads(gr.Learnables)
		return err
	}
	return r
}

// scaled returns share·loss, and the function that sets the share.
func scaled(loss *gorgonia.Node) (cost *gorgonia.Node, set func(float64), err error) {
	var share gorgonia.Value
	if loss.Dtype() == tensor.Float64 {
		v := gorgonia.NewF64(1)
		share, set = v, func(x float64) { *v = gorgonia.F64(x) }
	} else {
		v := gorgonia.NewF32(1)
		share, set = v, func(x float64) { *v = gorgonia.F32(x) }
	}
	n := gorgonia.NewScalar(loss.Graph(), loss.Dtype(), gorgonia.WithName("share of the batch"), gorgonia.WithValue(share))
	cost, err = gorgonia.HadamardProd(loss, n)
	return cost, set, err
}

// fill makes examples, which are this share of a batch, the input of the next run.
func (r *replica) fill(examples []int, share float64) error {
	err := r.Fill(examples)
	if err == nil {
		r.share = share
		r.setShare(share)
	}
	return err
}

// step runs the replica.
func (r *replica) step() { r.loss, r.err = r.Run() }
