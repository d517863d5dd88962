package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
)

// batch is lines that are answered together.
type batch struct {
	texts []string
	out   bytes.Buffer // the answers
	err   error
	done  chan struct{} // closed when they are there
}

// stream writes the answers to the lines of r to w, in order, with all CPUs. It waits for no line before it answers those
// that have come: what a person types is answered line by line, and what a pipe brings in batches.
func stream(ctx context.Context, r io.Reader, w io.Writer, answer func(*bytes.Buffer, []string) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	work, queue := make(chan *batch), make(chan *batch, 2*workers) // the same batches: queue keeps their order
	var failure error
	go func() {
		defer close(queue)
		defer close(work)
		failure = split(r, func(texts []string) bool {
			b := &batch{texts: texts, done: make(chan struct{})}
			return send(ctx, queue, b) && send(ctx, work, b)
		})
	}()
	for range workers {
		go func() {
			for b := range work {
				b.err = answer(&b.out, b.texts)
				close(b.done)
			}
		}()
	}
	for {
		select {
		case b, ok := <-queue:
			if !ok {
				return failure
			}
			if err := b.write(ctx, w); err != nil {
				return err
			}
		case <-ctx.Done():
			return errInterrupted
		}
	}
}

var errInterrupted = errors.New("interrupted")

func send(ctx context.Context, to chan<- *batch, b *batch) bool {
	select {
	case to <- b:
		return true
	case <-ctx.Done():
		return false
	}
}

// write waits for the answers and writes them.
func (b *batch) write(ctx context.Context, w io.Writer) error {
	select {
	case <-b.done:
	case <-ctx.Done():
		return errInterrupted
	}
	if b.err != nil {
		return b.err
	}
	_, err := w.Write(b.out.Bytes())
	return err
}

// split calls f with the lines of r, of any length and without their ends, until it returns false: with those that r
// brings at once.
func split(r io.Reader, f func(lines []string) bool) error {
	b := bufio.NewReaderSize(r, 1<<16)
	for {
		var lines []string
		line, err := b.ReadString('\n') // waits if none is there
		for ; err == nil; line, err = b.ReadString('\n') {
			lines = append(lines, strings.TrimSuffix(line[:len(line)-1], "\r"))
			if !buffered(b) {
				break
			}
		}
		if err != nil && line != "" {
			lines = append(lines, line)
		}
		if len(lines) > 0 && !f(lines) || err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// buffered tells whether b has read a whole line already.
func buffered(b *bufio.Reader) bool {
	there, _ := b.Peek(b.Buffered())
	return bytes.IndexByte(there, '\n') >= 0
}
