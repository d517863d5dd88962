package train

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

	"gorgonia-embedding/optim"
	"gorgonia-embedding/params"
)

// Trainer trains a task. New makes one.
type Trainer struct {
	OnBatch func(done, of int) // called after each step of an epoch, if not nil
	OnEpoch func(Epoch)        // called after each epoch, if not nil

	// Exchanger is where the gradients of replicas meet before the solver's step. nil means that there are no replicas
	// but the workers of this process; if there is one worker, its graph then makes the step itself.
	Exchanger Exchanger

	task     Task
	cfg      Config
	order    *rand.Rand   // source of the order of the examples
	dropout  []*rand.Rand // source of the dropout of each worker
	exchange Exchanger    // Exchanger of this Fit; nil: the graph makes the step
	solver   *optim.Solver
	replicas []*replica             // one for each worker
	grads    [][]gorgonia.ValueGrad // gradients of the replicas that took part in a step
	running  sync.WaitGroup         // all replicas of a step but the first
}

// The streams of random numbers that a seed gives.
const (
	orderStream   = iota + 1
	dropoutStream // the first worker's; those of the others follow
)

// New returns a trainer of task. It fails if a field of cfg is out of its range.
func New(task Task, cfg Config) (*Trainer, error) {
	if err := cfg.Check(); err != nil {
		return nil, errors.Wrap(err, "train")
	}
	t := &Trainer{task: task, cfg: cfg, order: rand.New(rand.NewPCG(cfg.Seed, orderStream))}
	for w := range uint64(max(1, cfg.Workers)) {
		t.dropout = append(t.dropout, rand.New(rand.NewPCG(cfg.Seed, dropoutStream+w)))
	}
	return t, nil
}

// Solver returns the solver of the last Fit, or nil if there was none.
func (t *Trainer) Solver() *optim.Solver { return t.solver }

// Fit trains for cfg.Epochs epochs, or until cfg.Patience of them in a row were not of a better Score than the best.
// The task is left with the parameters of the best epoch.
//
// Each Fit begins with a new solver. When ctx is done, Fit stops before the next batch, keeps the best parameters so
// far (those of the moment if no epoch was finished) and returns ctx's error with the history. A loss that is not
// finite is an error: the best parameters so far are kept then too, but if no epoch was finished they may not be
// finite.
func (t *Trainer) Fit(ctx context.Context) (h History, err error) {
	if err := t.start(); err != nil {
		return h, errors.Wrap(err, "train")
	}
	var best *params.Set
	for n := 1; n <= t.cfg.Epochs && !h.stale(t.cfg.Patience); n++ {
		var e Epoch
		if e, err = t.epoch(ctx, n); err != nil {
			break
		}
		if h.add(e) {
			best = t.task.Params().Snapshot(best)
		}
		if t.OnEpoch != nil {
			t.OnEpoch(e)
		}
	}
	if best != nil {
		err = cmp.Or(err, t.task.Params().Restore(best))
	}
	return h, err
}

// start makes the solver and the replicas of a Fit.
func (t *Trainer) start() (err error) {
	n, workers := t.task.Len(), len(t.dropout)
	if n < 1 {
		return errors.Errorf("the task has %d examples to train on: want at least 1", n)
	}
	if t.solver, err = t.cfg.solver(t.cfg.Epochs * batches(n, t.cfg.Batch)); err != nil {
		return err
	}
	if t.exchange = t.Exchanger; t.exchange == nil && workers > 1 {
		t.exchange = local{}
	}
	t.replicas = t.replicas[:0]
	for _, rnd := range t.dropout {
		t.replicas = append(t.replicas, newReplica(t.task, batches(t.cfg.Batch, workers), rnd, t.solver, t.exchange != nil))
	}
	return nil
}

// batches returns how many batches n examples make.
func batches(n, batch int) int { return (n + batch - 1) / batch }

// epoch makes one pass over the examples and evaluates.
func (t *Trainer) epoch(ctx context.Context, number int) (Epoch, error) {
	e := Epoch{Number: number, Examples: t.task.Len()}
	start := time.Now()
	order := make([]int, e.Examples)
	for i := range order {
		order[i] = i
	}
	t.order.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	done, of := 0, batches(len(order), t.cfg.Batch)
	for batch := range slices.Chunk(order, t.cfg.Batch) {
		if err := ctx.Err(); err != nil {
			return e, err
		}
		loss, err := t.step(batch)
		if err != nil {
			return e, err
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return e, errors.Errorf("train: the loss became %v in epoch %d: lower the learning rate (%v)", loss, number, t.solver.LearningRate())
		}
		e.Loss += loss * float64(len(batch)) / float64(len(order))
		if done++; t.OnBatch != nil {
			t.OnBatch(done, of)
		}
	}
	e.Time = time.Since(start)
	var err error
	e.Dev, err = t.task.Evaluate(ctx)
	return e, err
}

// step trains on one batch and returns its mean loss before the step. Each worker takes examples that stand together.
func (t *Trainer) step(batch []int) (float64, error) {
	busy := t.replicas[:min(len(t.replicas), len(batch))] // the last batch may be small
	for w, r := range busy {
		part := batch[w*len(batch)/len(busy) : (w+1)*len(batch)/len(busy)]
		if err := r.fill(part, float64(len(part))/float64(len(batch))); err != nil {
			return 0, errors.Wrap(err, "train")
		}
	}
	loss, err := t.runAll(busy)
	if err != nil || t.exchange == nil {
		return loss, err
	}
	t.grads = t.grads[:0]
	for _, r := range busy {
		t.grads = append(t.grads, r.grads)
	}
	grads, err := t.exchange.Exchange(t.grads)
	if err == nil {
		err = t.solver.Step(grads)
	}
	return loss, err
}

// runAll runs replicas at the same time and returns the loss of the batch, or the error of the first one that fails.
func (t *Trainer) runAll(replicas []*replica) (loss float64, err error) {
	for _, r := range replicas[1:] {
		t.running.Go(r.step)
	}
	replicas[0].step()
	t.running.Wait()
	for _, r := range replicas {
		loss += r.share * r.loss
		err = cmp.Or(err, r.err)
	}
	return loss, err
}
