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
)

// Trainer trains a task. New makes one.
type Trainer struct {
	OnBatch func(done, of int) // called after each step of an epoch, if not nil
	OnEpoch func(Epoch)        // called after each epoch, if not nil

	// Exchanger is where the gradients of replicas meet before the solver's step. nil means that there are no replicas
	// but the workers of this process; if there is one worker, its graph then makes the step itself.
	Exchanger Exchanger

	// Checkpoints is where Fit saves the training, after each epoch and when ctx is done. The zero value is nowhere.
	Checkpoints Checkpoints

	// Metrics is the name of a file to which Fit appends a line after each epoch, the Epoch as JSON; "" means none. A
	// new training empties it. One that goes on keeps the lines of the epochs that it has had.
	Metrics string

	task     Task
	cfg      Config
	streams  []*rand.PCG // sources of the order of the examples, and of the dropout of each worker
	drawn    []drawn     // what the graph of each worker was drawn from
	loaded   bool        // whether the next Fit goes on with what Load has read
	progress             // how far the training of the last Fit has come
	solver   *optim.Solver
	exchange Exchanger              // Exchanger of this Fit; nil: the graph makes the step
	replicas []*replica             // one for each worker
	grads    [][]gorgonia.ValueGrad // gradients of the replicas that took part in a step
	running  sync.WaitGroup         // all replicas of a step but the first
	order    []int32                // of the examples in this epoch
	batch    []int                  // examples of this step
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
	cfg.Workers, cfg.Best = max(1, cfg.Workers), cmp.Or(cfg.Best, Measures()[0])
	t := &Trainer{task: task, cfg: cfg, streams: []*rand.PCG{rand.NewPCG(cfg.Seed, orderStream)}}
	for w := range uint64(cfg.Workers) {
		t.streams = append(t.streams, rand.NewPCG(cfg.Seed, dropoutStream+w))
	}
	return t, nil
}

// Solver returns the solver of the last Fit or Load, or nil if there was none.
func (t *Trainer) Solver() *optim.Solver { return t.solver }

// Fit trains for cfg.Epochs epochs, or until cfg.Patience of them in a row were not of a better Score than the best,
// those counted in which all that is to be trained was.
// The task is left with the parameters of the best epoch.
//
// Each Fit begins with a new solver, unless Load or Resume was called before: then it goes on from there, and returns
// the history of the whole training. When ctx is done, Fit stops before the next batch, keeps the best parameters so
// far (those of the moment if no epoch was finished) and returns ctx's error with the history. A loss that is not
// finite is an error, and so is a checkpoint or a line of Metrics that cannot be written: the best parameters so far
// are kept then too, but if no epoch was finished they may not be finite.
func (t *Trainer) Fit(ctx context.Context) (History, error) {
	if err := t.start(); err != nil {
		return History{}, errors.Wrap(err, "train")
	}
	err := t.run(ctx)
	if ctx.Err() != nil && !t.inStep {
		err = cmp.Or(t.checkpoint(), err)
	}
	return t.history, cmp.Or(err, t.keepBest())
}

// batches returns how many batches n examples make.
func batches(n, batch int) int { return (n + batch - 1) / batch }

// run trains until the last epoch.
func (t *Trainer) run(ctx context.Context) error {
	for t.now.Number <= t.cfg.Epochs && !t.history.stale(t.cfg.Patience, t.cfg.Unfreeze) {
		if err := t.epoch(ctx); err != nil {
			return err
		}
		e := t.finish()
		if err := cmp.Or(t.appendMetrics(e), t.checkpoint()); err != nil {
			return err
		}
		if t.OnEpoch != nil {
			t.OnEpoch(e)
		}
	}
	return nil
}

// epoch makes what is left of a pass over the examples, and evaluates.
func (t *Trainer) epoch(ctx context.Context) (err error) {
	e, start := &t.now, time.Now()
	of := batches(e.Examples, t.cfg.Batch)
	for batch := range slices.Chunk(t.shuffled()[min(t.done*t.cfg.Batch, e.Examples):], t.cfg.Batch) {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.inStep, e.LearningRate = true, t.solver.LearningRate()
		loss, err := t.step(t.ints(batch))
		if err != nil {
			return err
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return errors.Errorf("train: the loss became %v in epoch %d: lower the learning rate (%v)", loss, e.Number, t.solver.LearningRate())
		}
		e.Loss += loss * float64(len(batch)) / float64(e.Examples)
		t.done, t.inStep = t.done+1, false
		if t.OnBatch != nil {
			t.OnBatch(t.done, of)
		}
		if every := t.Checkpoints.Every; every > 0 && t.solver.Steps()%every == 0 && t.done < of {
			if err := t.checkpoint(); err != nil {
				return err
			}
		}
	}
	e.Time = time.Since(start)
	e.Dev, err = t.task.Evaluate(ctx)
	return err
}

// shuffled returns the order of the examples in this epoch.
func (t *Trainer) shuffled() []int32 {
	order := slices.Grow(t.order[:0], t.now.Examples)[:t.now.Examples]
	for i := range order {
		order[i] = int32(i)
	}
	*t.streams[0] = t.before
	rand.New(t.streams[0]).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	t.order = order
	return order
}

// ints returns a batch as a Task takes it, in memory of the next step's too.
func (t *Trainer) ints(batch []int32) []int {
	t.batch = t.batch[:0]
	for _, i := range batch {
		t.batch = append(t.batch, int(i))
	}
	return t.batch
}

// finish ends an epoch that was evaluated, and returns it.
func (t *Trainer) finish() Epoch {
	e := t.now
	e.Steps = t.solver.Steps()
	if t.history.add(e, t.cfg.Better) {
		t.best = t.task.Params().Snapshot(t.best)
	}
	t.begin(t.task.Len(), *t.streams[0])
	t.unfreeze()
	return e
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
