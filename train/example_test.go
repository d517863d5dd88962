package train_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// A graph of your own, y = a·x + b: all Gorgonia, but for the inputs. The loop draws it, for batches of any size, to
// train and to evaluate on the last ten points.
func Example() {
	x, y := make([]float64, 60), make([]float64, 60)
	for i := range x {
		x[i] = math.Sin(float64(i))
		y[i] = 3*x[i] - 2
	}
	set := params.New(1)
	draw := func(d train.Drawing) (*train.Graph, error) {
		n, g := len(d.Examples), gorgonia.NewGraph()
		w, err := set.Get("w", tensor.Float64, gorgonia.Zeroes(), 2, 1) // a and b
		if err != nil {
			return nil, err
		}
		in, out := make([]float64, 2*n), make([]float64, n)
		weights := gorgonia.NodeFromAny(g, w, gorgonia.WithName("w"))
		line := gorgonia.Must(gorgonia.Mul(gorgonia.Must(layers.Input(g, "x", in, n, 2)), weights))
		off := gorgonia.Must(gorgonia.Sub(line, gorgonia.Must(layers.Input(g, "y", out, n, 1))))
		cost, err := gorgonia.Mean(gorgonia.Must(gorgonia.Square(off)))
		fill := func(examples []int) bool {
			for i, e := range examples[:min(n, len(examples))] {
				in[2*i], in[2*i+1], out[i] = x[e], 1, y[e]
			}
			return len(examples) == n // a small last batch gets a graph of its own
		}
		return &train.Graph{Loss: cost, Learnables: gorgonia.Nodes{weights}, Fill: fill}, err
	}
	t, err := train.New(train.NewTask(50, 10, set, draw), train.Config{Epochs: 40, Batch: 16, Rule: optim.SGD{}, Optim: optim.Config{LearningRate: 0.3}})
	check(err)
	history, err := t.Fit(context.Background())
	check(err)
	for p := range set.All() {
		fmt.Printf("%s %.3f\n", p.Name, p.Data)
	}
	fmt.Println("loss below 1e-6:", history.Epochs[history.Best-1].Dev.Loss < 1e-6)
	// Output:
	// w [3.000 -2.000]
	// loss below 1e-6: true
}

// The program that is interrupted and started again: it goes on from the newest checkpoint, to the bit.
func ExampleTrainer_Resume() {
	dir, err := os.MkdirTemp("", "")
	check(err)
	defer os.RemoveAll(dir)
	program := func(ctx context.Context) (string, error) {
		reading := newReading(11) // a task of parts, with the parameters reading.set
		t, err := train.New(reading.task(), train.Config{Epochs: 4, Batch: 4, Optim: optim.Config{LearningRate: 0.1}})
		check(err)
		t.Checkpoints = train.Checkpoints{Dir: filepath.Join(dir, "state"), Every: 1000}
		from, damaged, err := t.Resume()
		check(err)
		fmt.Printf("from %q, damaged %d\n", filepath.Base(from), len(damaged))
		interrupted, cancel := context.WithCancel(ctx)
		defer cancel()
		t.OnBatch = func(int, int) {
			if from == "" && t.Solver().Steps() == 5 {
				cancel()
			}
		}
		h, err := t.Fit(interrupted)
		return fmt.Sprintf("%d epochs, %d steps", len(h.Epochs), t.Solver().Steps()), err
	}
	fmt.Println(program(context.Background()))
	fmt.Println(program(context.Background()))
	// Output:
	// from ".", damaged 0
	// 1 epochs, 5 steps context canceled
	// from "step-000000005.safetensors", damaged 0
	// 4 epochs, 12 steps <nil>
}

func ExampleHistory() {
	score := train.Score{Loss: 0.5, Accuracy: 0.75, MacroF1: 0.7}
	fmt.Print(train.History{Epochs: []train.Epoch{{Number: 1, Loss: 0.6, Dev: score}}, Best: 1})
	// Output:
	// epoch    loss  dev loss  dev accuracy  dev macro F1  best
	//       1  0.6000    0.5000         0.750         0.700     *
}

// A loop of your own: the graph trains when it is run.
func ExampleStep() {
	g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
	ids, labels := []int{0, 0, 0, 0}, []int{0, 0}
	words, err := layers.NewEmbeddingBag(g, "words", layers.EmbeddingBagConfig{
		NumEmbeddings: 4, EmbeddingDim: 2, IDs: layers.IDRules{Sparse: true}, Init: layers.Normal(rnd, 0.1)})
	check(err)
	logits, err := words.Forward(gorgonia.Must(layers.Input(g, "ids", ids, 2, 2)))
	check(err)
	cost, err := loss.CrossEntropy(logits, gorgonia.Must(layers.Input(g, "labels", labels)))
	check(err)
	step, err := train.NewStep(cost, optim.Adam{}, optim.Config{LearningRate: 0.1}, words)
	check(err)
	var last float64
	for range 300 {
		for i := range labels { // words 0 and 2 are of class 0, 1 and 3 of class 1
			labels[i] = rnd.IntN(2)
			ids[2*i], ids[2*i+1] = 2*rnd.IntN(2)+labels[i], 2*rnd.IntN(2)+labels[i]
		}
		last, err = step.Run()
		check(err)
	}
	fmt.Println(step.Solver(), last < 0.05)
	// Output: adam, learning rate 0.1, step 300 true
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
