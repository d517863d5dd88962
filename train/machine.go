package train

import (
	"cmp"
	"context"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// The kinds of machine that run a graph.
const (
	tape   = "tape"   // Gorgonia's TapeMachine
	direct = "direct" // a machine.Machine
)

// Machine runs a task's graphs: it draws one when it is first filled, and another one when examples have no room. Those
// of an evaluation run on a machine.Machine, which computes the same as a TapeMachine to the bit, in less time.
type Machine struct {
	draw    func(Drawing) (*Graph, error)
	drawing Drawing
	kind    string
	finish  func(*Graph) error // function that adds what is to be run after the loss

	graph  *Graph
	logits gorgonia.Value // copy of the graph's Logits, valid after a run of an evaluation
	program
}

// NewMachine returns a Machine whose graphs come from draw, such as a Task's Draw, for the mode, batch and source of
// random numbers in d. A batch of 0 means 64, which suits an evaluation: there it does not change the results.
func NewMachine(draw func(Drawing) (*Graph, error), d Drawing) *Machine {
	d.Batch = cmp.Or(d.Batch, 64)
	m := &Machine{draw: draw, drawing: d, kind: tape, finish: func(*Graph) error { return nil }}
	if d.Mode == Evaluation {
		m.kind = direct
	}
	return m
}

// Fill makes examples the input of the next run. It fails if a graph for them cannot be drawn.
func (m *Machine) Fill(examples []int) error {
	if m.graph != nil && m.graph.Fill(examples) {
		return nil
	}
	m.drawing.Examples, m.graph, m.program = examples, nil, program{}
	if err := m.renew(); err != nil {
		return errors.Wrapf(err, "graph for %v", m.drawing.Mode)
	}
	if !m.graph.Fill(examples) {
		return errors.Errorf("a graph drawn for %d examples has no room for them", len(examples))
	}
	return nil
}

// renew draws a graph and compiles it.
func (m *Machine) renew() error {
	gr, err := m.draw(m.drawing)
	if err == nil {
		err = gr.check()
	}
	if err != nil {
		return err
	}
	if m.logits = nil; gr.Logits != nil && m.drawing.Mode == Evaluation {
		gorgonia.Read(gr.Logits, &m.logits)
	}
	if err := m.compile(gr.Loss, m.kind, func() error { return m.finish(gr) }); err != nil {
		return err
	}
	m.graph = gr
	return nil
}

// Run runs the graph on what Fill put in and returns the loss. It fails if Fill was not called, or has failed.
func (m *Machine) Run() (float64, error) {
	if m.vm == nil {
		return 0, errors.New("train: the machine has no input: call Fill before Run")
	}
	return m.run()
}

// Mean runs the graph on all of examples, in batches, and returns the mean of their loss. If each is not nil, it is
// called with each batch after its run. Mean stops with ctx's error when ctx is done.
func (m *Machine) Mean(ctx context.Context, examples []int, each func(batch []int)) (loss float64, err error) {
	for batch := range slices.Chunk(examples, m.drawing.Batch) {
		if err := ctx.Err(); err != nil {
			return loss, err
		}
		if err := m.Fill(batch); err != nil {
			return loss, err
		}
		l, err := m.Run()
		if err != nil {
			return loss, err
		}
		loss += l * float64(len(batch)) / float64(len(examples))
		if each != nil {
			each(batch)
		}
	}
	return loss, nil
}

// Predictions returns the class with the largest logit of each row of the last run, the first of equals, and 0 for a row
// of NaN. It is nil if the graph has no Logits, or is not one of an evaluation.
func (m *Machine) Predictions() []int {
	if m.logits == nil {
		return nil
	}
	if logits, ok := m.logits.Data().([]float64); ok {
		return argmax(logits, m.logits.Shape()[1])
	}
	return argmax(m.logits.Data().([]float32), m.logits.Shape()[1])
}

func argmax[T float32 | float64](logits []T, classes int) (best []int) {
	for scores := range slices.Chunk(logits, classes) {
		class := 0
		for i, score := range scores {
			if score > scores[class] { // NaN is not
				class = i
			}
		}
		best = append(best, class)
	}
	return best
}
