package train_test

import (
	"bytes"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/machine"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// OnEpoch is where a checkpoint is saved: the parameters and the solver are those of that epoch.
func TestCheckpointsOfEpochs(t *testing.T) {
	task, cfg := newNoise(10), sgd
	cfg.Epochs, cfg.Rule = 4, optim.Adam{}
	tr, err := train.New(task, cfg)
	if err != nil {
		t.Fatal(err)
	}
	batches, epochs := 0, 0
	tr.OnBatch = func(int, int) { batches++ }
	tr.OnEpoch = func(e train.Epoch) {
		epochs++
		var weights, state bytes.Buffer
		set, solver := params.New(2), must(optim.New(optim.Adam{}, cfg.Optim))
		for _, err := range []error{task.set.Save(&weights), tr.Solver().Save(&state), set.Load(&weights), solver.Load(&state)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if solver.Steps() != batches || batches != 3*e.Number {
			t.Errorf("epoch %d: %d steps saved, %d batches", e.Number, solver.Steps(), batches)
		}
		score, err := (&noise{set: set, n: task.n}).Evaluate(t.Context())
		if err != nil || score != e.Dev {
			t.Errorf("epoch %d: the saved parameters score %v, and had %v (%v)", e.Number, score, e.Dev, err)
		}
	}
	if _, err := tr.Fit(t.Context()); err != nil || epochs != cfg.Epochs {
		t.Fatalf("%d checkpoints of %d epochs, %v", epochs, cfg.Epochs, err)
	}
}

// A Step that loads what another one saved goes on with the same bits, on a direct machine too.
func TestStepGoesOnFromACheckpoint(t *testing.T) {
	ids, labels := make([]int, 4), make([]int, 4)
	build := func(set *params.Set, direct bool) *train.Step {
		g := gorgonia.NewGraph()
		words := must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, IDs: layers.IDRules{Sparse: true}, Init: set.Init("words.weight", layers.Zeros())}))
		out := must(layers.NewLinear(g, "out", layers.LinearConfig{InFeatures: 2, OutFeatures: 2, Init: set.Init("out.weight", gorgonia.GlorotN(1)), BiasInit: set.Init("out.bias", layers.Zeros())}))
		net := layers.Sequential{words, out}
		cost := must(loss.CrossEntropy(must(net.Forward(must(layers.Input(g, "ids", ids)))), must(layers.Input(g, "labels", labels))))
		step := must(train.NewStep(cost, optim.Adam{}, optim.Config{LearningRate: 0.1}, net))
		if direct {
			step.Use(must(machine.New(g)))
		}
		return step
	}
	run := func(s *train.Step, from, to int) {
		for k := from; k < to; k++ {
			for i := range ids {
				ids[i], labels[i] = (i*i+k)%4, (i+k)%2
			}
			must(s.Run())
		}
	}
	set := params.New(1)
	step := build(set, false)
	run(step, 0, 3)
	var weights, state bytes.Buffer
	later := params.New(9)
	for _, err := range []error{set.Save(&weights), step.Solver().Save(&state), later.Load(&weights)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	again := build(later, true)
	if err := again.Solver().Load(&state); err != nil {
		t.Fatal(err)
	}
	run(step, 3, 6)
	run(again, 3, 6)
	for p := range set.All() {
		if got := must(later.Get(p.Name, tensor.Float32, nil, p.Shape...)).Data(); !slices.Equal(got.([]float32), p.Data.([]float32)) {
			t.Errorf("%s is %v, and %v without the checkpoint", p.Name, got, p.Data)
		}
	}
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
