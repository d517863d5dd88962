package train

import (
	"encoding/json"
	"reflect"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/choice"
	"gorgonia-embedding/optim"
)

// What stands here moves to package optim: the names of the rules, their default rates and JSON, and the courses of
// the learning rate.

// Course names the course of the learning rate over a training.
type Course struct {
	Name   string  `json:"schedule"` // constant; linear or cosine, which fall to 0 at the end; step, a tenth after each third; "" means constant
	Warmup float64 `json:"warmup"`   // share of the steps, in [0, 1), in which a linear or cosine one rises first
}

// Over returns the schedule of a training of so many steps.
func (c Course) Over(steps int) (optim.Schedule, error) {
	switch {
	case !(c.Warmup >= 0 && c.Warmup < 1):
		return nil, errors.Errorf("Warmup must be in [0, 1), got %v", c.Warmup)
	case c.Warmup > 0 && c.Name != "linear" && c.Name != "cosine":
		return nil, errors.New("Warmup is for the Schedules linear and cosine")
	}
	warmup := int(c.Warmup * float64(steps))
	switch c.Name {
	case "", "constant":
		return optim.Constant(), nil
	case "linear":
		return optim.Linear(warmup, steps), nil
	case "cosine":
		return optim.Cosine(warmup, steps, 0), nil
	case "step":
		return optim.StepDecay((steps+2)/3, 0.1), nil
	}
	return nil, errors.Errorf("Schedule must be constant, linear, cosine or step, got %q", c.Name)
}

type named struct {
	optim.Rule
	name string
	rate float64
}

func (n named) Name() string { return n.name }

func rules() choice.Of[named] {
	return choice.Of[named]{
		{optim.Adam{}, "adam", 0.003}, {optim.AdamW{}, "adamw", 0.003}, {optim.Adagrad{}, "adagrad", 0.1},
		{optim.RMSProp{}, "rmsprop", 0.003}, {optim.SGD{}, "sgd", 1},
	}
}

// ParseRule returns the rule called name.
func ParseRule(name string) (optim.Rule, error) {
	n, err := rules().Find("Optimizer", name)
	return n.Rule, err
}

// DefaultRate returns the learning rate of a rule.
func DefaultRate(r optim.Rule) float64 { return entry(r).rate }

func entry(r optim.Rule) (found named) {
	for _, n := range rules() {
		if reflect.TypeOf(n.Rule) == reflect.TypeOf(r) {
			found = n
		}
	}
	return found
}

func marshalRule(r optim.Rule) ([]byte, error) {
	var object map[string]any
	raw, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(raw, &object)
	}
	if err != nil {
		return nil, err
	}
	object["rule"] = entry(r).name
	return json.Marshal(object)
}

func unmarshalRule(object []byte) (optim.Rule, error) {
	var name struct{ Rule string }
	if err := json.Unmarshal(object, &name); err != nil {
		return nil, err
	}
	r, err := ParseRule(name.Rule)
	if err != nil {
		return nil, err
	}
	p := choice.Copy(r)
	err = json.Unmarshal(object, p.Interface())
	return p.Elem().Interface().(optim.Rule), err
}
