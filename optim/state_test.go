package optim_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"gorgonia-embedding/internal/safetensors"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

// model is a table with sparse gradients and a bias with dense ones, whose gradients follow from a seed.
type model[T float32 | float64] struct{ words, bias *param }

func newModel[T float32 | float64]() *model[T] {
	rnd := testkit.NewRand(7)
	return &model[T]{
		words: &param{name: "words.weight", value: testkit.Dense(testkit.Randoms[T](rnd, vocab*dim), vocab, dim)},
		bias:  &param{name: "out.bias", value: testkit.Dense(testkit.Randoms[T](rnd, 4), 4)},
	}
}

func (m *model[T]) step(t *testing.T, s *optim.Solver) {
	rnd := testkit.NewRand(uint64(s.Steps()))
	m.words.grad = rows(vocab, dim, rnd.Perm(vocab)[:3], testkit.Randoms[T](rnd, 3*dim))
	m.bias.grad = testkit.Dense(testkit.Randoms[T](rnd, 4), 4)
	step(t, s, m.words, m.bias)
}

// all returns the weights.
func (m *model[T]) all() []T {
	return append(slices.Clone(m.words.value.Data().([]T)), m.bias.value.Data().([]T)...)
}

// A run that is saved and loaded half-way equals one that is not, to the bit: weights and state.
func TestResume(t *testing.T) {
	t.Run("float32", testResume[float32])
	t.Run("float64", testResume[float64])
}

func testResume[T float32 | float64](t *testing.T) {
	cfg := optim.Config{LearningRate: 0.1, WeightDecay: 0.05, ClipValue: 1.5, ClipNorm: 2, Schedule: optim.Cosine(3, 10, 0.1),
		Groups: []optim.Group{{Match: "*.bias", WeightDecay: new(0.0), LearningRate: new(0.2)}}}
	for name, rule := range rules {
		straight, sa := newModel[T](), testkit.Must(optim.New(rule, cfg))
		broken, sb := newModel[T](), testkit.Must(optim.New(rule, cfg))
		for i := range 10 {
			straight.step(t, sa)
			broken.step(t, sb)
			if i == 4 || i == 5 {
				file := saved(t, sb)
				sb = testkit.Must(optim.New(rule, cfg))
				if err := sb.Load(iotest.HalfReader(bytes.NewReader(file))); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if again := saved(t, sb); !bytes.Equal(again, file) {
					t.Errorf("%s: saved after loading: %q, want %q", name, again, file)
				}
				if sb.Steps() != i+1 || sb.LearningRate() != sa.LearningRate() {
					t.Errorf("%s: %d steps, rate %v", name, sb.Steps(), sb.LearningRate())
				}
			}
		}
		if !slices.Equal(broken.all(), straight.all()) || !bytes.Equal(saved(t, sa), saved(t, sb)) {
			t.Errorf("%s:\n got %v\nwant %v", name, broken.all(), straight.all())
		}
	}
}

// Loading in the middle of a run goes back to where it was saved.
func TestLoadGoesBack(t *testing.T) {
	m, s := newModel[float64](), testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.1}))
	m.step(t, s)
	file, weights := saved(t, s), m.all()
	m.step(t, s)
	want := m.all()
	if err := s.Load(bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	copy(m.words.floats(), weights)
	copy(m.bias.floats(), weights[vocab*dim:])
	m.step(t, s)
	if !slices.Equal(m.all(), want) {
		t.Errorf("got %v\nwant %v", m.all(), want)
	}
}

// A parameter that comes later starts from the beginning, with its own count of steps.
func TestLaterParameter(t *testing.T) {
	s := testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.1}))
	m := newModel[float64]()
	for range 5 {
		m.step(t, s)
	}
	if err := s.Load(bytes.NewReader(saved(t, s))); err != nil {
		t.Fatal(err)
	}
	late := &param{name: "late", value: testkit.Dense([]float64{0, 0}, 2), grad: testkit.Dense([]float64{3, 3}, 2)}
	m.words.grad, m.bias.grad = rows(vocab, dim, nil, []float64{}), testkit.Dense(make([]float64, 4), 4)
	step(t, s, m.words, m.bias, late)
	if got := late.floats()[0]; got > -0.0999 || got < -0.1001 {
		t.Errorf("the first step is %v, want −0.1, the learning rate", got)
	}
}

// Parameters by name: another order of them is the same.
func TestLoadByName(t *testing.T) {
	m, s := newModel[float64](), testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.1}))
	m.step(t, s)
	next := testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.1}))
	if err := next.Load(bytes.NewReader(saved(t, s))); err != nil {
		t.Fatal(err)
	}
	other := newModel[float64]()
	copy(other.words.floats(), m.words.floats())
	copy(other.bias.floats(), m.bias.floats())
	m.step(t, s)
	other.words.grad, other.bias.grad = m.words.grad, testkit.Dense(slices.Repeat([]float64{1}, 4), 4)
	step(t, next, other.bias, other.words)
	if !slices.Equal(other.words.floats(), m.words.floats()) {
		t.Errorf("got %v\nwant %v", other.words.value, m.words.value)
	}
}

func TestLoadErrors(t *testing.T) {
	cfg := optim.Config{LearningRate: 0.1}
	m, s := newModel[float64](), testkit.Must(optim.New(optim.Adam{}, cfg))
	m.step(t, s)
	good := saved(t, s)
	state := func(meta map[string]string, tensors ...safetensors.Tensor) []byte {
		full := map[string]string{"format": "gorgonia-embedding optim 2", "rule": "adam", "steps": "2"}
		for k, v := range meta {
			full[k] = v
		}
		var buf bytes.Buffer
		if err := safetensors.Write(&buf, full, tensors); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	count := func(n int64) safetensors.Tensor {
		return safetensors.Tensor{Name: "out.bias.step", Data: []int64{n}}
	}
	array := func(name string, n int) safetensors.Tensor {
		return safetensors.Tensor{Name: name, Shape: []int{n}, Data: make([]float64, n)}
	}
	for _, tt := range []struct {
		file []byte
		want string
	}{
		{nil, "safetensors: the file ends before the header: it is cut off, or no safetensors file"},
		{good[:len(good)-1], "safetensors: the header tells of 416 bytes of data, and the file has 415"},
		{state(map[string]string{"format": "other"}), `the file's format is "other": want "gorgonia-embedding optim 2"`},
		{state(map[string]string{"rule": "sgd"}), "its rule is sgd, and that of this solver is adam"},
		{state(map[string]string{"steps": "many"}), `its number of steps is "many"`},
		{state(map[string]string{"steps": "-1"}), `its number of steps is "-1"`},
		{state(nil, array("x", 1)), `unknown parameter "": this solver's are ["out.bias" "words.weight"]`},
		{state(nil, array("in.bias.exp_avg", 4)), `unknown parameter "in.bias": this solver's are ["out.bias" "words.weight"]`},
		{state(nil, array("out.bias.sum", 4)), `tensor "out.bias.sum" of F64 [4] is none that adam has with this solver's settings`},
		{state(nil, array("out.bias.step", 1)), `tensor "out.bias.step" of F64 [1] is none that adam has with this solver's settings`},
		{state(nil, array("out.bias.exp_avg", 5)), `tensor "out.bias.exp_avg" is (5) of float64: want (4) of float64`},
		{state(nil, safetensors.Tensor{Name: "out.bias.exp_avg", Shape: []int{4}, Data: make([]float32, 4)}), `tensor "out.bias.exp_avg" is (4) of float32: want (4) of float64`},
		{state(nil, safetensors.Tensor{Name: "out.bias.exp_avg", Shape: []int{4}, Data: make([]int64, 4)}), `tensor "out.bias.exp_avg" of I64 [4] is none that adam has with this solver's settings`},
		{state(nil, count(1), array("out.bias.exp_avg", 4)), `parameter "out.bias" has 2 tensors, and adam with this solver's settings has 3`},
		{state(nil, count(0), array("out.bias.exp_avg", 4), array("out.bias.exp_avg_sq", 4)), `parameter "out.bias" has had 0 steps of 2`},
		{state(nil, count(3), array("out.bias.exp_avg", 4), array("out.bias.exp_avg_sq", 4)), `parameter "out.bias" has had 3 steps of 2`},
	} {
		err := s.Load(bytes.NewReader(tt.file))
		if err == nil || err.Error() != "optim: loading the state: "+tt.want {
			t.Errorf("got  %v\nwant optim: loading the state: %v", err, tt.want)
		}
		if !bytes.Equal(saved(t, s), good) {
			t.Errorf("after %q the state is changed", tt.want)
		}
	}
	// A solver without steps sees within the file that shapes differ, and what differs from its own later.
	fresh := testkit.Must(optim.New(optim.Adam{}, cfg))
	err := fresh.Load(bytes.NewReader(state(nil, count(1), array("out.bias.exp_avg", 4), array("out.bias.exp_avg_sq", 5))))
	if err == nil || !strings.HasSuffix(err.Error(), `tensor "out.bias.exp_avg_sq" is (5) of float64: want (4) of float64`) {
		t.Errorf("got %v", err)
	}
	if err := fresh.Load(bytes.NewBuffer(good)); err != nil {
		t.Fatal(err)
	}
	small := &param{name: "out.bias", value: testkit.Dense([]float64{1, 2}, 2), grad: testkit.Dense([]float64{1, 2}, 2)}
	stranger := &param{name: "in.bias", value: testkit.Dense([]float64{1, 2}, 2), grad: testkit.Dense([]float64{1, 2}, 2)}
	for p, want := range map[*param]string{
		small:    `optim: parameter "out.bias" is (2) of float64, and its state is (4) of float64: use the solver, or what was saved, of this model`,
		stranger: `optim: what was loaded has no parameter "in.bias", but has "out.bias", which the model has not: load the state of this model`,
	} {
		if err := fresh.Step(grads(p)); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %v", err, want)
		}
	}
	m.step(t, fresh)         // the right parameters are still right,
	step(t, fresh, stranger) // and then others may come.
	if fresh.Steps() != 1+1+1 {
		t.Errorf("%d steps", fresh.Steps())
	}
}

// After Load the loaded parameters may come in one step after the other, but not with new ones before all
// have come.
func TestLoadInParts(t *testing.T) {
	m, s := newModel[float64](), testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.1}))
	m.step(t, s)
	next := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.1}))
	if err := next.Load(bytes.NewReader(saved(t, s))); err != nil {
		t.Fatal(err)
	}
	stranger := &param{name: "z", value: testkit.Dense([]float64{1, 2}, 2), grad: testkit.Dense([]float64{1, 2}, 2)}
	step(t, next, m.words)
	want := `optim: what was loaded has no parameter "z", but has "out.bias", which the model has not: load the state of this model`
	if err := next.Step(grads(m.words, stranger)); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	step(t, next, m.bias, stranger)
}

func TestSaveError(t *testing.T) {
	m, s := newModel[float64](), testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.1}))
	m.step(t, s)
	for n := range saved(t, s) {
		if err := s.Save(&failing{n}); !errors.Is(err, io.ErrShortWrite) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

// failing is a writer that takes n bytes.
type failing struct{ n int }

func (f *failing) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}
