package optim

import (
	"cmp"
	"fmt"
	"math"
	"path"

	"github.com/pkg/errors"
)

// Config is how fast a Solver goes, and how its gradients are limited.
type Config struct {
	LearningRate float64  // required: positive
	WeightDecay  float64  // added to the gradient, times the weight (L2); AdamW takes it from the weight instead; 0: none
	Schedule     Schedule // factors of the learning rate; nil: Constant()
	ClipValue    float64  // each element of a gradient is limited to ±ClipValue; 0: no limit
	ClipNorm     float64  // limit of the L2 norm of all gradients together, after ClipValue; 0: no limit
	Groups       []Group  // settings for some parameters: the first that matches is used
}

// Group is the settings of the parameters whose names match.
type Group struct {
	Match        string   // required: a pattern of names, as of path.Match, such as "*.bias" or "words.weight"
	LearningRate *float64 // positive; nil: that of the Config. The Schedule is for both
	WeightDecay  *float64 // at least 0; nil: that of the Config
	Frozen       bool     // no updates; needs no gradient, and has no part in ClipNorm

	// FrozenRows are rows of a table, from 0, that no step moves: not by a gradient, decay, velocity or Constraint.
	// Their gradients have a part in ClipNorm, unless the layer leaves them out (layers' FreezeRows).
	FrozenRows []int

	Constraint Constraint // that the weights satisfy after each step; the zero value: none
}

// check returns an error that names the first field outside its range.
func (c Config) check() error {
	err := cmp.Or(
		want(positive(c.LearningRate), "LearningRate", c.LearningRate, "positive and finite"),
		want(notNegative(c.WeightDecay), "WeightDecay", c.WeightDecay, "finite and at least 0"),
		want(notNegative(c.ClipValue), "ClipValue", c.ClipValue, "finite and at least 0"),
		want(notNegative(c.ClipNorm), "ClipNorm", c.ClipNorm, "finite and at least 0"),
	)
	if s, ok := c.Schedule.(interface{ check() error }); ok {
		err = cmp.Or(err, s.check())
	}
	for i, g := range c.Groups {
		in := fmt.Sprintf("Groups[%d].", i)
		_, bad := path.Match(g.Match, "")
		err = cmp.Or(err, want(bad == nil && g.Match != "", in+"Match", fmt.Sprintf("%q", g.Match), "a pattern of path.Match"))
		if r := g.LearningRate; r != nil {
			err = cmp.Or(err, want(positive(*r), in+"LearningRate", *r, "positive and finite (Frozen stops updates)"))
		}
		if d := g.WeightDecay; d != nil {
			err = cmp.Or(err, want(notNegative(*d), in+"WeightDecay", *d, "finite and at least 0"))
		}
		for k, row := range g.FrozenRows {
			err = cmp.Or(err, want(row >= 0, fmt.Sprintf("%sFrozenRows[%d]", in, k), row, "a row, from 0"))
		}
		err = cmp.Or(err, g.Constraint.check(in+"Constraint"))
	}
	return err
}

// of returns the settings of a parameter.
func (c Config) of(name string) settings {
	of := settings{rate: c.LearningRate, decay: c.WeightDecay}
	for _, g := range c.Groups {
		if ok, _ := path.Match(g.Match, name); !ok { // checked by New
			continue
		}
		if g.LearningRate != nil {
			of.rate = *g.LearningRate
		}
		if g.WeightDecay != nil {
			of.decay = *g.WeightDecay
		}
		of.frozen, of.still, of.constraint = g.Frozen, g.FrozenRows, g.Constraint
		break
	}
	return of
}

// want returns an error unless ok: the field must be what.
func want(ok bool, field string, value any, what string) error {
	if ok {
		return nil
	}
	return errors.Errorf("optim: %s must be %s, got %v", field, what, value)
}

func positive(x float64) bool    { return x > 0 && !math.IsInf(x, 0) }
func notNegative(x float64) bool { return x >= 0 && !math.IsInf(x, 0) }
func fraction(x float64) bool    { return x >= 0 && x < 1 }
