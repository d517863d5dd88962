package model

import (
	"fmt"
	"time"

	"gorgonia-embedding/internal/texttab"
)

// Epoch is what one pass over the training rows came to.
type Epoch struct {
	Number      int     // counted from 1
	Loss        float64 // mean of the batches' losses, each weighted by its rows
	DevLoss     float64
	DevAccuracy float64
	Words       int           // trained on
	Time        time.Duration // of the training, without the evaluation
}

// WordsPerSecond returns the speed of the epoch's training.
func (e Epoch) WordsPerSecond() float64 { return float64(e.Words) / e.Time.Seconds() }

// History is a training's epochs in order. It prints as a table, without the times: the same seed gives the
// same text.
type History struct {
	Epochs []Epoch
	Best   int // number of the epoch whose weights were kept; 0 if none was finished
}

// String returns the table as text.
func (h History) String() string { return h.table().String() }

// HTML returns the table for a notebook.
func (h History) HTML() string { return h.table().HTML() }

func (h History) table() texttab.Table {
	rows := [][]string{{"epoch", "loss", "dev loss", "dev accuracy", "best"}}
	for _, e := range h.Epochs {
		best := ""
		if e.Number == h.Best {
			best = "*"
		}
		rows = append(rows, []string{fmt.Sprint(e.Number), fmt.Sprintf("%.4f", e.Loss), fmt.Sprintf("%.4f", e.DevLoss), decimals(e.DevAccuracy), best})
	}
	return texttab.Table{Rows: rows}
}
