// Package train is the training loop over any Gorgonia graph: epochs in a random order, workers, evaluation, early
// stopping, the best weights. It knows neither texts nor architectures.
//
// A Task has the examples, and draws graphs that compute the mean loss of a few of them; New adds the gradients and
// the solver's step:
//
//	classifier, err := model.New(model.Config{}, vocab, labels)
//	trainer, err := train.New(classifier.Task(trainSet, devSet), train.Config{Epochs: 10, Batch: 32})
//	history, err := trainer.Fit(ctx)
//
// The same seeds give the same weights to the bit, whatever GOMAXPROCS.
package train

import (
	"encoding/json"

	"github.com/pkg/errors"

	"gorgonia-embedding/optim"
)

// Config describes a training. It is plain data and, but for Optim.Schedule, goes through JSON unchanged.
type Config struct {
	Epochs   int    `json:"epochs" help:"most passes over the training examples"`                       // at least 1
	Batch    int    `json:"batch" help:"examples of a step"`                                            // at least 1
	Patience int    `json:"patience" help:"epochs without a better one after which to stop; 0: never"`  // at least 0
	Workers  int    `json:"workers" help:"replicas that compute a part of each batch at the same time"` // in [0, Batch]; 0 means 1
	Seed     uint64 `json:"seed" help:"seed of the order of the examples and of dropout"`
	Best     string `json:"best,omitempty" help:"measure on dev that the best epoch is the best by"`                      // one of Measures; empty means accuracy
	Unfreeze int    `json:"unfreeze,omitempty" help:"epochs after which what is frozen is trained as well; 0: never"`     // at least 0
	Machine  string `json:"machine,omitempty" help:"{name} of the machine that runs a step: tape (Gorgonia's) or direct"` // "" means tape

	Rule   optim.Rule   `json:"rule"`   // nil means optim.Adam{}
	Optim  optim.Config `json:"optim"`  // settings of the rule; a LearningRate of 0 means its default
	Course optim.Course `json:"course"` // course of the learning rate over the training, unless Optim has a Schedule
}

// Defaults returns a Config for most trainings: 20 epochs of batches of 32, or fewer if 5 in a row are no better.
func Defaults() Config {
	return Config{Epochs: 20, Batch: 32, Patience: 5, Workers: 1, Seed: 1, Best: "accuracy", Machine: tape}
}

// Check returns an error that names the first field that is out of its range.
func (c Config) Check() error {
	switch {
	case c.Epochs < 1:
		return errors.Errorf("Epochs must be at least 1, got %d", c.Epochs)
	case c.Batch < 1:
		return errors.Errorf("Batch must be at least 1, got %d", c.Batch)
	case c.Patience < 0:
		return errors.Errorf("Patience must be at least 0, got %d", c.Patience)
	case c.Unfreeze < 0:
		return errors.Errorf("Unfreeze must be at least 0, got %d", c.Unfreeze)
	case c.Workers < 0 || c.Workers > c.Batch:
		return errors.Errorf("Workers must be in [0, Batch], got %d of a batch of %d", c.Workers, c.Batch)
	case c.Machine != "" && c.Machine != tape && c.Machine != direct:
		return errors.Errorf("Machine must be tape or direct, got %q", c.Machine)
	}
	if _, err := c.measure(); err != nil {
		return err
	}
	_, err := c.solver(1)
	return err
}

// fields is a Config without its methods.
type fields Config

// MarshalJSON writes the rule as an object with its name.
func (c Config) MarshalJSON() ([]byte, error) {
	rule, err := optim.MarshalRule(c.rule())
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		fields
		Rule json.RawMessage `json:"rule"`
	}{fields(c), rule})
}

// UnmarshalJSON reads what MarshalJSON wrote. A field that is missing stays as it is.
func (c *Config) UnmarshalJSON(object []byte) error {
	in := struct {
		*fields
		Rule json.RawMessage `json:"rule"`
	}{fields: (*fields)(c)}
	err := json.Unmarshal(object, &in)
	if err == nil && in.Rule != nil {
		c.Rule, err = optim.UnmarshalRule(in.Rule)
	}
	return err
}
