package layers_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// rowTable is what is read without a graph, and by one.
type rowTable interface {
	layers.Layer
	fmt.Stringer
	Row(id int) ([]float32, error)
	Rows(ids []int, dst any) error
}

// Row and Rows read what a run of a lookup reads, to the bit, whatever ids mean, and leave the table as it is.
func TestRowsAreThoseOfALookup(t *testing.T) {
	t.Run("float32", testRowsAreThoseOfALookup[float32])
	t.Run("float64", testRowsAreThoseOfALookup[float64])
}

func testRowsAreThoseOfALookup[T kernel.Float](t *testing.T) {
	inside, beyond := []int{0, 5, 3, 3, 1}, []int{0, 9, -7, 5, 2, math.MaxInt, math.MinInt}
	for _, tt := range []struct {
		rules layers.IDRules
		ids   []int
	}{
		{layers.IDRules{}, inside},
		{layers.IDRules{}, []int{}},
		{layers.IDRules{PaddingIdx: new(3), Sparse: true, ScaleGradByFreq: true}, inside},
		{layers.IDRules{IgnoreIndex: new(3)}, inside},
		{layers.IDRules{IgnoreIndex: new(9), OutOfRange: layers.RangeClip}, beyond},
		{layers.IDRules{OutOfRange: layers.RangeWrap}, beyond},
		{layers.IDRules{OutOfRange: layers.RangeUnknown, UnknownIdx: new(-2)}, beyond},
		{layers.IDRules{MaxNorm: 1}, inside},
		{layers.IDRules{MaxNorm: 1, NormType: math.Inf(1), FreezeRows: []int{3}}, inside},
	} {
		const vocab, dim = 6, 7
		w := testkit.Randoms[T](testkit.NewRand(1), vocab*dim)
		e := must(pretrained(gorgonia.NewGraph(), "words", matrix(w, vocab, dim), layers.EmbeddingConfig{IDs: tt.rules}))
		for _, table := range []rowTable{e, must(e.Quantize())} {
			before, got := slices.Clone(w), slices.Repeat([]T{9}, len(tt.ids)*dim)
			must(0, table.Rows(tt.ids, got))
			if !slices.Equal(w, before) {
				t.Errorf("%v: Rows wrote the table", table)
			}
			want := lookedUp[T](t, table, e, tt.ids)
			if !slices.Equal(got, want) {
				t.Errorf("%v: Rows of %d gives\n%v, a lookup\n%v", table, tt.ids, got, want)
			}
			copy(w, before) // the lookup limits norms
			for i, id := range tt.ids {
				for j, x := range must(table.Row(id)) {
					if x != float32(want[i*dim+j]) {
						t.Errorf("%v: element %d of Row(%d) is %v, want %v", table, j, id, x, want[i*dim+j])
					}
				}
			}
		}
	}
}

// lookedUp returns what a run of table's Forward reads for ids. e is its Embedding, on whose graph it is.
func lookedUp[T kernel.Float](t *testing.T, table rowTable, e *layers.Embedding, ids []int) []T {
	if len(ids) == 0 {
		return nil // Gorgonia takes no empty tensor
	}
	g := e.Weight().Graph()
	y := must(table.Forward(input(g, fmt.Sprintf("ids of %T", table), ids, len(ids))))
	var rows gorgonia.Value
	gorgonia.Read(y, &rows)
	testkit.Run(t, g)
	return rows.Data().([]T)
}

func TestRowErrors(t *testing.T) {
	words := must(layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: layers.Zeros()}))
	for _, table := range []rowTable{words, must(words.Quantize())} {
		dst := []float32{7, 7, 7, 7}
		for _, tt := range []struct {
			err  error
			want string
		}{
			{table.Rows([]int{3, 4}, dst), `embedding "words": id 4 at position 1 (of shape (2)) is outside [0, 4)`},
			{table.Rows([]int{3, -1}, dst), `embedding "words": id -1 at position 1 (of shape (2)) is outside [0, 4)`},
			{table.Rows([]int{3}, dst), `embedding "words": dst must have 1 × 2 elements, a row for each id, got 4`},
			{table.Rows([]int{3, 3}, make([]float64, 4)), `embedding "words": dst must be []float32, as the table is, got []float64`},
			{table.Rows([]int{3, 3}, nil), `embedding "words": dst must be []float32, as the table is, got <nil>`},
		} {
			if tt.err == nil || tt.err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", tt.err, tt.want)
			}
		}
		var bad *layers.IndexError
		if row, err := table.Row(9); row != nil || !layers.As(err, &bad) || bad.ID != 9 || err.Error() != `embedding "words": id 9 is outside [0, 4)` {
			t.Errorf("got %v, %v", row, err)
		}
		if !slices.Equal(dst, []float32{7, 7, 7, 7}) {
			t.Errorf("something was written: %v", dst)
		}
	}
}

// A value that was let there since, and does not lie row after row, is refused by all that read it without a graph.
func TestRowOfAView(t *testing.T) {
	e := must(layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{NumEmbeddings: 2, EmbeddingDim: 2, Init: layers.Zeros()}))
	view := must(testkit.Dense([]float32{1, 2, 3, 4, 5, 6}, 2, 3).Slice(nil, gorgonia.S(0, 2)))
	check(gorgonia.Let(e.Weight(), view))
	_, row := e.Row(1)
	_, quantized := e.Quantize()
	_, grown := e.Grow(gorgonia.NewGraph(), 3, layers.Zeros())
	for what, err := range map[string]error{"Row": row, "Rows": e.Rows([]int{1}, make([]float32, 2)), "Quantize": quantized, "Grow": grown} {
		if err == nil || !strings.Contains(err.Error(), `embedding "words": the parameter "words.weight" must lie in memory row after row: copy the view`) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Goroutines read rows beside a machine that runs, of both kinds of table; the race detector looks on.
func TestConcurrentRows(t *testing.T) {
	e := sharedTable(testkit.Randoms[float32](testkit.NewRand(1), 1600))
	q := must(e.Quantize())
	y := must(e.Forward(input(e.Weight().Graph(), "ids", []int{1, 3, 3, 99}, 4)))
	must(gorgonia.Grad(sumSquares(y), e.Learnables()...))
	vm := gorgonia.NewTapeMachine(e.Weight().Graph())
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 20 {
			vm.Reset()
			if err := vm.RunAll(); err != nil {
				t.Error(err)
			}
		}
	})
	for _, table := range []rowTable{e, q, e, q} {
		want := must(table.Row(99))
		wg.Go(func() {
			dst := make([]float32, 16)
			for range 500 {
				if got := must(table.Row(99)); !slices.Equal(got, want) || table.Rows([]int{99}, dst) != nil || !slices.Equal(dst, want) {
					t.Errorf("%v: %v and %v, want %v", table, got, dst, want)
				}
			}
		})
	}
	wg.Wait()
}

// A row costs the memory that it is returned in.
func TestRowAllocates(t *testing.T) {
	e := sharedTable(make([]float32, 1600))
	q, ids, dst := must(e.Quantize()), []int{1, 2}, any(make([]float32, 32))
	for what, f := range map[string]func(){"Row": func() { must(e.Row(7)) }, "quantized Row": func() { must(q.Row(7)) }} {
		if n := testing.AllocsPerRun(100, f); n > 1 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
	for what, table := range map[string]rowTable{"Rows": e, "quantized Rows": q} {
		if n := testing.AllocsPerRun(100, func() { must(0, table.Rows(ids, dst)) }); n > 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
}

// BenchmarkRow is what a vector costs without a graph.
func BenchmarkRow(b *testing.B) {
	for _, data := range []any{make([]float32, 64_000), make([]float64, 64_000)} {
		dense := testkit.Dense(data, 1000, 64)
		e := must(pretrained(gorgonia.NewGraph(), "words", dense, layers.EmbeddingConfig{}))
		ids, dst := []int{7}, dense.Data()
		switch all := dst.(type) {
		case []float32:
			dst = all[:64]
		case []float64:
			dst = all[:64]
		}
		for what, table := range map[string]rowTable{"table": e, "quantized": must(e.Quantize())} {
			b.Run(fmt.Sprintf("%s/%v/Row", what, dense.Dtype()), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					must(table.Row(7))
				}
			})
			b.Run(fmt.Sprintf("%s/%v/Rows", what, dense.Dtype()), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					must(0, table.Rows(ids, dst))
				}
			})
		}
	}
}
