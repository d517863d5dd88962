package train

import (
	"slices"

	"gorgonia.org/gorgonia"
)

// An Exchanger is where the gradients of replicas meet: between their runs and the solver's step.
type Exchanger interface {
	// Exchange takes the gradients of this process's workers, in the order of the workers, each times its share of the
	// batch, and returns the gradients of the step. The solver sums those of one parameter, as they come: the order
	// has to be the same at each run. Gradients are valid until the next run.
	Exchange(workers [][]gorgonia.ValueGrad) ([]gorgonia.ValueGrad, error)
}

// local is the Exchanger of one process: its workers' gradients side by side.
type local struct{}

func (local) Exchange(workers [][]gorgonia.ValueGrad) ([]gorgonia.ValueGrad, error) {
	return slices.Concat(workers...), nil
}
