package train_test

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

// trainings are Configs of all rules with their settings.
var trainings = map[string]train.Config{
	"adam":       {Epochs: 4, Batch: 4, Seed: 2, Optim: optim.Config{LearningRate: 0.1}},
	"2 workers":  {Epochs: 4, Batch: 4, Seed: 2, Workers: 2, Optim: optim.Config{LearningRate: 0.1, ClipNorm: 0.5}},
	"3 workers":  {Epochs: 3, Batch: 3, Seed: 2, Workers: 3, Rule: optim.AdamW{}, Optim: optim.Config{LearningRate: 0.1, WeightDecay: 0.1}},
	"momentum":   {Epochs: 4, Batch: 4, Seed: 3, Rule: optim.SGD{Momentum: 0.9}, Optim: optim.Config{LearningRate: 0.1, WeightDecay: 0.01}, Course: optim.Course{Name: "linear", Warmup: 0.2}},
	"adagrad":    {Epochs: 4, Batch: 4, Seed: 4, Rule: optim.Adagrad{}, Optim: optim.Config{LearningRate: 0.3}, Course: optim.Course{Name: "cosine"}},
	"plain sgd":  {Epochs: 4, Batch: 4, Seed: 5, Rule: optim.SGD{}, Optim: optim.Config{LearningRate: 0.5}, Course: optim.Course{Name: "step"}},
	"patience":   {Epochs: 30, Batch: 5, Seed: 6, Patience: 2, Rule: optim.SGD{}, Optim: optim.Config{LearningRate: 2}},
	"one a step": {Epochs: 2, Batch: 1, Seed: 7, Rule: optim.RMSProp{}},
}

// saves trains on task to the end, or until stop steps were made, if it is positive, and returns what Save wrote after
// each step, after each epoch and at last, and the history. from, if not nil, is what the training goes on from.
func saves(t testing.TB, task train.Task, cfg train.Config, from []byte, stop int) (all [][]byte, h train.History) {
	t.Helper()
	tr := must(train.New(task, cfg))
	if from != nil {
		if err := tr.Load(bytes.NewReader(from)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	save := func() {
		var b bytes.Buffer
		if err := tr.Save(&b); err != nil {
			t.Fatal(err)
		}
		all = append(all, b.Bytes())
	}
	tr.OnBatch = func(int, int) {
		if save(); tr.Solver().Steps() == stop {
			cancel()
		}
	}
	tr.OnEpoch = func(train.Epoch) { save() }
	h, err := tr.Fit(ctx)
	if err != nil && (stop == 0 || ctx.Err() == nil) {
		t.Fatal(err)
	}
	if tr.Solver().Steps() > 0 {
		save()
	}
	for i := range h.Epochs {
		h.Epochs[i].Time = 0
	}
	return all, h
}

// A training that is interrupted after any step, or after any epoch, and goes on in another process ends with the same
// bits: the parameters, those of the best epoch, the solver, the random numbers, the history.
func TestResumeToTheBit(t *testing.T) {
	for name, cfg := range trainings {
		for _, sparse := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, sparse %t", name, sparse), func(t *testing.T) {
				straight := newReading(11)
				straight.sparse = sparse
				all, h := saves(t, straight.task(), cfg, nil, 0)
				for i, from := range all {
					again := newReading(11)
					again.sparse = sparse
					got, gotHistory := saves(t, again.task(), cfg, from, 0)
					if !bytes.Equal(got[len(got)-1], all[len(all)-1]) || !reflect.DeepEqual(gotHistory, h) {
						t.Fatalf("from save %d of %d: another training\n%v\n%v", i, len(all), gotHistory, h)
					}
					if !equalSets(again, straight) {
						t.Fatalf("from save %d of %d: other parameters are kept", i, len(all))
					}
				}
			})
		}
	}
}

// equalSets reports whether two tasks have equal parameters.
func equalSets(a, b *reading) bool {
	var x, y bytes.Buffer
	return a.set.Save(&x) == nil && b.set.Save(&y) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

// What is saved after an interrupted Fit is the state after the last step, though the task has the best parameters.
func TestSaveAfterAnInterruptedFit(t *testing.T) {
	cfg := trainings["momentum"]
	all, _ := saves(t, newReading(11).task(), cfg, nil, 0)
	for stop := 1; stop < 12; stop++ {
		task := newReading(11)
		broken, _ := saves(t, task.task(), cfg, nil, stop)
		if n := len(broken); !bytes.Equal(broken[n-1], broken[n-2]) {
			t.Fatalf("after step %d: Save after Fit and in OnBatch differ", stop)
		}
		got, _ := saves(t, newReading(11).task(), cfg, broken[len(broken)-1], 0)
		if !bytes.Equal(got[len(got)-1], all[len(all)-1]) {
			t.Fatalf("after step %d: another training", stop)
		}
	}
}

// A training that had finished goes on with more epochs, or more patience, as one that had them from the start.
func TestResumeWithMoreEpochs(t *testing.T) {
	long := trainings["2 workers"]
	short := long
	long.Epochs, short.Epochs = 6, 2
	patient := trainings["patience"]
	eager := patient
	patient.Patience, patient.Epochs, eager.Patience = 12, 15, 1
	for _, tt := range []struct{ first, then train.Config }{{short, long}, {eager, patient}} {
		want, h := saves(t, newReading(11).task(), tt.then, nil, 0)
		first, firstHistory := saves(t, newReading(11).task(), tt.first, nil, 0)
		got, gotHistory := saves(t, newReading(11).task(), tt.then, first[len(first)-1], 0)
		if !bytes.Equal(got[len(got)-1], want[len(want)-1]) || !reflect.DeepEqual(h, gotHistory) || len(firstHistory.Epochs) == len(h.Epochs) {
			t.Errorf("another training than with %d epochs from the start:\n%v\n%v", tt.then.Epochs, gotHistory, h)
		}
		same, _ := saves(t, newReading(11).task(), tt.first, first[len(first)-1], 0)
		if len(same) != 1 || !bytes.Equal(same[0], first[len(first)-1]) {
			t.Error("a finished training is another one after it was resumed")
		}
	}
}

// With more examples the epoch under way begins anew. The solver keeps its steps; the schedule ends with the last step.
func TestResumeWithMoreExamples(t *testing.T) {
	cfg := trainings["momentum"] // linear; 3 steps an epoch
	all, h := saves(t, newReading(11).task(), cfg, nil, 0)
	const at = 3 + 1 + 2 // after 5 steps, 2 of them in the second epoch, with a save after the first
	tr := must(train.New(newReading(22).task(), cfg))
	if err := tr.Load(bytes.NewReader(all[at-1])); err != nil {
		t.Fatal(err)
	}
	var mid []byte
	tr.OnBatch = func(done, of int) {
		if tr.Solver().Steps() == 12 {
			var b bytes.Buffer
			if err := tr.Save(&b); err != nil {
				t.Fatal(err)
			}
			mid = b.Bytes()
		}
	}
	got, err := tr.Fit(t.Context())
	if err != nil || len(got.Epochs) != 4 || got.Epochs[0].Loss != h.Epochs[0].Loss || got.Epochs[0].Examples != 11 || got.Epochs[1].Examples != 22 {
		t.Fatalf("%v, %+v", err, got)
	}
	if steps := tr.Solver().Steps(); steps != 5+3*6 || tr.Solver().LearningRate() != 0 {
		t.Errorf("%d steps, and the learning rate of the next would be %v", steps, tr.Solver().LearningRate())
	}
	for i := range got.Epochs {
		got.Epochs[i].Time = 0
	}
	if _, again := saves(t, newReading(22).task(), cfg, mid, 0); !reflect.DeepEqual(again, got) {
		t.Errorf("interrupted once more:\n%+v\n%+v", again, got)
	}
	// Without a step of the epoch, the parameters are still those of the best epoch so far.
	fresh := newReading(22)
	cfg.Epochs = 1
	tr = must(train.New(fresh.task(), cfg))
	if err := tr.Load(bytes.NewReader(all[at-1])); err != nil {
		t.Fatal(err)
	}
	one := newReading(11)
	saves(t, one.task(), cfg, all[3], 0)
	if _, err := tr.Fit(t.Context()); err != nil || !equalSets(fresh, one) {
		t.Errorf("no epoch to go: other parameters than the best epoch's (%v)", err)
	}
}

// What may change, and what may not, which is named.
func TestLoadNamesWhatDiffers(t *testing.T) {
	base := trainings["2 workers"]
	all, _ := saves(t, newReading(11).task(), base, nil, 5)
	file := all[len(all)-1]
	for want, change := range map[string]func(*train.Config, *reading){
		"": func(c *train.Config, r *reading) {
			c.Epochs, c.Patience, c.Optim.LearningRate, c.Course.Name = 9, 1, 0.01, "linear"
		},
		"its batch is 4, and here it is 5":                               func(c *train.Config, r *reading) { c.Batch = 5 },
		"its workers is 2, and here it is 1":                             func(c *train.Config, r *reading) { c.Workers = 0 },
		"its seed is 2, and here it is 3":                                func(c *train.Config, r *reading) { c.Seed = 3 },
		`its rule is {"rule":"adam"}, and here it is {"rule":"adagrad"}`: func(c *train.Config, r *reading) { c.Rule = optim.Adagrad{} },
		"its optim.clip_norm is 0.5, and here it is not set":             func(c *train.Config, r *reading) { c.Optim.ClipNorm = 0 },
		`parameter "words.weight": it is (13, 3) of float32, and was asked for as (12, 3) of float32`: func(c *train.Config, r *reading) {
			r.vocab = 13
			must(r.draw(train.Drawing{Batch: 2}))
		},
		`parameter "words.weight": it is (14, 3)`: func(c *train.Config, r *reading) { r.vocab = 14 },
	} {
		cfg, task := base, newReading(11)
		change(&cfg, task)
		tr := must(train.New(task.task(), cfg))
		err := tr.Load(bytes.NewReader(file))
		if (err == nil) != (want == "") || err != nil && (!strings.HasPrefix(err.Error(), "train: loading a training: ") || !strings.Contains(err.Error(), want)) {
			t.Errorf("got  %v\nwant %s", err, want)
			continue
		}
		if err == nil {
			continue
		}
		// The training is what it would have been without Load.
		fresh := newReading(11)
		fresh.vocab = task.vocab
		if _, err := tr.Fit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := must(train.New(fresh.task(), cfg)).Fit(t.Context()); err != nil || !equalSets(task, fresh) {
			t.Errorf("%s: Load has changed something (%v)", want, err)
		}
	}
}

func TestSaveBeforeAStep(t *testing.T) {
	tr := must(train.New(newReading(11).task(), trainings["adam"]))
	if err := tr.Save(new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "no state between two steps to save") {
		t.Error(err)
	}
}
