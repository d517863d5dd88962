package model

import (
	"encoding/json"
	"runtime/debug"

	"gorgonia-embedding/data"
	"gorgonia-embedding/train"
)

// Run is what a saved model tells of how it came about. All of it may be empty.
type Run struct {
	Settings json.RawMessage `json:"settings,omitempty"` // what the training program was told, so that it can be repeated
	Data     []data.FileInfo `json:"data,omitempty"`     // files of examples: train and, unless they were split off, dev and test
	Vectors  *VectorsInfo    `json:"vectors,omitempty"`  // file of pretrained word vectors; nil if there was none
	Scores   []Scores        `json:"scores,omitempty"`

	// Interrupted says that the training did not come to its end.
	Interrupted bool `json:"interrupted,omitempty"`

	History train.History `json:"-"` // epochs, in a file of their own
}

// VectorsInfo tells of a file of pretrained word vectors.
type VectorsInfo struct {
	Name   string `json:"name"`
	Format string `json:"format"`
	SHA256 string `json:"sha256"` // of the file as it is, in hexadecimal digits
	Words  int    `json:"words"`  // number of words that have their vector from it
}

// Scores are what a model came to on one of the splits.
type Scores struct {
	Split    string  `json:"split"`
	Accuracy float64 `json:"accuracy"`
	MacroF1  float64 `json:"macro_f1"`
	Loss     float64 `json:"loss"` // mean cross-entropy
}

// Scores returns e as the scores of a split.
func (e Evaluation) Scores(split string) Scores {
	return Scores{split, e.Accuracy(), e.MacroF1(), e.Loss}
}

// version returns the version of this module in the running program, with the revision that it was built from if that is
// known.
func version() string {
	const path = "gorgonia-embedding"
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range b.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	for _, s := range b.Settings {
		if s.Key == "vcs.revision" && b.Main.Path == path {
			return s.Value
		}
	}
	return b.Main.Version
}
