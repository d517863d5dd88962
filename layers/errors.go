package layers

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

var (
	errNoInit   = errors.New("no Init: choose one, such as layers.Normal(rnd, 1)")
	errNoRand   = errors.New("no Rand: give it a seeded *rand.Rand, such as rand.New(rand.NewPCG(1, 1))")
	errOwnGraph = errors.New("it cannot grow in its own graph: give it a new one, and build the model on that")
)

// IndexError is an id outside its table, found when the graph runs. Use As to get it from what a
// machine's RunAll returns.
type IndexError struct {
	Table         string       // the embedding's name, or that of the table's node
	ID            int          // the id
	Position      int          // where it stands among the ids, counted in row-major order
	Shape         tensor.Shape // of the ids
	NumEmbeddings int          // ids must be in [0, NumEmbeddings)
}

func (e *IndexError) Error() string {
	return fmt.Sprintf("embedding %q: id %d at position %d (of shape %v) is outside [0, %d)", e.Table, e.ID, e.Position, e.Shape, e.NumEmbeddings)
}

// As is errors.As for what RunAll of a Gorgonia machine returns: Gorgonia wraps an op's error in a type
// without Unwrap, where errors.As stops.
//
//	var bad *layers.IndexError
//	if err := vm.RunAll(); layers.As(err, &bad) {
//		log.Printf("unknown word %d", bad.ID)
//	}
func As(err error, target any) bool {
	for !errors.As(err, target) {
		var vm interface{ Err() error }
		if !errors.As(err, &vm) {
			return false
		}
		err = vm.Err()
	}
	return true
}
