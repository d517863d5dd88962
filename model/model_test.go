package model

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
	"time"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/data"
	"gorgonia-embedding/optim"
)

func newClassifier(t testing.TB, cfg Config) *Classifier {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newTrainer(t testing.TB, c *Classifier, cfg TrainConfig) *Trainer {
	t.Helper()
	tr, err := NewTrainer(c, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// separable returns n rows whose class is that of the parity of most of their words.
func separable(seed uint64, n, vocab int) []data.Sample {
	rnd := rand.New(rand.NewPCG(seed, 9))
	rows := make([]data.Sample, n)
	for i := range rows {
		label := rnd.IntN(2)
		ids := make([]int, 1+rnd.IntN(20))
		for j := range ids {
			ids[j] = 2 + rnd.IntN((vocab-2)/2)*2 + label
		}
		rows[i] = data.Sample{IDs: ids, Label: label}
	}
	return rows
}

var (
	small    = Config{Vocab: 42, Dim: 8, Hidden: []int{6}, Classes: 2, Dropout: 0.3, Seed: 3}
	training = TrainConfig{Epochs: 4, Batch: 16, LearningRate: 0.01, Seed: 3}
)

func TestConfigErrors(t *testing.T) {
	ok := Config{Vocab: 10, Dim: 4, Classes: 2}
	for want, change := range map[string]func(*Config){
		"model: Vocab must be at least 2, for padding and unknown words, got 1": func(c *Config) { c.Vocab = 1 },
		"model: Dim must be at least 1, got 0":                                  func(c *Config) { c.Dim = 0 },
		"model: Classes must be at least 2, got 1":                              func(c *Config) { c.Classes = 1 },
		"model: Dropout must be in [0, 1), got 1":                               func(c *Config) { c.Dropout = 1 },
		"model: Dropout must be in [0, 1), got NaN":                             func(c *Config) { c.Dropout = math.NaN() },
		"model: Hidden sizes must be at least 1, got [3 0]":                     func(c *Config) { c.Hidden = []int{3, 0} },
	} {
		cfg := ok
		change(&cfg)
		if _, err := New(cfg); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	c := newClassifier(t, ok)
	for want, cfg := range map[string]TrainConfig{
		"trainer: Epochs must be at least 1, got 0":                                {Batch: 1, LearningRate: 1},
		"trainer: Batch must be at least 1, got 0":                                 {Epochs: 1, LearningRate: 1},
		"trainer: LearningRate must be above 0 and finite, got NaN":                {Epochs: 1, Batch: 1, LearningRate: math.NaN()},
		"trainer: LearningRate must be above 0 and finite, got +Inf":               {Epochs: 1, Batch: 1, LearningRate: math.Inf(1)},
		"trainer: Patience must be at least 0, got -1":                             {Epochs: 1, Batch: 1, LearningRate: 1, Patience: -1},
		`trainer: Optimizer must be adam, adamw, adagrad, rmsprop or sgd, got "x"`: {Epochs: 1, Batch: 1, LearningRate: 1, Optimizer: "x"},
		`trainer: Schedule must be constant, linear, cosine or step, got "x"`:      {Epochs: 1, Batch: 1, LearningRate: 1, Schedule: "x"},
		"trainer: Warmup must be in [0, 1), got 1":                                 {Epochs: 1, Batch: 1, LearningRate: 1, Schedule: "linear", Warmup: 1},
		"trainer: Warmup is for the Schedules linear and cosine":                   {Epochs: 1, Batch: 1, LearningRate: 1, Warmup: 0.1},
		"trainer: Momentum is for the Optimizers sgd and rmsprop":                  {Epochs: 1, Batch: 1, LearningRate: 1, Momentum: 0.9},
		"trainer: optim: SGD.Momentum must be in [0, 1), got 1":                    {Epochs: 1, Batch: 1, LearningRate: 1, Momentum: 1, Optimizer: "sgd"},
		"trainer: optim: WeightDecay must be finite and at least 0, got -1":        {Epochs: 1, Batch: 1, LearningRate: 1, WeightDecay: -1},
		"trainer: optim: ClipNorm must be finite and at least 0, got -1":           {Epochs: 1, Batch: 1, LearningRate: 1, Clip: -1},
		"trainer: Workers must be in [0, Batch], got 3 of a batch of 2":            {Epochs: 1, Batch: 2, LearningRate: 1, Workers: 3},
		"trainer: Workers must be in [0, Batch], got -1 of a batch of 2":           {Epochs: 1, Batch: 2, LearningRate: 1, Workers: -1},
	} {
		if _, err := NewTrainer(c, cfg); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestConfigIsJSON(t *testing.T) {
	raw, err := json.Marshal(small)
	if err != nil {
		t.Fatal(err)
	}
	var got Config
	if err := json.Unmarshal(raw, &got); err != nil || !reflect.DeepEqual(got, small) {
		t.Errorf("%s became %+v, %v", raw, got, err)
	}
}

// Every graph of a classifier works on one set of weights.
func TestGraphsShareWeights(t *testing.T) {
	c := newClassifier(t, small)
	solver, err := training.solver(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []graphKind{{batch: 1}, {batch: 16, solver: solver}, {batch: 16, solver: solver, worker: 1, shared: true}, {batch: 16, solver: solver, dense: true}, {batch: 64}} {
		gr, err := c.grow(nil, kind, 100)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, n := range gr.params {
			names = append(names, n.Name())
			if got := n.Value().Data().([]float32); &got[0] != &c.weights[n.Name()][0] {
				t.Errorf("%+v: %s has memory of its own", kind, n.Name())
			}
		}
		if want := []string{"words.weight", "hidden0.weight", "hidden0.bias", "classes.weight", "classes.bias"}; !slices.Equal(names, want) {
			t.Errorf("%+v: parameters %v, want %v", kind, names, want)
		}
	}
	if want := 42*8 + 8*6 + 6 + 6*2 + 2; c.NumWeights() != want {
		t.Errorf("NumWeights = %d, want %d", c.NumWeights(), want)
	}
	if want := "embedding 42×8 → mean → 6 ReLU → 2 classes, 404 weights"; c.String() != want {
		t.Errorf("String = %q, want %q", c, want)
	}
}

// A batch that is not full gives the loss and the gradients of a graph of its own size.
func TestSmallerBatchCountsAsAlone(t *testing.T) {
	cfg := small
	cfg.Dropout = 0
	rows := separable(1, 5, cfg.Vocab)
	for i := range rows {
		rows[i].IDs = rows[i].IDs[:1+i%2]
	}
	gradients := func(size int) (loss float64, grads [][]float32) {
		c := newClassifier(t, cfg)
		gr, err := c.grow(nil, graphKind{batch: size, dense: true, shared: true, solver: new(optim.Solver)}, words(rows))
		if err != nil {
			t.Fatal(err)
		}
		gr.fill(rows, 1)
		if err := gr.run(); err != nil {
			t.Fatal(err)
		}
		for _, n := range gr.params {
			g, err := n.Grad()
			if err != nil {
				t.Fatal(err)
			}
			grads = append(grads, slices.Clone(g.Data().([]float32)))
		}
		return gr.lossValue(), grads
	}
	loss, grads := gradients(5)
	paddedLoss, padded := gradients(64)
	if loss != paddedLoss || !reflect.DeepEqual(grads, padded) {
		t.Errorf("loss %v alone, %v in a batch of 64; gradients equal: %t", loss, paddedLoss, reflect.DeepEqual(grads, padded))
	}
}

func TestTrainingLearns(t *testing.T) {
	train, dev := separable(1, 400, small.Vocab), separable(2, 100, small.Vocab)
	c := newClassifier(t, small)
	h, err := newTrainer(t, c, TrainConfig{Epochs: 10, Batch: 16, LearningRate: 0.02, Seed: 1}).Fit(t.Context(), train, dev)
	if err != nil {
		t.Fatal(err)
	}
	first, last := h.Epochs[0], h.Epochs[len(h.Epochs)-1]
	if best := h.Epochs[h.Best-1]; best.DevAccuracy < 0.99 || last.Loss > first.Loss/4 || last.Words == 0 {
		t.Errorf("first %+v, last %+v, best %+v", first, last, best)
	}
}

func TestOverfitsOneBatch(t *testing.T) {
	cfg := Config{Vocab: 50, Dim: 8, Classes: 3, Seed: 1}
	rnd := rand.New(rand.NewPCG(5, 5))
	rows := make([]data.Sample, 16)
	for i := range rows {
		rows[i] = data.Sample{IDs: []int{2 + 3*i, 2 + rnd.IntN(48), 2 + rnd.IntN(48)}, Label: rnd.IntN(3)}
	}
	c := newClassifier(t, cfg)
	h, err := newTrainer(t, c, TrainConfig{Epochs: 150, Batch: 16, LearningRate: 0.05}).Fit(t.Context(), rows, rows)
	if err != nil {
		t.Fatal(err)
	}
	if last := h.Epochs[len(h.Epochs)-1]; last.DevAccuracy != 1 || last.Loss > 0.01 {
		t.Errorf("after 150 steps on 16 rows: %+v", last)
	}
}

// The same seeds give the same weights to the bit, whatever GOMAXPROCS.
func TestTrainingIsDeterministic(t *testing.T) {
	train, dev := separable(1, 300, 400), separable(2, 50, 400)
	cfg := Config{Vocab: 400, Dim: 48, Hidden: []int{64}, Classes: 2, Dropout: 0.4, Seed: 7}
	run := func(procs int, seed uint64) (weights, []Epoch) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		cfg := cfg
		cfg.Seed = seed
		c := newClassifier(t, cfg)
		h, err := newTrainer(t, c, training).Fit(t.Context(), train, dev)
		if err != nil {
			t.Fatal(err)
		}
		for i := range h.Epochs {
			h.Epochs[i].Time = 0
		}
		return c.snapshot(nil), h.Epochs
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

// fit trains a classifier of cfg with training, changed, and returns its weights and what the epochs came to.
func fit(t *testing.T, cfg Config, change func(*TrainConfig)) (*Classifier, History) {
	t.Helper()
	c, training := newClassifier(t, cfg), training
	change(&training)
	h, err := newTrainer(t, c, training).Fit(t.Context(), separable(1, 300, cfg.Vocab), separable(2, 50, cfg.Vocab))
	if err != nil {
		t.Fatal(err)
	}
	return c, h
}

// Workers share each batch: what they learn differs from one worker's by rounding alone, and is the same to
// the bit at each training.
func TestWorkers(t *testing.T) {
	cfg := small
	cfg.Dropout = 0
	one, _ := fit(t, cfg, func(c *TrainConfig) { c.Batch = 15 })
	for _, workers := range []int{2, 3} {
		several := func(c *TrainConfig) { c.Batch, c.Workers = 15, workers }
		many, _ := fit(t, cfg, several)
		again, _ := fit(t, cfg, several)
		for name, w := range one.weights {
			if !slices.Equal(many.weights[name], again.weights[name]) {
				t.Errorf("%d workers: %s differs between two trainings", workers, name)
			}
			for i, x := range w {
				if d := math.Abs(float64(x - many.weights[name][i])); d > 1e-3 {
					t.Fatalf("%d workers: %s[%d] is off by %g", workers, name, i, d)
				}
			}
		}
	}
}

// Every worker draws dropout masks of its own.
func TestWorkersDropOut(t *testing.T) {
	c, _ := fit(t, small, func(c *TrainConfig) { c.Workers = 2 })
	if len(c.dropout) != 2 || c.dropout[0].Uint64() == c.dropout[1].Uint64() {
		t.Errorf("%d sources of masks", len(c.dropout))
	}
}

// The dense gradient of the words' table is the sparse one with zeros: Adagrad and SGD go the same way.
func TestDenseEqualsSparse(t *testing.T) {
	for _, optimizer := range []string{"sgd", "adagrad"} {
		sparse, _ := fit(t, small, func(c *TrainConfig) { c.Optimizer = optimizer })
		dense, _ := fit(t, small, func(c *TrainConfig) { c.Optimizer, c.Dense = optimizer, true })
		if !reflect.DeepEqual(sparse.weights, dense.weights) {
			t.Errorf("%s: other weights with dense gradients", optimizer)
		}
	}
}

func TestOptimizersAndSchedules(t *testing.T) {
	for _, tt := range []TrainConfig{
		{Optimizer: "adam"}, {Optimizer: "adamw", WeightDecay: 0.01}, {Optimizer: "adagrad", LearningRate: 0.1}, {Optimizer: "rmsprop"},
		{Optimizer: "sgd", LearningRate: 2}, {Optimizer: "sgd", Momentum: 0.9, LearningRate: 0.3}, {Optimizer: "rmsprop", Momentum: 0.5},
		{Schedule: "linear", Warmup: 0.1}, {Schedule: "cosine"}, {Schedule: "step"}, {Clip: 1},
	} {
		_, h := fit(t, small, func(c *TrainConfig) {
			rate := max(tt.LearningRate, 0.02)
			tt.Epochs, tt.Batch, tt.Seed = 8, c.Batch, c.Seed
			*c = tt
			c.LearningRate = rate
		})
		if best := h.Epochs[h.Best-1]; best.DevAccuracy < 0.9 {
			t.Errorf("%+v: dev accuracy %v", tt, best.DevAccuracy)
		}
	}
}

// A linear schedule has come to zero when the training ends.
func TestScheduleEndsWithTheTraining(t *testing.T) {
	c := newClassifier(t, small)
	cfg := training
	cfg.Schedule = "linear"
	tr := newTrainer(t, c, cfg)
	if _, err := tr.Fit(t.Context(), separable(1, 100, 42), separable(2, 30, 42)); err != nil {
		t.Fatal(err)
	}
	if n, rate := tr.solver.Steps(), tr.solver.LearningRate(); n != 4*7 || rate != 0 {
		t.Errorf("learning rate %v after %d steps", rate, n)
	}
}

// A step of the default model makes few allocations, and the table's size does not matter.
func TestStepAllocations(t *testing.T) {
	bytes := func(vocab int) int64 {
		rows := separable(1, 32, 42)
		tr := newTrainer(t, newClassifier(t, Config{Vocab: vocab, Dim: 64, Classes: 2, Dropout: 0.5}), TrainConfig{Epochs: 1, Batch: 32, LearningRate: 0.1})
		tr.solver, _ = tr.cfg.solver(1000)
		tr.graphs = make([]*graph, 1)
		r := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for range 3 {
				tr.step(rows)
			}
			for b.Loop() {
				tr.step(rows)
			}
		})
		if n := r.AllocsPerOp(); n > 200 {
			t.Errorf("vocab %d: %d allocations a step, want at most 200", vocab, n)
		}
		return r.AllocedBytesPerOp()
	}
	if small, large := bytes(1000), bytes(100_000); large > small+2000 {
		t.Errorf("a step allocates %d bytes with 1,000 words, %d with 100,000", small, large)
	}
}

// Padding keeps a zero vector through a training.
func TestPaddingStaysZero(t *testing.T) {
	c := newClassifier(t, small)
	before := c.snapshot(nil)
	if _, err := newTrainer(t, c, training).Fit(t.Context(), separable(1, 100, 42), separable(2, 20, 42)); err != nil {
		t.Fatal(err)
	}
	if pad := c.weights["words.weight"][:small.Dim]; !slices.Equal(pad, make([]float32, small.Dim)) {
		t.Errorf("the padding row became %v", pad)
	}
	for name, w := range before {
		if slices.Equal(w, c.weights[name]) {
			t.Errorf("%s did not move", name)
		}
	}
}

func TestBestEpochIsKept(t *testing.T) {
	train, dev := separable(1, 100, 42), separable(2, 30, 42)
	c := newClassifier(t, small)
	tr := newTrainer(t, c, TrainConfig{Epochs: 30, Batch: 16, LearningRate: 0.1, Patience: 3, Seed: 3})
	snapshots := make(map[int]weights)
	tr.OnEpoch = func(e Epoch) { snapshots[e.Number] = c.snapshot(nil) }
	h, err := tr.Fit(t.Context(), train, dev)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c.snapshot(nil), snapshots[h.Best]) {
		t.Errorf("the weights are not those of epoch %d", h.Best)
	}
	if n := len(h.Epochs); n != h.Best+3 && n != 30 {
		t.Errorf("stopped after %d epochs with patience 3 and best %d", n, h.Best)
	}
	for _, e := range h.Epochs {
		if better(e, h.Epochs[h.Best-1]) {
			t.Errorf("epoch %d was better than the best, %d", e.Number, h.Best)
		}
	}
	eval, err := c.Evaluate(t.Context(), dev)
	if best := h.Epochs[h.Best-1]; err != nil || eval.Accuracy() != best.DevAccuracy || eval.Loss != best.DevLoss {
		t.Errorf("evaluation %v %v, %v; of the best epoch %+v", eval.Accuracy(), eval.Loss, err, best)
	}
}

func TestCancel(t *testing.T) {
	train, dev := separable(1, 100, 42), separable(2, 30, 42)
	for _, after := range []struct{ epoch, batch int }{{0, 2}, {2, 1}} {
		ctx, cancel := context.WithCancel(t.Context())
		c := newClassifier(t, small)
		tr := newTrainer(t, c, training)
		epochs, steps := 0, 0
		var last weights
		tr.OnEpoch = func(Epoch) { epochs++; last = c.snapshot(nil) }
		tr.OnBatch = func(done, _ int) {
			if steps++; epochs == after.epoch && done == after.batch {
				cancel()
				steps = 0
			}
		}
		h, err := tr.Fit(ctx, train, dev)
		if err != context.Canceled || len(h.Epochs) != after.epoch || steps != 0 {
			t.Errorf("%+v: %v after %d epochs, %d steps after the cancellation", after, err, len(h.Epochs), steps)
		}
		if last != nil && h.Best == after.epoch && !reflect.DeepEqual(c.snapshot(nil), last) {
			t.Errorf("%+v: the best weights so far were not kept", after)
		}
	}
}

func TestDivergenceIsAnError(t *testing.T) {
	c := newClassifier(t, small)
	_, err := newTrainer(t, c, TrainConfig{Epochs: 5, Batch: 16, LearningRate: 1e38}).Fit(t.Context(), separable(1, 100, 42), separable(2, 30, 42))
	if err == nil || !strings.Contains(err.Error(), "lower the learning rate") {
		t.Errorf("got %v", err)
	}
}

func TestFitNeedsRows(t *testing.T) {
	c := newClassifier(t, small)
	if _, err := newTrainer(t, c, training).Fit(t.Context(), nil, nil); err == nil {
		t.Error("no rows: no error")
	}
}

func TestEvaluationNeedsLabels(t *testing.T) {
	c := newClassifier(t, small)
	for label, want := range map[int]string{
		data.NoLabel: "model: row 1 has label -1: want a class in [0, 2)",
		2:            "model: row 1 has label 2: want a class in [0, 2)",
	} {
		_, err := c.Evaluate(t.Context(), []data.Sample{{IDs: []int{2}}, {IDs: []int{2}, Label: label}})
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestWordOutsideTheTable(t *testing.T) {
	c := newClassifier(t, small)
	_, err := c.Evaluate(t.Context(), []data.Sample{{IDs: []int{2, 42}, Label: 0}})
	if err == nil || !strings.Contains(err.Error(), `embedding "words": id 42 at position 1 (of shape (256)) is outside [0, 42)`) {
		t.Errorf("got %v", err)
	}
}

// The guard of the graph finds leaves that Gorgonia would take for one (as in the layers' TestTrap…).
func TestGraphsHaveDistinctHashes(t *testing.T) {
	c := newClassifier(t, Config{Vocab: 50, Dim: 8, Hidden: []int{8, 8, 8}, Classes: 2, Dropout: 0.5})
	solver, err := training.solver(1)
	if err != nil {
		t.Fatal(err)
	}
	gr, err := c.grow(nil, graphKind{batch: 8, solver: solver}, 64)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[uint32]*gorgonia.Node)
	for _, n := range gr.params[0].Graph().AllNodes() {
		if other := seen[n.Hashcode()]; other != nil {
			t.Errorf("%v and %v have one hash", n, other)
		}
		seen[n.Hashcode()] = n
	}
}

func TestConfusion(t *testing.T) {
	m := Confusion{{3, 1, 0}, {2, 4, 0}, {0, 0, 0}}
	for what, got := range map[string][2]float64{
		"accuracy":                  {m.Accuracy(), 0.7},
		"precision of 0":            {m.Precision(0), 0.6},
		"recall of 0":               {m.Recall(0), 0.75},
		"F1 of 0":                   {m.F1(0), 2 * 0.6 * 0.75 / 1.35},
		"precision of no rows":      {m.Precision(2), 0},
		"recall of no rows":         {m.Recall(2), 0},
		"F1 of no rows":             {m.F1(2), 0},
		"support of 1":              {float64(m.Support(1)), 6},
		"accuracy without any rows": {Confusion{{0}}.Accuracy(), 0},
	} {
		if math.Abs(got[0]-got[1]) > 1e-12 {
			t.Errorf("%s = %v, want %v", what, got[0], got[1])
		}
	}
	want := `  class  precision  recall     F1  rows
      a      0.600   0.750  0.667     4
     bb      0.800   0.667  0.727     6

  class \ taken for  a  bb
                  a  3   1
                 bb  2   4
`
	report := Confusion{{3, 1}, {2, 4}}.Report([]string{"a", "bb"})
	if got := report.String(); got != want {
		t.Errorf("report:\n%s\nwant:\n%s", got, want)
	}
	report.Names[0] = "<a>"
	if got := report.HTML(); !strings.Contains(got, "<tr><td>&lt;a&gt;</td><td>3</td><td>1</td></tr>") || strings.Count(got, "<table>") != 2 {
		t.Errorf("HTML:\n%s", got)
	}
	if got, want := (Evaluation{0.5, m}).String(), "accuracy 0.700, loss 0.5000"; got != want {
		t.Errorf("evaluation %q, want %q", got, want)
	}
}

func TestHistoryPrints(t *testing.T) {
	h := History{Epochs: []Epoch{{1, 0.7, 0.6, 0.5, 10, time.Second}, {2, 0.25, 0.5, 0.875, 10, time.Second}}, Best: 2}
	want := `  epoch    loss  dev loss  dev accuracy  best
      1  0.7000    0.6000         0.500      
      2  0.2500    0.5000         0.875     *
`
	if got := h.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := h.HTML(); !strings.Contains(got, "<td>2</td><td>0.2500</td><td>0.5000</td><td>0.875</td><td>*</td>") {
		t.Errorf("HTML:\n%s", got)
	}
}

func TestBetter(t *testing.T) {
	for _, tt := range []struct {
		a, b Epoch
		want bool
	}{
		{Epoch{DevAccuracy: 0.9, DevLoss: 2}, Epoch{DevAccuracy: 0.8, DevLoss: 1}, true},
		{Epoch{DevAccuracy: 0.8, DevLoss: 1}, Epoch{DevAccuracy: 0.9, DevLoss: 2}, false},
		{Epoch{DevAccuracy: 0.8, DevLoss: 1}, Epoch{DevAccuracy: 0.8, DevLoss: 2}, true},
		{Epoch{DevAccuracy: 0.8, DevLoss: 1}, Epoch{DevAccuracy: 0.8, DevLoss: 1}, false},
	} {
		if got := better(tt.a, tt.b); got != tt.want {
			t.Errorf("better(%+v, %+v) = %t", tt.a, tt.b, got)
		}
	}
}
