package train

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/safetensors"
)

// format names what Save writes; a file of other content gets another number.
const format = "gorgonia-embedding training 1"

// What names in a file begin with.
const (
	ofNow     = "parameters."
	ofBest    = "best."
	ofSolver  = "solver."
	ofConfig  = "config."
	ofDrawing = "drawing."
)

// saved is what a file has, beside the parameters and the solver's state.
type saved struct {
	progress
	steps   int // of the whole training
	streams []rand.PCG
	drawn   []drawn
}

// readState reads what state wrote for a Config that fits c.
func (c Config) readState(f *safetensors.Bundle) (*saved, error) {
	s := &saved{drawn: make([]drawn, max(1, c.Workers))}
	err := s.readHistory(f)
	if err == nil {
		s.done, err = count(f, "step", batches(s.now.Examples, c.Batch))
	}
	if err == nil {
		s.history.Best, err = count(f, "best", len(s.history.Epochs))
	}
	if err == nil && s.history.Best == 0 && len(s.history.Epochs) > 0 {
		err = errors.Errorf("none of its %d epochs is the best", len(s.history.Epochs))
	}
	if err == nil && s.done > s.steps {
		err = errors.Errorf("it has made %d steps, and %d of them in one epoch", s.steps, s.done)
	}
	if err == nil {
		err = s.readRandom(f)
	}
	for w := range s.drawn {
		if err == nil {
			err = s.readDrawing(f, w, batches(c.Batch, len(s.drawn)))
		}
	}
	return s, err
}

// count returns a number of the metadata, in [0, most].
func count(f *safetensors.Bundle, name string, most int) (int, error) {
	n, err := strconv.Atoi(f.Metadata[name])
	if err != nil || n < 0 || n > most {
		return 0, errors.Errorf("its %s is %q: want a number in [0, %d]", name, f.Metadata[name], most)
	}
	return n, nil
}

// columns is the number of columns of a history.
const columns = 7

// historyTensor returns epochs as a table: a row for each, without its time.
func historyTensor(epochs []Epoch) safetensors.Tensor {
	var rows []float64
	for _, e := range epochs {
		rows = append(rows, e.Loss, e.Dev.Loss, e.Dev.Accuracy, e.Dev.MacroF1, float64(e.Examples), float64(e.Steps), e.LearningRate)
	}
	return safetensors.Tensor{Name: "history", Shape: []int{len(epochs), columns}, Data: rows}
}

// readHistory reads the epochs; the last one is that under way.
func (s *saved) readHistory(f *safetensors.Bundle) error {
	rows, err := table[float64](f, "history", columns)
	if err != nil {
		return err
	}
	for row := range slices.Chunk(rows, columns) {
		e := Epoch{
			Number: len(s.history.Epochs) + 1, Loss: row[0], Dev: Score{row[1], row[2], row[3]}, Examples: int(row[4]), Steps: int(row[5]), LearningRate: row[6],
		}
		if float64(e.Examples) != row[4] || float64(e.Steps) != row[5] || e.Examples < 1 || e.Steps < s.steps || max(row[4], row[5]) > 1<<52 {
			return errors.Errorf("epoch %d has %v examples and ends at step %v", e.Number, row[4], row[5])
		}
		s.steps = e.Steps
		s.history.Epochs = append(s.history.Epochs, e)
	}
	last := len(s.history.Epochs) - 1
	s.now, s.history.Epochs = s.history.Epochs[last], s.history.Epochs[:last]
	return nil
}

// table returns the elements of a tensor of one row or more.
func table[T any](f *safetensors.Bundle, name string, columns int) ([]T, error) {
	t, _ := f.Tensor(name)
	data, ok := t.Data.([]T)
	if !ok || len(t.Shape) != 2 || t.Shape[1] != columns || len(data) == 0 {
		return nil, errors.Errorf("its %q is %s %v: want a table of %d columns", name, t.Dtype, t.Shape, columns)
	}
	return data, nil
}

// pcgBytes is the length of what rand.PCG marshals to.
const pcgBytes = 20

// randomTensor returns sources of random numbers as a tensor: first that of the order of the examples, as it was before
// the epoch under way, then those of the workers, then these again, as they were when the graphs were drawn.
func randomTensor(sources []*rand.PCG) safetensors.Tensor {
	var data []byte
	for _, s := range sources {
		data, _ = s.AppendBinary(data) // never fails
	}
	return safetensors.Tensor{Name: "random", Shape: []int{len(sources), pcgBytes}, Data: data}
}

// readRandom reads the sources.
func (s *saved) readRandom(f *safetensors.Bundle) error {
	data, err := table[byte](f, "random", pcgBytes)
	if err != nil {
		return err
	}
	all := make([]rand.PCG, 1+2*len(s.drawn))
	if len(data) != len(all)*pcgBytes {
		return errors.Errorf("it has %d sources of random numbers: want %d", len(data)/pcgBytes, len(all))
	}
	for i := range all {
		if err := all[i].UnmarshalBinary(data[i*pcgBytes : (i+1)*pcgBytes]); err != nil {
			return err
		}
	}
	s.before, s.streams = all[0], all[:1+len(s.drawn)]
	for w := range s.drawn {
		s.drawn[w].random = all[1+len(s.drawn)+w]
	}
	return nil
}

// drawingTensor returns the examples for which worker w's graph was drawn as a tensor.
func drawingTensor(w int, examples []int) safetensors.Tensor {
	var data []int64
	for _, e := range examples {
		data = append(data, int64(e))
	}
	return safetensors.Tensor{Name: ofDrawing + strconv.Itoa(w), Shape: []int{len(data)}, Data: data}
}

// readDrawing reads the examples for which worker w's graph was drawn, at most batch. A worker may have had none.
func (s *saved) readDrawing(f *safetensors.Bundle, w, batch int) error {
	t, ok := f.Tensor(ofDrawing + strconv.Itoa(w))
	if !ok {
		return nil
	}
	examples, ok := t.Data.([]int64)
	if !ok || len(examples) < 1 || len(examples) > batch {
		return errors.Errorf("its %q is %s %v: want 1 to %d examples", t.Name, t.Dtype, t.Shape, batch)
	}
	for _, e := range examples {
		if e < 0 || e >= int64(s.now.Examples) {
			return errors.Errorf("its %q has example %d of %d", t.Name, e, s.now.Examples)
		}
		s.drawn[w].examples = append(s.drawn[w].examples, int(e))
	}
	return nil
}
