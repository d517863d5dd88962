package optim_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"gorgonia-embedding/internal/choice"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

// The table of rules is in a fixed order, each is found by its name, and states its own learning rate.
func TestRules(t *testing.T) {
	var got []string
	for _, r := range optim.Rules() {
		got = append(got, fmt.Sprint(r.Name(), " ", optim.DefaultRate(r)))
		if found, err := optim.ParseRule(r.Name()); err != nil || found != r {
			t.Errorf("%s: found %#v, %v", r.Name(), found, err)
		}
		s := testkit.Must(optim.New(r, optim.Config{}))
		if s.LearningRate() != optim.DefaultRate(r) {
			t.Errorf("%s: a learning rate of 0 stands for %v", r.Name(), s.LearningRate())
		}
		for f := range reflect.TypeOf(r).Fields() {
			if f.Tag.Get("json") == "" || f.Tag.Get("help") == "" {
				t.Errorf("%s: the field %s has no json or no help: %q", r.Name(), f.Name, f.Tag)
			}
		}
	}
	if want := []string{"adam 0.003", "adamw 0.003", "adagrad 0.1", "rmsprop 0.003", "sgd 1"}; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	want := fmt.Sprintf("optim: rule must be %v, got \"Adam\"", choice.Of[optim.Rule](optim.Rules()))
	if _, err := optim.ParseRule("Adam"); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	if rate := optim.DefaultRate(nil) + optim.DefaultRate((*optim.Adam)(nil)); rate != 0 {
		t.Errorf("what is no rule has a rate of %v", rate)
	}
}

func TestRuleJSON(t *testing.T) {
	for name, r := range rules {
		object, err := optim.MarshalRule(r)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := optim.UnmarshalRule(object); err != nil || again != r {
			t.Errorf("%s: %s became %#v, %v", name, object, again, err)
		}
	}
	for want, r := range map[string]optim.Rule{
		`{"rule":"adam"}`: optim.Adam{},
		`{"rule":"adamw","beta1":0.8,"beta2":0.99,"eps":0.000001}`: optim.AdamW{Beta1: 0.8, Beta2: 0.99, Eps: 1e-6},
		`{"rule":"sgd","momentum":0.9,"nesterov":true}`:            optim.SGD{Momentum: 0.9, Nesterov: true},
	} {
		if got, err := optim.MarshalRule(r); string(got) != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	}
	names := choice.Of[optim.Rule](optim.Rules()).String()
	for object, want := range map[string]string{
		`{}`:                          `optim: want a field "rule" that is ` + names,
		`{"rule":"Adam"}`:             `optim: rule must be ` + names + `, got "Adam"`,
		`{"rule":"sgd","beta1":0.9}`:  `optim: rule sgd: json: unknown field "beta1"`,
		`{"rule":"sgd","momentum":1}`: `optim: SGD.Momentum must be in [0, 1), got 1`,
	} {
		if _, err := optim.UnmarshalRule([]byte(object)); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %v", err, want)
		}
	}
	for _, r := range []optim.Rule{nil, &optim.SGD{}, optim.SGD{Momentum: 2}} {
		if object, err := optim.MarshalRule(r); err == nil {
			t.Errorf("%#v became %s", r, object)
		}
	}
}

func TestConfigJSON(t *testing.T) {
	for want, cfg := range map[string]optim.Config{
		`{}`: {},
		`{"learning_rate":0.1,"weight_decay":0.2,"clip_value":3,"clip_norm":4,"groups":[{"match":"*.bias","learning_rate":0.01,"weight_decay":0},` +
			`{"match":"old.*","frozen":true},{"match":"words","frozen_rows":[0,2],"constraint":{"max_norm":1}},{"match":"w","constraint":{"unit_norm":true}}]}`: {
			LearningRate: 0.1, WeightDecay: 0.2, ClipValue: 3, ClipNorm: 4, Groups: []optim.Group{
				{Match: "*.bias", LearningRate: new(0.01), WeightDecay: new(0.0)},
				{Match: "old.*", Frozen: true},
				{Match: "words", FrozenRows: []int{0, 2}, Constraint: optim.Constraint{MaxNorm: 1}},
				{Match: "w", Constraint: optim.Constraint{UnitNorm: true}},
			},
		},
	} {
		got, err := json.Marshal(cfg)
		if err != nil || string(got) != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
		var again optim.Config
		if err := json.Unmarshal(got, &again); err != nil || !reflect.DeepEqual(again, cfg) {
			t.Errorf("%s became %+v, %v", got, again, err)
		}
	}
}

// The warmup is rounded down, and a third of the steps is rounded up.
func TestCourses(t *testing.T) {
	if got, want := optim.Courses(), []string{"constant", "linear", "cosine", "step"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, tt := range []struct {
		course optim.Course
		steps  int
		want   []float64
	}{
		{optim.Course{}, 2, []float64{1, 1, 1}},
		{optim.Course{Name: "constant"}, 1, []float64{1, 1}},
		{optim.Course{Name: "linear"}, 4, []float64{1, 0.75, 0.5, 0.25, 0}},
		{optim.Course{Name: "linear", Warmup: 0.5}, 4, []float64{0.5, 1, 1, 0.5, 0}},
		{optim.Course{Name: "linear", Warmup: 0.49}, 4, []float64{1, 1, 2. / 3, 1. / 3, 0}},
		{optim.Course{Name: "linear", Warmup: 0.99}, 1, []float64{1, 0}},
		{optim.Course{Name: "cosine", Warmup: 0.4}, 6, []float64{0.5, 1, 1, 0.5 + math.Sqrt2/4, 0.5, 0.5 - math.Sqrt2/4, 0}},
		{optim.Course{Name: "step"}, 7, []float64{1, 1, 1, 0.1, 0.1, 0.1, 0.01}},
		{optim.Course{Name: "step"}, 6, []float64{1, 1, 0.1, 0.1, 0.01, 0.01}},
		{optim.Course{Name: "step"}, 1, []float64{1}},
	} {
		s := testkit.Must(tt.course.Over(tt.steps))
		for i, want := range tt.want {
			if got := s.Factor(i); math.Abs(got-want) > 1e-15 {
				t.Errorf("%+v over %d steps: %v at step %d, want %v", tt.course, tt.steps, got, i, want)
			}
		}
	}
	for want, c := range map[string]optim.Course{
		`Course.Name must be constant, linear, cosine or step, got "up"`: {Name: "up"},
		`Course.Warmup must be in [0, 1), got 1`:                         {Name: "linear", Warmup: 1},
		`Course.Warmup must be in [0, 1), got NaN`:                       {Warmup: math.NaN()},
		`Course.Warmup must be 0 for the course step, got 0.1`:           {Name: "step", Warmup: 0.1},
		`Course.Warmup must be 0 for the course constant, got 0.1`:       {Warmup: 0.1},
		`the number of steps of a Course must be at least 1, got 0`:      {},
	} {
		if _, err := c.Over(0); err == nil || err.Error() != "optim: "+want {
			t.Errorf("got  %v\nwant optim: %v", err, want)
		}
	}
	if err := (optim.Course{Name: "cosine", Warmup: 0.1}).Check(); err != nil {
		t.Error(err)
	}
	var c optim.Course
	if err := json.Unmarshal([]byte(`{"schedule":"cosine","warmup":0.1}`), &c); err != nil || c != (optim.Course{Name: "cosine", Warmup: 0.1}) {
		t.Errorf("%+v, %v", c, err)
	}
}
