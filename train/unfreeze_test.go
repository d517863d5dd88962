package train_test

import (
	"bytes"
	"context"
	"reflect"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

// What a task freezes stays as it is for Unfreeze epochs, and then trains; the rest trains from the start.
func TestUnfreeze(t *testing.T) {
	frozen := []int{3, 6}
	for _, workers := range []int{1, 2} {
		for _, unfreeze := range []int{0, 2, 9} {
			task := newReading(11)
			task.frozen = frozen
			tr := must(train.New(task.task(), train.Config{Epochs: 4, Batch: 4, Seed: 2, Workers: workers, Unfreeze: unfreeze, Optim: optim.Config{LearningRate: 0.1}}))
			table := func() []float32 {
				return slices.Clone(must(task.set.Get("words.weight", tensor.Float32, nil, task.vocab, task.dim)).Float32s())
			}
			must(task.draw(train.Drawing{Batch: 4})) // makes the parameters
			before := table()
			tr.OnEpoch = func(e train.Epoch) {
				after := table()
				for _, id := range []int{0, 1, 3, 4, 6, 7, 9, 10} { // no text has the others
					same := slices.Equal(before[3*id:3*id+3], after[3*id:3*id+3])
					if want := slices.Contains(frozen, id) && (unfreeze == 0 || e.Number <= unfreeze); same != want {
						t.Errorf("%d workers, Unfreeze %d: after epoch %d row %d is as before: %t", workers, unfreeze, e.Number, id, same)
					}
				}
			}
			must(tr.Fit(t.Context()))
		}
	}
}

// A training that is interrupted before or after it unfreezes goes on to the bit; Unfreeze cannot change within it.
func TestResumeUnfreeze(t *testing.T) {
	frozen := func() *reading {
		task := newReading(11)
		task.frozen = []int{3, 6}
		return task
	}
	for _, workers := range []int{1, 2} {
		cfg := train.Config{Epochs: 4, Batch: 4, Seed: 2, Workers: workers, Unfreeze: 2, Optim: optim.Config{LearningRate: 0.1}}
		straight := frozen()
		all, h := saves(t, straight.task(), cfg, nil, 0)
		for i, from := range all {
			again := frozen()
			got, gotHistory := saves(t, again.task(), cfg, from, 0)
			if !bytes.Equal(got[len(got)-1], all[len(all)-1]) || !reflect.DeepEqual(gotHistory, h) || !equalSets(again, straight) {
				t.Errorf("%d workers: from save %d of %d: another training", workers, i, len(all))
			}
		}
		cfg.Unfreeze = 1
		err := must(train.New(frozen().task(), cfg)).Load(bytes.NewReader(all[0]))
		if want := "train: loading a training: its unfreeze is 2, and here it is 1: it cannot be changed within a training"; err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// stuck is a task that gets no better.
type stuck struct{ *noise }

func (stuck) Evaluate(context.Context) (train.Score, error) { return train.Score{Loss: 1}, nil }

// Patience begins when all is trained: a training does not stop before.
func TestPatienceUnfreeze(t *testing.T) {
	cfg := train.Config{Epochs: 30, Batch: 4, Patience: 2}
	for _, tt := range []struct{ unfreeze, epochs int }{{0, 3}, {1, 3}, {9, 11}} {
		cfg.Unfreeze = tt.unfreeze
		h := must(must(train.New(stuck{newNoise(8)}, cfg)).Fit(t.Context()))
		if len(h.Epochs) != tt.epochs {
			t.Errorf("Unfreeze %d: %d epochs, want %d", tt.unfreeze, len(h.Epochs), tt.epochs)
		}
	}
}
