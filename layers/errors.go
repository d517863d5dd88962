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

// IndexError is an id outside its table, found when the graph runs, or by Row and Rows. Use As to get it from what a
// machine's RunAll returns.
type IndexError struct {
	Table         string       // name of the embedding, or of the table's node
	ID            int          // id that is outside
	Position      int          // place of ID among the ids, counted in row-major order
	Shape         tensor.Shape // shape of the ids; empty for a single id
	NumEmbeddings int          // number of rows: ids must be in [0, NumEmbeddings)
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
