// Package sparse holds the gradient of a table of which a batch touches few rows.
//
// A Rows is a gorgonia.Value of shape (vocab, dim) that stores the touched rows alone: each row's id once,
// and its sum. The layers of package layers make one as the gradient of their table when they are told to
// (IDRules.Sparse); Gorgonia hands it from Grad to Node.Grad and gorgonia.NodesToValueGrads
// untouched; the solvers of package optim apply it. A training step then costs what the batch touches,
// whatever the size of the table.
//
// A Rows is not a tensor: it cannot go through Gorgonia's own solvers, which panic but for BarzilaiBorwein;
// WithNaNWatch and WithInfWatch, which end the process (the solvers of optim look at gradients themselves);
// BindDualValues on the table, or an op that does arithmetic on the gradient. Dense makes a tensor of it.
package sparse

import (
	"slices"
	"unsafe"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

var (
	_ gorgonia.Value        = &Rows{}
	_ gorgonia.Typer        = &Rows{}
	_ gorgonia.CloneErrorer = &Rows{}
	_ gorgonia.CopierFrom   = &Rows{}
	_ gorgonia.CopierTo     = &Rows{}
	_ gorgonia.ZeroValuer   = &Rows{}
)

// Rows is a matrix of shape (vocab, dim) whose rows are zero but for those that it stores. The zero value has
// shape (0, 0), and is there to be the receiver of Sum or CopyFrom.
type Rows struct {
	vocab, dim int
	ids        []int
	data       any // []float32 or []float64: dim elements for each id

	index kernel.Index // of Sum, whose ids are its own
}

// New returns a matrix of vocab rows of dim elements whose row ids[i] is the i-th row of data, a []float32
// or []float64 of len(ids)·dim elements. The rows of an id that repeats are summed, in order. Nothing is
// shared with ids and data. It fails if a size does not fit or an id is outside [0, vocab).
func New(vocab, dim int, ids []int, data any) (*Rows, error) {
	r, err := Wrap(vocab, dim, ids, data)
	if err != nil {
		return nil, err
	}
	if i := kernel.FirstOutside(ids, vocab); i >= 0 {
		return nil, errors.Errorf("sparse: id %d at position %d is outside [0, %d)", ids[i], i, vocab)
	}
	sum := new(Rows)
	return sum, sum.Sum(r)
}

// Wrap is New without copies and without a look at the ids: they must be distinct and in [0, vocab), and
// stay as they are, like data, for as long as the matrix is used.
func Wrap(vocab, dim int, ids []int, data any) (*Rows, error) {
	r := new(Rows)
	if err := r.Wrap(vocab, dim, ids, data); err != nil {
		return nil, err
	}
	return r, nil
}

// Wrap makes r what the function Wrap returns. If that fails, r stays as it is.
func (r *Rows) Wrap(vocab, dim int, ids []int, data any) error {
	if vocab < 1 || dim < 1 {
		return errors.Errorf("sparse: vocab and dim must be at least 1, got %d and %d", vocab, dim)
	}
	var n int
	switch data := data.(type) {
	case []float32:
		n = len(data)
	case []float64:
		n = len(data)
	default:
		return errors.Errorf("sparse: want data of []float32 or []float64, got %T", data)
	}
	if n != len(ids)*dim {
		return errors.Errorf("sparse: %d ids of dim %d need %d elements, got %d", len(ids), dim, len(ids)*dim, n)
	}
	r.vocab, r.dim, r.ids, r.data = vocab, dim, ids, data
	return nil
}

// IDs returns the ids of the stored rows, each once, in the order of the rows. It is the matrix's own memory.
func (r *Rows) IDs() []int { return r.ids }

// Data returns the stored rows, one after the other, as a []float32 or []float64 of len(IDs())·dim
// elements. It is the matrix's own memory.
func (r *Rows) Data() any { return r.data }

// Row returns a row's elements, in the matrix's own memory, as a []float32 or []float64: nil if it is not
// stored. It looks through all ids.
func (r *Rows) Row(id int) any {
	k := slices.Index(r.ids, id)
	if k < 0 {
		return nil
	}
	switch data := r.data.(type) {
	case []float32:
		return data[k*r.dim : (k+1)*r.dim]
	case []float64:
		return data[k*r.dim : (k+1)*r.dim]
	}
	return nil
}

// Dense returns the matrix as a tensor of its own memory, zero rows included.
func (r *Rows) Dense() *tensor.Dense {
	if data, ok := r.data.([]float64); ok {
		return newDense(r, data)
	}
	data, _ := r.data.([]float32)
	return newDense(r, data)
}

func newDense[T kernel.Float](r *Rows, data []T) *tensor.Dense {
	backing := make([]T, r.vocab*r.dim)
	kernel.ScatterAdd(backing, data, r.ids, r.dim, kernel.NoRow)
	return tensor.New(tensor.WithShape(r.vocab, r.dim), tensor.WithBacking(backing))
}

// Sum makes r the sum of parts, in r's own memory, which it keeps for the next Sum. Rows of equal id are
// added in the order of parts. r itself cannot be a part. It fails if there are no parts, or parts of
// different shape or type.
func (r *Rows) Sum(parts ...*Rows) error {
	if len(parts) == 0 {
		return errors.New("sparse: no parts to sum")
	}
	first := parts[0]
	for _, p := range parts {
		switch {
		case p == r || p.shares(r):
			return errors.New("sparse: a sum cannot be its own part, nor share its memory")
		case p.vocab != first.vocab || p.dim != first.dim || p.Dtype() != first.Dtype():
			return errors.Errorf("sparse: cannot sum %v of %v and %v of %v", first.Shape(), first.Dtype(), p.Shape(), p.Dtype())
		}
	}
	r.vocab, r.dim = first.vocab, first.dim
	if first.Dtype() == tensor.Float64 {
		sum[float64](r, parts)
	} else {
		sum[float32](r, parts)
	}
	return nil
}

// shares reports whether r stores its rows where other does.
func (r *Rows) shares(other *Rows) bool { return len(r.ids) > 0 && r.Uintptr() == other.Uintptr() }

func sum[T kernel.Float](r *Rows, parts []*Rows) {
	n := 0
	for _, p := range parts {
		n += len(p.ids)
	}
	r.index.Reset(n)
	old, _ := r.data.([]T)
	data, dim := old[:0], r.dim
	for _, p := range parts {
		src := p.data.([]T)
		for i, id := range p.ids {
			row := src[i*dim : (i+1)*dim]
			if k := r.index.Find(id); k*dim == len(data) {
				data = append(data, row...)
			} else {
				kernel.Add(data[k*dim:(k+1)*dim], row)
			}
		}
	}
	r.ids, r.data = r.index.IDs, data
}

// Shape returns (vocab, dim).
func (r *Rows) Shape() tensor.Shape { return tensor.Shape{r.vocab, r.dim} }

// Size returns vocab·dim.
func (r *Rows) Size() int { return r.vocab * r.dim }

// Dtype returns Float32 or Float64.
func (r *Rows) Dtype() tensor.Dtype {
	if _, ok := r.data.([]float64); ok {
		return tensor.Float64
	}
	return tensor.Float32
}

// Type returns that of a matrix, as Gorgonia wants it of a Value.
func (r *Rows) Type() hm.Type { return gorgonia.TensorType{Dims: 2, Of: r.Dtype()} }

// Uintptr returns the address of the stored rows.
func (r *Rows) Uintptr() uintptr {
	switch data := r.data.(type) {
	case []float32:
		return uintptr(unsafe.Pointer(unsafe.SliceData(data)))
	case []float64:
		return uintptr(unsafe.Pointer(unsafe.SliceData(data)))
	}
	return 0
}

// MemSize returns the bytes that the stored rows take.
func (r *Rows) MemSize() uintptr {
	return uintptr(len(r.ids)*r.dim) * r.Dtype().Size()
}

// Clone returns a copy, as a *Rows, that shares nothing with r.
func (r *Rows) Clone() (any, error) {
	c := new(Rows)
	return c, c.CopyFrom(r)
}

// CopyFrom makes r a copy of src, a *Rows, in r's own memory.
func (r *Rows) CopyFrom(src any) error {
	from, ok := src.(*Rows)
	if !ok {
		return errors.Errorf("sparse: cannot copy a %T to a *sparse.Rows", src)
	}
	switch {
	case from == r:
		return nil
	case from.data == nil:
		*r = Rows{}
		return nil
	}
	return r.Sum(from)
}

// CopyTo makes dest, a *Rows, a copy of r.
func (r *Rows) CopyTo(dest any) error {
	to, ok := dest.(*Rows)
	if !ok {
		return errors.Errorf("sparse: cannot copy a *sparse.Rows to a %T; its Dense method makes a tensor", dest)
	}
	return to.CopyFrom(r)
}

// ZeroValue panics: it is what Gorgonia's Adam, AdaGrad, Momentum and RMSProp call, which would panic
// without it too, and it cannot return an error.
func (r *Rows) ZeroValue() gorgonia.Value {
	panic("sparse: this gradient was made by Sparse and is for the solvers of package optim, not for Gorgonia's: take one of those, or set Sparse to false")
}
