package train_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/choice"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// noise is a task of one parameter, whose first number goes to the mean of the examples, 0, …, n−1. Its graphs take one
// number of examples each.
type noise struct {
	set     *params.Set
	n       int
	change  func(*train.Graph)
	draws   []uint64 // the first number of the source of each drawing
	batches []int    // most examples of each
}

func newNoise(n int) *noise {
	return &noise{set: params.New(1), n: n, change: func(*train.Graph) {}}
}

func (t *noise) Len() int            { return t.n }
func (t *noise) Params() *params.Set { return t.set }

func (t *noise) Draw(d train.Drawing) (*train.Graph, error) {
	t.draws, t.batches = append(t.draws, d.Rand.Uint64()), append(t.batches, d.Batch)
	w, err := t.set.Get("w", tensor.Float64, gorgonia.Zeroes(), 2)
	if err != nil {
		return nil, err
	}
	g, mean, size := gorgonia.NewGraph(), make([]float64, 2), len(d.Examples)
	wn := gorgonia.NodeFromAny(g, w, gorgonia.WithName("w"))
	in := gorgonia.Must(layers.Input(g, "mean", mean))
	diff := gorgonia.Must(gorgonia.Sub(wn, in))
	loss := gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Square(diff))))
	gr := &train.Graph{Loss: loss, Learnables: gorgonia.Nodes{wn}, Fill: func(examples []int) bool {
		clear(mean)
		for _, e := range examples {
			mean[0] += float64(e) / float64(len(examples))
		}
		return len(examples) == size
	}}
	t.change(gr)
	return gr, nil
}

func (t *noise) Evaluate(context.Context) (train.Score, error) {
	w, err := t.set.Get("w", tensor.Float64, nil, 2)
	return train.Score{Loss: math.Abs(w.Data().([]float64)[0] - float64(t.n-1)/2)}, err
}

func fit(t *testing.T, task train.Task, cfg train.Config) (*train.Trainer, train.History) {
	t.Helper()
	tr, err := train.New(task, cfg)
	if err != nil {
		t.Fatal(err)
	}
	h, err := tr.Fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return tr, h
}

var sgd = train.Config{Epochs: 20, Batch: 4, Seed: 3, Rule: optim.SGD{}, Optim: optim.Config{LearningRate: 0.05}}

func TestConfigErrors(t *testing.T) {
	for want, change := range map[string]func(*train.Config){
		"train: Epochs must be at least 1, got 0":                                                       func(c *train.Config) { c.Epochs = 0 },
		"train: Unfreeze must be at least 0, got -1":                                                    func(c *train.Config) { c.Unfreeze = -1 },
		"train: Batch must be at least 1, got 0":                                                        func(c *train.Config) { c.Batch = 0 },
		"train: optim: LearningRate must be positive and finite, or 0 for the rule's default, got NaN":  func(c *train.Config) { c.Optim.LearningRate = math.NaN() },
		"train: optim: LearningRate must be positive and finite, or 0 for the rule's default, got +Inf": func(c *train.Config) { c.Optim.LearningRate = math.Inf(1) },
		"train: Patience must be at least 0, got -1":                                                    func(c *train.Config) { c.Patience = -1 },
		`train: optim: Course.Name must be constant, linear, cosine or step, got "x"`:                   func(c *train.Config) { c.Course.Name = "x" },
		"train: optim: Course.Warmup must be in [0, 1), got 1":                                          func(c *train.Config) { c.Course = optim.Course{Name: "linear", Warmup: 1} },
		"train: optim: Course.Warmup must be 0 for the course constant, got 0.1":                        func(c *train.Config) { c.Course.Warmup = 0.1 },
		"train: optim: SGD.Momentum must be in [0, 1), got 1":                                           func(c *train.Config) { c.Rule = optim.SGD{Momentum: 1} },
		"train: optim: WeightDecay must be finite and at least 0, got -1":                               func(c *train.Config) { c.Optim.WeightDecay = -1 },
		"train: optim: ClipNorm must be finite and at least 0, got -1":                                  func(c *train.Config) { c.Optim.ClipNorm = -1 },
		"train: Workers must be in [0, Batch], got 3 of a batch of 2":                                   func(c *train.Config) { c.Batch, c.Workers = 2, 3 },
		`train: Best must be accuracy, f1 or loss, got "x"`:                                             func(c *train.Config) { c.Best = "x" },
		`train: Machine must be tape or direct, got "x"`:                                                func(c *train.Config) { c.Machine = "x" },
		"train: Workers must be in [0, Batch], got -1 of a batch of 4":                                  func(c *train.Config) { c.Workers = -1 },
		"train: Course must be empty if Optim has a Schedule: choose one of them": func(c *train.Config) {
			c.Course.Name, c.Optim.Schedule = "linear", optim.Constant()
		},
	} {
		cfg := sgd
		change(&cfg)
		if _, err := train.New(newNoise(4), cfg); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestConfigIsJSON(t *testing.T) {
	for _, cfg := range []train.Config{
		{Epochs: 3, Batch: 2, Patience: 1, Workers: 2, Unfreeze: 2, Seed: 1 << 60, Best: "f1", Rule: optim.Adam{Beta1: 0.8}, Course: optim.Course{Name: "linear", Warmup: 0.1}},
		{Epochs: 1, Batch: 1, Rule: optim.SGD{Momentum: 0.9, Nesterov: true}, Optim: optim.Config{LearningRate: 0.5, ClipNorm: 1, Groups: []optim.Group{{Match: "*.bias", WeightDecay: new(0.5), FrozenRows: []int{2}, Constraint: optim.Constraint{MaxNorm: 3}}}}},
	} {
		raw, err := json.Marshal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		var got train.Config
		if err := json.Unmarshal(raw, &got); err != nil || !reflect.DeepEqual(got, cfg) {
			t.Errorf("%s became %+v, %v", raw, got, err)
		}
	}
	cfg := train.Config{Epochs: 3, Rule: optim.SGD{}}
	if err := json.Unmarshal([]byte(`{"batch": 5}`), &cfg); err != nil || cfg.Epochs != 3 || cfg.Batch != 5 || cfg.Rule != (optim.SGD{}) {
		t.Errorf("fields left out: %+v, %v", cfg, err)
	}
	if err := json.Unmarshal([]byte(`{"rule": {"rule": "x"}}`), &cfg); err == nil || err.Error() != fmt.Sprintf("optim: rule must be %v, got %q", choice.Of[optim.Rule](optim.Rules()), "x") {
		t.Error(err)
	}
	raw, err := json.Marshal(train.Config{})
	if err != nil || !strings.Contains(string(raw), `"rule":"adam"`) {
		t.Errorf("no rule: %s, %v", raw, err)
	}
}

// A graph of a fixed size is drawn anew for the small last batch. The history has the best epoch, and the parameter
// is that epoch's.
func TestFit(t *testing.T) {
	task := newNoise(6)
	cfg := sgd
	cfg.Epochs = 200
	cfg.Patience = 3
	_, h := fit(t, task, cfg)
	got, _ := task.Evaluate(t.Context())
	best := h.Epochs[h.Best-1]
	if got != best.Dev || best.Dev.Loss > 1 || len(h.Epochs) != h.Best+3 || best.Examples != 6 {
		t.Errorf("score %v, best %+v of %d epochs", got, best, len(h.Epochs))
	}
	if len(task.draws) < 2*len(h.Epochs) {
		t.Errorf("%d drawings in %d epochs of a batch of 4 and one of 2", len(task.draws), len(h.Epochs))
	}
}

// Each worker has a source of its own, for all graphs that are drawn for it, and room for its part of a batch.
func TestWorkersHaveStreamsOfTheirOwn(t *testing.T) {
	task := newNoise(8)
	cfg := sgd
	cfg.Epochs, cfg.Workers = 1, 2
	fit(t, task, cfg)
	if len(task.draws) != 2 || task.draws[0] == task.draws[1] || !slices.Equal(task.batches, []int{2, 2}) {
		t.Errorf("drew %v with room for %v", task.draws, task.batches)
	}
}

// sum is an Exchanger that notes what it saw.
type sum struct{ workers []int }

func (s *sum) Exchange(workers [][]gorgonia.ValueGrad) ([]gorgonia.ValueGrad, error) {
	s.workers = append(s.workers, len(workers))
	return slices.Concat(workers...), nil
}

// One worker whose gradients go through an Exchanger learns what the graph learns that makes its own steps.
func TestExchanger(t *testing.T) {
	var scores []train.Score
	var seen []int
	for _, e := range []*sum{nil, {}} {
		task := newNoise(8)
		tr, err := train.New(task, sgd)
		if err != nil {
			t.Fatal(err)
		}
		if e != nil {
			tr.Exchanger = e
		}
		h, err := tr.Fit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if scores = append(scores, h.Epochs[len(h.Epochs)-1].Dev); e != nil {
			seen = e.workers
		}
	}
	if scores[0] != scores[1] || len(seen) != 40 || seen[0] != 1 {
		t.Errorf("scores %v; the exchanger saw %v", scores, seen)
	}
}

func TestSameSeedSameBits(t *testing.T) {
	run := func(procs, workers int, seed uint64) train.Score {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		cfg := sgd
		cfg.Workers, cfg.Seed, cfg.Epochs = workers, seed, 3
		_, h := fit(t, newNoise(11), cfg)
		return h.Epochs[2].Dev
	}
	for _, workers := range []int{1, 3} {
		want := run(1, workers, 3)
		for _, procs := range []int{1, 2, 5} {
			if got := run(procs, workers, 3); got != want {
				t.Errorf("%d workers, GOMAXPROCS %d: %v, want %v", workers, procs, got, want)
			}
		}
		if run(1, workers, 4) == want {
			t.Errorf("%d workers: another seed, the same order", workers)
		}
	}
}

// A linear schedule has come to zero when the training ends.
func TestScheduleEndsWithTheTraining(t *testing.T) {
	cfg := sgd
	cfg.Epochs, cfg.Course.Name = 4, "linear"
	tr, err := train.New(newNoise(27), cfg)
	if err != nil {
		t.Fatal(err)
	}
	var rates []float64
	tr.OnBatch = func(int, int) { rates = append(rates, tr.Solver().LearningRate()) }
	if _, err := tr.Fit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := tr.Solver().Steps(); n != 4*7 || rates[n-1] != 0 || rates[n-2] == 0 {
		t.Errorf("learning rates %v after %d steps", rates, n)
	}
}

// What is wrong with a graph is said before anything is trained.
func TestBadGraphs(t *testing.T) {
	for want, change := range map[string]func(*train.Graph){
		"train: graph for training: a Graph needs a Loss and a Fill":      func(g *train.Graph) { g.Fill = nil },
		"train: graph for training: the Graph has no Learnables to train": func(g *train.Graph) { g.Learnables = nil },
		"train: a graph drawn for 4 examples has no room for them":        func(g *train.Graph) { g.Fill = func([]int) bool { return false } },
		"train: graph for training: the loss must be a scalar of Float32 or Float64, got shape (2) of float64: take the mean": func(g *train.Graph) {
			g.Loss = g.Learnables[0]
		},
		`train: graph for training: "own" is to be trained, but is no parameter of Params: make its value by Params().Get or Init`: func(g *train.Graph) {
			g.Learnables = append(g.Learnables, gorgonia.NewVector(g.Loss.Graph(), tensor.Float64, gorgonia.WithName("own"), gorgonia.WithShape(2), gorgonia.WithInit(gorgonia.Ones())))
		},
	} {
		task := newNoise(4)
		task.change = change
		tr, err := train.New(task, sgd)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Fit(t.Context()); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestHistoryPrints(t *testing.T) {
	h := train.History{Epochs: []train.Epoch{{Number: 1, Loss: 0.7, Dev: train.Score{Loss: 0.6, Accuracy: 0.5, MacroF1: 0.4}}, {Number: 2, Loss: 0.25, Dev: train.Score{Loss: 0.5, Accuracy: 0.875, MacroF1: 0.75}, Time: time.Second}}, Best: 2}
	want := `  epoch    loss  dev loss  dev accuracy  dev macro F1  best
      1  0.7000    0.6000         0.500         0.400      
      2  0.2500    0.5000         0.875         0.750     *
`
	if got := h.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := h.HTML(); !strings.Contains(got, "<td>2</td><td>0.2500</td><td>0.5000</td><td>0.875</td><td>0.750</td><td>*</td>") {
		t.Errorf("HTML:\n%s", got)
	}
}

func TestBetter(t *testing.T) {
	low, high := train.Score{Accuracy: 0.8, MacroF1: 0.7, Loss: 1}, train.Score{Accuracy: 0.9, MacroF1: 0.6, Loss: 2}
	nan := train.Score{Accuracy: 0.8, MacroF1: 0.7, Loss: math.NaN()}
	for _, tt := range []struct {
		by   string
		a, b train.Score
		want bool
	}{
		{"", high, low, true},
		{"accuracy", high, low, true},
		{"accuracy", low, high, false},
		{"f1", low, high, true},
		{"f1", high, low, false},
		{"loss", low, high, true},
		{"loss", high, low, false},
		{"accuracy", train.Score{Accuracy: 0.8, Loss: 1}, train.Score{Accuracy: 0.8, Loss: 2}, true},
		{"f1", train.Score{MacroF1: 0.8, Loss: 1}, train.Score{MacroF1: 0.8, Loss: 2}, true},
		{"f1", train.Score{Loss: 1}, train.Score{Loss: 2}, true}, // without classes
		{"accuracy", low, low, false},
		{"loss", low, nan, true},
		{"loss", nan, low, false},
		{"accuracy", low, nan, true},
	} {
		if got := (train.Config{Best: tt.by}).Better(tt.a, tt.b); got != tt.want {
			t.Errorf("by %q: %+v better than %+v is %t", tt.by, tt.a, tt.b, got)
		}
	}
}

// course is a task whose evaluations score as given, one after the other.
type course struct {
	*noise
	scores []train.Score
}

func (c *course) Evaluate(context.Context) (train.Score, error) {
	s := c.scores[0]
	c.scores = c.scores[1:]
	return s, nil
}

func TestBestEpochByEachMeasure(t *testing.T) {
	for by, want := range map[string]int{"": 1, "accuracy": 1, "f1": 2, "loss": 3} {
		cfg := sgd
		cfg.Epochs, cfg.Best = 3, by
		_, h := fit(t, &course{newNoise(4), []train.Score{
			{Accuracy: 0.9, MacroF1: 0.1, Loss: 3}, {Accuracy: 0.8, MacroF1: 0.5, Loss: 2}, {Accuracy: 0.7, MacroF1: 0.4, Loss: 1},
		}}, cfg)
		if h.Best != want {
			t.Errorf("by %q epoch %d was best, want %d", by, h.Best, want)
		}
	}
}

func TestMachineNeedsInput(t *testing.T) {
	m := train.NewMachine(newNoise(4).Draw, train.Drawing{Mode: train.Evaluation, Batch: 2})
	if _, err := m.Run(); err == nil || err.Error() != "train: the machine has no input: call Fill before Run" {
		t.Error(err)
	}
}

// What a Step is told wrong is an error before it runs; a run that fails says which op failed.
func TestStepErrors(t *testing.T) {
	build := func() (*layers.Embedding, *gorgonia.Node, *gorgonia.Node) {
		g := gorgonia.NewGraph()
		words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 2, EmbeddingDim: 2, Init: layers.Zeros()})
		if err != nil {
			t.Fatal(err)
		}
		y := gorgonia.Must(words.Forward(gorgonia.Must(layers.Input(g, "ids", []int{5}))))
		return words, y, gorgonia.Must(gorgonia.Sum(y))
	}
	words, y, cost := build()
	_, rate := train.NewStep(cost, optim.SGD{}, optim.Config{LearningRate: -1}, words)
	_, none := train.NewStep(cost, optim.SGD{}, optim.Config{})
	_, vector := train.NewStep(y, optim.SGD{}, optim.Config{}, words)
	_, noLoss := train.NewStep(nil, optim.SGD{}, optim.Config{}, words)
	_, noModel := train.NewStep(cost, optim.SGD{}, optim.Config{}, words, nil)
	for want, err := range map[string]error{
		"optim: LearningRate must be positive":        rate,
		"train: no models with parameters to train":   none,
		"train: the loss must be a scalar of Float32": vector,
		"train: the loss is nil":                      noLoss,
		"train: model 2 of 2 is nil":                  noModel,
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	words, _, cost = build()
	step, err := train.NewStep(cost, optim.SGD{}, optim.Config{}, words)
	if err != nil {
		t.Fatal(err)
	}
	var bad *layers.IndexError
	if _, err := step.Run(); !layers.As(err, &bad) || bad.ID != 5 {
		t.Errorf("got %v", err)
	}
}

// A task of parts whose graphs have logits is scored by its accuracy too.
func TestNewTaskAccuracy(t *testing.T) {
	set := params.New(1)
	draw := func(d train.Drawing) (*train.Graph, error) {
		g, ids, labels := gorgonia.NewGraph(), make([]int, d.Batch), make([]int, d.Batch)
		words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: set.Init("words", layers.Zeros())})
		if err != nil {
			return nil, err
		}
		logits := gorgonia.Must(words.Forward(gorgonia.Must(layers.Input(g, "ids", ids))))
		cost, err := loss.CrossEntropy(logits, gorgonia.Must(layers.Input(g, "labels", labels)))
		fill := func(examples []int) bool {
			for i := range labels {
				labels[i] = loss.Ignored
				if i < len(examples) {
					ids[i], labels[i] = examples[i]%4, examples[i]%2
				}
			}
			return true
		}
		return &train.Graph{Loss: cost, Logits: logits, Labels: labels, Learnables: words.Learnables(), Fill: fill}, err
	}
	task := train.NewTask(40, 10, set, draw)
	if s, err := task.Evaluate(t.Context()); err != nil || s.Accuracy != 0.5 || math.Abs(s.MacroF1-1./3) > 1e-12 { // all logits are equal: class 0, whose F1 is ⅔
		t.Errorf("untrained: %+v, %v", s, err)
	}
	tr, err := train.New(task, train.Config{Epochs: 20, Batch: 8, Optim: optim.Config{LearningRate: 0.1}})
	if err != nil {
		t.Fatal(err)
	}
	h, err := tr.Fit(t.Context())
	if err != nil || h.Epochs[h.Best-1].Dev.Accuracy != 1 || h.Epochs[h.Best-1].Dev.MacroF1 != 1 {
		t.Errorf("trained: %v, %v", h, err)
	}
}

// An evaluation in the graph of a Step is that of a graph of its own: no dropout, no step, and the training goes on as if
// there had been none.
func TestStepEvaluate(t *testing.T) {
	type model struct {
		step   *train.Step
		words  *layers.Embedding
		ids    []int
		logits gorgonia.Value
	}
	build := func() *model {
		g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
		m := &model{ids: make([]int, 4)}
		var err error
		m.words, err = layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, IDs: layers.IDRules{Sparse: true}, Init: layers.Normal(rnd, 1)})
		if err != nil {
			t.Fatal(err)
		}
		net := layers.Sequential{m.words, layers.Dropout{P: 0.5, Rand: rnd}}
		logits := gorgonia.Must(net.Forward(gorgonia.Must(layers.Input(g, "ids", m.ids))))
		gorgonia.Read(logits, &m.logits)
		cost := gorgonia.Must(loss.CrossEntropy(logits, gorgonia.Must(layers.Input(g, "labels", []int{0, 1, 0, 1}))))
		if m.step, err = train.NewStep(cost, optim.Adam{}, optim.Config{LearningRate: 0.1}, net); err != nil {
			t.Fatal(err)
		}
		return m
	}
	a, b := build(), build()
	weights := func(m *model) []float32 { return m.words.Weight().Value().Data().([]float32) }
	for k := range 5 {
		for i := range a.ids {
			a.ids[i], b.ids[i] = (i+k)%4, (i+k)%4
		}
		before := slices.Clone(weights(a))
		for range 2 {
			if _, err := a.step.Evaluate(); err != nil {
				t.Fatal(err)
			}
		}
		for i, x := range a.logits.Data().([]float32) {
			if x != before[a.ids[i/2]*2+i%2] {
				t.Fatalf("step %d: logits %v of %v", k, a.logits, before)
			}
		}
		if !slices.Equal(weights(a), before) {
			t.Fatal("an evaluation changed the weights")
		}
		for _, m := range []*model{a, b} {
			if _, err := m.step.Run(); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(weights(a), weights(b)) {
			t.Fatalf("step %d: %v with evaluations, %v without", k, weights(a), weights(b))
		}
	}
}
