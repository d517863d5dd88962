package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/pkg/errors"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/model"
	"gorgonia-embedding/vectors"
)

// pretraining are the values of the flags about pretrained word vectors.
type pretraining struct {
	Vectors     string `json:"vectors,omitempty" help:"{file} of pretrained word vectors, in any format that cmd/vectors reads: what the rows of its words begin with"`
	Freeze      bool   `json:"freeze,omitempty" help:"do not train the rows that -vectors gave; -unfreeze limits that to the first epochs"`
	ExtendVocab int    `json:"extend_vocab,omitempty" help:"most words to know beside those of train: the first ones of -vectors that train has not; they are not trained"`

	dim int // length of the vectors; 0 if it is not looked at
}

// probe looks at the file for the length of its vectors, the default of -dim.
func (p *pretraining) probe() error {
	table, _, err := vectors.ReadFile(p.Vectors, vectors.ReadConfig{Limit: 100})
	if err == nil {
		p.dim = table.Dim()
	}
	return errors.WithMessage(err, "-vectors")
}

// checkVectors returns a misuse of the flags. dim is the value of -dim.
func (o *options) checkVectors(dim string) error {
	p, fixed := o.pretraining, o.Freeze || o.ExtendVocab > 0
	switch {
	case p.ExtendVocab < 0:
		return cli.Misuse("-extend-vocab must be at least 0, got %d", p.ExtendVocab)
	case p.Vectors == "" && fixed:
		return cli.Misuse("-freeze and -extend-vocab go with -vectors: name the file")
	case o.Training.Unfreeze > 0 && !p.Freeze:
		return cli.Misuse("-unfreeze goes with -freeze")
	case p.dim > 0 && dim != strconv.Itoa(p.dim):
		return cli.Misuse("-dim must be %d, the length of the vectors of %s, or be left out, got %s", p.dim, p.Vectors, dim)
	case fixed && !o.Sparse && o.Training.Optim.WeightDecay > 0:
		return cli.Misuse("-weight-decay with -sparse=false changes all rows, those too that -freeze or -extend-vocab keep: leave one of them out")
	}
	return nil
}

// pretrained is what a file of word vectors gives to a dataset.
type pretrained struct {
	model.VectorsInfo
	table    *vectors.Table
	report   vectors.Report
	extended int // words at the end of the vocabulary that train has not

	known       int    // words of train's vocabulary that the file has
	vocab       int    // all of them
	occurrences [2]int // in train, of words that the file has, and of all words
}

// info returns what a saved model tells of p, nil if there is none.
func (p *pretrained) info() *model.VectorsInfo {
	if p == nil {
		return nil
	}
	return &p.VectorsInfo
}

// pretrain reads the file of word vectors and extends the vocabulary of a training that begins. counts are the words of
// train.
func (s *dataset) pretrain(o options, counts map[string]int) (err error) {
	p := &pretrained{VectorsInfo: model.VectorsInfo{Name: o.Vectors}, extended: o.Model.Untrained}
	cfg := vectors.ReadConfig{Only: make([]string, s.vocab.Len())}
	for id := range cfg.Only {
		cfg.Only[id] = s.vocab.Word(id)
	}
	if !o.Resume {
		cfg.Others = o.ExtendVocab
	}
	if p.SHA256, err = checksum(o.Vectors); err != nil {
		return err
	}
	if p.table, p.report, err = vectors.ReadFile(o.Vectors, cfg); err != nil {
		return errors.WithMessage(err, "-vectors")
	}
	if own := s.vocab.Len(); cfg.Others > 0 {
		s.vocab = s.vocab.Extend(wordsOf(p.table))
		p.extended = s.vocab.Len() - own
	}
	p.Format = p.report.Format
	p.cover(s.vocab, counts)
	s.pretrained = p
	return nil
}

// wordsOf returns the words of a table in its order.
func wordsOf(table *vectors.Table) []string {
	words := make([]string, table.Len())
	for row := range words {
		words[row] = table.Word(row)
	}
	return words
}

// cover counts what the file has.
func (p *pretrained) cover(vocab *data.Vocab, counts map[string]int) {
	own := vocab.Len() - p.extended
	for id := data.UnkID + 1; id < own; id++ {
		p.vocab++
		if _, ok := p.table.ID(vocab.Word(id)); ok {
			p.known++
		}
	}
	p.Words = p.known + p.extended
	for word, n := range counts {
		p.occurrences[1] += n
		_, has := p.table.ID(word)
		if has && vocab.ID(word) != data.UnkID {
			p.occurrences[0] += n
		}
	}
}

// String returns what the summary says of the file: a line, and one more for each thing to know.
func (p *pretrained) String() string {
	text := fmt.Sprintf("%s (%s, %d numbers): %d of %d words, %s, and %s of the words of train's texts",
		p.Name, p.Format, p.table.Dim(), p.known, p.vocab, percent(p.known, p.vocab), percent(p.occurrences[0], p.occurrences[1]))
	if p.extended > 0 {
		text += fmt.Sprintf("; vocabulary extended by %d", p.extended)
	}
	for _, w := range p.report.Warnings {
		text += "\n            " + w.String()
	}
	return text
}

// percent returns a share such as "53.9%".
func percent(n, of int) string { return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(max(1, of))) }

// checksum returns the SHA-256 of a file of word vectors, which for a folder is model.safetensors in it.
func checksum(path string) (string, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "model.safetensors")
	}
	f, err := os.Open(path)
	if err != nil {
		return "", errors.WithMessage(err, "-vectors")
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return fmt.Sprintf("%x", sum.Sum(nil)), err
}

// classifier returns the classifier of set before its first step.
func (o options) classifier(set *dataset) (*model.Classifier, error) {
	cfg := o.Model
	if p := set.pretrained; p != nil {
		cfg.Vectors, cfg.Untrained = p.table, p.extended
	}
	return model.New(cfg, set.vocab, set.labels)
}

// checkSameVectors fails unless the training that goes on has the word vectors that it began with.
func checkSameVectors(now *pretrained, was *model.VectorsInfo) error {
	if now == nil && was == nil || now != nil && was != nil && now.SHA256 == was.SHA256 {
		return nil
	}
	if was == nil {
		return cli.Misuse("-vectors cannot be changed within a training: this one began without")
	}
	return errors.Errorf("-vectors: they cannot be changed within a training, which began with %s of SHA-256 %s", was.Name, was.SHA256)
}
