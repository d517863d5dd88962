package train

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"gorgonia-embedding/internal/texttab"
)

// Epoch is the outcome of one pass over the training examples. It goes through JSON as one flat object, in which a
// number that is not finite is null.
type Epoch struct {
	Number       int           // number of the pass, from 1
	Loss         float64       // mean of the batches' losses, each weighted by its examples
	Dev          Score         // score of the evaluation after the pass
	Examples     int           // number of examples trained on
	Time         time.Duration // duration of the training, without the evaluation, in this process; a checkpoint has none
	Steps        int           // steps of the whole training until its end
	LearningRate float64       // learning rate of its last step
}

// History is a training's epochs in order. It prints as a table, without the times: the same seed gives the
// same text.
type History struct {
	Epochs []Epoch `json:"epochs"`
	Best   int     `json:"best"` // number of the epoch whose parameters were kept; 0 if none was finished
}

// add appends e and reports whether it is the best so far.
func (h *History) add(e Epoch, better func(s, other Score) bool) bool {
	best := h.Best == 0 || better(e.Dev, h.Epochs[h.Best-1].Dev)
	if h.Epochs = append(h.Epochs, e); best {
		h.Best = e.Number
	}
	return best
}

// stale reports whether the last patience epochs, at least one, were not the best, and all after the one called from.
func (h *History) stale(patience, from int) bool {
	return patience > 0 && len(h.Epochs)-max(h.Best, from) >= patience
}

// String returns the table as text.
func (h History) String() string { return h.table().String() }

// HTML returns the table for a notebook.
func (h History) HTML() string { return h.table().HTML() }

// WriteJSON writes an object for each epoch, on a line of its own.
func (h History) WriteJSON(w io.Writer) error {
	lines := json.NewEncoder(w)
	for _, e := range h.Epochs {
		if err := lines.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

func (h History) table() texttab.Table {
	rows := [][]string{{"epoch", "loss", "dev loss", "dev accuracy", "dev macro F1", "best"}}
	for _, e := range h.Epochs {
		best := ""
		if e.Number == h.Best {
			best = "*"
		}
		rows = append(rows, []string{fmt.Sprint(e.Number), fmt.Sprintf("%.4f", e.Loss), fmt.Sprintf("%.4f", e.Dev.Loss),
			fmt.Sprintf("%.3f", e.Dev.Accuracy), fmt.Sprintf("%.3f", e.Dev.MacroF1), best})
	}
	return texttab.Table{Rows: rows}
}
