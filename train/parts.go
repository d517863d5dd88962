package train

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"gorgonia-embedding/params"
)

// evalBatch is the most examples of a run of an evaluation. It does not change the results.
const evalBatch = 64

// NewTask returns a Task made of parts: examples 0 to train−1 are trained on, the dev ones after them are for
// evaluation, which is the mean of their loss, and draw draws the graphs of both, with parameters of set.
func NewTask(train, dev int, set *params.Set, draw func(Drawing) (*Graph, error)) Task {
	return &parts{train, dev, set, draw, NewMachine(draw, Drawing{Mode: Evaluation, Batch: evalBatch})}
}

type parts struct {
	train, dev int
	set        *params.Set
	draw       func(Drawing) (*Graph, error)
	eval       *Machine
}

func (p *parts) Len() int                       { return p.train }
func (p *parts) Params() *params.Set            { return p.set }
func (p *parts) Draw(d Drawing) (*Graph, error) { return p.draw(d) }

func (p *parts) Evaluate(ctx context.Context) (s Score, err error) {
	if p.dev < 1 {
		return s, errors.Errorf("want examples for evaluation, got %d", p.dev)
	}
	examples := make([]int, p.dev)
	for i := range examples {
		examples[i] = p.train + i
	}
	for batch := range slices.Chunk(examples, evalBatch) {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		if err := p.eval.Fill(batch); err != nil {
			return s, err
		}
		loss, err := p.eval.Run()
		if err != nil {
			return s, err
		}
		s.Loss += loss * float64(len(batch)) / float64(p.dev)
	}
	return s, nil
}
