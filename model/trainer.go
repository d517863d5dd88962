package model

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/data"
)

// TrainConfig describes a training. It is plain data and goes through JSON unchanged.
type TrainConfig struct {
	Epochs       int     `json:"epochs"`        // most passes over the training rows; required, at least 1
	Batch        int     `json:"batch"`         // rows a step; required, at least 1
	LearningRate float64 `json:"learning_rate"` // of Adam; required, above 0
	Patience     int     `json:"patience"`      // stops after this many epochs without a better one; 0 means never
	Seed         uint64  `json:"seed"`          // of the order of the rows
}

func (c TrainConfig) check() error {
	switch {
	case c.Epochs < 1:
		return errors.Errorf("Epochs must be at least 1, got %d", c.Epochs)
	case c.Batch < 1:
		return errors.Errorf("Batch must be at least 1, got %d", c.Batch)
	case !(c.LearningRate > 0) || math.IsInf(c.LearningRate, 1):
		return errors.Errorf("LearningRate must be above 0 and finite, got %v", c.LearningRate)
	case c.Patience < 0:
		return errors.Errorf("Patience must be at least 0, got %d", c.Patience)
	}
	return nil
}

// Trainer trains a classifier.
type Trainer struct {
	// OnBatch, if not nil, is called after each step of an epoch, and OnEpoch after each epoch.
	OnBatch func(done, of int)
	OnEpoch func(Epoch)

	c      *Classifier
	cfg    TrainConfig
	solver gorgonia.Solver
	order  *rand.Rand
}

// NewTrainer returns a trainer of c. It fails if a field of cfg is out of its range.
func NewTrainer(c *Classifier, cfg TrainConfig) (*Trainer, error) {
	if err := cfg.check(); err != nil {
		return nil, errors.Wrap(err, "trainer")
	}
	return &Trainer{
		c: c, cfg: cfg,
		solver: gorgonia.NewAdamSolver(gorgonia.WithLearnRate(cfg.LearningRate)),
		order:  rand.New(rand.NewPCG(cfg.Seed, 2)),
	}, nil
}

// Fit trains for cfg.Epochs epochs, or until cfg.Patience of them in a row were no better than the best:
// of higher accuracy on dev, or of the same accuracy and lower loss. The classifier is left with the
// weights of the best epoch.
//
// When ctx is done, Fit stops before the next batch, keeps the best weights so far (those of the moment
// if no epoch was finished) and returns ctx's error with the history. A loss that is not finite is an
// error.
func (t *Trainer) Fit(ctx context.Context, train, dev []data.Row) (History, error) {
	var h History
	if len(train) == 0 || len(dev) == 0 {
		return h, errors.Errorf("trainer: need rows to train on and to choose the epoch on, got %d and %d", len(train), len(dev))
	}
	var best weights
	for n := 1; n <= t.cfg.Epochs; n++ {
		e, err := t.epoch(ctx, n, train, dev)
		if err != nil {
			t.c.restore(best)
			return h, err
		}
		if h.Epochs = append(h.Epochs, e); h.Best == 0 || better(e, h.Epochs[h.Best-1]) {
			h.Best, best = n, t.c.snapshot(best)
		}
		if t.OnEpoch != nil {
			t.OnEpoch(e)
		}
		if t.cfg.Patience > 0 && n-h.Best >= t.cfg.Patience {
			break
		}
	}
	t.c.restore(best)
	return h, nil
}

func better(a, b Epoch) bool {
	return a.DevAccuracy > b.DevAccuracy || a.DevAccuracy == b.DevAccuracy && a.DevLoss < b.DevLoss
}

// epoch makes one pass over train and evaluates on dev.
func (t *Trainer) epoch(ctx context.Context, number int, train, dev []data.Row) (Epoch, error) {
	e := Epoch{Number: number}
	start := time.Now()
	batches := data.Batches(train, t.cfg.Batch, t.order)
	for i, b := range batches {
		if err := ctx.Err(); err != nil {
			return e, err
		}
		loss, err := t.step(b)
		if err != nil {
			return e, err
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return e, errors.Errorf("trainer: the loss became %v in epoch %d: lower the learning rate (%v)", loss, number, t.cfg.LearningRate)
		}
		e.Loss += loss * float64(len(b.Rows)) / float64(len(train))
		e.Words += b.Words()
		if t.OnBatch != nil {
			t.OnBatch(i+1, len(batches))
		}
	}
	e.Time = time.Since(start)
	eval, err := t.c.Evaluate(ctx, dev)
	e.DevLoss, e.DevAccuracy = eval.Loss, eval.Accuracy()
	return e, err
}

// step trains on one batch and returns its loss before the step.
func (t *Trainer) step(b data.Batch) (float64, error) {
	gr, err := t.c.graph(graphKey{b.Size, b.Time, true})
	if err != nil {
		return 0, err
	}
	if err := gr.run(b); err != nil {
		return 0, err
	}
	return gr.lossValue(), t.solver.Step(gorgonia.NodesToValueGrads(gr.params))
}

// weights is a copy of a classifier's parameters by name.
type weights map[string][]float32

// snapshot copies the weights, into the memory of an older copy if there is one.
func (c *Classifier) snapshot(into weights) weights {
	if into == nil {
		into = make(weights)
	}
	for name, w := range c.weights {
		into[name] = append(into[name][:0], w...)
	}
	return into
}

// restore sets the weights to a copy. A nil copy changes nothing.
func (c *Classifier) restore(from weights) {
	for name, w := range from {
		copy(c.weights[name], w)
	}
}

// evalBatch is the number of rows of an evaluation's batch. It does not change the results.
const evalBatch = 64

// Evaluate predicts the rows' labels and compares.
func (c *Classifier) Evaluate(ctx context.Context, rows []data.Row) (Evaluation, error) {
	eval := Evaluation{Confusion: newConfusion(c.cfg.Classes)}
	for _, b := range data.Batches(rows, evalBatch, nil) {
		if err := ctx.Err(); err != nil {
			return eval, err
		}
		gr, err := c.graph(graphKey{batch: b.Size, time: b.Time})
		if err != nil {
			return eval, err
		}
		if err := gr.run(b); err != nil {
			return eval, err
		}
		eval.Loss += gr.lossValue() * float64(len(b.Rows)) / float64(len(rows))
		predicted := gr.predictions()
		for i := range b.Rows {
			eval.Confusion[b.Labels[i]][predicted[i]]++
		}
	}
	return eval, nil
}
