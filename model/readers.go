package model

import (
	"runtime"
	"sync"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/machine"
	"gorgonia-embedding/train"
)

// readers are the graphs of a classifier that predict so many texts at a time. One that nobody uses is taken by the
// next who needs one: a graph is drawn only when more of them run at once than before, or texts are longer.
type readers struct {
	c     *Classifier
	texts int

	mu   sync.Mutex
	idle []*reader
	text string // description of the net
}

// String returns the description of the net.
func (p *readers) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text
}

// maxIdle limits the memory of graphs after a rush.
func maxIdle() int { return 2 * runtime.GOMAXPROCS(0) }

// take returns a reader with room for so many words.
func (p *readers) take(words int) (*reader, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 {
		last := len(p.idle) - 1
		r := p.idle[last]
		p.idle = p.idle[:last]
		if len(r.ids) >= words {
			return r, nil
		}
		r.vm.Close() // too small for texts that have come, and may come again
	}
	return p.draw(words)
}

// put makes r one that may be taken.
func (p *readers) put(r *reader) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) < maxIdle() {
		p.idle = append(p.idle, r)
	} else {
		r.vm.Close()
	}
}

// draw draws a reader for so many words.
func (p *readers) draw(words int) (*reader, error) {
	p.c.drawing.Lock()
	defer p.c.drawing.Unlock()
	r := &reader{batch: newBatch(p.texts, max(words, 64))}
	b := &Builder{Graph: gorgonia.NewGraph(), Mode: train.Evaluation, Sparse: true}
	net, out, err := p.c.forward(b, r.batch)
	if err != nil {
		return nil, err
	}
	gorgonia.Read(out.Logits, &r.logits)
	if out.Vectors != nil {
		gorgonia.Read(out.Vectors, &r.vectors)
	}
	p.text = describe(net, p.c.cfg.Arch)
	r.vm, err = machine.New(b.Graph)
	return r, err
}
