package main

import (
	"slices"

	"gorgonia-embedding/train"
)

// widest is the most characters of a sparkline.
const widest = 40

// devAccuracies returns the course of the accuracy on dev as a line such as "▁▃▅█".
func devAccuracies(h train.History) string {
	y := make([]float64, len(h.Epochs))
	for i, e := range h.Epochs {
		y[i] = e.Dev.Accuracy
	}
	return sparkline(y)
}

// sparkline draws numbers between the lowest and the highest of them. Of more than widest, it draws as many, at equal
// distances up to the last one.
func sparkline(y []float64) string {
	if len(y) == 0 {
		return ""
	}
	levels := []rune("▁▂▃▄▅▆▇█")
	low, high := slices.Min(y), slices.Max(y)
	line, n := "", min(len(y), widest)
	for i := range n {
		level := len(levels) / 2
		if high > low {
			level = int((y[(i+1)*len(y)/n-1]-low)/(high-low)*float64(len(levels)-1) + 0.5)
		}
		line += string(levels[level])
	}
	return line
}
