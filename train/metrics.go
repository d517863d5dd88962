package train

import (
	"encoding/json"
	"io"
	"io/fs"
	"math"
	"os"
	"time"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/replace"
)

// number is a float64 that is null in JSON if it is not finite.
type number float64

func (x number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(x))
}

func (x *number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*x = number(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(x))
}

// line is an Epoch as JSON.
type line struct {
	Epoch        int    `json:"epoch"`
	Step         int    `json:"step"`
	Loss         number `json:"loss"`
	DevLoss      number `json:"dev_loss"`
	DevAccuracy  number `json:"dev_accuracy"`
	DevMacroF1   number `json:"dev_macro_f1"`
	LearningRate number `json:"learning_rate"`
	Examples     int    `json:"examples"`
	Seconds      number `json:"seconds"`
}

// MarshalJSON writes an object of epoch, step, loss, dev_loss, dev_accuracy, dev_macro_f1, learning_rate,
// examples and seconds.
func (e Epoch) MarshalJSON() ([]byte, error) {
	return json.Marshal(line{
		Epoch: e.Number, Step: e.Steps, Loss: number(e.Loss), DevLoss: number(e.Dev.Loss), DevAccuracy: number(e.Dev.Accuracy),
		DevMacroF1: number(e.Dev.MacroF1), LearningRate: number(e.LearningRate), Examples: e.Examples, Seconds: number(e.Time.Seconds()),
	})
}

// UnmarshalJSON reads what MarshalJSON wrote; null becomes NaN.
func (e *Epoch) UnmarshalJSON(object []byte) error {
	var l line
	if err := json.Unmarshal(object, &l); err != nil {
		return err
	}
	*e = Epoch{
		Number: l.Epoch, Steps: l.Step, Loss: float64(l.Loss), Dev: Score{float64(l.DevLoss), float64(l.DevAccuracy), float64(l.DevMacroF1)},
		LearningRate: float64(l.LearningRate), Examples: l.Examples, Time: time.Duration(math.Round(float64(l.Seconds) * 1e9)),
	}
	return nil
}

// startMetrics leaves in Metrics the lines of the epochs that the training has had, whose times it takes from them. A line
// that the file lacks, or has not as a whole, is made from the history.
func (t *Trainer) startMetrics() error {
	if t.Metrics == "" {
		return nil
	}
	old, err := os.Open(t.Metrics)
	switch {
	case err == nil:
		t.history.readTimes(old)
		old.Close()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return replace.File(t.Metrics, t.history.WriteJSON)
}

// readTimes takes the times of epochs from lines that WriteJSON wrote, as far as they are those of h.
func (h *History) readTimes(r io.Reader) {
	lines := json.NewDecoder(r)
	for i := range h.Epochs {
		var had Epoch
		if lines.Decode(&had) != nil || had.Number != h.Epochs[i].Number || had.Steps != h.Epochs[i].Steps {
			return
		}
		h.Epochs[i].Time = had.Time
	}
}

// appendMetrics appends the line of e to Metrics.
func (t *Trainer) appendMetrics(e Epoch) error {
	if t.Metrics == "" {
		return nil
	}
	f, err := os.OpenFile(t.Metrics, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o666)
	if err == nil {
		defer f.Close()
		err = History{Epochs: []Epoch{e}}.WriteJSON(f)
	}
	return errors.Wrap(err, "train")
}
