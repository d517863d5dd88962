package layers

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// bag reduces texts, by mode, to a vector each.
func (t *Table) bag(texts Texts, mode BagMode) (*gorgonia.Node, error) {
	y, err := t.drawBag(texts, mode)
	return y, t.wrap(err)
}

func (t *Table) drawBag(texts Texts, mode BagMode) (*gorgonia.Node, error) {
	in := texts.inputs(t.weight)
	err := graphop.Check(in...)
	if err == nil {
		err = mode.check(t.rules.IDRules, texts.Weights != nil)
	}
	if err == nil {
		err = texts.check()
	}
	if err == nil {
		in[0].Node, err = t.leaf() // when nothing else can fail
	}
	if err != nil {
		return nil, err
	}
	return graphop.Apply(t.bagOp(texts, mode), in...)
}

// bagOp is the op
//
//	bag :: Matrix a → Matrix int → Matrix a
//	bag :: Matrix a → Vector int → Vector int → Matrix a
//
// the second with offsets. Weights of the ids, of their shape, may follow.
func (t *Table) bagOp(texts Texts, mode BagMode) graphop.Op {
	weighted := texts.Weights != nil
	forward, back := t.bagReader(texts, mode), t.bagReader(texts, mode)
	op := graphop.Op{
		Name:  fmt.Sprintf("bag{%s %v offsets=%t nolast=%t weighted=%t}", t.identity(), mode, texts.Offsets != nil, texts.NoLastOffset, weighted),
		Layer: t.label(),
		Shape: tensor.Shape{texts.batch(), t.dim()},
	}
	inputs := []int{0, 1}
	if texts.Offsets != nil {
		inputs = append(inputs, len(inputs))
	}
	switch {
	case weighted:
		inputs = append(inputs, len(inputs))
		op.Run = graphop.Kernels{F32: sumWeighted[float32](forward), F64: sumWeighted[float64](forward)}
		op.Grads = make([]*graphop.Grad, len(inputs))
		op.Grads[0] = t.gradient(inputs, scatterWeighted[float32](back), scatterWeighted[float64](back))
		ofWeights := t.bagReader(texts, mode)
		op.Grads[len(inputs)-1] = &graphop.Grad{
			Needs: append(inputs[:len(inputs):len(inputs)], graphop.Out),
			Add:   graphop.Kernels{F32: addBagWeights[float32](ofWeights), F64: addBagWeights[float64](ofWeights)},
		}
	case mode.picks():
		// The gradient compares rows of the table, and must do so after the forward run, which may change them (MaxNorm).
		op.Run = graphop.Kernels{F32: pickExtremes[float32](forward), F64: pickExtremes[float64](forward)}
		op.Grads = []*graphop.Grad{t.gradient(append(inputs, graphop.Out), scatterExtremes[float32](back), scatterExtremes[float64](back))}
	default:
		op.Run = graphop.Kernels{F32: sumBags[float32](forward), F64: sumBags[float64](forward)}
		op.Grads = []*graphop.Grad{t.gradient(inputs, scatterBags[float32](back), scatterBags[float64](back))}
	}
	return op
}

func sumBags[T kernel.Float](b *bagReader) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		if err := readTable(b, in); err != nil {
			return err
		}
		kernel.BagSum(dst, in.Floats(0), &b.Bags)
		return nil
	}
}

func pickExtremes[T kernel.Float](b *bagReader) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		if err := readTable(b, in); err != nil {
			return err
		}
		kernel.BagExtreme(dst, in.Floats(0), &b.Bags)
		return nil
	}
}

func sumWeighted[T kernel.Float](b *bagReader) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		if err := readTable(b, in); err != nil {
			return err
		}
		kernel.BagWeighted(dst, in.Floats(0), weightShares(b, in), &b.Bags)
		return nil
	}
}

// readTable reads the bags of a run, and limits the norms of the rows that are in them.
func readTable[T kernel.Float](b *bagReader, in *graphop.Values[T]) error {
	if err := readBags(b, in); err != nil {
		return err
	}
	return limitNorms(&b.idReader, in, 0, b.all)
}
