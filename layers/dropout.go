package layers

import (
	"fmt"
	"math/rand/v2"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

var _ Layer = Dropout{}

// Dropout sets each element to 0 with probability P, and divides the others by 1−P, so that the
// expected sum stays the same (Srivastava et al., JMLR 2014), as torch.nn.Dropout. Each run draws anew.
//
// It is off in an evaluation graph: one whose machine was made with gorgonia.EvalMode(). Use a graph of
// its own for that, as the option changes the ops of the graph for all its machines.
type Dropout struct {
	P    float64    // probability in [0, 1)
	Rand *rand.Rand // source of the masks; required unless P is 0
}

// Forward maps x to the same shape. Each call draws masks of its own.
func (d Dropout) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := d.forward(x)
	return y, errors.Wrap(err, "dropout")
}

// forward adds the op
//
//	dropout :: Tensor-n a → Tensor-n a
//
// It takes the place of Gorgonia's own Dropout, whose gradient is wrong (docs/gorgonia.md).
func (d Dropout) forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	in := graphop.Floats("x", x)
	if err := graphop.Check(in); err != nil {
		return nil, err
	}
	switch {
	case !(d.P >= 0 && d.P < 1):
		return nil, errors.Errorf("P must be in [0, 1), got %v", d.P)
	case d.P == 0:
		return x, nil
	case d.Rand == nil:
		return nil, errNoRand
	}
	m := &mask{p: d.P, rnd: d.Rand}
	return graphop.Apply(graphop.Op{
		Name:  fmt.Sprintf("dropout{p=%v id=%d}", d.P, len(x.Graph().AllNodes())), // the id tells two of one input apart
		Layer: "dropout", Shape: x.Shape(),
		Run:      graphop.Kernels{F32: dropout[float32](m), F64: dropout[float64](m)},
		Grads:    []*graphop.Grad{{Needs: []int{graphop.Out}, Add: graphop.Kernels{F32: addDropoutGrad[float32](m), F64: addDropoutGrad[float64](m)}}},
		Training: func(training bool) { m.off = !training },
	}, in)
}

// Learnables returns nil.
func (d Dropout) Learnables() gorgonia.Nodes { return nil }

// String returns a line such as "Dropout 0.5".
func (d Dropout) String() string { return fmt.Sprintf("Dropout %v", d.P) }

// mask is what a dropout multiplies by: 0 and 1/(1−p) in training, 1 in evaluation.
type mask struct {
	p    float64
	rnd  *rand.Rand
	off  bool
	last any // factors of the last run: []float32 or []float64
}

func dropout[T kernel.Float](m *mask) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		factors := graphop.Room[T](&m.last, len(dst))
		if m.off {
			kernel.Fill(factors, 1)
		} else {
			draw(factors, m.p, m.rnd)
		}
		clear(dst)
		kernel.AddProduct(dst, factors, in.Floats(0))
		return nil
	}
}

// draw sets each element to 0 with probability p, else to 1/(1−p).
func draw[T kernel.Float](factors []T, p float64, rnd *rand.Rand) {
	keep, limit := T(1/(1-p)), uint32(p*(1<<32))
	var bits uint64
	for i := range factors {
		if i%2 == 0 {
			bits = rnd.Uint64() // for two elements
		} else {
			bits >>= 32
		}
		factors[i] = 0
		if uint32(bits) >= limit {
			factors[i] = keep
		}
	}
}

// addDropoutGrad multiplies by the mask of the last run. Its input is the dropout's result, whose value it does not
// look at: it has to run after the dropout.
func addDropoutGrad[T kernel.Float](m *mask) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		factors, err := kept[T](m.last, len(dst))
		if err == nil {
			kernel.AddProduct(dst, factors, in.Last())
		}
		return err
	}
}

// kept returns the n elements that an op left in memory for its gradient.
func kept[T kernel.Float](memory any, n int) ([]T, error) {
	if elems, ok := memory.([]T); ok && len(elems) == n || n == 0 {
		return elems, nil
	}
	return nil, errors.New("the op itself did not run")
}
