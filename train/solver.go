package train

import (
	"github.com/pkg/errors"

	"gorgonia-embedding/optim"
)

// rule returns the rule of c.
func (c Config) rule() optim.Rule {
	if c.Rule == nil {
		return optim.Adam{}
	}
	return c.Rule
}

// solver returns the solver of c for a training of total steps.
func (c Config) solver(total int) (*optim.Solver, error) {
	schedule, err := c.Course.Over(total)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Optim.Schedule == nil:
		c.Optim.Schedule = schedule
	case c.Course != optim.Course{}:
		return nil, errors.New("Course must be empty if Optim has a Schedule: choose one of them")
	}
	return optim.New(c.rule(), c.Optim)
}
