package model_test

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gorgonia-embedding/data"
	"gorgonia-embedding/model"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

// rate returns settings with this learning rate.
func rate(r float64) optim.Config { return optim.Config{LearningRate: r} }

// fit trains a classifier of cfg with training, changed, and returns its weights and what the epochs came to.
func fit(t *testing.T, cfg model.Config, change func(*train.Config, *model.Task)) (*model.Classifier, train.History) {
	t.Helper()
	c, training := newClassifier(t, 42, 2, cfg), training
	task := c.Task(separable(1, 300, 42), separable(2, 50, 42))
	change(&training, task)
	h, err := newTrainer(t, task, training).Fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c, h
}

func TestTrainingLearns(t *testing.T) {
	task := newClassifier(t, 42, 2, small).Task(separable(1, 400, 42), separable(2, 100, 42))
	h, err := newTrainer(t, task, train.Config{Epochs: 10, Batch: 16, Optim: rate(0.02), Seed: 1}).Fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first, last := h.Epochs[0], h.Epochs[len(h.Epochs)-1]
	if best := h.Epochs[h.Best-1]; best.Dev.Accuracy < 0.99 || last.Loss > first.Loss/4 || last.Examples != 400 {
		t.Errorf("first %+v, last %+v, best %+v", first, last, best)
	}
}

// Every architecture of the table goes through JSON, learns with its defaults, and gives the same bits at each training
// and for any GOMAXPROCS.
func TestArchitectures(t *testing.T) {
	for _, arch := range model.Architectures() {
		cfg := model.Config{Seed: 1, Arch: arch}
		raw, err := json.Marshal(cfg)
		var read model.Config
		if err == nil {
			err = json.Unmarshal(raw, &read)
		}
		if err != nil || !reflect.DeepEqual(read, cfg) {
			t.Errorf("%s became %+v, %v", raw, read, err)
		}
		run := func(procs int) map[string][]float32 {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			c := newClassifier(t, 42, 2, cfg)
			h, err := newTrainer(t, c.Task(separable(1, 400, 42), separable(2, 100, 42)), train.Config{Epochs: 6, Batch: 16, Optim: rate(0.02)}).Fit(t.Context())
			if err != nil || h.Epochs[h.Best-1].Dev.Accuracy < 0.98 {
				t.Errorf("%s: %v\n%v", arch.Name(), err, h)
			}
			return weights(c)
		}
		if !reflect.DeepEqual(run(1), run(3)) {
			t.Errorf("%s: GOMAXPROCS 3: another result than with 1", arch.Name())
		}
	}
}

// An architecture of a user's own (own_test.go) trains as those of the table do.
func TestOwnArchitecture(t *testing.T) {
	for _, workers := range []int{1, 2} {
		c := newClassifier(t, 42, 2, model.Config{Seed: 1, Arch: wideAndDeep{Dim: 8, Deep: 6}})
		cfg := train.Config{Epochs: 6, Batch: 16, Workers: workers, Optim: rate(0.02)}
		h, err := newTrainer(t, c.Task(separable(1, 400, 42), separable(2, 100, 42)), cfg).Fit(t.Context())
		if err != nil || h.Epochs[h.Best-1].Dev.Accuracy < 0.98 {
			t.Errorf("%d workers: %v\n%v", workers, err, h)
		}
		if want := "wide-and-deep {Dim:8 Deep:6}, 488 weights"; c.String() != want {
			t.Errorf("String = %q, want %q", c, want)
		}
	}
}

// tooWide is an architecture with an error: its logits are of one class too many.
type tooWide struct{ wideAndDeep }

func (a tooWide) Build(b *model.Builder) (model.Net, error) {
	b.Classes++
	return a.wideAndDeep.Build(b)
}

func TestOwnArchitectureErrors(t *testing.T) {
	for want, arch := range map[string]model.Architecture{
		"model: Dim and Deep must be at least 1": wideAndDeep{},
		"model: wide-and-deep: the net gives logits of shape (64, 3) of float32: want (64, 2), the texts and the classes, of float32": tooWide{wideAndDeep{2, 2}},
	} {
		if _, err := model.New(model.Config{Arch: arch}, vocabOf(42), labelsOf(2)); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestOverfitsOneBatch(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	list := make([]data.Sample, 16)
	for i := range list {
		list[i] = data.Sample{IDs: []int32{int32(2 + 3*i), int32(2 + rnd.IntN(48)), int32(2 + rnd.IntN(48))}, Label: rnd.IntN(3)}
	}
	samples := data.NewSamples(list)
	c := newClassifier(t, 50, 3, model.Config{Seed: 1, Arch: model.Bag{Dim: 8}})
	h, err := newTrainer(t, c.Task(samples, samples), train.Config{Epochs: 150, Batch: 16, Optim: rate(0.05)}).Fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if last := h.Epochs[len(h.Epochs)-1]; last.Dev.Accuracy != 1 || last.Loss > 0.01 {
		t.Errorf("after 150 steps on 16 samples: %+v", last)
	}
}

// The same seeds give the same weights to the bit, whatever GOMAXPROCS.
func TestTrainingIsDeterministic(t *testing.T) {
	trainSet, dev := separable(1, 300, 400), separable(2, 50, 400)
	run := func(procs int, seed uint64) (map[string][]float32, []train.Epoch) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		c := newClassifier(t, 400, 2, model.Config{Seed: seed, Arch: model.Bag{Dim: 48, Hidden: []int{64}, Dropout: 0.4}})
		h, err := newTrainer(t, c.Task(trainSet, dev), training).Fit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range h.Epochs {
			h.Epochs[i].Time = 0
		}
		return weights(c), h.Epochs
	}
	w, epochs := run(1, 7)
	for _, procs := range []int{1, 2, 5} {
		if w2, epochs2 := run(procs, 7); !reflect.DeepEqual(w, w2) || !reflect.DeepEqual(epochs, epochs2) {
			t.Errorf("GOMAXPROCS %d: another result than with 1", procs)
		}
	}
	if w2, _ := run(1, 8); reflect.DeepEqual(w, w2) {
		t.Error("another seed: the same result")
	}
}

// Both machines learn the same to the bit: weights, losses, accuracies.
func TestMachinesAgree(t *testing.T) {
	for name, change := range map[string]func(*train.Config, *model.Task){
		"one worker":    func(*train.Config, *model.Task) {},
		"two workers":   func(c *train.Config, _ *model.Task) { c.Workers = 2 },
		"dense":         func(_ *train.Config, task *model.Task) { task.Sparse = false },
		"clipped decay": func(c *train.Config, _ *model.Task) { c.Optim.ClipNorm, c.Optim.WeightDecay = 0.1, 0.01 },
	} {
		run := func(machine string) (map[string][]float32, []train.Epoch) {
			c, h := fit(t, model.Config{Seed: 3, Arch: model.Bag{Dim: 8, Hidden: []int{6}, Dropout: 0.3}},
				func(c *train.Config, task *model.Task) {
					c.Machine = machine
					change(c, task)
				})
			for i := range h.Epochs {
				h.Epochs[i].Time = 0
			}
			return weights(c), h.Epochs
		}
		tape, tapeEpochs := run("tape")
		direct, directEpochs := run("direct")
		if !reflect.DeepEqual(tape, direct) || !reflect.DeepEqual(tapeEpochs, directEpochs) {
			t.Errorf("%s: tape %v\ndirect %v", name, tapeEpochs, directEpochs)
		}
	}
}

// Workers share each batch: what they learn differs from one worker's by rounding alone, and is the same to
// the bit at each training.
func TestWorkers(t *testing.T) {
	cfg := small
	cfg.Arch = model.Bag{Dim: 8, Hidden: []int{6}}
	one, _ := fit(t, cfg, func(c *train.Config, _ *model.Task) { c.Batch = 15 })
	for _, workers := range []int{2, 3} {
		several := func(c *train.Config, _ *model.Task) { c.Batch, c.Workers = 15, workers }
		many, _ := fit(t, cfg, several)
		again, _ := fit(t, cfg, several)
		manyWeights, againWeights := weights(many), weights(again)
		for name, w := range weights(one) {
			if !slices.Equal(manyWeights[name], againWeights[name]) {
				t.Errorf("%d workers: %s differs between two trainings", workers, name)
			}
			for i, x := range w {
				if d := math.Abs(float64(x - manyWeights[name][i])); d > 1e-3 {
					t.Fatalf("%d workers: %s[%d] is off by %g", workers, name, i, d)
				}
			}
		}
	}
}

// The dense gradient of the words' table is the sparse one with zeros: Adagrad and SGD go the same way, and Adam, which
// also moves the rows of idle words, another one. Gradients are sparse unless told otherwise.
func TestDenseEqualsSparse(t *testing.T) {
	for _, rule := range []optim.Rule{optim.SGD{}, optim.Adagrad{}, optim.Adam{}} {
		sparse, _ := fit(t, small, func(c *train.Config, _ *model.Task) { c.Rule = rule })
		dense, _ := fit(t, small, func(c *train.Config, task *model.Task) { c.Rule, task.Sparse = rule, false })
		if equal := reflect.DeepEqual(weights(sparse), weights(dense)); equal == (rule == optim.Adam{}) {
			t.Errorf("%T: the same weights with dense gradients: %t", rule, equal)
		}
	}
}

func TestOptimizersAndSchedules(t *testing.T) {
	for _, tt := range []train.Config{
		{Rule: optim.Adam{}}, {Rule: optim.AdamW{}, Optim: optim.Config{WeightDecay: 0.01}}, {Rule: optim.Adagrad{}, Optim: rate(0.1)}, {Rule: optim.RMSProp{}},
		{Rule: optim.SGD{}, Optim: rate(2)}, {Rule: optim.SGD{Momentum: 0.9}, Optim: rate(0.3)}, {Rule: optim.RMSProp{Momentum: 0.5}},
		{Course: optim.Course{Name: "linear", Warmup: 0.1}}, {Course: optim.Course{Name: "cosine"}}, {Course: optim.Course{Name: "step"}}, {Optim: optim.Config{ClipNorm: 1}},
	} {
		_, h := fit(t, small, func(c *train.Config, _ *model.Task) {
			tt.Epochs, tt.Batch, tt.Seed = 8, c.Batch, c.Seed
			tt.Optim.LearningRate = max(tt.Optim.LearningRate, 0.02)
			*c = tt
		})
		if best := h.Epochs[h.Best-1]; best.Dev.Accuracy < 0.9 {
			t.Errorf("%+v: dev accuracy %v", tt, best.Dev.Accuracy)
		}
	}
}

// A step of the default model makes few allocations, and the table's size does not matter.
func TestStepAllocations(t *testing.T) {
	t.Run("tape", func(t *testing.T) { checkAllocations(t, "tape", 120) })
	t.Run("direct", func(t *testing.T) { checkAllocations(t, "direct", 20) })
}

func checkAllocations(t *testing.T, machine string, limit float64) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const first, last = 10, 510
	perStep := func(vocab int) (allocations, bytes float64) {
		samples := slices.Repeat(separableList(1, 32, 42), last)
		c := newClassifier(t, vocab, 2, model.Config{Arch: model.Bag{Dim: 64, Dropout: 0.5}})
		tr := newTrainer(t, c.Task(data.NewSamples(samples), data.NewSamples(samples[:1])), train.Config{Epochs: 1, Batch: 32, Machine: machine, Optim: rate(0.1)})
		var before, after runtime.MemStats
		tr.OnBatch = func(done, _ int) {
			switch done {
			case first:
				runtime.ReadMemStats(&before)
			case last:
				runtime.ReadMemStats(&after)
			}
		}
		if _, err := tr.Fit(t.Context()); err != nil {
			t.Fatal(err)
		}
		return float64(after.Mallocs-before.Mallocs) / (last - first), float64(after.TotalAlloc-before.TotalAlloc) / (last - first)
	}
	few, small := perStep(1000)
	many, large := perStep(100_000)
	if n := max(few, many); n > limit {
		t.Errorf("%v allocations a step, want at most %v", n, limit)
	}
	if large > small+2000 {
		t.Errorf("a step allocates %v bytes with 1,000 words, %v with 100,000", small, large)
	}
	t.Logf("%v allocations of %v bytes a step", few, small)
}

// Padding keeps a zero vector through a training.
func TestPaddingStaysZero(t *testing.T) {
	c := newClassifier(t, 42, 2, small)
	before := weights(c)
	if _, err := newTrainer(t, c.Task(separable(1, 100, 42), separable(2, 20, 42)), training).Fit(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := weights(c)
	if pad := after["embedding.weight"][:8]; !slices.Equal(pad, make([]float32, 8)) {
		t.Errorf("the padding row became %v", pad)
	}
	for name, w := range before {
		if slices.Equal(w, after[name]) {
			t.Errorf("%s did not move", name)
		}
	}
}

func TestBestEpochIsKept(t *testing.T) {
	dev := separable(2, 30, 42)
	c := newClassifier(t, 42, 2, small)
	tr := newTrainer(t, c.Task(separable(1, 100, 42), dev), train.Config{Epochs: 30, Batch: 16, Optim: rate(0.1), Patience: 3, Seed: 3})
	snapshots := make(map[int]map[string][]float32)
	tr.OnEpoch = func(e train.Epoch) { snapshots[e.Number] = weights(c) }
	h, err := tr.Fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(weights(c), snapshots[h.Best]) {
		t.Errorf("the weights are not those of epoch %d", h.Best)
	}
	if n := len(h.Epochs); n != h.Best+3 && n != 30 {
		t.Errorf("stopped after %d epochs with patience 3 and best %d", n, h.Best)
	}
	best := h.Epochs[h.Best-1].Dev
	for _, e := range h.Epochs {
		if tr := (train.Config{}); tr.Better(e.Dev, best) {
			t.Errorf("epoch %d was better than the best, %d", e.Number, h.Best)
		}
	}
	eval, err := c.Evaluate(t.Context(), dev)
	if err != nil || eval.Accuracy() != best.Accuracy || eval.Loss != best.Loss {
		t.Errorf("evaluation %v %v, %v; of the best epoch %+v", eval.Accuracy(), eval.Loss, err, best)
	}
}

func TestCancel(t *testing.T) {
	for _, after := range []struct{ epoch, batch int }{{0, 2}, {2, 1}} {
		ctx, cancel := context.WithCancel(t.Context())
		c := newClassifier(t, 42, 2, small)
		tr := newTrainer(t, c.Task(separable(1, 100, 42), separable(2, 30, 42)), training)
		epochs, steps := 0, 0
		var last map[string][]float32
		tr.OnEpoch = func(train.Epoch) { epochs++; last = weights(c) }
		tr.OnBatch = func(done, _ int) {
			if steps++; epochs == after.epoch && done == after.batch {
				cancel()
				steps = 0
			}
		}
		h, err := tr.Fit(ctx)
		if err != context.Canceled || len(h.Epochs) != after.epoch || steps != 0 {
			t.Errorf("%+v: %v after %d epochs, %d steps after the cancellation", after, err, len(h.Epochs), steps)
		}
		if last != nil && h.Best == after.epoch && !reflect.DeepEqual(weights(c), last) {
			t.Errorf("%+v: the best weights so far were not kept", after)
		}
	}
}

// Balanced weights let a rare class be predicted whose samples are else taken for the common one.
func TestClassWeights(t *testing.T) {
	var list []data.Sample
	for i := range 400 { // of one word with either class, and the rare one one time in twenty
		label := 0
		if i%20 == 0 {
			label = 1
		}
		list = append(list, data.Sample{IDs: []int32{int32(2 + i%2)}, Label: label})
	}
	samples := data.NewSamples(list)
	rare := func(weights func(*model.Task) []float64) (recall, loss float64) {
		c := newClassifier(t, 4, 2, model.Config{Arch: model.Bag{Dim: 8}})
		task := c.Task(samples, samples)
		task.ClassWeights = weights(task)
		h, err := newTrainer(t, task, train.Config{Epochs: 10, Batch: 40, Seed: 1, Optim: rate(0.05), Best: "f1"}).Fit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		e, err := c.Evaluate(t.Context(), samples)
		if err != nil {
			t.Fatal(err)
		}
		return e.Confusion.Recall(1), h.Epochs[len(h.Epochs)-1].Loss
	}
	without, _ := rare(func(*model.Task) []float64 { return nil })
	ones, loss := rare(func(*model.Task) []float64 { return []float64{1, 1} })
	balanced, balancedLoss := rare((*model.Task).BalancedWeights)
	if without != 0 || ones != 0 || balanced != 1 {
		t.Errorf("recall of the rare class: %v without weights, %v with ones, %v balanced", without, ones, balanced)
	}
	if balancedLoss < 2*loss {
		t.Errorf("the loss of training is %v, and %v if it is balanced", loss, balancedLoss)
	}
	task := newClassifier(t, 4, 2, small).Task(samples, samples)
	task.ClassWeights = []float64{1}
	_, err := newTrainer(t, task, training).Fit(t.Context())
	if want := "train: graph for training: cross-entropy: Weight must have an element for each of the 2 classes, or be nil, got 1"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestDivergenceIsAnError(t *testing.T) {
	c := newClassifier(t, 42, 2, small)
	_, err := newTrainer(t, c.Task(separable(1, 100, 42), separable(2, 30, 42)), train.Config{Epochs: 5, Batch: 16, Optim: rate(1e38)}).Fit(t.Context())
	if err == nil || !strings.Contains(err.Error(), "lower the learning rate") {
		t.Errorf("got %v", err)
	}
}

func TestFitNeedsSamples(t *testing.T) {
	c := newClassifier(t, 42, 2, small)
	for want, task := range map[string]*model.Task{
		"train: the task has 0 examples to train on: want at least 1":  c.Task(nil, nil),
		"train: graph for training: no samples to choose the epoch on": c.Task(separable(1, 10, 42), nil),
	} {
		if _, err := newTrainer(t, task, training).Fit(t.Context()); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
