package word2vec

import (
	"fmt"
	"time"
)

// Progress is how far a training is.
type Progress struct {
	Epoch, Epochs  int           // the one that runs, from 1
	Words, Of      int64         // those of the vocabulary, of all epochs
	LearningRate   float64       // of the next step
	WordsPerSecond float64       // since this Fit began to train
	Left           time.Duration // at that speed
}

// String returns a line such as "epoch 2/5, 31.4%, 512000 words/s, learning rate 0.0343, 1m20s left".
func (p Progress) String() string {
	return fmt.Sprintf("epoch %d/%d, %.1f%%, %.0f words/s, learning rate %.4f, %v left", p.Epoch, p.Epochs,
		100*float64(p.Words)/float64(max(1, p.Of)), p.WordsPerSecond, p.LearningRate, p.Left.Round(time.Second))
}

// watch reports the progress of a trainer from time to time.
type watch struct {
	t           *Trainer
	start, last time.Time
	from        int64 // words before the start
}

func newWatch(t *Trainer) *watch {
	now := time.Now()
	return &watch{t, now, now, t.at.Words}
}

// tick reports if the last time is long enough ago.
func (w *watch) tick() {
	if w.t.OnProgress != nil && time.Since(w.last) >= time.Second/10 {
		w.report()
	}
}

func (w *watch) report() {
	if w.t.OnProgress == nil {
		return
	}
	w.last = time.Now()
	p := Progress{Epoch: min(w.t.at.Epoch+1, w.t.cfg.Epochs), Epochs: w.t.cfg.Epochs, Words: w.t.at.Words, Of: int64(w.t.cfg.Epochs) * w.t.total,
		LearningRate: float64(w.t.rate(w.t.at.Words))}
	if took := w.last.Sub(w.start).Seconds(); took > 0 && p.Words > w.from {
		p.WordsPerSecond = float64(p.Words-w.from) / took
		p.Left = time.Duration(float64(p.Of-p.Words) / p.WordsPerSecond * float64(time.Second))
	}
	w.t.OnProgress(p)
}
