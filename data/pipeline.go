package data

import (
	"runtime"
	"sync"
)

// pipeline splits texts into words on several CPUs. Each worker has a table of words of its own, so that none waits for
// another; finish makes them one.
type pipeline struct {
	workers []*table
	work    chan *batch
	free    chan *batch // batches whose memory can be used again
	done    sync.WaitGroup
	next    *batch       // the one that add fills
	blocks  []*wordBlock // of all batches, in order
}

// batch is texts on their way to a worker.
type batch struct {
	text   []byte
	ends   []int // places in text at which the texts end
	labels []int32
	block  *wordBlock // what becomes of it
}

// batchBytes is how many bytes of texts a batch has, or a few more: enough for the hand-over not to count.
const batchBytes = 256 << 10

func startPipeline() *pipeline {
	n := runtime.GOMAXPROCS(0)
	p := &pipeline{work: make(chan *batch), free: make(chan *batch, n+1)}
	for range n + 1 {
		p.free <- new(batch)
	}
	for worker := range n {
		t := newTable()
		p.workers = append(p.workers, t)
		p.done.Go(func() { p.run(worker, t) })
	}
	return p
}

// run is a worker: it splits batches until there are no more.
func (p *pipeline) run(worker int, t *table) {
	var s splitter
	var words []uint16
	for b := range p.work {
		words, b.block.ends = words[:0], make([]int32, 0, len(b.ends))
		start := 0
		for _, end := range b.ends {
			s.reset(b.text[start:end])
			for word := s.next(); word != nil; word = s.next() {
				words = pack(words, t.add(word))
			}
			b.block.ends = append(b.block.ends, int32(len(words)))
			start = end
		}
		b.block.worker, b.block.words, b.block.labels = worker, exact(words), exact(b.labels)
		p.free <- b
	}
}

// exact returns a copy that has no room for more.
func exact[T any](list []T) []T { return append(make([]T, 0, len(list)), list...) }

// add hands a text to the workers.
func (p *pipeline) add(label int, text []byte) {
	if p.next == nil {
		p.next = <-p.free
		p.next.text, p.next.ends, p.next.labels, p.next.block = p.next.text[:0], p.next.ends[:0], p.next.labels[:0], new(wordBlock)
		p.blocks = append(p.blocks, p.next.block)
	}
	b := p.next
	b.text = append(b.text, text...)
	b.ends = append(b.ends, len(b.text))
	b.labels = append(b.labels, int32(label))
	if len(b.text) >= batchBytes || len(b.ends) >= batchBytes/8 {
		p.flush()
	}
}

func (p *pipeline) flush() {
	if p.next != nil {
		p.work <- p.next
		p.next = nil
	}
}

// stop ends the workers.
func (p *pipeline) stop() {
	close(p.work)
	p.done.Wait()
}

// finish returns the table of all words, by worker the number there of each of the worker's own, and the texts in the order
// in which they were added.
func (p *pipeline) finish() (all *table, numbers [][]int32, list texts) {
	p.flush()
	p.stop()
	for _, b := range p.blocks {
		list.append(b)
	}
	all, numbers = p.merge()
	return all, numbers, list
}

// merge returns one table for all workers, and by worker the number there of each of the worker's own.
func (p *pipeline) merge() (all *table, numbers [][]int32) {
	all, numbers = p.workers[0], make([][]int32, len(p.workers))
	for worker, t := range p.workers {
		numbers[worker] = make([]int32, t.len())
		for number := range numbers[worker] {
			numbers[worker][number] = int32(all.add([]byte(t.word(number))))
		}
	}
	return all, numbers
}
