package optim_test

import (
	"fmt"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

// Three steps down the slope of 1 with each rule.
func ExampleRule() {
	for _, rule := range []optim.Rule{
		optim.SGD{Momentum: 0.9}, optim.Adagrad{}, optim.RMSProp{}, optim.Adam{}, optim.AdamW{},
	} {
		solver := testkit.Must(optim.New(rule, optim.Config{LearningRate: 0.1}))
		w := &param{name: "w", value: testkit.Dense([]float64{0}, 1)}
		for range 3 {
			w.grad = testkit.Dense([]float64{1}, 1)
			if err := solver.Step(grads(w)); err != nil {
				fmt.Println(err)
			}
		}
		fmt.Printf("%T %.3f\n", rule, w.floats()[0])
	}
	// Output:
	// optim.SGD -0.561
	// optim.Adagrad -0.228
	// optim.RMSProp -2.289
	// optim.Adam -0.300
	// optim.AdamW -0.300
}

// A rule by its name, as a flag or a saved configuration has it.
func ExampleParseRule() {
	rule, err := optim.ParseRule("adagrad")
	fmt.Println(rule, err, optim.DefaultRate(rule))
	object, err := optim.MarshalRule(optim.Adam{Beta1: 0.8})
	fmt.Println(string(object), err)
	rule, err = optim.UnmarshalRule(object)
	fmt.Printf("%#v %v\n", rule, err)
	// Output:
	// {0 0 0} <nil> 0.1
	// {"rule":"adam","beta1":0.8} <nil>
	// optim.Adam{Beta1:0.8, Beta2:0, Eps:0} <nil>
}

// The course of the learning rate over four steps, of which the first two are the warmup.
func ExampleCourse() {
	schedule, err := optim.Course{Name: "linear", Warmup: 0.5}.Over(4)
	if err != nil {
		fmt.Println(err)
		return
	}
	for step := range 4 {
		fmt.Print(schedule.Factor(step), " ")
	}
	fmt.Println(optim.Courses())
	// Output: 0.5 1 1 0.5 [constant linear cosine step]
}

// A schedule of your own: every second step at half the rate.
func ExampleSchedule() {
	var half optim.Schedule = optim.ScheduleFunc(func(step int) float64 { return 1 - 0.5*float64(step%2) })
	fmt.Println(half.Factor(0), half.Factor(1), optim.Linear(0, 4).Factor(2))
	// Output: 1 0.5 0.5
}

// Rows of a table that stay short, and one that does not move at all.
func ExampleConstraint() {
	solver := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1, Groups: []optim.Group{
		{Match: "words.weight", Constraint: optim.Constraint{MaxNorm: 1}, FrozenRows: []int{0}},
	}}))
	words := &param{name: "words.weight", value: testkit.Dense([]float64{3, 4, 0, 0}, 2, 2), grad: testkit.Dense([]float64{9, 9, -3, -4}, 2, 2)}
	if err := solver.Step(grads(words)); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%.2g\n", words.floats())
	// Output: [3 4 0.6 0.8]
}

// A table that grew by a row goes on with its state; layers' Embedding.Grow makes the weights.
func ExampleSolver_Grow() {
	solver := testkit.Must(optim.New(optim.SGD{Momentum: 0.5}, optim.Config{LearningRate: 1}))
	words := &param{name: "words.weight", value: testkit.Dense([]float64{0}, 1, 1), grad: testkit.Dense([]float64{1}, 1, 1)}
	fmt.Println(solver.Step(grads(words)), words.floats())
	words.value, words.grad = testkit.Dense([]float64{-1, 7}, 2, 1), testkit.Dense([]float64{0, 0}, 2, 1)
	fmt.Println(solver.Grow("words.weight", 2))
	fmt.Println(solver.Step(grads(words)), words.floats())
	// Output:
	// <nil> [-1]
	// <nil>
	// <nil> [-1.5 7]
}
