package optim

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// Config says how fast a Solver goes and how its gradients are limited. It goes through JSON, but for the Schedule.
type Config struct {
	LearningRate float64 `json:"learning_rate,omitempty" help:"learning rate, above 0; 0: the rule's default"`

	// For AdamW it is the decoupled decay of the weights, for the other rules an L2 penalty: it is multiplied by the
	// weight and added to the gradient.
	WeightDecay float64 `json:"weight_decay,omitempty" help:"weight decay, decoupled for adamw, else L2; 0: none"`

	ClipValue float64 `json:"clip_value,omitempty" help:"limit of the size of each element of a gradient; 0: none"`
	ClipNorm  float64 `json:"clip_norm,omitempty" help:"limit of the L2 norm of all gradients together, after that of their elements; 0: none"`

	// Steps by gradients that are NaN or infinite, each of which is otherwise an error of the step. With a ClipNorm it
	// always is.
	AllowNonFinite bool `json:"allow_non_finite,omitempty"`

	Schedule Schedule `json:"-"`                // factors of the learning rate; nil: Constant()
	Groups   []Group  `json:"groups,omitempty"` // settings for some parameters: the first match counts
}

// Group holds the settings of the parameters whose names match.
type Group struct {
	// Pattern of names, as in path.Match, such as "*.bias" or "words.weight". It must match a parameter of the first
	// step, or one that was loaded.
	Match string `json:"match"`

	LearningRate *float64 `json:"learning_rate,omitempty"` // positive; nil: the Config's. The Schedule is for both
	WeightDecay  *float64 `json:"weight_decay,omitempty"`  // at least 0; nil: the Config's

	// Frozen parameters get no updates. They need no gradient, and have no part in ClipNorm.
	Frozen bool `json:"frozen,omitempty"`

	// Rows, from 0, of a table that no step moves: not by a gradient, decay, velocity or Constraint. Their gradients
	// have a part in ClipNorm, unless the layer leaves them out (layers' FreezeRows).
	FrozenRows []int `json:"frozen_rows,omitempty"`

	Constraint Constraint `json:"constraint,omitzero"` // condition that the weights satisfy after each step
}

// check returns an error that names the first field outside its range.
func (c Config) check() error {
	err := cmp.Or(
		want(c.LearningRate == 0 || positive(c.LearningRate), "LearningRate", c.LearningRate, "positive and finite, or 0 for the rule's default"),
		want(notNegative(c.WeightDecay), "WeightDecay", c.WeightDecay, "finite and at least 0"),
		want(notNegative(c.ClipValue), "ClipValue", c.ClipValue, "finite and at least 0"),
		want(notNegative(c.ClipNorm), "ClipNorm", c.ClipNorm, "finite and at least 0"),
	)
	if s, ok := c.Schedule.(checked); ok {
		err = cmp.Or(err, s.err)
	}
	for i, g := range c.Groups {
		err = cmp.Or(err, g.check(fmt.Sprintf("Groups[%d].", i)))
	}
	return err
}

// of returns the settings of the parameter called name, as a Group without nil in it.
func (c Config) of(name string) Group {
	for _, g := range c.Groups {
		if g.matches(name) {
			return g
		}
	}
	return Group{LearningRate: &c.LearningRate, WeightDecay: &c.WeightDecay}
}

// matches reports whether the Group is for the parameter called name.
func (g Group) matches(name string) bool {
	ok, _ := path.Match(g.Match, name) // New has checked the pattern
	return ok
}

// check returns an error that names the first field outside its range, as one that is in what in says.
func (g Group) check(in string) error {
	_, bad := path.Match(g.Match, "")
	err := want(bad == nil && g.Match != "", in+"Match", strconv.Quote(g.Match), "a pattern of path.Match")
	if r := g.LearningRate; r != nil {
		err = cmp.Or(err, want(positive(*r), in+"LearningRate", *r, "positive and finite (Frozen stops updates)"))
	}
	if d := g.WeightDecay; d != nil {
		err = cmp.Or(err, want(notNegative(*d), in+"WeightDecay", *d, "finite and at least 0"))
	}
	for k, row := range g.FrozenRows {
		err = cmp.Or(err, want(row >= 0, fmt.Sprintf("%sFrozenRows[%d]", in, k), row, "a row, from 0"))
	}
	return cmp.Or(err, g.Constraint.check(in+"Constraint"))
}

// checkGroups fails at the first step if one of the Groups matches no parameter: of a step, of a node or loaded.
func (s *Solver) checkGroups() error {
	if s.grouped {
		return nil
	}
	names := append(slices.Collect(maps.Keys(s.params)), s.inGraph...)
	for i, g := range s.cfg.Groups {
		if !slices.ContainsFunc(names, g.matches) {
			slices.Sort(names)
			return errors.Errorf(`optim: Groups[%d].Match %q matches no parameter: there are "%s"`,
				i, g.Match, strings.Join(slices.Compact(names), `", "`))
		}
	}
	s.grouped = true
	return nil
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
