package vectors_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gorgonia-embedding/vectors"
)

// A search of a large table, which goes through its coarse copy, finds what comparing with every row does, whatever the
// vectors are: random ones, near ones, and a few far larger or smaller than others; with zeros and repeated rows.
func TestSearchIsExact(t *testing.T) {
	for _, tt := range []struct {
		rows, dim int
		spread    float64
	}{{1700, 40, 1}, {2000, 33, 0.01}, {300, 300, 0.3}, {66000, 1, 1}, {22000, 3, 0.001}} {
		t.Run(fmt.Sprint(tt), func(t *testing.T) { testSearchIsExact(t, tt.rows, tt.dim, tt.spread) })
	}
}

func testSearchIsExact(t *testing.T, rows, dim int, spread float64) {
	rnd := rand.New(rand.NewPCG(uint64(rows), 1))
	values, names := make([]float32, rows*dim), make(words, rows)
	for id := range rows {
		names[id] = fmt.Sprint("w", id)
		row, size := values[id*dim:(id+1)*dim], math.Pow(10, float64(rnd.IntN(60)-30))
		if id%10 > 0 {
			size = 1
		}
		for j := range row {
			row[j] = float32(size * (1 + spread*rnd.NormFloat64()))
			if spread == 1 {
				row[j] = float32(size * rnd.NormFloat64())
			}
		}
		switch id % 100 {
		case 50:
			clear(row)
		case 51:
			copy(row, values[(id-20)*dim:])
		}
	}
	table := newTable(t, names, values)
	for range 3 {
		a, b, c := rnd.IntN(rows), rnd.IntN(rows), rnd.IntN(rows)
		if min(norm(table.Row(a)), norm(table.Row(b)), norm(table.Row(c))) == 0 {
			continue
		}
		got, err := table.Search(vectors.Query{N: 12, Like: []string{names[a]}, Without: []string{names[b]}})
		if err != nil {
			t.Fatal(err)
		}
		want := nearest(table, 12, []int{a, b}, func(id int) float64 { return cosine(table.Row(id), table.Row(a)) })
		wantSame(t, got, want)
		got, err = table.Search(vectors.Query{N: 12, Like: []string{names[a], names[b]}, Unlike: []string{names[c]}, Multiply: true})
		if err != nil {
			t.Fatal(err)
		}
		shifted := func(id, other int) float64 { return max(0, (1+cosine(table.Row(id), table.Row(other)))/2) }
		want = nearest(table, 12, []int{a, b, c}, func(id int) float64 { return shifted(id, a) * shifted(id, b) / (shifted(id, c) + 1e-6) })
		wantSame(t, got, want)
		if rank, err := table.Rank(names[a], names[b]); err != nil || a == b {
			t.Log(err)
		} else if want := 1 + closer(table, a, b); rank != want {
			t.Errorf("rank %d, want %d", rank, want)
		}
	}
}

func norm(x []float32) float64 { return math.Sqrt(product(x, x)) }

func cosine(x, y []float32) float64 { return product(x, y) / (norm(x) * norm(y)) }

func product(x, y []float32) (sum float64) {
	for j := range x {
		sum += float64(x[j]) * float64(y[j])
	}
	return sum
}

// closer returns how many rows are closer to row a than row b is.
func closer(table *vectors.Table, a, b int) (n int) {
	want := cosine(table.Row(b), table.Row(a))
	for id := range table.Len() {
		if id != a && norm(table.Row(id)) > 0 && cosine(table.Row(id), table.Row(a)) > want+1e-14 {
			n++
		}
	}
	return n
}

// nearest scores every row.
func nearest(table *vectors.Table, n int, without []int, score func(id int) float64) (near []vectors.Neighbour) {
	for id := range table.Len() {
		if norm(table.Row(id)) > 0 && !slices.Contains(without, id) {
			near = append(near, vectors.Neighbour{Word: table.Word(id), ID: id, Cosine: score(id)})
		}
	}
	slices.SortStableFunc(near, func(a, b vectors.Neighbour) int { return cmp.Compare(b.Cosine, a.Cosine) })
	return near[:min(n, len(near))]
}

// wantSame fails unless the scores are equal up to the rounding of float64, and so are the rows where no other has as
// good a score.
func wantSame(t *testing.T, got, want []vectors.Neighbour) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range got {
		off := 1e-13 * max(1, math.Abs(want[i].Cosine))
		if math.Abs(got[i].Cosine-want[i].Cosine) > off {
			t.Fatalf("number %d: %v, want %v", i, got[i], want[i])
		}
		alone := (i == 0 || want[i-1].Cosine-want[i].Cosine > 2*off) && (i+1 == len(want) || want[i].Cosine-want[i+1].Cosine > 2*off)
		if alone && i+1 < len(want) && got[i].ID != want[i].ID {
			t.Fatalf("number %d: %v, want %v", i, got[i], want[i])
		}
	}
}

func TestSearchIsTheSameForAnyGOMAXPROCS(t *testing.T) {
	const rows, dim = 29_000, 300 // two parts of a product's work, and a bit
	values, names := make([]float32, rows*dim), make(words, rows)
	rnd := rand.New(rand.NewPCG(2, 1))
	for i := range values {
		values[i] = rnd.Float32() - 0.5
	}
	for id := range names {
		names[id] = fmt.Sprint(id)
	}
	var want string
	for _, procs := range []int{1, 3} {
		old := runtime.GOMAXPROCS(procs)
		near, err := newTable(t, names, values).Nearest(20, "7", "28999")
		runtime.GOMAXPROCS(old)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%+v", []vectors.Neighbours(near))
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("GOMAXPROCS %d:\n%s\nwant\n%s", procs, got, want)
		}
	}
}

func TestSearchErrors(t *testing.T) {
	table := newTable(t, five, values)
	for want, q := range map[string]vectors.Query{
		"vectors: ask for at least 1 neighbour, got 0":                         {Like: []string{"good"}},
		"vectors: the query has no words and no vector":                        {N: 1},
		`vectors: the table has no word "bad"`:                                 {N: 1, Like: []string{"good"}, Unlike: []string{"bad"}},
		"vectors: the query's vector has 3 elements, the table's have 2":       {N: 1, Vector: []float32{1, 2, 3}},
		"vectors: the query's vector has the length 0 and no direction":        {N: 1, Vector: []float32{0, 0}},
		"vectors: the query's vector has the length NaN and no direction":      {N: 1, Vector: []float32{float32(math.NaN()), 0}},
		"vectors: the vectors of the query cancel out: they have no direction": {N: 1, Like: []string{"good"}, Unlike: []string{"good"}},
		`vectors: the vector of "<pad>" is zero and has no direction`:          {N: 1, Like: []string{"<pad>"}},
	} {
		if _, err := table.Search(q); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	if near, err := table.Search(vectors.Query{N: 9, Like: []string{"good"}, Without: []string{"great", "none"}, Top: 4}); err != nil || len(near) != 1 || near[0].Word != "dull" {
		t.Errorf("%v, %v", near, err)
	}
}

func BenchmarkNearest(b *testing.B) {
	const rows, dim = 100_000, 300
	values, names := make([]float32, rows*dim), make(words, rows)
	rnd := rand.New(rand.NewPCG(2, 1))
	for i := range values {
		values[i] = rnd.Float32() - 0.5
	}
	for id := range names {
		names[id] = fmt.Sprint(id)
	}
	table := newTable(b, names, values)
	table.Mean() // makes what searches need
	for b.Loop() {
		if _, err := table.Nearest(10, "5"); err != nil {
			b.Fatal(err)
		}
	}
}
