// Package machine runs Gorgonia graphs without a program counter, registers or goroutines: a graph is compiled once
// into a list of calls, and a run makes them, in the caller's goroutine.
//
//	m, err := machine.New(g) // when the graph is complete, gradients included
//	for … {
//		err := m.RunAll()
//	}
//
// A Machine is a gorgonia.VM as a TapeMachine is, computes the same to the bit, and differs in this:
//
//   - Each node has memory of its own. After a run Node.Value, gorgonia.Read and Node.Grad give what the node computed,
//     until the next run; on a TapeMachine a later node may have written over it.
//   - A run starts no goroutine, locks no thread and, if the ops do not, allocates nothing: ops of this module do not.
//   - Each RunAll runs the whole graph. There is no need for Reset, which does nothing.
//   - A panic of an op is an error of the run, not the end of the process.
//   - A solver's step in the graph (optim.Solver.StepNode) runs after all that does not depend on it.
//
// It takes more memory: as much as all nodes together. docs/machines.md says when to take which.
package machine

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

var _ gorgonia.VM = &Machine{}

// Machine is a compiled graph. It runs in one goroutine at a time; machines of different graphs may run at once, as long
// as none of their ops writes what another one reads.
type Machine struct {
	places map[*gorgonia.Node]int // place of each node's value
	values []gorgonia.Value
	inputs []input
	calls  []call
}

// input is a node without an op, whose value is read at each run.
type input struct {
	node  *gorgonia.Node
	place int
}

// New compiles g, which may be a subgraph (gorgonia.ExprGraph.SubgraphRoots) and must not change later, for training:
// see SetTraining. It fails if g has no nodes, or one that is made by gorgonia.Set, which the machine cannot run.
func New(g *gorgonia.ExprGraph) (*Machine, error) {
	nodes, reads, err := order(g)
	if err != nil {
		return nil, errors.Wrap(err, "machine")
	}
	m := &Machine{places: make(map[*gorgonia.Node]int, len(nodes)), values: make([]gorgonia.Value, len(nodes))}
	for i, n := range nodes {
		m.places[n] = i
	}
	for _, n := range nodes {
		if err := m.add(n, reads[n]); err != nil {
			return nil, errors.Wrapf(err, "machine: node %q", n.Name())
		}
	}
	return m, m.SetTraining(true)
}

// RunAll runs the whole graph. The error of an op, or its panic, names the node; what the nodes before it computed
// stays.
func (m *Machine) RunAll() (err error) {
	if err := m.load(); err != nil {
		return err
	}
	at := 0
	defer func() {
		if p := recover(); p != nil {
			err = m.calls[at].wrap(panicked(p))
		}
	}()
	for at = range m.calls {
		if err := m.calls[at].exec(m.values); err != nil {
			return m.calls[at].wrap(err)
		}
	}
	return nil
}

// load reads the values of the inputs.
func (m *Machine) load() error {
	for i := range m.inputs {
		in := &m.inputs[i]
		v := in.node.Value()
		if v == nil {
			return errors.Errorf("machine: input %q has no value: call Let, or make the node with one", in.node.Name())
		}
		setEngine(v)
		m.values[in.place] = v
	}
	return nil
}

// panicked returns what an op panicked with as an error.
func panicked(p any) error {
	if err, ok := p.(error); ok {
		return errors.Wrap(err, "panic")
	}
	return errors.New("panic: " + fmt.Sprint(p))
}

// Reset does nothing: each RunAll runs the whole graph. It is there for loops that were written for a TapeMachine.
func (m *Machine) Reset() {}

// Close does nothing.
func (m *Machine) Close() error { return nil }

// Let makes v the value of n, an input of the machine, from the next run on, as gorgonia.Let does. It fails if n is
// none, or v is not of its shape and type.
func (m *Machine) Let(n *gorgonia.Node, v any) error {
	if _, ok := m.places[n]; !ok {
		return errors.New("machine: the node is not one of the machine's graph")
	}
	return errors.Wrapf(gorgonia.Let(n, v), "machine: input %q", n.Name())
}

// SetTraining tells the ops whether the next runs are for training, as New does, or for evaluation, as
// gorgonia.EvalMode does for a TapeMachine. An op has one mode: machines that share it share the mode.
func (m *Machine) SetTraining(training bool) error {
	for _, c := range m.calls {
		if op, ok := c.node.Op().(gorgonia.TrainModeOp); ok {
			if err := op.SetTraining(training); err != nil {
				return c.wrap(err)
			}
		}
	}
	return nil
}
