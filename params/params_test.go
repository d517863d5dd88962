package params_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/safetensors"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/params"
)

// get returns the parameter's memory.
func get(t *testing.T, s *params.Set, name string, dt tensor.Dtype, init gorgonia.InitWFn, shape ...int) any {
	t.Helper()
	v, err := s.Get(name, dt, init, shape...)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(v.Shape(), shape) || v.Dtype() != dt {
		t.Errorf("%s: %v of %v", name, v.Shape(), v.Dtype())
	}
	return v.Data()
}

// ones fills with 1.
func ones() gorgonia.InitWFn { return gorgonia.Ones() }

func filled(t *testing.T) *params.Set {
	s := params.New(1)
	get(t, s, "w", tensor.Float32, layers.Normal(s.Rand("w"), 1), 2, 3)
	get(t, s, "b", tensor.Float64, ones(), 2)
	return s
}

func TestGetGivesTheSameMemory(t *testing.T) {
	s := params.New(1)
	first, _ := s.Get("w", tensor.Float32, layers.Zeros(), 2, 3)
	second, err := s.Get("w", tensor.Float32, ones(), 2, 3)
	if err != nil || first == second {
		t.Fatalf("%v; one header for both: %t", err, first == second)
	}
	first.Data().([]float32)[4] = 7
	if got := second.Data().([]float32); got[4] != 7 || got[0] != 0 {
		t.Errorf("the second has %v", got)
	}
	if other := tensor.New(tensor.WithShape(2, 3), tensor.Of(tensor.Float32)); !s.Holds(second) || s.Holds(other) {
		t.Error("Holds is wrong")
	}
}

func TestErrors(t *testing.T) {
	get32 := func(name string, init gorgonia.InitWFn, shape ...int) error {
		_, err := filled(t).Get(name, tensor.Float32, init, shape...)
		return err
	}
	short := func(tensor.Dtype, ...int) any { return []float32{1} }
	for want, err := range map[string]error{
		`parameter "w": it is (2, 3) of float32, and was asked for as (3, 2) of float32`:    get32("w", ones(), 3, 2),
		`parameter "b": it is (2) of float64, and was asked for as (2) of float32`:          get32("b", ones(), 2),
		`parameter "": it has no name: parameters are found by name`:                        get32("", ones(), 2),
		`parameter "x": it has no values yet, and no Init to make them`:                     get32("x", nil, 2),
		`parameter "x": its values are 1 of float32: want 2 of float32 for shape (2)`:       get32("x", short, 2),
		`parameter "x": its values are int: want []float32 or []float64`:                    get32("x", func(tensor.Dtype, ...int) any { return 1 }, 2),
		`parameter "x": want a shape of one dimension or more, each at least 1, got (2, 0)`: get32("x", ones(), 2, 0),
		`parameter "x": want a shape of one dimension or more, each at least 1, got ()`:     get32("x", ones()),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// The values of a parameter depend on the seed and its name, not on what was asked for before it.
func TestOrderOfAskingDoesNotMatter(t *testing.T) {
	values := func(seed uint64, names ...string) map[string]any {
		s, all := params.New(seed), map[string]any{}
		for _, name := range names {
			all[name] = get(t, s, name, tensor.Float32, layers.Normal(s.Rand(name), 1), 50)
		}
		return all
	}
	a, b := values(1, "one", "two", "three"), values(1, "three", "one", "two")
	if !reflect.DeepEqual(a, b) {
		t.Error("another order gave other values")
	}
	if reflect.DeepEqual(a["one"], a["two"]) {
		t.Error("two names have one stream")
	}
	if reflect.DeepEqual(a["one"], values(2, "one")["one"]) {
		t.Error("another seed gave the same values")
	}
}

// The streams of seeds that are near each other are independent: their means and products are those of noise.
func TestStreamsAreIndependent(t *testing.T) {
	const n = 10_000
	draw := func(r *rand.Rand) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		return x
	}
	streams := [][]float64{}
	for seed := range uint64(3) {
		streams = append(streams, draw(params.New(seed).Rand("a")), draw(params.New(seed).Rand("b")))
	}
	for i, x := range streams {
		for j, y := range streams[:i] {
			sum := 0.0
			for k := range x {
				sum += x[k] * y[k]
			}
			if sum/n > 0.05 || sum/n < -0.05 {
				t.Errorf("streams %d and %d correlate by %.3f", i, j, sum/n)
			}
		}
	}
}

// An initialiser serves layers: the first one's padding row becomes zero, and no later one zeroes what was trained.
func TestInit(t *testing.T) {
	s := params.New(1)
	bag := func(dim int) ([]float32, error) {
		e, err := layers.NewEmbeddingBag(gorgonia.NewGraph(), "words", layers.EmbeddingBagConfig{
			NumEmbeddings: 3, EmbeddingDim: dim, IDs: layers.IDRules{PaddingIdx: new(1)}, Init: s.Init("words.weight", ones())})
		if err != nil {
			return nil, err
		}
		return e.Weight().Value().Data().([]float32), nil
	}
	first, err := bag(2)
	if err != nil || !slices.Equal(first, []float32{1, 1, 0, 0, 1, 1}) {
		t.Fatal(first, err)
	}
	first[2] = 5
	if second, err := bag(2); err != nil || &second[0] != &first[0] || second[2] != 5 {
		t.Error(second, err)
	}
	if _, err := bag(3); err == nil || !strings.Contains(err.Error(), `parameter "words.weight": it is (3, 2) of float32, and was asked for as (3, 3) of float32`) {
		t.Error(err)
	}
}

func TestAll(t *testing.T) {
	s := filled(t)
	var names []string
	for p := range s.All() {
		names = append(names, p.Name)
	}
	if want := []string{"b", "w"}; !slices.Equal(names, want) || s.Len() != 2 || s.NumWeights() != 8 {
		t.Errorf("%v, Len %d, NumWeights %d", names, s.Len(), s.NumWeights())
	}
	if want := "b (2) float64\nw (2, 3) float32\n"; s.String() != want {
		t.Errorf("%q", s)
	}
}

func TestSnapshotAndRestore(t *testing.T) {
	s := filled(t)
	w := get(t, s, "w", tensor.Float32, nil, 2, 3).([]float32)
	was := slices.Clone(w)
	best := s.Snapshot(nil)
	w[0]++
	if again := s.Snapshot(best); again != best {
		t.Error("a second snapshot takes new memory")
	}
	w[0]++
	if err := s.Restore(best); err != nil || w[0] != was[0]+1 {
		t.Errorf("%v after %v, %v", w[0], was[0], err)
	}
	now := slices.Clone(w)
	w[1], get(t, best, "b", tensor.Float64, nil, 2).([]float64)[1] = 8, 9
	changed := slices.Clone(w)
	if err := s.Swap(best); err != nil || !slices.Equal(w, now) || get(t, s, "b", tensor.Float64, nil, 2).([]float64)[1] != 9 ||
		!slices.Equal(get(t, best, "w", tensor.Float32, nil, 2, 3).([]float32), changed) {
		t.Errorf("%v became %v, %v", changed, w, err)
	}
	other := params.New(1)
	get(t, other, "b", tensor.Float64, ones(), 2)
	if err := s.Swap(other); err == nil || err.Error() != `parameter "w": it is missing, of shape (2, 3)` {
		t.Error(err)
	}
	if err := s.Restore(other); err == nil || err.Error() != `parameter "w": it is missing, of shape (2, 3)` {
		t.Error(err)
	}
	if err := other.Restore(s); err == nil || err.Error() != `parameter "w": there is none of that name here` {
		t.Error(err)
	}
	get(t, other, "w", tensor.Float32, ones(), 3, 2)
	if err := other.Restore(s); err == nil || err.Error() != `parameter "w": it is (3, 2) of float32, and was asked for as (2, 3) of float32` {
		t.Error(err)
	}
}

func TestSaveAndLoad(t *testing.T) {
	s := filled(t)
	var file bytes.Buffer
	if err := s.Save(&file); err != nil {
		t.Fatal(err)
	}
	saved := file.Bytes()
	empty, same := params.New(9), params.New(9)
	memory := get(t, same, "w", tensor.Float32, ones(), 2, 3).([]float32)
	get(t, same, "b", tensor.Float64, layers.Zeros(), 2)
	for _, to := range []*params.Set{empty, same} {
		if err := to.Load(bytes.NewReader(saved)); err != nil {
			t.Fatal(err)
		}
		if a, b := slices.Collect(s.All()), slices.Collect(to.All()); !reflect.DeepEqual(a, b) {
			t.Errorf("saved %v, loaded %v", a, b)
		}
	}
	if got := empty.Unused(); !slices.Equal(got, []string{"b", "w"}) || same.Unused() != nil {
		t.Errorf("unused: %v, %v", got, same.Unused())
	}
	if get(t, empty, "w", tensor.Float32, nil, 2, 3); !slices.Equal(empty.Unused(), []string{"b"}) {
		t.Errorf("unused: %v", empty.Unused())
	}
	if memory[0] == 1 {
		t.Error("Load did not keep the memory")
	}
	narrow := params.New(9)
	get(t, narrow, "w", tensor.Float32, ones(), 2, 2)
	for want, err := range map[string]error{
		`params: the file does not fit: parameter "b": there is none of that name here`: narrow.Load(bytes.NewReader(saved)),
		"safetensors: the file ends within tensor \"w\": it is cut off":                 params.New(0).Load(bytes.NewBuffer(saved[:len(saved)-1])),
		`params: tensor "i": its values are []int64: want []float32 or []float64`:       params.New(0).Load(integers(t)),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// integers returns a file with a tensor that is no parameter.
func integers(t *testing.T) *bytes.Buffer {
	var b bytes.Buffer
	if err := safetensors.Write(&b, nil, []safetensors.Tensor{{Name: "i", Shape: []int{1}, Data: []int64{1}}}); err != nil {
		t.Fatal(err)
	}
	return &b
}
