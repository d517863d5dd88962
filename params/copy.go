package params

import (
	"io"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/safetensors"
)

// Snapshot copies the parameters into the memory of an older copy, or into new memory if that is nil, and returns the copy.
func (s *Set) Snapshot(old *Set) *Set {
	if old == nil {
		old = New(s.seed)
	}
	for name, p := range s.params {
		to, ok := old.params[name]
		if !ok {
			to = Param{Name: name, Shape: p.Shape, Data: gorgonia.Zeroes()(p.Dtype(), p.Shape...)}
			old.params[name] = to
		}
		move(to.Data, p.Data)
	}
	return old
}

// Restore gives the parameters the values of those of from. It fails, and has then changed nothing, unless both have
// the same names, shapes and types.
func (s *Set) Restore(from *Set) error {
	for p := range from.All() {
		if _, ok := s.params[p.Name]; !ok {
			return errors.Errorf("there is no parameter %q of shape %v here", p.Name, p.Shape)
		}
	}
	for p := range s.All() {
		source, ok := from.params[p.Name]
		if !ok {
			return errors.Errorf("parameter %q of shape %v is missing", p.Name, p.Shape)
		}
		if err := p.is(source.Dtype(), source.Shape); err != nil {
			return errors.WithMessagef(err, "parameter %q", p.Name)
		}
	}
	for name, p := range s.params {
		move(p.Data, from.params[name].Data)
	}
	return nil
}

// move copies elements of one type.
func move(to, from any) {
	switch to := to.(type) {
	case []float32:
		copy(to, from.([]float32))
	case []float64:
		copy(to, from.([]float64))
	}
}

// Save writes the parameters in the safetensors format.
func (s *Set) Save(w io.Writer) error {
	var tensors []safetensors.Tensor
	for p := range s.All() {
		tensors = append(tensors, safetensors.Tensor{Name: p.Name, Shape: p.Shape, Data: p.Data})
	}
	return safetensors.Write(w, nil, tensors)
}

// Load gives the parameters the values that Save wrote. A Set without parameters takes those of the file; for any
// other Load fails, and has then changed nothing, unless the file has its names, shapes and types.
func (s *Set) Load(r io.Reader) error {
	from, err := read(r)
	switch {
	case err != nil:
		return err
	case s.Len() == 0:
		s.params = from.params
		return nil
	}
	return errors.WithMessage(s.Restore(from), "params: the file does not fit")
}

// read returns the parameters of a file.
func read(r io.Reader) (*Set, error) {
	f, err := safetensors.NewReader(r)
	if err != nil {
		return nil, err
	}
	s := New(0)
	for {
		t, err := f.Next()
		if err == io.EOF {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		p := Param{Name: t.Name, Shape: t.Shape, Data: t.Data}
		if err := p.check(p.Dtype()); err != nil || len(p.Shape) == 0 {
			return nil, errors.Errorf("params: tensor %q is %s of shape %v: a parameter is F32 or F64 of one dimension or more", t.Name, t.Dtype, p.Shape)
		}
		s.params[t.Name] = p
	}
}
