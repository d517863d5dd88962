package machine_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/machine"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/sparse"
)

var _ G.VM = &machine.Machine{}

func run(t *testing.T, m *machine.Machine) {
	t.Helper()
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
}

func floats(n *G.Node) []float64 { return n.Value().Data().([]float64) }

// What a TapeMachine writes over stays: the first operand of a sum, and what a reshape aliases.
func TestValuesStay(t *testing.T) {
	g := G.NewGraph()
	data := []float64{1, 2, 3, 4}
	x := testkit.Leaf(g, "x", data, 2, 2)
	y := testkit.Must(G.Tanh(x))
	flat := testkit.Must(G.Reshape(y, tensor.Shape{4}))
	weight := testkit.Must(G.Reshape(x, tensor.Shape{4}))
	sum := testkit.Must(G.Add(flat, testkit.Leaf(g, "one", []float64{1, 1, 1, 1}, 4)))
	last := testkit.Must(G.Sub(weight, sum))
	m := testkit.Must(machine.New(g))
	for range 2 {
		run(t, m)
		for i, v := range floats(y) {
			if floats(flat)[i] != v || floats(sum)[i] != v+1 || floats(weight)[i] != data[i] || floats(last)[i] != data[i]-v-1 {
				t.Errorf("y %v, flat %v, sum %v, weight %v, last %v", floats(y), floats(flat), floats(sum), floats(weight), floats(last))
			}
		}
		if !slices.Equal(data, []float64{1, 2, 3, 4}) {
			t.Errorf("the input became %v", data)
		}
	}
	kept := floats(y)
	floats(flat)[0] = 100
	if kept[0] == 100 {
		t.Error("a node has the memory of another one")
	}
}

// An input without elements has no address.
func TestEmptyInput(t *testing.T) {
	g := G.NewGraph()
	weight := testkit.Leaf(g, "weight", []float64{1, 2, 3, 4}, 2, 2)
	texts := layers.Texts{IDs: testkit.Leaf(g, "ids", []int{}, 0), Offsets: testkit.Leaf(g, "offsets", []int{0, 0, 0}, 3)}
	y := testkit.Must(layers.Bag(weight, texts, layers.BagSum, layers.IDRules{}))
	dw := testkit.Must(G.Grad(testkit.Must(G.Sum(testkit.Must(G.Add(y, weight)))), weight))[0]
	run(t, testkit.Must(machine.New(g)))
	if got := floats(dw); !slices.Equal(got, []float64{1, 1, 1, 1}) {
		t.Errorf("got %v", got)
	}
}

// At is no op of a TapeMachine, which does not run it.
func TestAt(t *testing.T) {
	g := G.NewGraph()
	y := testkit.Must(G.At(testkit.Leaf(g, "x", []float64{1, 2, 3, 4}, 2, 2), 1, 0))
	run(t, testkit.Must(machine.New(g)))
	if y.Value().Data() != 3.0 {
		t.Errorf("got %v", y.Value())
	}
}

// Random nodes are drawn in each run.
func TestRandomNodes(t *testing.T) {
	g := G.NewGraph()
	testkit.Must(G.HadamardProd(G.UniformRandomNode(g, tensor.Float64, 1, 2, 3), testkit.Leaf(g, "x", []float64{1, 1, 1}, 3)))
	dropped := testkit.Must(G.Dropout(testkit.Leaf(g, "y", slices.Repeat([]float64{1}, 64), 64), 0.5))
	m := testkit.Must(machine.New(g))
	run(t, m)
	first := slices.Clone(floats(dropped))
	run(t, m)
	if slices.Equal(first, floats(dropped)) || !slices.Contains(first, 2) || !slices.Contains(first, 0) {
		t.Errorf("%v, %v", first, floats(dropped))
	}
	if err := m.SetTraining(false); err != nil {
		t.Fatal(err)
	}
	run(t, m)
	if !slices.Equal(floats(dropped), slices.Repeat([]float64{1}, 64)) {
		t.Errorf("in an evaluation: %v", floats(dropped))
	}
}

func TestLet(t *testing.T) {
	g := G.NewGraph()
	x := G.NewVector(g, tensor.Float64, G.WithName("x"), G.WithShape(2))
	y := testkit.Must(G.Square(x))
	m := testkit.Must(machine.New(g))
	if err := m.RunAll(); err == nil || err.Error() != `machine: input "x" has no value: call Let, or make the node with one` {
		t.Errorf("got %v", err)
	}
	for k := range 3 {
		if err := m.Let(x, testkit.Dense([]float64{1, float64(k)}, 2)); err != nil {
			t.Fatal(err)
		}
		run(t, m)
		m.Reset()
		if !slices.Equal(floats(y), []float64{1, float64(k * k)}) {
			t.Errorf("run %d: %v", k, floats(y))
		}
	}
	for want, err := range map[string]error{
		"machine: the node is not one of the machine's graph":                               m.Let(testkit.Leaf(G.NewGraph(), "z", []float64{1}, 1), 1.0),
		`machine: input "x": Node's expected shape is (2). Got (3) instead`:                 m.Let(x, testkit.Dense([]float64{1, 2, 3}, 3)),
		fmt.Sprintf("machine: input %q: Cannot bind a value to a non input node", y.Name()): m.Let(y, 1.0),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestNewErrors(t *testing.T) {
	if _, err := machine.New(G.NewGraph()); err == nil || err.Error() != "machine: the graph has no nodes" {
		t.Errorf("no nodes: %v", err)
	}
	g := G.NewGraph()
	x := testkit.Leaf(g, "x", []float64{1, 2}, 2)
	G.Set(x, testkit.Must(G.Square(x)))
	if _, err := machine.New(g); err == nil || !strings.HasSuffix(err.Error(), `the machine cannot run "=": set inputs by Let, between runs`) {
		t.Errorf("Set: %v", err)
	}
}

// An error of an op and its panic name the node, and an op's own error is found by As. The next run is a whole one.
func TestErrorsNameTheNode(t *testing.T) {
	g, ids := G.NewGraph(), []int{1, 9}
	words := testkit.Must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: layers.Zeros()}))
	testkit.Must(words.Forward(testkit.Leaf(g, "ids", ids, 2)))
	m := testkit.Must(machine.New(g))
	err := m.RunAll()
	var bad *layers.IndexError
	if !errors.As(err, &bad) || !layers.As(err, &bad) || bad.ID != 9 || !strings.HasPrefix(err.Error(), `machine: node "lookup{`) {
		t.Errorf("got %v", err)
	}
	ids[1] = 3
	run(t, m)

	g = G.NewGraph()
	x := testkit.Leaf(g, "x", []float64{1, 2}, 2)
	testkit.Must(G.ApplyOp(panicking{testkit.Must(G.Square(x)).Op()}, x))
	err = testkit.Must(machine.New(g)).RunAll()
	var cause runtime.Error
	if !errors.As(err, &cause) || !strings.HasPrefix(err.Error(), `machine: node "`) || !strings.Contains(err.Error(), "panic: runtime error: index out of range") {
		t.Errorf("got %v", err)
	}
}

// panicking is an op whose Do panics.
type panicking struct{ G.Op }

func (panicking) Do(in ...G.Value) (G.Value, error) { return in[len(in)], nil }
func (panicking) Hashcode() uint32                  { return 12345 }

// A machine of a subgraph runs that alone, and one of the whole graph after it binds its own values again.
func TestSubgraph(t *testing.T) {
	g := G.NewGraph()
	x := testkit.Leaf(g, "x", []float64{1, 2}, 2)
	y := testkit.Must(G.Square(x))
	z := testkit.Must(G.Neg(y))
	part, whole := testkit.Must(machine.New(g.SubgraphRoots(y))), testkit.Must(machine.New(g))
	run(t, part)
	if z.Value() != nil || floats(y)[1] != 4 {
		t.Errorf("y %v, z %v", y.Value(), z.Value())
	}
	for _, m := range []*machine.Machine{whole, part, whole, part} {
		x.Value().Data().([]float64)[1]++
		run(t, m)
		if want := x.Value().Data().([]float64)[1]; floats(y)[1] != want*want {
			t.Errorf("y is %v for x = %v", y.Value(), x.Value())
		}
	}
}

// As on a TapeMachine, gradients of bound nodes add up until a solver clears them.
func TestBindDualValues(t *testing.T) {
	tape, direct := bound(t, "tape"), bound(t, "direct")
	for i, want := range tape {
		if !slices.Equal(direct[i], want) {
			t.Errorf("%d: got %v, want %v", i, direct[i], want)
		}
	}
	x := testkit.Leaf(G.NewGraph(), "x", []float64{1}, 1)
	err := testkit.Must(machine.New(x.Graph())).BindDualValues(x)
	if err == nil || err.Error() != `machine: node "x" has no gradient: call gorgonia.Grad before New` {
		t.Errorf("got %v", err)
	}
}

// bound returns the bound gradients of a vector and a scalar after each of three runs and, after a step of Gorgonia's
// and a run, the vector and its gradient.
func bound(t *testing.T, kind string) (results [][]float64) {
	g := G.NewGraph()
	x, s := testkit.Leaf(g, "x", []float64{1, 2}, 2), G.NewScalar(g, tensor.Float64, G.WithName("s"), G.WithValue(3.0))
	testkit.Must(G.Grad(testkit.Must(G.Sum(testkit.Must(G.HadamardProd(s, testkit.Must(G.Square(x)))))), x, s))
	var vm G.VM = G.NewTapeMachine(g, G.BindDualValues(x, s))
	if kind == "direct" {
		m := testkit.Must(machine.New(g))
		if err := m.BindDualValues(x, s); err != nil {
			t.Fatal(err)
		}
		vm = m
	}
	grad := func(n *G.Node) any { return testkit.Must(n.Grad()).Data() }
	for k := range 4 {
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		results = append(results, append(slices.Clone(grad(x).([]float64)), grad(s).(float64)))
		if k == 2 {
			if err := G.NewVanillaSolver(G.WithLearnRate(0.5)).Step(G.NodesToValueGrads(G.Nodes{x, s})); err != nil {
				t.Fatal(err)
			}
			results = append(results, slices.Clone(floats(x)))
		}
	}
	return results
}

// A step in the graph is made after what reads the parameters, whatever the order of the nodes.
func TestStepIsLast(t *testing.T) {
	g := G.NewGraph()
	x := testkit.Leaf(g, "x", []float64{1, -2}, 2)
	if _, err := G.Grad(testkit.Must(G.Sum(testkit.Must(G.Square(x)))), x); err != nil {
		t.Fatal(err)
	}
	solver := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.25}))
	testkit.Must(solver.StepNode(x))
	penalty := testkit.Must(G.Cube(x)) // no gradient depends on it
	var read G.Value
	G.Read(x, &read)
	m := testkit.Must(machine.New(g))
	run(t, m)
	if !slices.Equal(floats(penalty), []float64{1, -8}) || !slices.Equal(read.Data().([]float64), []float64{1, -2}) || !slices.Equal(floats(x), []float64{0.5, -1}) {
		t.Errorf("x³ %v, read %v, x %v", floats(penalty), read, floats(x))
	}
	if err := m.SetTraining(false); err != nil {
		t.Fatal(err)
	}
	run(t, m)
	if solver.Steps() != 1 {
		t.Errorf("%d steps after a run for evaluation", solver.Steps())
	}
}

// net is a classifier of texts on a table, with its loss's gradients.
func net(g *G.ExprGraph, table []float32) (logits *G.Node, params G.Nodes, err error) {
	words := testkit.Must(layers.NewEmbeddingBag(g, "words", layers.EmbeddingBagConfig{
		NumEmbeddings: len(table) / 4, EmbeddingDim: 4, IDs: layers.IDRules{Sparse: true}, Init: layers.From(table)}))
	linear := func(name string, in, out int) *layers.Linear {
		return testkit.Must(layers.NewLinear(g, name, layers.LinearConfig{InFeatures: in, OutFeatures: out, Init: layers.Glorot(testkit.NewRand(1))}))
	}
	head := layers.Sequential{linear("hidden", 4, 3), layers.ReLU{}, linear("out", 3, 2)}
	ids, offsets := testkit.Leaf(g, "ids", []int{0, 1, 1, 3, 2}, 5), testkit.Leaf(g, "offsets", []int{0, 2, 5}, 3)
	logits = testkit.Must(head.Forward(testkit.Must(words.ForwardTexts(layers.Texts{IDs: ids, Offsets: offsets}))))
	params = append(words.Learnables(), head.Learnables()...)
	cost := testkit.Must(loss.CrossEntropy(logits, testkit.Leaf(g, "labels", []int{0, 1}, 2)))
	_, err = G.Grad(cost, params...)
	return logits, params, err
}

// The gradient of a table comes through as it is, and a solver steps on it after a run.
func TestSparseGradient(t *testing.T) {
	table := testkit.Randoms[float32](testkit.NewRand(2), 20)
	before := slices.Clone(table)
	_, params, err := net(G.NewGraph(), table)
	if err != nil {
		t.Fatal(err)
	}
	m := testkit.Must(machine.New(params[0].Graph()))
	solver := testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.1}))
	for range 3 {
		run(t, m)
		rows, ok := testkit.Must(params[0].Grad()).(*sparse.Rows)
		if !ok || !slices.Equal(rows.IDs(), []int{0, 1, 3, 2}) {
			t.Fatalf("the gradient is %v", rows)
		}
		if err := solver.Step(G.NodesToValueGrads(params)); err != nil {
			t.Fatal(err)
		}
	}
	after := params[0].Value().Data().([]float32)
	if !slices.Equal(after[16:], before[16:]) || slices.Equal(after[:16], before[:16]) {
		t.Errorf("the table became %v", after)
	}
}

// A run of ops of this module allocates nothing; with a sparse gradient, next to nothing.
func TestAllocations(t *testing.T) {
	_, params, err := net(G.NewGraph(), testkit.Randoms[float32](testkit.NewRand(2), 20))
	if err != nil {
		t.Fatal(err)
	}
	g := params[0].Graph()
	train := testkit.Must(machine.New(g))
	if n := testing.AllocsPerRun(100, func() { run(t, train) }); n > 8 {
		t.Errorf("%v allocations a run with gradients", n)
	}
	logits, _, _ := net(G.NewGraph(), testkit.Randoms[float32](testkit.NewRand(2), 20))
	predict := testkit.Must(machine.New(logits.Graph().ExactSubgraphRoots(logits)))
	if n := testing.AllocsPerRun(100, func() { run(t, predict) }); n != 0 {
		t.Errorf("%v allocations a run of a prediction", n)
	}
}

// Two machines on two graphs over one table run at once.
func TestTwoMachinesOverOneTable(t *testing.T) {
	table := testkit.Randoms[float32](testkit.NewRand(2), 20)
	var want []float32
	var running sync.WaitGroup
	results := make([]*G.Node, 2)
	for i := range results {
		g := G.NewGraph()
		weight := testkit.Leaf(g, "weight", table, 5, 4)
		results[i] = testkit.Must(layers.Lookup(weight, testkit.Leaf(g, "ids", []int{4, 0, 2}, 3), layers.IDRules{}))
		m := testkit.Must(machine.New(g))
		running.Go(func() {
			for range 100 {
				run(t, m)
			}
		})
	}
	running.Wait()
	want = slices.Concat(table[16:20], table[0:4], table[8:12])
	for _, n := range results {
		if got := n.Value().Data().([]float32); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
