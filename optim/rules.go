package optim

import (
	"reflect"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/choice"
	"gorgonia-embedding/internal/kernel"
)

// Rules returns every rule with its default fields. This is the one table of them: flags, help, errors, saved
// states and JSON take the names from here.
func Rules() []Rule {
	return []Rule{
		Adam{},
		AdamW{},
		Adagrad{},
		RMSProp{},
		SGD{},
	}
}

// Rule says how a gradient changes weights. All of them are in Rules, and a field that is 0 has its default.
type Rule interface {
	Name() string // such as "adam"

	defaultRate() float64
	check() error               // names the first field outside its range
	slots() []slot              // the arrays that it has for a parameter
	update(m memory, a amounts) // applies a kernel.Step
}

// slot is an array of a parameter's shape. Names are those of PyTorch's state_dict.
type slot struct {
	name    string
	initial float64
}

// amounts is what a rule has to know about a parameter's step.
type amounts struct {
	step   int     // number of the parameter's step, from 1
	rate   float64 // learning rate
	decay  float64 // weight decay
	scale  float64 // factor of the gradient
	sparse bool    // whether the gradient is of some rows only
}

// ParseRule returns the rule called name, with its default fields.
func ParseRule(name string) (Rule, error) {
	r, err := choice.Of[Rule](Rules()).Find("rule", name)
	return r, errors.WithMessage(err, "optim")
}

// DefaultRate returns the learning rate that 0 stands for in the Config of a solver that follows r. It is 0 if New
// takes no r.
func DefaultRate(r Rule) float64 {
	if checkRule(r) != nil {
		return 0
	}
	return r.defaultRate()
}

// MarshalRule returns r as a JSON object such as {"rule":"adam","beta1":0.8}, without the fields that are 0.
func MarshalRule(r Rule) ([]byte, error) {
	if err := checkRule(r); err != nil {
		return nil, err
	}
	object, err := choice.Of[Rule](Rules()).Marshal("rule", r)
	return object, errors.WithMessage(err, "optim")
}

// UnmarshalRule reads what MarshalRule wrote. It fails if a field is unknown or outside its range.
func UnmarshalRule(object []byte) (Rule, error) {
	r, err := choice.Of[Rule](Rules()).Unmarshal("rule", object)
	if err != nil {
		return nil, errors.WithMessage(err, "optim")
	}
	return r, checkRule(r)
}

// checkRule returns an error unless r is a rule whose fields are in their ranges.
func checkRule(r Rule) error {
	if reflect.ValueOf(r).Kind() != reflect.Struct {
		return errors.Errorf("optim: want a rule by value, such as optim.Adam{}, got %T", r)
	}
	return r.check()
}

// apply makes the step of a rule in m. The rule gives its step for both types that m may have, because Go has no
// methods with type parameters.
func apply[R Rule, S32 kernel.Step[float32], S64 kernel.Step[float64]](r R, m memory, a amounts, step32 func(R, amounts) S32, step64 func(R, amounts) S64) {
	switch m := m.(type) {
	case *memoryOf[float32]:
		kernel.Update(m.arrays(), m.grad, m.ids, m.dim, step32(r, a))
	case *memoryOf[float64]:
		kernel.Update(m.arrays(), m.grad, m.ids, m.dim, step64(r, a))
	}
}

// checkEps returns an error unless eps is 0 or large enough: a smaller one can vanish in float32, where 0/0 is NaN.
func checkEps(field string, eps float64) error {
	return want(eps == 0 || positive(eps) && eps >= 1e-30, field, eps, "0 for the default, or finite and at least 1e-30")
}
