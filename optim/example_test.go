package optim_test

import (
	"bytes"
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

// A solver in the place of one of Gorgonia's own: the root of 2 by Newton's least favourite way.
func ExampleNew() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName("x"), gorgonia.WithValue(1.0))
	two := gorgonia.NewConstant(2.0)
	loss := testkit.Must(gorgonia.Square(testkit.Must(gorgonia.Sub(testkit.Must(gorgonia.Square(x)), two)))) // (x² − 2)²
	testkit.Must(gorgonia.Grad(loss, x))
	solver, err := optim.New(optim.Adam{}, optim.Config{LearningRate: 0.1, Schedule: optim.Linear(0, 200)})
	if err != nil {
		fmt.Println(err)
		return
	}
	vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(x))
	for range 200 {
		if err := vm.RunAll(); err != nil {
			fmt.Println(err)
		}
		if err := solver.Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{x})); err != nil {
			fmt.Println(err)
		}
		vm.Reset()
	}
	fmt.Printf("%.4f after %d steps\n", x.Value().Data(), solver.Steps())
	// Output: 1.4142 after 200 steps
}

// Weights decay, biases do not; the word vectors learn slowly, and the old layer not at all.
func ExampleGroup() {
	_, err := optim.New(optim.AdamW{}, optim.Config{
		LearningRate: 1e-3,
		WeightDecay:  0.01,
		ClipNorm:     1,
		Groups: []optim.Group{
			{Match: "words.weight", LearningRate: new(1e-4)},
			{Match: "old.*", Frozen: true},
			{Match: "*.bias", WeightDecay: new(0.0)},
		},
	})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleSolver_Save() {
	cfg := optim.Config{LearningRate: 0.1}
	solver := testkit.Must(optim.New(optim.SGD{Momentum: 0.9}, cfg))
	w := &param{name: "w", value: testkit.Dense([]float64{1, 2}, 2)}
	for range 3 {
		w.grad = testkit.Dense([]float64{1, -1}, 2)
		if err := solver.Step([]gorgonia.ValueGrad{w}); err != nil {
			fmt.Println(err)
		}
	}
	var file bytes.Buffer
	if err := solver.Save(&file); err != nil {
		fmt.Println(err)
	}

	resumed := testkit.Must(optim.New(optim.SGD{Momentum: 0.9}, cfg))
	if err := resumed.Load(&file); err != nil {
		fmt.Println(err)
	}
	fmt.Println(resumed.Steps(), "steps")
	// Output: 3 steps
}
