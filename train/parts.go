package train

import (
	"context"

	"github.com/pkg/errors"

	"gorgonia-embedding/params"
)

// NewTask returns a Task made of parts: examples 0 to train−1 are trained on, the dev ones after them are for
// evaluation, by the mean of their loss and, if the graphs have Logits and Labels, the accuracy and the macro F1. draw
// draws the graphs of both, with parameters of set.
func NewTask(train, dev int, set *params.Set, draw func(Drawing) (*Graph, error)) Task {
	return &parts{train, dev, set, draw, NewMachine(draw, Drawing{Mode: Evaluation})}
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
	right := 0
	var classes tally
	s.Loss, err = p.eval.Mean(ctx, examples, func(batch []int) {
		labels := p.eval.graph.Labels
		for i, class := range p.eval.Predictions() {
			if i < min(len(batch), len(labels)) {
				classes.add(labels[i], class)
				if class == labels[i] {
					right++
				}
			}
		}
	})
	s.Accuracy, s.MacroF1 = float64(right)/float64(p.dev), classes.macroF1()
	return s, err
}
