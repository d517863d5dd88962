package word2vec

import (
	"math"

	"github.com/pkg/errors"
)

// Config describes a training. It is plain data and goes through JSON unchanged.
type Config struct {
	CBOW         bool    `json:"cbow" help:"predict a word from the mean of the words around it, not the words around from each (skip-gram)"`
	Dim          int     `json:"dim" help:"length of a vector"`                                                         // at least 1
	Window       int     `json:"window" help:"most words on each side; of each word, 1 to so many by chance"`           // at least 1
	Negatives    int     `json:"negatives" help:"words drawn for each one that occurred, by count^0.75"`                // at least 1
	MinCount     int     `json:"min_count" help:"least count of a word; rarer ones are left out"`                       // at least 1
	Sample       float64 `json:"sample" help:"{share} of the corpus above which a word is left out at times; 0: never"` // in [0, 1]
	LearningRate float64 `json:"learning_rate" help:"at the start; it falls in a line to almost 0 over the training"`   // above 0
	Epochs       int     `json:"epochs" help:"passes over the corpus"`                                                  // at least 1
	MinN         int     `json:"minn" help:"shortest character n-gram"`                                                 // in [1, MaxN] if MaxN is not 0
	MaxN         int     `json:"maxn" help:"longest character n-gram; 0: words alone"`                                  // at least 0
	Bucket       int     `json:"bucket" help:"vectors that the n-grams share, by fastText's hash"`                      // at least 1 if MaxN is not 0
	Seed         uint64  `json:"seed" help:"seed of everything random"`
	Threads      int     `json:"threads" help:"goroutines that compute; any number gives the same vectors"` // at least 0; 0 means 1
}

// Defaults returns fastText's settings for skip-gram without n-grams, but for Sample, which is word2vec's, and twice the
// learning rate, which is better in one epoch and as good in five.
func Defaults() Config {
	return Config{Dim: 100, Window: 5, Negatives: 5, MinCount: 5, Sample: 1e-3, LearningRate: 0.1, Epochs: 5, MinN: 3, Bucket: 2_000_000, Seed: 1, Threads: 1}
}

// Check returns an error that names the first field that is out of its range.
func (c Config) Check() error {
	for _, f := range []struct {
		name            string
		value, min, max int
	}{
		{"Dim", c.Dim, 1, 1 << 16}, {"Window", c.Window, 1, 1 << 16}, {"Negatives", c.Negatives, 1, 1 << 16}, {"MinCount", c.MinCount, 1, math.MaxInt},
		{"Epochs", c.Epochs, 1, math.MaxInt32}, {"MaxN", c.MaxN, 0, 1 << 16}, {"Threads", c.Threads, 0, 1 << 10},
	} {
		if f.value < f.min {
			return errors.Errorf("%s must be at least %d, got %d", f.name, f.min, f.value)
		} else if f.value > f.max {
			return errors.Errorf("%s must be at most %d, got %d", f.name, f.max, f.value)
		}
	}
	switch {
	case !(c.Sample >= 0 && c.Sample <= 1):
		return errors.Errorf("Sample must be in [0, 1], got %v", c.Sample)
	case !(c.LearningRate > 0 && c.LearningRate <= maxRate):
		return errors.Errorf("LearningRate must be in (0, %v], got %v", float64(maxRate), c.LearningRate)
	case c.MaxN > 0 && (c.MinN < 1 || c.MinN > c.MaxN):
		return errors.Errorf("MinN must be in [1, MaxN], got %d and a MaxN of %d", c.MinN, c.MaxN)
	case c.MaxN > 0 && (c.Bucket < 1 || c.Bucket > maxRows):
		return errors.Errorf("Bucket must be in [1, %d], got %d", maxRows, c.Bucket)
	}
	return nil
}

// maxRate is a learning rate far above any that works.
const maxRate = 100

// maxRows is the most words, and the most buckets: ids are int32.
const maxRows = 1 << 30
