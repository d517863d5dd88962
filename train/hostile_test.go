package train_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"gorgonia-embedding/internal/safetensors"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// edited returns file with what edit does to it, and a checksum that is right.
func edited(t testing.TB, file []byte, edit func(*safetensors.Bundle)) []byte {
	t.Helper()
	b := must(safetensors.ReadBundle(bytes.NewReader(file)))
	edit(b)
	var out bytes.Buffer
	must(0, b.Write(&out))
	return out.Bytes()
}

// tensorOf returns the tensor of b with this name.
func tensorOf(b *safetensors.Bundle, name string) *safetensors.Tensor {
	for i := range b.Tensors {
		if b.Tensors[i].Name == name {
			return &b.Tensors[i]
		}
	}
	panic(name)
}

// What a file should not say is an error, though its checksum is right.
func TestHostileFiles(t *testing.T) {
	all, _ := saves(t, newReading(11).task(), kept, nil, 5)
	good := all[len(all)-1]
	without := func(name string) func(*safetensors.Bundle) {
		return func(b *safetensors.Bundle) { tensorOf(b, name).Name = "other" }
	}
	history := func(at int, x float64) func(*safetensors.Bundle) {
		return func(b *safetensors.Bundle) { tensorOf(b, "history").Data.([]float64)[at] = x }
	}
	meta := func(name, text string) func(*safetensors.Bundle) {
		return func(b *safetensors.Bundle) { b.Metadata[name] = text }
	}
	for _, tt := range []struct {
		want string
		edit func(*safetensors.Bundle)
	}{
		{`the file's format is "x"`, meta("format", "x")},
		{`its step is "4": want a number in [0, 3]`, meta("step", "4")},
		{`its step is "-1"`, meta("step", "-1")},
		{`its best is "0x1"`, meta("best", "0x1")},
		{`its best is "2": want a number in [0, 1]`, meta("best", "2")},
		{"none of its 1 epochs is the best", meta("best", "0")},
		{`its "history" is`, without("history")},
		{"epoch 1 has 0 examples", history(4, 0)},
		{"epoch 2 has 1e+300 examples", history(7+4, 1e300)},
		{"epoch 2 has 11 examples and ends at step -1", history(7+5, -1)},
		{"the solver has made 5 steps, and the training 4", history(7+5, 4)},
		{`parameter "words.weight": it is missing`, without("parameters.words.weight")},
		{`parameter "words.weight": it is missing`, without("best.words.weight")},
		{`parameter "x": there is none of that name here`, func(b *safetensors.Bundle) {
			x := *tensorOf(b, "best.words.weight")
			x.Name = "parameters.x"
			b.Tensors = append(b.Tensors, x)
		}},
		{"optim: loading the state: ", without("solver.words.weight.exp_avg")},
		{"optim: loading the state: ", meta("solver.rule", "sgd")},
		{`its "random" is`, without("random")},
		{"it has 4 sources of random numbers: want 5", func(b *safetensors.Bundle) {
			r := tensorOf(b, "random")
			r.Shape, r.Data = []int{4, 20}, r.Data.([]byte)[:80]
		}},
		{"invalid PCG encoding", func(b *safetensors.Bundle) { tensorOf(b, "random").Data.([]byte)[20] = 0 }},
		{`its "drawing.1" has example 11 of 11`, func(b *safetensors.Bundle) { tensorOf(b, "drawing.1").Data.([]int64)[0] = 11 }},
		{`its "drawing.0" is I64 [0]: want 1 to 2 examples`, func(b *safetensors.Bundle) {
			d := tensorOf(b, "drawing.0")
			d.Shape, d.Data = []int{0}, []int64{}
		}},
	} {
		tr := must(train.New(newReading(11).task(), kept))
		err := tr.Load(bytes.NewReader(edited(t, good, tt.edit)))
		if err == nil || !strings.Contains(err.Error(), tt.want) || tr.Solver() != nil {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
}

// Load needs a few times the memory of the file, which may say what it likes, and of a good one less than twice.
func TestLoadNeedsLittleMemory(t *testing.T) {
	big := &reading{train: 8, vocab: 20_000, dim: 16, set: params.New(1), texts: newReading(8).texts, sparse: true}
	all, _ := saves(t, big.task(), kept, nil, 3)
	header := func(text string) []byte {
		return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	}
	var entries strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&entries, `"%x":"",`, i)
	}
	for name, file := range map[string][]byte{
		"good":        all[len(all)-1],
		"huge header": append(binary.LittleEndian.AppendUint64(nil, 99_999_999), make([]byte, 1000)...),
		"huge tensor": header(`{"x":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}`),
		"entries":     header("{" + entries.String() + `"":""}`),
		"escapes":     header(`{"__metadata__":{"x":"` + strings.Repeat("<", 1_000_000) + `"}}`),
		"metadata":    header(`{"__metadata__":{` + entries.String() + `"":""}}`),
	} {
		for kind, r := range map[string]io.Reader{"file": bytes.NewReader(file), "stream": bytes.NewBuffer(file)} {
			tr := must(train.New(big.task(), kept))
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			err := tr.Load(r)
			runtime.ReadMemStats(&after)
			most := 12*uint64(len(file)) + 2<<20 // all memory ever taken: what grows is copied again and again
			if name == "good" && kind == "file" {
				most = 2 * uint64(len(file))
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > most || (err == nil) != (name == "good") {
				t.Errorf("%s, %s: %d bytes for a file of %d (%v)", name, kind, got, len(file), err)
			}
		}
	}
}

// FuzzLoad loads any file, with a right checksum if it is a safetensors file, and goes on with what can be loaded. Run it
// with -fuzzminimizetime 10x: to make inputs smaller takes most of the time else.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"2 workers", "momentum"} {
		all, _ := saves(f, newReading(11).task(), trainings[name], nil, 5)
		f.Add(all[len(all)-1])
		f.Add(all[0])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if r, err := safetensors.NewReader(bytes.NewReader(file)); err == nil {
			b := safetensors.Bundle{Metadata: r.Metadata}
			for x, err := r.Next(); err == nil; x, err = r.Next() {
				b.Tensors = append(b.Tensors, x)
			}
			var right bytes.Buffer
			if b.Metadata != nil && b.Write(&right) == nil {
				file = right.Bytes()
			}
		}
		tr := must(train.New(newReading(11).task(), kept))
		if tr.Load(bytes.NewReader(file)) != nil {
			return
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		tr.OnBatch = func(int, int) { cancel() }
		tr.Fit(ctx)
	})
}
