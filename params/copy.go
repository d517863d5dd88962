package params

import (
	"io"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/safetensors"
)

// Snapshot copies the parameters into the memory of an older copy, or into new memory if old is nil, and returns the
// copy.
func (s *Set) Snapshot(old *Set) *Set {
	if old == nil {
		old = New(s.seed)
	}
	for name, v := range s.values {
		if to := old.values[name]; to == nil || tensor.Copy(to, v) != nil {
			old.values[name] = v.Clone().(*tensor.Dense)
		}
	}
	return old
}

// Restore gives the parameters the values of those of from. It fails, and has then changed nothing, unless both have
// the same names, shapes and types.
func (s *Set) Restore(from *Set) error {
	if err := s.fits(from); err != nil {
		return err
	}
	for name, v := range s.values {
		if err := tensor.Copy(v, from.values[name]); err != nil {
			return err
		}
	}
	return nil
}

// Swap exchanges the values of the parameters for those of other. It fails, and has then changed nothing, unless both
// have the same names, shapes and types.
func (s *Set) Swap(other *Set) error {
	if err := s.fits(other); err != nil {
		return err
	}
	for name, v := range s.values {
		switch a := v.Data().(type) {
		case []float32:
			swap(a, other.values[name].Float32s())
		case []float64:
			swap(a, other.values[name].Float64s())
		}
	}
	return nil
}

func swap[T any](a, b []T) {
	for i := range a {
		a[i], b[i] = b[i], a[i]
	}
}

// fits fails unless s and other have the same names, shapes and types.
func (s *Set) fits(other *Set) error {
	none := func(tensor.Dtype, ...int) any { return errors.New("there is none of that name here") }
	for p := range other.All() {
		if _, _, err := s.get(p.Name, other.values[p.Name].Dtype(), none, p.Shape); err != nil {
			return errors.Wrapf(err, "parameter %q", p.Name)
		}
	}
	for p := range s.All() {
		if other.values[p.Name] == nil {
			return errors.Errorf("parameter %q: it is missing, of shape %v", p.Name, p.Shape)
		}
	}
	return nil
}

// Save writes the parameters in the safetensors format, which PyTorch reads too.
func (s *Set) Save(w io.Writer) error {
	var tensors []safetensors.Tensor
	for p := range s.All() {
		tensors = append(tensors, safetensors.Tensor{Name: p.Name, Shape: p.Shape, Data: p.Data})
	}
	return safetensors.Write(w, map[string]string{"format": "pt"}, tensors)
}

// Load gives the parameters the values that Save wrote. A Set without parameters takes those of the file; for any
// other Load fails, and has then changed nothing, unless the file has its names, shapes and types.
func (s *Set) Load(r io.Reader) error {
	f, err := safetensors.NewReader(r)
	if err != nil {
		return err
	}
	from := New(s.seed)
	for range f.Tensors {
		t, err := f.Next()
		if err != nil {
			return err
		}
		if _, _, err := from.get(t.Name, dtype(t), func(tensor.Dtype, ...int) any { return t.Data }, t.Shape); err != nil {
			return errors.Wrapf(err, "params: tensor %q", t.Name)
		}
	}
	if _, err := f.Next(); err != io.EOF {
		return err
	}
	if s.Len() == 0 {
		s.values = from.values
		for name := range s.values {
			s.unused[name] = true
		}
		return nil
	}
	return errors.WithMessage(s.Restore(from), "params: the file does not fit")
}

func dtype(t safetensors.Tensor) tensor.Dtype {
	if t.Dtype == "F64" {
		return tensor.Float64
	}
	return tensor.Float32
}
