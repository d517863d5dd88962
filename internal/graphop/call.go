package graphop

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// A Call runs an op into memory of the call's own, again and again, for a machine that knows ops of this package.
type Call struct {
	Value gorgonia.Value // what the last run computed: the same tensor, or scalar, for all runs

	// Run computes Value from the values of the op's inputs.
	Run func(in []gorgonia.Value) error
}

// NewCall returns a Call of o, or nil if o is not of this package or makes its values itself (Grad.Make).
func NewCall(o gorgonia.Op) *Call {
	ours, ok := o.(*op)
	switch {
	case !ok || ours.grad != nil && ours.grad.Make != nil:
		return nil
	case ours.Dtype == tensor.Float32:
		return newCall(ours, ours.Run.F32)
	}
	return newCall(ours, ours.Run.F64)
}

func newCall[T kernel.Float](o *op, k Kernel[T]) *Call {
	dst := make([]T, o.Shape.TotalSize())
	run := func(in []gorgonia.Value) error {
		if err := o.inspect(); err != nil {
			return err
		}
		values, err := read[T](o, in)
		if err != nil {
			return err
		}
		return fill(o, k, dst, values)
	}
	if len(o.Shape) > 0 {
		return &Call{Tensor(dst, o.Shape), func(in []gorgonia.Value) error { return o.wrap(run(in)) }}
	}
	v := scalar(dst[0])
	return &Call{v, func(in []gorgonia.Value) error {
		err := run(in)
		set(v, dst[0])
		return o.wrap(err)
	}}
}

// set makes v, a scalar, x.
func set[T kernel.Float](v gorgonia.Value, x T) {
	switch v := v.(type) {
	case *gorgonia.F32:
		*v = gorgonia.F32(x)
	case *gorgonia.F64:
		*v = gorgonia.F64(x)
	}
}

// Last reports whether o changes the inputs of other ops, as Op.Last says.
func Last(o gorgonia.Op) bool {
	ours, ok := o.(*op)
	return ok && ours.Last
}
