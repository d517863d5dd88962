package vectors_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gorgonia-embedding/vectors"
)

type words []string

func (w words) Len() int           { return len(w) }
func (w words) Word(id int) string { return w[id] }

func newTable(t testing.TB, w words, values any) *vectors.Table {
	t.Helper()
	table, err := vectors.New(w, values)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

var (
	five   = words{"<pad>", "good", "great", "dull", "<b>"}
	values = []float32{0, 0, 3, 4, 30, 40, -4, 3, -3, -4}
)

func TestNearest(t *testing.T) {
	near, err := newTable(t, five, values).Nearest(2, "good", "dull")
	if err != nil {
		t.Fatal(err)
	}
	want := "good        dull\ngreat 1.00  good 0.00\ndull 0.00   great 0.00\n"
	if near.String() != want {
		t.Errorf("got\n%swant\n%s", near, want)
	}
	if n := near[0].Near[0]; n.ID != 2 || math.Abs(n.Cosine-1) > 1e-12 {
		t.Errorf("nearest to good: %+v", n)
	}
	all, err := newTable(t, five, []float64{0, 1, 2, 3, 4}).Nearest(9, "<b>")
	if err != nil || len(all[0].Near) != 3 {
		t.Errorf("more neighbours than words: %v, %v", all, err)
	}
	if got := all.HTML(); !strings.Contains(got, "&lt;b&gt;") || strings.Contains(got, "<b>") || strings.Count(got, "<tr>") != 4 {
		t.Errorf("HTML:\n%s", got)
	}
}

// Points on a line in the plane x = y of three dimensions, and one off it.
func TestMap(t *testing.T) {
	table := newTable(t, words{"a", "b", "c", "d"}, []float64{1, 1, 0, 2, 2, 0, 6, 6, 0, 3, 3, 1})
	m, err := table.Map("a", "b", "c", "d")
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Explained[0] + m.Explained[1]; math.Abs(s-1) > 1e-12 || m.Explained[0] < 0.9 {
		t.Errorf("explained %v: all points lie in a plane", m.Explained)
	}
	for i, p := range m.Points {
		for _, q := range m.Points[:i] {
			if p.Word == "d" {
				continue
			}
			at := map[string]float64{"a": 1, "b": 2, "c": 6}
			if want := math.Sqrt2 * (at[p.Word] - at[q.Word]); math.Abs(math.Hypot(p.X-q.X, p.Y-q.Y)-want) > 1e-9 {
				t.Errorf("%v and %v are %v apart, want %v", p, q, math.Hypot(p.X-q.X, p.Y-q.Y), want)
			}
			if p.X < q.X {
				t.Errorf("%v is left of %v", p, q)
			}
		}
	}
	if !strings.HasPrefix(m.String(), "4 words, ") || strings.Count(m.String(), "\n") != 5 {
		t.Errorf("String:\n%s", m)
	}
}

func TestErrors(t *testing.T) {
	table := newTable(t, five, values)
	for want, f := range map[string]func() error{
		`vectors: want values of []float32 or []float64, got []int`:   func() error { _, err := vectors.New(five, []int{1}); return err },
		`vectors: 7 values do not make rows for 5 words`:              func() error { _, err := vectors.New(five, make([]float32, 7)); return err },
		`vectors: 1 values do not make rows for 0 words`:              func() error { _, err := vectors.New(words{}, []float32{1}); return err },
		`vectors: 0 values do not make rows for 5 words`:              func() error { _, err := vectors.New(five, []float32{}); return err },
		`vectors: ask for at least 1 neighbour, got 0`:                func() error { _, err := table.Nearest(0, "good"); return err },
		`vectors: the table has no word "bad"`:                        func() error { _, err := table.Nearest(1, "bad"); return err },
		`vectors: the vector of "<pad>" is zero and has no direction`: func() error { _, err := table.Nearest(1, "<pad>"); return err },
		`vectors: a map needs at least 3 words of 2 dimensions, got 2 of 2`: func() error {
			_, err := table.Map("good", "dull")
			return err
		},
		`vectors: the table has no word "x"`: func() error { _, err := table.Map("good", "dull", "x"); return err },
	} {
		if err := f(); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func ExampleTable_Nearest() {
	table, err := vectors.New(words{"good", "great", "dull"}, []float32{1, 1, 2, 3, -1, 0})
	if err != nil {
		panic(err)
	}
	near, err := table.Nearest(2, "good")
	if err != nil {
		panic(err)
	}
	fmt.Print(near)
	// Output:
	// good
	// great 0.98
	// dull -0.71
}
