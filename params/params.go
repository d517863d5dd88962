// Package params keeps the parameters of a model: named, with shapes, filled once, used by any number of graphs.
//
// Gorgonia's graphs are static, so a model has several: one for training, one for each further worker, one for
// evaluation. Each asks the model's Set for its parameters by name and shape. The first to ask has them filled; all
// others get the same memory, each under a *tensor.Dense of its own, because two machines must not share one.
//
// What graphs of one Set may do:
//
//   - draw graphs one after the other: a Set's methods are not for concurrent use;
//   - run graphs at once, with a machine each, as long as nothing writes a parameter: a step of a solver does, and so does
//     every run of a table with MaxNorm. The race detector reports a reader at such a time;
//   - count on a parameter's memory to stay where it is: Restore and Load copy into it, and graphs drawn before read
//     the new values.
package params

import (
	"fmt"
	"hash/fnv"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Set is the parameters of a model.
type Set struct {
	seed   uint64
	values map[string]*tensor.Dense
	unused map[string]bool // parameters that came from a file and that nobody has asked for
	sealed bool            // there are to be no more
}

// Param is a parameter of a Set.
type Param struct {
	Name  string
	Shape tensor.Shape
	Data  any // []float32 or []float64 in row-major order: the parameter's memory itself
}

// New returns a Set without parameters. The random streams of its names come from seed.
func New(seed uint64) *Set {
	return &Set{seed: seed, values: make(map[string]*tensor.Dense), unused: make(map[string]bool)}
}

// Rand returns a stream of random numbers for what is called name, from its beginning. It depends on the seed and
// the name alone: initial values do not depend on the order in which parameters are asked for.
func (s *Set) Rand(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(s.seed, h.Sum64()))
}

// Get returns the parameter called name as a new tensor over its memory. If there is none of that name, init fills it
// first. It fails if the one that there is has another shape or type, if init is nil or gives something other than
// what it was asked for, or if shape is empty or has an element below 1.
func (s *Set) Get(name string, dt tensor.Dtype, init gorgonia.InitWFn, shape ...int) (*tensor.Dense, error) {
	v, _, err := s.get(name, dt, init, shape)
	if err != nil {
		return nil, errors.Wrapf(err, "parameter %q", name)
	}
	return v.ShallowClone(), nil
}

// Init returns an initialiser for the config of a layer, which makes the layer's parameter the one called name. init
// fills it when the first layer asks. All later layers get the same memory, as a *tensor.Dense, by which they know that
// the values are not fresh (layers.From) and that a padding row is not to be zeroed.
func (s *Set) Init(name string, init gorgonia.InitWFn) gorgonia.InitWFn {
	return func(dt tensor.Dtype, shape ...int) any {
		v, fresh, err := s.get(name, dt, init, shape)
		switch {
		case err != nil:
			return errors.Wrapf(err, "parameter %q", name)
		case fresh:
			return v.Data()
		}
		return v.ShallowClone()
	}
}

// get returns the values of the parameter called name. They are fresh if init has just made them.
func (s *Set) get(name string, dt tensor.Dtype, init gorgonia.InitWFn, shape tensor.Shape) (v *tensor.Dense, fresh bool, err error) {
	if v := s.values[name]; v != nil {
		delete(s.unused, name)
		if v.Dtype() != dt || !slices.Equal(v.Shape(), shape) {
			return nil, false, errors.Errorf("it is %v of %v, and was asked for as %v of %v", v.Shape(), v.Dtype(), shape, dt)
		}
		return v, false, nil
	}
	switch {
	case s.sealed:
		return nil, false, errors.New("it is missing: the file that the parameters are from has none of that name")
	case name == "":
		return nil, false, errors.New("it has no name: parameters are found by name")
	case init == nil:
		return nil, false, errors.New("it has no values yet, and no Init to make them")
	case len(shape) == 0 || slices.Min(shape) < 1:
		return nil, false, errors.Errorf("want a shape of one dimension or more, each at least 1, got %v", shape)
	}
	switch data := init(dt, shape...).(type) {
	case error:
		return nil, false, data
	case *tensor.Dense:
		v = data
	case []float32, []float64:
		v, fresh = tensor.New(tensor.WithBacking(data)), true
	default:
		return nil, false, errors.Errorf("its values are %T: want []float32 or []float64", data)
	}
	if n := shape.TotalSize(); v.Dtype() != dt || v.Size() != n {
		return nil, false, errors.Errorf("its values are %d of %v: want %d of %v for shape %v", v.Size(), v.Dtype(), n, dt, shape)
	}
	s.values[name] = v
	return v, fresh, v.Reshape(shape...)
}

// Seal says that the Set has all of its parameters: asking for another one is then an error, before memory is taken for
// it. That is for a model that is loaded whole.
func (s *Set) Seal() { s.sealed = true }

// Unused returns the names of the parameters that Load gave to an empty Set and that nobody has asked for since.
func (s *Set) Unused() []string { return slices.Sorted(maps.Keys(s.unused)) }

// All returns the parameters in the order of their names.
func (s *Set) All() iter.Seq[Param] {
	return func(yield func(Param) bool) {
		for _, name := range slices.Sorted(maps.Keys(s.values)) {
			if v := s.values[name]; !yield(Param{name, v.Shape(), v.Data()}) {
				return
			}
		}
	}
}

// Holds reports whether v lies in the memory of a parameter.
func (s *Set) Holds(v gorgonia.Value) bool {
	for _, own := range s.values {
		if v != nil && own.Uintptr() == v.Uintptr() {
			return true
		}
	}
	return false
}

// Len returns the number of parameters.
func (s *Set) Len() int { return len(s.values) }

// NumWeights returns the number of elements of all parameters together.
func (s *Set) NumWeights() (n int) {
	for _, v := range s.values {
		n += v.Size()
	}
	return n
}

// String returns a line for each parameter, such as "words.weight (1000, 64) float32".
func (s *Set) String() string {
	var b strings.Builder
	for p := range s.All() {
		fmt.Fprintf(&b, "%s %v %v\n", p.Name, p.Shape, s.values[p.Name].Dtype())
	}
	return b.String()
}
