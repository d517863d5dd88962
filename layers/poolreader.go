package layers

import (
	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// poolReader finds the vectors that count of each text of a run. Its memory is that of the op.
type poolReader struct {
	kernel.Bags        // rows of a run that count
	label       string // name of the op, for messages
	rows        int    // number of vectors
	time        int    // number of vectors of a padded text
	offsets     int    // place of the offsets among the inputs; 0 if texts are padded
	padded      bool   // whether ids, at place 1, say which vectors count
	padding     int    // the id whose vectors do not count
	memory      any    // memory for the gradient: []float32 or []float64
}

func (p pool) reader(x tensor.Shape) *poolReader {
	r := &poolReader{Bags: kernel.Bags{Dim: last(x), Reduce: p.reduce}, label: p.label(), padded: p.PaddingIdx != nil, padding: valueOr(p.PaddingIdx, 0)}
	r.rows, r.time = tensor.Shape(x[:len(x)-1]).TotalSize(), x[len(x)-2]
	if p.Offsets != nil {
		r.offsets = 1
		if p.IDs != nil {
			r.offsets++
		}
	}
	return r
}

func runPool[T kernel.Float](r *poolReader) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		err := readPool(r, in)
		if err == nil {
			kernel.Pool(dst, in.Floats(0), &r.Bags)
		}
		return err
	}
}

func poolGrad[T kernel.Float](r *poolReader) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		err := readPool(r, in)
		if err == nil {
			kernel.PoolGrad(dst, in.Floats(0), in.Last(), &r.Bags, graphop.Room[T](&r.memory, r.Dim))
		}
		return err
	}
}

// readPool checks the offsets of a run, and finds the rows.
func readPool[T kernel.Float](r *poolReader, in *graphop.Values[T]) error {
	r.Ends = r.Ends[:0]
	if r.offsets > 0 {
		offsets := in.Ints(r.offsets)
		if err := checkOffsets(offsets, r.rows); err != nil {
			return errors.Wrapf(err, "%s: Offsets", r.label)
		}
		r.Ends = append(r.Ends, offsets[1:]...)
	} else {
		for end := r.time; end <= r.rows; end += r.time {
			r.Ends = append(r.Ends, end)
		}
	}
	var ids []int
	if r.padded {
		ids = in.Ints(1)
	}
	r.find(ids)
	return nil
}

// find sets the rows of each text, which Ends have the bounds of, to those that count: all, or those whose id is not
// padding.
func (r *poolReader) find(ids []int) {
	start := 0
	r.IDs = r.IDs[:0]
	for k, end := range r.Ends {
		for row := start; row < end; row++ {
			if ids == nil || ids[row] != r.padding {
				r.IDs = append(r.IDs, row)
			}
		}
		start, r.Ends[k] = end, len(r.IDs)
	}
}
