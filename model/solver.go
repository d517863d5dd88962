package model

import (
	"github.com/pkg/errors"

	"gorgonia-embedding/optim"
)

// rule returns the optimizer of c.
func (c TrainConfig) rule() (optim.Rule, error) {
	switch c.Optimizer {
	case "", "adam":
		return optim.Adam{}, nil
	case "adamw":
		return optim.AdamW{}, nil
	case "adagrad":
		return optim.Adagrad{}, nil
	case "rmsprop":
		return optim.RMSProp{Momentum: c.Momentum}, nil
	case "sgd":
		return optim.SGD{Momentum: c.Momentum}, nil
	}
	return nil, errors.Errorf("Optimizer must be adam, adamw, adagrad, rmsprop or sgd, got %q", c.Optimizer)
}

// schedule returns the schedule of the learning rate of c for a training of total steps.
func (c TrainConfig) schedule(total int) (optim.Schedule, error) {
	warmup := int(c.Warmup * float64(total))
	switch c.Schedule {
	case "", "constant":
		return optim.Constant(), nil
	case "linear":
		return optim.Linear(warmup, total), nil
	case "cosine":
		return optim.Cosine(warmup, total, 0), nil
	case "step":
		return optim.StepDecay((total+2)/3, 0.1), nil
	}
	return nil, errors.Errorf("Schedule must be constant, linear, cosine or step, got %q", c.Schedule)
}

// solver returns the solver of c for a training of total steps.
func (c TrainConfig) solver(total int) (*optim.Solver, error) {
	rule, err := c.rule()
	if err != nil {
		return nil, err
	}
	schedule, err := c.schedule(total)
	if err != nil {
		return nil, err
	}
	return optim.New(rule, optim.Config{
		LearningRate: c.LearningRate, WeightDecay: c.WeightDecay, Schedule: schedule, ClipNorm: c.Clip,
	})
}

// checkSolver returns an error about the fields that solver uses.
func (c TrainConfig) checkSolver() error {
	switch {
	case !(c.Warmup >= 0 && c.Warmup < 1):
		return errors.Errorf("Warmup must be in [0, 1), got %v", c.Warmup)
	case c.Warmup > 0 && c.Schedule != "linear" && c.Schedule != "cosine":
		return errors.New("Warmup is for the Schedules linear and cosine")
	case c.Momentum != 0 && c.Optimizer != "sgd" && c.Optimizer != "rmsprop":
		return errors.New("Momentum is for the Optimizers sgd and rmsprop")
	}
	_, err := c.solver(1)
	return err
}
