package sparse_test

import (
	"fmt"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/sparse"
)

func TestNewSumsRepeats(t *testing.T) {
	ids, data := []int{4, 0, 4, 4}, []float64{1, 2, 3, 4, 10, 20, 100, 200}
	r := testkit.Must(sparse.New(5, 2, ids, data))
	ids[0], data[0] = 0, 99
	if !slices.Equal(r.IDs(), []int{4, 0}) || !slices.Equal(r.Data().([]float64), []float64{111, 222, 3, 4}) {
		t.Errorf("ids %v, data %v", r.IDs(), r.Data())
	}
	if got := r.Row(0).([]float64); !slices.Equal(got, []float64{3, 4}) || r.Row(1) != nil {
		t.Errorf("rows 0 and 1: %v, %v", got, r.Row(1))
	}
	want := []float64{3, 4, 0, 0, 0, 0, 0, 0, 111, 222}
	if d := r.Dense(); !slices.Equal(d.Data().([]float64), want) || !slices.Equal(d.Shape(), r.Shape()) {
		t.Errorf("dense: %v", d)
	}
	if r.Size() != 10 || r.Dtype() != tensor.Float64 || r.MemSize() != 32 || r.Uintptr() == 0 {
		t.Errorf("size %d, %v, %d bytes at %d", r.Size(), r.Dtype(), r.MemSize(), r.Uintptr())
	}
	if want := (gorgonia.TensorType{Dims: 2, Of: tensor.Float64}); !want.Eq(gorgonia.TypeOf(r)) {
		t.Errorf("type %v", gorgonia.TypeOf(r))
	}
}

func TestNoRows(t *testing.T) {
	r := testkit.Must(sparse.New(3, 2, nil, []float32{}))
	if len(r.IDs()) != 0 || r.MemSize() != 0 || !slices.Equal(r.Dense().Data().([]float32), make([]float32, 6)) {
		t.Errorf("%v", r)
	}
}

// Parts are added in order, in memory that the next sum uses again.
func TestSum(t *testing.T) {
	a := testkit.Must(sparse.New(9, 1, []int{1, 2}, []float32{1, 2}))
	b := testkit.Must(sparse.New(9, 1, []int{8, 2}, []float32{8, 20}))
	var sum sparse.Rows
	for range 2 {
		if err := sum.Sum(a, b, a); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(sum.IDs(), []int{1, 2, 8}) || !slices.Equal(sum.Data().([]float32), []float32{2, 24, 8}) {
			t.Errorf("sum %v", &sum)
		}
	}
	if n := testing.AllocsPerRun(10, func() { sum.Sum(a, b, a) }); n > 1 { // the data's header
		t.Errorf("%v allocations a sum", n)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	r := testkit.Must(sparse.New(3, 1, []int{2}, []float32{7}))
	c := testkit.Must(gorgonia.CloneValue(r)).(*sparse.Rows)
	r.Data().([]float32)[0] = 0
	if c.Row(2).([]float32)[0] != 7 {
		t.Errorf("the clone changed: %v", c)
	}
	if _, err := gorgonia.Copy(c, r); err != nil || c.Row(2).([]float32)[0] != 0 {
		t.Errorf("copied %v: %v", c, err)
	}
}

func TestZeroRows(t *testing.T) {
	var zero sparse.Rows
	c := testkit.Must(gorgonia.CloneValue(&zero))
	if s := fmt.Sprintf("%d %v", c, zero.Shape()); s != "sparse.Rows (0, 0) float32, 0 rows stored (0, 0)" {
		t.Errorf("printed %s", s)
	}
}

func TestErrors(t *testing.T) {
	f32 := testkit.Must(sparse.New(3, 1, []int{2}, []float32{7}))
	f64 := testkit.Must(sparse.New(3, 1, []int{2}, []float64{7}))
	wide := testkit.Must(sparse.New(3, 2, []int{2}, []float32{7, 7}))
	_, newType := sparse.New(3, 1, nil, []int{})
	_, newSize := sparse.New(3, 2, []int{1}, []float32{1})
	_, newVocab := sparse.New(0, 2, nil, []float32{})
	_, newID := sparse.New(3, 1, []int{0, -1}, []float32{1, 2})
	for _, tt := range []struct {
		err  error
		want string
	}{
		{newType, "sparse: want data of []float32 or []float64, got []int"},
		{newSize, "sparse: 1 ids of dim 2 need 2 elements, got 1"},
		{newVocab, "sparse: vocab and dim must be at least 1, got 0 and 2"},
		{newID, "sparse: id -1 at position 1 is outside [0, 3)"},
		{new(sparse.Rows).Sum(), "sparse: no parts to sum"},
		{f32.Sum(f32), "sparse: a sum cannot be its own part, nor share its memory"},
		{f32.Sum(testkit.Must(sparse.Wrap(3, 1, f32.IDs(), f32.Data()))), "sparse: a sum cannot be its own part, nor share its memory"},
		{new(sparse.Rows).Sum(f32, f64), "sparse: cannot sum (3, 1) of float32 and (3, 1) of float64"},
		{new(sparse.Rows).Sum(f32, wide), "sparse: cannot sum (3, 1) of float32 and (3, 2) of float32"},
		{f32.CopyFrom(3), "sparse: cannot copy a int to a *sparse.Rows"},
		{f32.CopyTo(tensor.New(tensor.WithBacking([]float32{1}))), "sparse: cannot copy a *sparse.Rows to a *tensor.Dense; its Dense method makes a tensor"},
	} {
		if tt.err == nil || tt.err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", tt.err, tt.want)
		}
	}
}

func ExampleRows() {
	r, err := sparse.New(50_000, 3, []int{7, 12, 7}, []float32{1, 1, 1, 0.5, 0, -1, 0, 1, 2})
	if err != nil {
		panic(err)
	}
	fmt.Println(r)
	fmt.Printf("%s\n%.1f\n", r, r)
	// Output:
	// sparse.Rows (50000, 3) float32, 2 rows stored (by Sparse, for package optim)
	//    7  [1 2 3]
	//   12  [0.5 0 -1]
	// sparse.Rows (50000, 3) float32, 2 rows stored
	// sparse.Rows (50000, 3) float32, 2 rows stored
	//    7  [1.0 2.0 3.0]
	//   12  [0.5 0.0 -1.0]
}
