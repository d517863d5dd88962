package model

import (
	"math/bits"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
)

// batch is the memory of a graph's inputs: the words of up to texts texts, text after text.
type batch struct {
	ids     []int32 // (room)
	offsets []int   // (texts+1)
}

// newBatch returns the memory for so many texts of so many words together, rounded up to a power of two.
func newBatch(texts, words int) batch {
	room := 1 << bits.Len(uint(max(words, 4*texts, 2)-1))
	return batch{make([]int32, room), make([]int, texts+1)}
}

// fill puts texts in, unless they have no room. What there is room for beyond them is texts without words.
func (b batch) fill(texts [][]int32) bool {
	if words(texts) > len(b.ids) {
		return false
	}
	end := 0
	for i, text := range texts {
		end += copy(b.ids[end:], text)
		b.offsets[i+1] = end
	}
	b.end(len(texts))
	return true
}

// read is fill for the samples at some places of a list. If it returns false, what is in is of no use.
func (b batch) read(samples *data.Samples, places []int) bool {
	ids, offsets := samples.Append(b.ids[:0], b.offsets[:1], places...)
	if len(ids) > len(b.ids) || len(offsets) > len(b.offsets) {
		return false
	}
	b.end(len(places))
	return true
}

// end ends the batch after n texts.
func (b batch) end(n int) {
	end := b.offsets[n]
	for i := range b.offsets[n:] {
		b.offsets[n+i] = end
	}
	clear(b.ids[end:]) // a net may look all ids up: those of the batch before would get a sparse step
}

// words returns the number of words of texts.
func words(texts [][]int32) (n int) {
	for _, text := range texts {
		n += len(text)
	}
	return n
}

// forward draws the net of b on texts, whose memory is in.
func (c *Classifier) forward(b *Builder, in batch) (net Net, out Output, err error) {
	b.Params, b.Vocab, b.Classes, b.words = c.params, c.vocab.Len(), len(c.labels), c.pretrained()
	var texts layers.Texts
	if texts.IDs, err = layers.Input(b.Graph, "ids", in.ids); err != nil {
		return nil, out, err
	}
	if texts.Offsets, err = layers.Input(b.Graph, "offsets", in.offsets); err != nil {
		return nil, out, err
	}
	if net, err = c.cfg.Arch.Build(b); err == nil {
		out, err = net.Forward(texts)
	}
	if err == nil && b.words != nil && !b.asked {
		err = errors.New("there are Vectors, and the net has no table for them: make it by Builder.Words")
	}
	if err == nil {
		err = out.check(len(in.offsets)-1, len(c.labels))
	}
	return net, out, errors.Wrap(err, c.cfg.Arch.Name())
}

// check fails unless o has the shapes that it should have.
func (o Output) check(texts, classes int) error {
	switch want := (tensor.Shape{texts, classes}); {
	case o.Logits == nil:
		return errors.New("the net gives no logits")
	case !slices.Equal(o.Logits.Shape(), want) || o.Logits.Dtype() != tensor.Float32:
		return errors.Errorf("the net gives logits of shape %v of %v: want %v, the texts and the classes, of float32",
			o.Logits.Shape(), o.Logits.Dtype(), want)
	case o.Vectors != nil && (o.Vectors.Dims() != 2 || o.Vectors.Shape()[0] != texts || o.Vectors.Dtype() != tensor.Float32):
		return errors.Errorf("the net gives vectors of shape %v of %v: want (%d, any), one for each text, of float32",
			o.Vectors.Shape(), o.Vectors.Dtype(), texts)
	}
	return nil
}

// reader is a graph that predicts, with its machine.
type reader struct {
	batch
	vectors, logits gorgonia.Value // copies of the Output, valid after a run
	vm              gorgonia.VM
}

// run reads texts, which have room, and returns their logits, (texts, classes), valid until the next run.
func (r *reader) run(texts [][]int32) ([]float32, error) {
	if !r.fill(texts) {
		return nil, errors.Errorf("a graph for %d words got %d", len(r.ids), words(texts))
	}
	r.vm.Reset()
	if err := r.vm.RunAll(); err != nil {
		return nil, err
	}
	return r.logits.Data().([]float32), nil
}
