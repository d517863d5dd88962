package layers

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

var errNoInit = errors.New("no Init: choose one, such as layers.Normal(rnd, 1)")

// IndexError is an id outside its table, found when the graph runs, or by Row and Rows. Use As to get it from what a
// machine's RunAll returns.
type IndexError struct {
	Table         string       // the embedding's name, or that of the table's node
	ID            int          // the id
	Position      int          // where it stands among the ids, counted in row-major order
	Shape         tensor.Shape // of the ids; empty for a single id
	NumEmbeddings int          // ids must be in [0, NumEmbeddings)
}

func (e *IndexError) Error() string {
	where := ""
	if len(e.Shape) > 0 {
		where = fmt.Sprintf(" at position %d (of shape %v)", e.Position, e.Shape)
	}
	return fmt.Sprintf("embedding %q: id %d%s is outside [0, %d)", e.Table, e.ID, where, e.NumEmbeddings)
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
