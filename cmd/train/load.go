package main

import (
	"cmp"
	"fmt"
	"strings"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/cli"
)

// inputs are the values of the flags that say what is read, and how.
type inputs struct {
	Train  string `json:"train" help:"{file} of examples to train on: "`
	Dev    string `json:"dev" help:"{file} of examples to choose the epoch by; none: a tenth of -train"`
	Test   string `json:"test" help:"{file} of examples to report on; none: a tenth of -train"`
	Text   string `json:"text" help:"{column} or key of the texts, in files that name theirs; none: text"`
	Label  string `json:"label" help:"{column} or key of the labels; none: label"`
	Format string `json:"format" help:"{name} of the files' format; none: by the ending, or else by the first bytes: "`
	Strict bool   `json:"strict" help:"let an empty text be an error"`
}

// share is how much of the training file is split off for dev or test.
const share = 0.1

// endings lists what can be read, and how it is named.
func endings() string {
	var list []string
	for _, format := range data.Formats() {
		list = append(list, format.Endings...)
	}
	return strings.Join(list, ", ") + ", of fastText, these in .gz or .zst, a folder with one of .txt files for each label, or - for standard input"
}

// formats lists the formats' names.
func formats() string {
	var list []string
	for _, format := range data.Formats() {
		list = append(list, format.Name)
	}
	return strings.Join(list, ", ")
}

// check returns a misuse of the flags.
func (in inputs) check() error {
	given, piped := 0, 0
	for _, file := range []string{in.Train, in.Dev, in.Test} {
		given += min(len(file), 1)
		if file == "-" {
			piped++
		}
	}
	switch {
	case given > 0 && in.Train == "":
		return cli.Misuse("-dev and -test go with -train: name the file to train on, or none for the toy set")
	case piped > 1:
		return cli.Misuse("only one of -train, -dev and -test can be -, standard input")
	}
	if _, err := in.config(); err != nil {
		return cli.Misuse("-format: %v", err)
	}
	return nil
}

// config returns how files are read.
func (in inputs) config() (cfg data.ReadConfig, err error) {
	cfg = data.ReadConfig{Text: in.Text, Label: in.Label, Strict: in.Strict}
	if in.Format != "" {
		cfg.Format, err = data.ParseFormat(in.Format)
	}
	return cfg, err
}

// open opens a file as the flags say.
func (in inputs) open(path string) (*data.Source, error) {
	cfg, err := in.config()
	if err != nil {
		return nil, err
	}
	return data.Open(path, cfg)
}

// dataset is the examples in numbers.
type dataset struct {
	vocab            *data.Vocab
	labels           data.Labels
	train, dev, test *data.Samples
	testTexts        []data.Example // examples of test, if there is to be a page

	pretrained *pretrained // word vectors; nil if there are none

	files []data.FileInfo // what was read, in the order of -train, -dev and -test; nothing for the toy set
	split string          // says what was split off; empty for nothing
}

// String returns what the summary says of the data: a line, and one more for each thing to know.
func (s *dataset) String() string {
	names, empty := []string{}, 0
	for _, f := range s.files {
		names = append(names, fmt.Sprintf("%s (%s)", f.Name, f.Format))
		empty += f.Empty
	}
	if len(names) == 0 {
		names = []string{"toy set"}
	}
	text := fmt.Sprintf("%s: %d train, %d dev, %d test examples", strings.Join(names, ", "), s.train.Len(), s.dev.Len(), s.test.Len())
	if s.split != "" {
		text += "\n            " + s.split
	}
	if empty > 0 {
		text += fmt.Sprintf("\n            empty texts: %d", empty)
	}
	return text
}

// words returns the number of words to train on.
func (s *dataset) words() (n int) {
	var ids []int32
	for i := range s.train.Len() {
		ids, _ = s.train.Append(ids[:0], nil, i)
		n += len(ids)
	}
	return n
}

// load reads the data. Words and labels are those of train, less what is split off, unless they are given.
func load(o options, vocab *data.Vocab, labels data.Labels) (*dataset, error) {
	set := &dataset{vocab: vocab, labels: labels}
	train, dev, test, err := set.read(o)
	if err != nil {
		return nil, err
	}
	if vocab == nil {
		set.vocab = data.NewVocab(train.Counts(), data.VocabConfig{MinCount: o.MinCount})
	}
	if o.Vectors != "" {
		if err := set.pretrain(o, train.Counts()); err != nil {
			return nil, err
		}
	}
	if labels == nil {
		if set.labels, err = train.Labels(); err != nil {
			return nil, err
		}
	}
	if o.HTML != "" && o.Train != "" {
		if set.testTexts, err = texts(cmp.Or(o.Test, o.Train), o.inputs, test); err != nil {
			return nil, err
		}
	}
	for _, part := range []struct {
		samples **data.Samples
		corpus  *data.Corpus
	}{{&set.train, train}, {&set.dev, dev}, {&set.test, test}} {
		if *part.samples, err = part.corpus.Encode(set.vocab, set.labels, o.Model.MaxLen); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// read returns the toy set or what the files hold.
func (s *dataset) read(o options) (train, dev, test *data.Corpus, err error) {
	if o.Train == "" {
		train, dev, test := data.Toy()
		s.testTexts = test
		return data.NewCorpus(train), data.NewCorpus(dev), data.NewCorpus(test), nil
	}
	for _, part := range []struct {
		corpus **data.Corpus
		path   string
	}{{&train, o.Train}, {&dev, o.Dev}, {&test, o.Test}} {
		if part.path != "" {
			if *part.corpus, err = s.file(part.path, o.inputs); err != nil {
				return nil, nil, nil, err
			}
		}
	}
	if dev == nil || test == nil {
		return s.splitOff(train, dev, test, o)
	}
	return train, dev, test, nil
}

// file reads one file.
func (s *dataset) file(path string, in inputs) (*data.Corpus, error) {
	source, err := in.open(path)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	corpus, err := data.ReadCorpus(source.Rows())
	s.files = append(s.files, source.Info())
	return corpus, err
}

// texts reads the examples of corpus once more from its file.
func texts(path string, in inputs, corpus *data.Corpus) ([]data.Example, error) {
	source, err := in.open(path)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	var list []data.Example
	number := 0
	for row, err := range source.Rows() {
		if err != nil {
			return nil, err
		}
		if number == corpus.Number(len(list)) {
			list = append(list, row.Example())
		}
		if number++; len(list) == corpus.Len() {
			break
		}
	}
	return list, nil
}

// splitOff splits off train what of dev and test is nil.
func (s *dataset) splitOff(train, dev, test *data.Corpus, o options) (_, _, _ *data.Corpus, err error) {
	cfg, all, off := data.SplitConfig{Seed: o.Training.Seed}, train.Len(), []string{}
	if dev == nil {
		cfg.Dev, off = share, append(off, "dev")
	}
	if test == nil {
		cfg.Test, off = share, append(off, "test")
	}
	train, newDev, newTest := train.Split(cfg)
	dev, test = cmp.Or(dev, newDev), cmp.Or(test, newTest)
	parts := strings.Join(off, " and ")
	if dev.Len() == 0 || test.Len() == 0 {
		return nil, nil, nil, fmt.Errorf("%s: %d examples are too few to split %s off: give -%s, or more examples",
			o.Train, all, parts, strings.Join(off, " and -"))
	}
	s.split = fmt.Sprintf("%s split off from train, a tenth of each label's texts, by the seed %d", parts, cfg.Seed)
	return train, dev, test, nil
}
