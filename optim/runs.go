package optim

import (
	"hash/crc32"
	"maps"
	"slices"
	"unsafe"
	"weak"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/sparse"
)

// A use is what the last call that took the gradient of a node saw of it. Each run gives the node of a gradient a value
// of its own, so the gradient of a value that was seen before is that of a former run. A machine with
// gorgonia.TraceExec copies into the value that is there: until a node was seen to change its value, the elements are
// compared too.
type use struct {
	value   gorgonia.Value // of the gradient's node: kept, so that no other value gets its address
	changes bool           // whether the node was seen to change its value
	print   uint32         // fingerprint of value, unless the node changes
}

// taken is a gradient that a run computed for a node, parameter p's gradient number at.
type taken struct {
	p     *param
	at    int
	node  *gorgonia.Node
	state freshness
}

type freshness int

const (
	fresh   freshness = iota // computed by a run since the last call that took it
	used                     // not so
	alike                    // perhaps not so: the value is the same one and has the same elements
	unknown                  // a constant of the graph, which no run computes
)

// take notes the last gradient of p as one of a run, if vg is the node of a graph.
func (s *Solver) take(p *param, vg gorgonia.ValueGrad) {
	n, ok := vg.(*gorgonia.Node)
	if !ok || p.Frozen || s.inGraph != nil || n.Deriv() == nil || n.Deriv().Value() == nil {
		return // as those of a LispMachine; and a node that steps runs after its gradients
	}
	s.taken = append(s.taken, taken{p, len(p.grads) - 1, n, s.look(n)})
}

func (s *Solver) look(n *gorgonia.Node) freshness {
	u, grad := s.uses[weak.Make(n)], n.Deriv()
	switch {
	case u == nil || u.value != grad.Value():
		return fresh
	case u.changes:
		return used
	case grad.Graph().From(grad.ID()).Len() == 0:
		return unknown
	case u.print == fingerprint(u.value):
		return alike
	}
	return fresh
}

// checkRuns fails if a gradient is that of a former run. With drop, one that was accumulated since does not count.
func (s *Solver) checkRuns(drop bool) error {
	for _, t := range s.taken {
		if t.state == fresh || !s.isFormer(t) {
			continue
		}
		if !drop || t.p.kept == nil {
			return errors.Errorf("optim: parameter %q: its gradient was taken before: reset and run the machine before each Step or Accumulate, and call neither after a run that failed", t.node.Name())
		}
		t.p.grads[t.at] = nil
	}
	return nil
}

// isFormer reports whether t, whose state is not fresh, is a gradient of a former run, as other gradients of its graph
// tell: a graph in which one is fresh was run.
func (s *Solver) isFormer(t taken) bool {
	has := func(want ...freshness) bool {
		return slices.ContainsFunc(s.taken, func(o taken) bool {
			return o.node.Graph() == t.node.Graph() && slices.Contains(want, o.state)
		})
	}
	return t.state == used || !has(fresh) && has(used, alike)
}

// remember notes what a call has taken.
func (s *Solver) remember() {
	before := len(s.uses)
	for _, t := range s.taken {
		key, value := weak.Make(t.node), t.node.Deriv().Value()
		u := s.uses[key]
		if u == nil {
			u = &use{value: value}
			s.uses[key] = u
		}
		u.changes = u.changes || u.value != value
		u.value = value
		if !u.changes {
			u.print = fingerprint(value)
		}
	}
	if len(s.uses) > before { // graphs that are gone
		maps.DeleteFunc(s.uses, func(n weak.Pointer[gorgonia.Node], _ *use) bool { return n.Value() == nil })
	}
	clear(s.taken)
}

// fingerprint returns a hash of the elements of v, the gradient of a parameter.
func fingerprint(v gorgonia.Value) uint32 {
	if rows, ok := v.(*sparse.Rows); ok {
		if data, ok := rows.Data().([]float64); ok {
			return crc(crc(0, rows.IDs()), data)
		}
		data, _ := rows.Data().([]float32)
		return crc(crc(0, rows.IDs()), data)
	}
	if v.Dtype() == tensor.Float64 {
		return crc(0, elements[float64](v))
	}
	return crc(0, elements[float32](v))
}

func crc[E int | float32 | float64](start uint32, x []E) uint32 {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(*new(E))))
	return crc32.Update(start, crc32.IEEETable, bytes)
}
