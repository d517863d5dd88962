package model

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/data"
	"gorgonia-embedding/optim"
)

// TrainConfig describes a training. It is plain data and goes through JSON unchanged.
type TrainConfig struct {
	Epochs       int     `json:"epochs"`        // most passes over the training rows; required, at least 1
	Batch        int     `json:"batch"`         // rows a step; required, at least 1
	LearningRate float64 `json:"learning_rate"` // required, above 0
	Patience     int     `json:"patience"`      // stops after this many epochs without a better one; 0 means never
	Seed         uint64  `json:"seed"`          // of the order of the rows

	Optimizer   string  `json:"optimizer"`    // adam, adamw, adagrad, rmsprop or sgd; "" means adam
	Momentum    float64 `json:"momentum"`     // of sgd and rmsprop, in [0, 1)
	WeightDecay float64 `json:"weight_decay"` // at least 0, as optim.Config
	Schedule    string  `json:"schedule"`     // constant; linear or cosine, which fall to 0 at the end; step, a tenth after each third; "" means constant
	Warmup      float64 `json:"warmup"`       // share of the steps, in [0, 1), in which a linear or cosine schedule rises first
	Clip        float64 `json:"clip"`         // limit of the norm of all gradients together; 0 means none
	Dense       bool    `json:"dense"`        // makes the gradient of the words' table dense: a step then costs the whole table
	Workers     int     `json:"workers"`      // replicas that compute a part of each batch at the same time; 0 means 1
}

// Check returns an error that names the first field that is out of its range.
func (c TrainConfig) Check() error {
	switch {
	case c.Epochs < 1:
		return errors.Errorf("Epochs must be at least 1, got %d", c.Epochs)
	case c.Batch < 1:
		return errors.Errorf("Batch must be at least 1, got %d", c.Batch)
	case !(c.LearningRate > 0) || math.IsInf(c.LearningRate, 1):
		return errors.Errorf("LearningRate must be above 0 and finite, got %v", c.LearningRate)
	case c.Patience < 0:
		return errors.Errorf("Patience must be at least 0, got %d", c.Patience)
	case c.Workers < 0 || c.Workers > c.Batch:
		return errors.Errorf("Workers must be in [0, Batch], got %d of a batch of %d", c.Workers, c.Batch)
	}
	return c.checkSolver()
}

// Trainer trains a classifier.
type Trainer struct {
	// OnBatch, if not nil, is called after each step of an epoch, and OnEpoch after each epoch.
	OnBatch func(done, of int)
	OnEpoch func(Epoch)

	c      *Classifier
	cfg    TrainConfig
	solver *optim.Solver
	order  *rand.Rand
	graphs []*graph             // of each worker
	grads  []gorgonia.ValueGrad // of a step that workers share
}

// NewTrainer returns a trainer of c. It fails if a field of cfg is out of its range.
func NewTrainer(c *Classifier, cfg TrainConfig) (*Trainer, error) {
	if err := cfg.Check(); err != nil {
		return nil, errors.Wrap(err, "trainer")
	}
	cfg.Workers = max(1, cfg.Workers)
	return &Trainer{c: c, cfg: cfg, order: rand.New(rand.NewPCG(cfg.Seed, orderStream))}, nil
}

// Fit trains for cfg.Epochs epochs, or until cfg.Patience of them in a row were no better than the best:
// of higher accuracy on dev, or of the same accuracy and lower loss. The classifier is left with the
// weights of the best epoch.
//
// Each Fit begins with a new solver. When ctx is done, Fit stops before the next batch, keeps the best weights so far (those of the moment
// if no epoch was finished) and returns ctx's error with the history. A loss that is not finite is an
// error: the best weights so far are kept then too, but if no epoch was finished they may not be finite.
func (t *Trainer) Fit(ctx context.Context, train, dev []data.Sample) (History, error) {
	var h History
	if len(train) == 0 || len(dev) == 0 {
		return h, errors.Errorf("trainer: need rows to train on and to choose the epoch on, got %d and %d", len(train), len(dev))
	}
	var err error
	if t.solver, err = t.cfg.solver(t.cfg.Epochs * steps(len(train), t.cfg.Batch)); err != nil {
		return h, errors.Wrap(err, "trainer")
	}
	t.graphs = make([]*graph, t.cfg.Workers)
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
func (t *Trainer) epoch(ctx context.Context, number int, train, dev []data.Sample) (Epoch, error) {
	e := Epoch{Number: number}
	start := time.Now()
	rows := slices.Clone(train)
	t.order.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	of := steps(len(rows), t.cfg.Batch)
	for done := range of {
		if err := ctx.Err(); err != nil {
			return e, err
		}
		batch := rows[done*t.cfg.Batch : min((done+1)*t.cfg.Batch, len(rows))]
		loss, err := t.step(batch)
		if err != nil {
			return e, err
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return e, errors.Errorf("trainer: the loss became %v in epoch %d: lower the learning rate (%v)", loss, number, t.cfg.LearningRate)
		}
		e.Loss += loss * float64(len(batch)) / float64(len(rows))
		e.Words += words(batch)
		if t.OnBatch != nil {
			t.OnBatch(done+1, of)
		}
	}
	e.Time = time.Since(start)
	eval, err := t.c.Evaluate(ctx, dev)
	e.DevLoss, e.DevAccuracy = eval.Loss, eval.Accuracy()
	return e, err
}

// steps returns how many batches rows make.
func steps(rows, batch int) int { return (rows + batch - 1) / batch }

// step trains on one batch and returns its mean loss before the step. Each worker takes rows that stand
// together; their gradients, in the order of the workers, are summed by the solver.
func (t *Trainer) step(batch []data.Sample) (loss float64, err error) {
	workers := t.cfg.Workers
	kind := graphKind{batch: steps(t.cfg.Batch, workers), dense: t.cfg.Dense, shared: workers > 1, solver: t.solver}
	busy := min(workers, len(batch)) // the last batch may be small
	t.grads = t.grads[:0]
	share := func(w int) []data.Sample { return batch[w*len(batch)/busy : (w+1)*len(batch)/busy] }
	for w := range busy {
		kind.worker = w
		if t.graphs[w], err = t.c.grow(t.graphs[w], kind, words(share(w))); err != nil {
			return 0, err
		}
		t.graphs[w].fill(share(w), part(share(w), batch))
		t.grads = append(t.grads, t.graphs[w].grads...)
	}
	if err := runAll(t.graphs[:busy]); err != nil {
		return 0, err
	}
	for w, gr := range t.graphs[:busy] {
		loss += part(share(w), batch) * gr.lossValue()
	}
	if !kind.shared {
		return loss, nil // the graph made the step
	}
	return loss, t.solver.Step(t.grads)
}

// part returns the share of a batch that rows are.
func part(rows, batch []data.Sample) float64 { return float64(len(rows)) / float64(len(batch)) }

// runAll runs graphs at the same time and returns the error of the first one that fails.
func runAll(graphs []*graph) error {
	if len(graphs) == 1 {
		return graphs[0].run()
	}
	failures := make([]error, len(graphs))
	var wg sync.WaitGroup
	for i, gr := range graphs[1:] {
		wg.Go(func() { failures[i+1] = gr.run() })
	}
	failures[0] = graphs[0].run()
	wg.Wait()
	return cmp.Or(failures...)
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

// Evaluate predicts the rows' labels and compares. It fails if a row has no label that is a class.
func (c *Classifier) Evaluate(ctx context.Context, rows []data.Sample) (Evaluation, error) {
	eval, all := Evaluation{Confusion: newConfusion(c.cfg.Classes)}, len(rows)
	for i, row := range rows {
		if row.Label < 0 || row.Label >= c.cfg.Classes {
			return eval, errors.Errorf("model: row %d has label %d: want a class in [0, %d)", i, row.Label, c.cfg.Classes)
		}
	}
	for len(rows) > 0 {
		if err := ctx.Err(); err != nil {
			return eval, err
		}
		batch := rows[:min(evalBatch, len(rows))]
		rows = rows[len(batch):]
		gr, err := c.grow(c.eval, graphKind{batch: evalBatch}, words(batch))
		if err != nil {
			return eval, err
		}
		c.eval = gr
		gr.fill(batch, 1)
		if err := gr.run(); err != nil {
			return eval, err
		}
		eval.Loss += gr.lossValue() * float64(len(batch)) / float64(all)
		predicted := gr.predictions()
		for i, row := range batch {
			eval.Confusion[row.Label][predicted[i]]++
		}
	}
	return eval, nil
}
