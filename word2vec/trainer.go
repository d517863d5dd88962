package word2vec

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/kernel"
)

// Trainer trains vectors. New makes one.
type Trainer struct {
	OnProgress func(Progress) // called some ten times a second and at the end, if not nil

	// State is the path of a file, or empty. If the file is there, Fit goes on from it. Fit writes it when its ctx is done
	// and after each epoch, and removes it at the end.
	State string

	corpus Corpus
	cfg    Config
	*examples
	tables *tables
	at     position
	crew   *crew
}

// The streams of random numbers that a seed gives.
const (
	initStream = iota + 1
	exampleStream
)

// position is how far a training is.
type position struct {
	Epoch  int   `json:"epoch"`  // epochs that are over
	Blocks int   `json:"blocks"` // of this epoch, those done
	Words  int64 `json:"words"`  // of the vocabulary, of all epochs
}

// New returns a trainer. It fails if a field of cfg is out of its range, or corpus is nil.
func New(corpus Corpus, cfg Config) (*Trainer, error) {
	if err := cfg.Check(); err != nil {
		return nil, errors.Wrap(err, "word2vec")
	}
	if corpus == nil {
		return nil, errors.New("word2vec: the corpus is nil")
	}
	return &Trainer{corpus: corpus, cfg: cfg}, nil
}

// Fit trains from the start, or from State. It fails if the corpus does, if no word of it occurs MinCount times, if
// LearningRate is so high that vectors are not finite after an epoch, or if State is the file of another training. When ctx is done, Fit stops within a few milliseconds, writes State and returns
// ctx's error.
func (t *Trainer) Fit(ctx context.Context) (*Model, error) {
	m, err := t.fit(ctx)
	return m, errors.WithMessage(err, "word2vec")
}

func (t *Trainer) fit(ctx context.Context) (*Model, error) {
	if err := t.start(ctx); err != nil {
		return nil, err
	}
	t.crew = newCrew(max(1, t.cfg.Threads), len(t.tables.in))
	defer t.crew.end()
	watch := newWatch(t)
	for t.at.Epoch < t.cfg.Epochs {
		if err := t.epoch(ctx, watch); err != nil {
			return nil, t.interrupted(ctx, err)
		}
		if err := t.epochEnds(); err != nil {
			return nil, err
		}
	}
	watch.report()
	return &Model{t.examples, t.tables}, t.done()
}

// epochEnds looks at what an epoch came to, and saves it if others follow.
func (t *Trainer) epochEnds() error {
	t.at.Epoch, t.at.Blocks = t.at.Epoch+1, 0
	for _, panel := range slices.Concat(t.tables.in, t.tables.out) {
		if kernel.FirstNotFinite(panel) >= 0 {
			return errors.Errorf("the vectors are not finite after epoch %d: lower LearningRate, %v", t.at.Epoch, t.cfg.LearningRate)
		}
	}
	if t.at.Epoch == t.cfg.Epochs {
		return nil
	}
	return t.save()
}

// start makes the tables, from State if there is one.
func (t *Trainer) start(ctx context.Context) error {
	t.at = position{}
	found, err := t.load()
	if err != nil || found {
		return err
	}
	v, err := count(ctx, t.corpus, t.cfg.MinCount)
	if err != nil {
		return err
	}
	t.examples = newExamples(v, t.cfg)
	t.tables = newTables(t.rows(), len(v.words), t.cfg.Dim)
	for i := range t.rows() {
		t.tables.fill(i, t.cfg.Seed)
	}
	return nil
}

// epoch goes on with an epoch, to its end.
func (t *Trainer) epoch(ctx context.Context, watch *watch) error {
	source := newBlocks(t.corpus)
	defer source.stop()
	var skipped block
	for range t.at.Blocks {
		if more, err := source.read(&skipped); err != nil {
			return err
		} else if !more {
			return errors.Errorf("the corpus ends before the %d blocks of words that it was trained on before", t.at.Blocks)
		}
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.crew.read(source); err != nil || len(t.crew.round) == 0 {
			return err
		}
		t.train()
		watch.tick()
	}
}

// train trains on the blocks of a round.
func (t *Trainer) train() {
	round := t.crew.round
	t.crew.do(func(k int) {
		if k < len(round) {
			t.prepare(round[k], newRandom(t.cfg.Seed, exampleStream, uint64(t.at.Epoch), uint64(t.at.Blocks+k)))
		}
	})
	words := t.at.Words
	for _, b := range round {
		b.rate = t.rate(words)
		words += b.known
	}
	t.crew.train(t.tables)
	t.at.Words, t.at.Blocks = words, t.at.Blocks+len(round)
}

// least is the share of the learning rate that is left at the end.
const least = 1e-4

// rate returns the learning rate after so many words.
func (t *Trainer) rate(words int64) float32 {
	done := float64(words) / (float64(t.cfg.Epochs) * float64(t.total))
	return float32(t.cfg.LearningRate * max(least, 1-done))
}
