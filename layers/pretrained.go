package layers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// Pretrained fills a table (vocab, dim) of which some rows are known, such as those of the words that a file of word
// vectors has: row returns dim numbers, which are copied, or nil for a row that is not known. rest fills the others, with
// the values that they would have if none were known. A padding row becomes zero, even if it is known.
//
// It is an error of the constructor that calls it if a row that is known has another length, or if rest is nil or From.
func Pretrained(row func(id int) []float32, rest gorgonia.InitWFn) gorgonia.InitWFn {
	return func(dt tensor.Dtype, shape ...int) any {
		if len(shape) != 2 || rest == nil {
			return errors.Errorf("Pretrained fills a matrix, and needs an initialiser for the rows that are not known: got shape %v", tensor.Shape(shape))
		}
		backing, err := rest(dt, shape...), error(nil)
		switch b := backing.(type) {
		case []float32:
			err = setRows(b, row, shape)
		case []float64:
			err = setRows(b, row, shape)
		case *tensor.Dense:
			err = errors.New("Pretrained would change weights from outside (From): give it an initialiser that draws")
		}
		if err != nil {
			return err
		}
		return backing
	}
}

// setRows sets the rows of table that are known. A table of another size is left to newParam.
func setRows[T kernel.Float](table []T, row func(id int) []float32, shape []int) error {
	vocab, dim := shape[0], shape[1]
	if len(table) != vocab*dim {
		return nil
	}
	for id := range vocab {
		known := row(id)
		if known != nil && len(known) != dim {
			return errors.Errorf("the pretrained row %d has %d numbers: want %d, the length of the table's rows", id, len(known), dim)
		}
		for i, x := range known {
			table[id*dim+i] = T(x)
		}
	}
	return nil
}
