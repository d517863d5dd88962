package layers_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/safetensors"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// A table of 50,000 × 64 prints a line, alone and in a Sequential, and not its elements.
func TestQuantizedPrintsALine(t *testing.T) {
	e := must(layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{NumEmbeddings: 50_000, EmbeddingDim: 64,
		IDs: layers.IDRules{PaddingIdx: new(0), MaxNorm: 1, Sparse: true}, Init: layers.Zeros()}))
	q := must(e.Quantize())
	const want = "QuantizedEmbedding words (50000, 64), padding 0, 3600000 bytes"
	if got := fmt.Sprint(q); got != want {
		t.Errorf("got %.200s", got)
	}
	if got := fmt.Sprint(layers.Sequential{q}); got != "Sequential\n  0  "+want {
		t.Errorf("got %.200s", got)
	}
}

func quantized(dt tensor.Dtype, rules layers.IDRules) *layers.QuantizedEmbedding {
	w := testkit.Randoms[float64](testkit.NewRand(1), 9*5)
	return must(must(pretrained(gorgonia.NewGraph(), "wörter", matrix(narrow(dt, w), 9, 5), layers.EmbeddingConfig{IDs: rules})).Quantize())
}

func saved(t testing.TB, q *layers.QuantizedEmbedding) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := q.Save(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// What is loaded reads what was saved, to the bit, prints the same and is saved as the same bytes.
func TestQuantizedRoundTrip(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		for _, rules := range []layers.IDRules{
			{}, {PaddingIdx: new(-1), Sparse: true, FreezeRows: []int{2}}, {MaxNorm: 1}, {IgnoreIndex: new(-100)},
			{OutOfRange: layers.RangeClip}, {OutOfRange: layers.RangeWrap}, {OutOfRange: layers.RangeUnknown, UnknownIdx: new(4)},
		} {
			q := quantized(dt, rules)
			file := saved(t, q)
			got, err := layers.LoadQuantized(bytes.NewBuffer(file))
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != q.String() || got.MaxError() != q.MaxError() || got.MemSize() != q.MemSize() || !bytes.Equal(saved(t, got), file) {
				t.Errorf("%v was loaded as %v", q, got)
			}
			g := gorgonia.NewGraph()
			ids := input(g, "ids", []int{0, 3, 8, 1}, 2, 2)
			want, y := must(q.Forward(ids)), must(got.Forward(ids))
			if want != y {
				t.Error("the same table twice is two nodes")
			}
			for id := -101; id < 12; id++ {
				a, err := q.Row(id)
				b, err2 := got.Row(id)
				if !slices.Equal(a, b) || (err == nil) != (err2 == nil) {
					t.Errorf("%v: row %d is %v (%v), and was %v (%v)", got, id, b, err2, a, err)
				}
			}
		}
	}
}

func TestSaveQuantizedErrors(t *testing.T) {
	words := must(pretrained(gorgonia.NewGraph(), "\xff", matrix([]float64{1, 2}, 1, 2), layers.EmbeddingConfig{}))
	if err := must(words.Quantize()).Save(io.Discard); err == nil || !strings.Contains(err.Error(), `embedding "\xff": saving it: safetensors: the name "\xff.`) {
		t.Errorf("got %v", err)
	}
}

// What a file says is checked, whoever made it.
func TestLoadQuantizedErrors(t *testing.T) {
	meta := map[string]string{"format": "gorgonia-embedding quantized 1", "name": "w", "dtype": "float32", "max_error": "0.5", "ids": "{}"}
	codes := safetensors.Tensor{Name: "w.codes", Shape: []int{2, 3}, Data: make([]uint8, 6)}
	low := safetensors.Tensor{Name: "w.low", Shape: []int{2}, Data: []float32{1, 2}}
	scale := safetensors.Tensor{Name: "w.scale", Shape: []int{2}, Data: []float32{1, 2}}
	file := func(key, value string, tensors ...safetensors.Tensor) []byte {
		m := maps.Clone(meta)
		m[key] = value
		var buf bytes.Buffer
		must(0, safetensors.Write(&buf, m, tensors))
		return buf.Bytes()
	}
	good := file("", "", codes, low, scale)
	must(layers.LoadQuantized(bytes.NewReader(good)))
	shaped := func(t safetensors.Tensor, data any, shape ...int) safetensors.Tensor {
		t.Shape, t.Data = shape, data
		return t
	}
	inf := shaped(scale, []float32{1, 3e38}, 2)
	for _, tt := range []struct {
		file []byte
		want string
	}{
		{nil, "safetensors: the file ends before the header: it is cut off, or no safetensors file"},
		{good[:len(good)-1], "safetensors: the header tells of 22 bytes of data, and the file has 21"},
		{file("format", "x", codes, low, scale), `the file's format is "x": want "gorgonia-embedding quantized 1"`},
		{file("dtype", "int", codes, low, scale), `dtype must be float32 or float64, got "int"`},
		{file("max_error", "NaN", codes, low, scale), `max_error must be a number that is finite and not negative, got "NaN"`},
		{file("max_error", "1e999", codes, low, scale), `max_error must be a number that is finite and not negative, got "1e999"`},
		{file("ids", `{"out_of_range":"OutOfRange(4)"}`, codes, low, scale), `ids must be rules of ids as JSON, got "{\"out_of_range\":\"OutOfRange(4)\"}": out_of_range must be error, clip, wrap or unknown, got "OutOfRange(4)"`},
		{file("ids", `{"out_of_range":"unknown"}`, codes, low, scale), "OutOfRange RangeUnknown and UnknownIdx go together: set both or neither"},
		{file("ids", "one", codes, low, scale), `ids must be rules of ids as JSON, got "one": invalid character 'o' looking for beginning of value`},
		{file("ids", `{"padding_idx":2}`, codes, low, scale), "PaddingIdx 2 is outside [-2, 2)"},
		{file("name", "v", codes, low, scale), `it has no matrix "v.codes" with a row and a column`},
		{file("", "", shaped(codes, []uint8{}, 1<<40, 0), low, scale), `it has no matrix "w.codes" with a row and a column`},
		{file("", "", shaped(codes, []uint8{1}, 1), low, scale), `it has no matrix "w.codes" with a row and a column`},
		{file("", "", codes, low), `it has no tensor "w.scale" of F32 [2]`},
		{file("", "", codes, shaped(low, []float32{1}, 1), scale), `it has no tensor "w.low" of F32 [2]`},
		{file("", "", shaped(codes, make([]float32, 6), 2, 3), low, scale), `it has no tensor "w.codes" of U8 [2 3]`},
		{file("", "", codes, low, scale, safetensors.Tensor{Name: "more", Data: []uint8{1}}), "it has 4 tensors: want 3"},
		{file("", "", shaped(codes, []uint8{0, 0, 0, 0, 0, 2}, 2, 3), low, inf), "row 1 is not finite: its least element is 2, its step 3e+38"},
	} {
		if q, err := layers.LoadQuantized(bytes.NewReader(tt.file)); q != nil || err == nil || err.Error() != "embedding: loading a quantised table: "+tt.want {
			t.Errorf("got  %v, %v\nwant %v", q, err, tt.want)
		}
	}
}

// A header alone does not get the memory that it asks for, from a stream whose size is unknown.
func TestLoadQuantizedTakesNoMemoryForAHeader(t *testing.T) {
	header := `{"__metadata__":{"format":"gorgonia-embedding quantized 1","name":"w","dtype":"float32","max_error":"0","ids":"{}"},` +
		`"w.codes":{"dtype":"U8","shape":[1000000000000,1],"data_offsets":[8000000000000,9000000000000]},` +
		`"w.low":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]},` +
		`"w.scale":{"dtype":"F32","shape":[1000000000000],"data_offsets":[4000000000000,8000000000000]}}`
	file := append([]byte{byte(len(header)), byte(len(header) >> 8), 0, 0, 0, 0, 0, 0}, header+"data"...)
	if _, err := layers.LoadQuantized(bytes.NewBuffer(file)); err == nil || !strings.Contains(err.Error(), `the file ends within tensor "w.low"`) {
		t.Errorf("got %v", err)
	}
}

// FuzzLoadQuantized: a file is an error, or a table of which each row can be read and that is saved and loaded again.
func FuzzLoadQuantized(f *testing.F) {
	f.Add(saved(f, quantized(tensor.Float32, layers.IDRules{})))
	f.Add(saved(f, quantized(tensor.Float64, layers.IDRules{PaddingIdx: new(1), IgnoreIndex: new(-1), OutOfRange: layers.RangeUnknown, UnknownIdx: new(0)})))
	f.Fuzz(func(t *testing.T, file []byte) {
		q, err := layers.LoadQuantized(bytes.NewBuffer(file))
		if _, err2 := layers.LoadQuantized(bytes.NewReader(file)); (err == nil) != (err2 == nil) {
			t.Fatalf("a stream gives %v, a file %v", err, err2)
		}
		if err != nil {
			return
		}
		again := must(layers.LoadQuantized(bytes.NewReader(saved(t, q))))
		if again.String() != q.String() || !bytes.Equal(saved(t, again), saved(t, q)) {
			t.Errorf("%v is loaded again as %v", q, again)
		}
		for id := range 3 {
			a, err := q.Row(id)
			if b, err2 := again.Row(id); !slices.Equal(a, b) || (err == nil) != (err2 == nil) {
				t.Errorf("row %d is %v, and was %v", id, b, a)
			}
		}
	})
}
