package choice_test

import (
	"testing"

	"gorgonia-embedding/internal/choice"
)

type animal interface{ Name() string }

type dog struct {
	Legs int    `json:"legs"`
	Call string `json:"call,omitempty"`
}

type snake struct{}

func (dog) Name() string   { return "dog" }
func (snake) Name() string { return "snake" }

var animals = choice.Of[animal]{dog{Legs: 4}, snake{}}

func TestFind(t *testing.T) {
	if v, err := animals.Find("Pet", "dog"); err != nil || v != (dog{Legs: 4}) {
		t.Errorf("%v, %v", v, err)
	}
	if _, err := animals.Find("Pet", "cat"); err == nil || err.Error() != `Pet must be dog or snake, got "cat"` {
		t.Error(err)
	}
	three := append(animals, dog{})
	if s := three.String(); s != "dog, snake or dog" {
		t.Error(s)
	}
}

func TestJSON(t *testing.T) {
	for _, tt := range []struct {
		v    animal
		json string
	}{
		{dog{Legs: 3, Call: "wau"}, `{"pet":"dog","legs":3,"call":"wau"}`},
		{snake{}, `{"pet":"snake"}`},
	} {
		b, err := animals.Marshal("pet", tt.v)
		if err != nil || string(b) != tt.json {
			t.Errorf("%s, %v", b, err)
		}
		if v, err := animals.Unmarshal("pet", b); err != nil || v != tt.v {
			t.Errorf("%v, %v", v, err)
		}
	}
	if v, err := animals.Unmarshal("pet", []byte(`{"pet":"dog"}`)); err != nil || v != (dog{Legs: 4}) {
		t.Errorf("defaults: %v, %v", v, err)
	}
	for object, want := range map[string]string{
		`{"legs":1}`:               `want a field "pet" that is dog or snake`,
		`{"pet":"cat"}`:            `pet must be dog or snake, got "cat"`,
		`{"pet":"snake","legs":}`:  `invalid character '}' looking for beginning of value`,
		`{"pet":"snake","legs":1}`: `pet snake: json: unknown field "legs"`,
	} {
		if _, err := animals.Unmarshal("pet", []byte(object)); err == nil || err.Error() != want {
			t.Errorf("%s: %v", object, err)
		}
	}
}
