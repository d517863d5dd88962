package train_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// line fits y = a·x + b to points, the last ten of which are for evaluation. It is all Gorgonia: no texts, no layers but Input.
type line struct {
	weights *params.Set
	x, y    []float64
}

func (l *line) Len() int            { return len(l.x) - 10 }
func (l *line) Params() *params.Set { return l.weights }

func (l *line) Draw(d train.Drawing) (*train.Graph, error) {
	n, g := len(d.Examples), gorgonia.NewGraph()
	w, err := l.weights.Get("w", tensor.Float64, gorgonia.Zeroes(), 2, 1) // a and b
	if err != nil {
		return nil, err
	}
	in, out := make([]float64, 2*n), make([]float64, n)
	x := gorgonia.Must(layers.Input(g, "x", in, n, 2))
	y := gorgonia.Must(layers.Input(g, "y", out, n, 1))
	weights := gorgonia.NodeFromAny(g, w, gorgonia.WithName("w"))
	off := gorgonia.Must(gorgonia.Sub(gorgonia.Must(gorgonia.Mul(x, weights)), y))
	loss, err := gorgonia.Mean(gorgonia.Must(gorgonia.Square(off)))
	fill := func(examples []int) bool {
		if len(examples) != n {
			return false // a small last batch gets a graph of its own
		}
		for i, e := range examples {
			in[2*i], in[2*i+1], out[i] = l.x[e], 1, l.y[e]
		}
		return true
	}
	return &train.Graph{Loss: loss, Learnables: gorgonia.Nodes{weights}, Fill: fill}, err
}

func (l *line) Evaluate(context.Context) (train.Score, error) {
	dev := make([]int, 10)
	for i := range dev {
		dev[i] = l.Len() + i
	}
	m := train.NewMachine(l.Draw, train.Drawing{Mode: train.Evaluation, Batch: len(dev)})
	if err := m.Fill(dev); err != nil {
		return train.Score{}, err
	}
	loss, err := m.Run()
	return train.Score{Loss: loss}, err
}

// A graph of your own is a Task of four methods.
func Example() {
	l := &line{weights: params.New(1)}
	for i := range 60 {
		x := math.Sin(float64(i))
		l.x, l.y = append(l.x, x), append(l.y, 3*x-2)
	}
	t, err := train.New(l, train.Config{Epochs: 40, Batch: 16, Rule: optim.SGD{}, Optim: optim.Config{LearningRate: 0.3}})
	if err != nil {
		panic(err)
	}
	history, err := t.Fit(context.Background())
	if err != nil {
		panic(err)
	}
	for p := range l.weights.All() {
		fmt.Printf("%s %.3f\n", p.Name, p.Data)
	}
	fmt.Println("loss below 1e-6:", history.Epochs[history.Best-1].Dev.Loss < 1e-6)
	// Output:
	// w [3.000 -2.000]
	// loss below 1e-6: true
}

func ExampleHistory() {
	score := train.Score{Loss: 0.5, Accuracy: 0.75}
	fmt.Print(train.History{Epochs: []train.Epoch{{Number: 1, Loss: 0.6, Dev: score}}, Best: 1})
	// Output:
	// epoch    loss  dev loss  dev accuracy  best
	//       1  0.6000    0.5000         0.750     *
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
