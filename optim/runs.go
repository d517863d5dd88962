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

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/sparse"
)

// A use is what the last call that took the value of a gradient's node left of it. Each run gives the node the value
// that it computed, so a node that still has the one that the call gave it was not run since. A machine with
// gorgonia.TraceExec copies into the value that is there: until a node was seen to change its value, the elements are
// compared too.
type use struct {
	mark    gorgonia.Value // the node's value after the call: what the run computed, in the run's memory, as another value
	changes bool           // whether the node was seen to change its value
	print   uint32         // fingerprint of mark, unless the node changes
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
	grad := n.Deriv()
	u := s.uses[weak.Make(grad)]
	switch {
	case u == nil || u.mark != grad.Value():
		return fresh
	case u.changes:
		return used
	case graphop.GraphOf(grad).From(grad.ID()).Len() == 0:
		return unknown
	case u.print == fingerprint(u.mark):
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
		grad := t.node.Deriv()
		key := weak.Make(grad)
		u := s.uses[key]
		if u == nil {
			u = new(use)
			s.uses[key] = u
		}
		if u.mark != grad.Value() {
			u.changes = u.mark != nil
			u.mark = marked(grad)
		}
		if !u.changes {
			u.print = fingerprint(u.mark)
		}
	}
	if len(s.uses) > before { // graphs that are gone
		maps.DeleteFunc(s.uses, func(n weak.Pointer[gorgonia.Node], _ *use) bool { return n.Value() == nil })
	}
	clear(s.taken)
}

// marked returns the value of n, a gradient's node, after making it another value of the same memory, which is no run's.
// That of a constant stays.
func marked(n *gorgonia.Node) gorgonia.Value {
	var mark gorgonia.Value
	switch v := n.Value().(type) {
	case *tensor.Dense:
		mark = new(*v)
	case *sparse.Rows:
		mark = new(*v)
	default:
		mark, _ = gorgonia.CloneValue(v)
	}
	if mark != nil {
		gorgonia.UnsafeLet(n, mark) // an error leaves the value, which the run made
	}
	return n.Value()
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
