package layers_test

import (
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/optim"
)

// sharedTable adds an embedding over backing, 100 rows of 16, to a graph of its own.
func sharedTable(backing any) *layers.Embedding {
	return must(layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{NumEmbeddings: 100, EmbeddingDim: 16,
		IDs: layers.IDRules{Sparse: true}, Dtype: tensor.New(tensor.WithBacking(backing)).Dtype(), Init: layers.From(backing)}))
}

// Machines of their own graphs may run at once on one table, as long as nothing writes it; the race detector looks on.
func TestConcurrentGraphsShareATable(t *testing.T) {
	t.Run("float32", testGraphsShare[float32])
	t.Run("float64", testGraphsShare[float64])
}

func testGraphsShare[T kernel.Float](t *testing.T) {
	backing, want := testkit.Randoms[T](testkit.NewRand(1), 1600), []float64(nil)
	results := make([][]float64, 4)
	var wg sync.WaitGroup
	for i := range results {
		e := sharedTable(backing)
		g := e.Weight().Graph()
		ids := input(g, "ids", []int{1, 3, 3, 99}, 2, 2)
		sums := must((&layers.EmbeddingBag{Table: e.Table, Mode: layers.BagSum}).Forward(ids))
		loss := gorgonia.Must(gorgonia.Add(sumSquares(must(e.Attend(must(e.Forward(ids))))), sumSquares(sums)))
		grads := must(gorgonia.Grad(loss, e.Learnables()...))
		vm := gorgonia.NewTapeMachine(g)
		wg.Go(func() {
			for range 20 {
				vm.Reset()
				if err := vm.RunAll(); err != nil {
					t.Error(err)
				}
			}
			for _, d := range grads {
				results[i] = append(results[i], wide(d.Value())...)
			}
		})
	}
	wg.Wait()
	for _, got := range results {
		if want == nil {
			want = got
		}
		if len(got) == 0 || !slices.Equal(got, want) {
			t.Errorf("got %v and %v", got, want)
		}
	}
}

// A solver that steps while another graph reads the table is reported by the race detector for either float type.
// The race is in a process of its own, the same test with a variable set.
func TestStepBesideAnotherGraphIsReported(t *testing.T) {
	const variable = "EMBEDDING_RACE"
	dtype, reader, _ := strings.Cut(os.Getenv(variable), " ")
	switch dtype {
	case "float32":
		stepBesideAnotherGraph[float32](t, reader)
		return
	case "float64":
		stepBesideAnotherGraph[float64](t, reader)
		return
	}
	if !underRace() {
		t.Skip("there is no race detector in this build: go test -race")
	}
	for _, dtype := range []string{"float32", "float64", "float32 attend", "float64 attend"} {
		cmd := exec.Command(must(os.Executable()), "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), variable+"="+dtype, "GORACE=halt_on_error=1")
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "WARNING: DATA RACE") || !strings.Contains(string(out), "internal/kernel.") {
			t.Errorf("%s: no race on the table was reported (%v):\n%s", dtype, err, out)
		}
	}
}

// underRace reports whether this is a build for the race detector.
func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

func stepBesideAnotherGraph[T kernel.Float](t *testing.T, by string) {
	backing := testkit.Randoms[T](testkit.NewRand(1), 1600)
	read, step := sharedTable(backing), sharedTable(backing)
	draw := func(e *layers.Embedding, by string) gorgonia.VM {
		g := e.Weight().Graph()
		if by == "attend" {
			must(e.Attend(input(g, "h", make([]T, 32), 2, 16)))
		} else {
			must(gorgonia.Grad(sumSquares(must(e.Forward(input(g, "ids", []int{1, 3, 3, 99}, 4)))), e.Learnables()...))
		}
		return gorgonia.NewTapeMachine(g)
	}
	reader, trainer := draw(read, by), draw(step, "")
	solver := must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.001}))
	var wg sync.WaitGroup
	for _, turn := range []func() error{
		func() error { reader.Reset(); return reader.RunAll() },
		func() error {
			trainer.Reset()
			if err := trainer.RunAll(); err != nil {
				return err
			}
			return solver.Step(gorgonia.NodesToValueGrads(step.Learnables()))
		},
	} {
		wg.Go(func() {
			for range 1000 {
				if err := turn(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
