package optim

import (
	"unicode/utf8"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/sparse"
)

// read checks the parameters of a step and collects them in s.now with their gradients.
func (s *Solver) read(params []gorgonia.ValueGrad) error {
	s.turn++
	s.now, s.taken = s.now[:0], s.taken[:0]
	clear(s.byAddr)
	for i, vg := range params {
		if err := s.readOne(i, vg); err != nil {
			return err
		}
	}
	return nil
}

// readOne adds the i-th of a step's params to s.now, or its gradient to a parameter that shares its memory.
func (s *Solver) readOne(i int, vg gorgonia.ValueGrad) error {
	name := nameOf(vg)
	switch {
	case name == "":
		return errors.Errorf("optim: the parameter at position %d has no name: give its node one, for state is kept by name", i)
	case !utf8.ValidString(name):
		return errors.Errorf("optim: the parameter at position %d has a name that is not UTF-8, %q: rename its node, for state is saved by name", i, name)
	}
	weights := vg.Value()
	if err := checkWeights(weights); err != nil {
		return errors.WithMessagef(err, "optim: parameter %q", name)
	}
	addr := weights.Uintptr()
	p, ok := s.byAddr[addr]
	if !ok {
		var err error
		if p, err = s.param(sparse.BaseName(name), weights); err != nil {
			return err
		}
		s.byAddr[addr] = p
		s.now = append(s.now, p)
	}
	if err := p.add(name, weights, vg); err != nil {
		return errors.WithMessagef(err, "optim: parameter %q", name)
	}
	s.take(p, vg)
	return nil
}

// param returns the parameter of this name, a new one if there is none, with weights as its own.
func (s *Solver) param(name string, weights gorgonia.Value) (*param, error) {
	p := s.params[name]
	switch {
	case p == nil:
		p = &param{name: name, Group: s.cfg.of(name)}
		s.params[name] = p
	case p.turn == s.turn:
		return nil, errors.Errorf("optim: two parameters are called %q, an ending #1, #2, … apart: rename one, for state is kept by name", name)
	}
	p.turn = s.turn
	p.nodes, p.grads, p.added, p.filled = p.nodes[:0], p.grads[:0], p.added[:0], nil
	return p, p.bind(weights)
}
