package bench

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Write writes the workloads to a folder, for the peers that are not Go programs: workload.json holds the sizes, and
// files ending in .i64 little-endian 64-bit integers. train.tsv, dev.tsv and test.tsv are what package data reads,
// train.ft and test.ft the same texts for fastText.
func Write(dir string) error {
	if err := writeSizes(dir); err != nil {
		return err
	}
	ints := make(map[string][]int)
	for _, vocab := range Vocabs() {
		t := StepTexts(vocab, StepBatches)
		ints[fmt.Sprintf("step_%d_ids", vocab)], ints[fmt.Sprintf("step_%d_labels", vocab)] = t.IDs, t.Labels
	}
	for _, d := range Distributions() {
		ints["lookup_"+d] = LookupBatch(d)
	}
	for _, model := range Models() {
		for name, x := range modelData(model) {
			ints[model+"_"+name] = x
		}
	}
	for name, x := range ints {
		if err := writeInts(filepath.Join(dir, name+".i64"), x); err != nil {
			return err
		}
	}
	train, dev, test := TrainingTexts()
	for _, f := range []struct {
		name, label, gap string
		texts            Texts
	}{
		{"train.tsv", "", "\t", train}, {"dev.tsv", "", "\t", dev}, {"test.tsv", "", "\t", test},
		{"train.ft", "__label__", " ", train}, {"test.ft", "__label__", " ", test},
	} {
		if err := writeTexts(filepath.Join(dir, f.name), f.label, f.gap, f.texts); err != nil {
			return err
		}
	}
	return nil
}

// writeSizes writes what pytorch.py has to know.
func writeSizes(dir string) error {
	b, err := json.MarshalIndent(map[string]any{
		"batch": Batch, "time": Time, "dim": Dim, "classes": Classes, "vocabs": Vocabs(), "linear_at": linearAt,
		"rates":        map[string]float64{"sgd": rateSGD, "adam": rateAdam},
		"lookup_vocab": LookupVocab, "lookup_dim": LookupDim, "lookup_ids": LookupIDs, "distributions": Distributions(),
		"models":     modelSizes(),
		"loss_batch": LossBatch, "loss_classes": LossClasses(),
	}, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "workload.json"), b, 0o666)
}

func writeInts(path string, x []int) error {
	b := make([]byte, 0, 8*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return os.WriteFile(path, b, 0o666)
}

// writeTexts writes a line for each text: prefix and label, gap, words.
func writeTexts(path, prefix, gap string, t Texts) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for i, label := range t.Labels {
		fmt.Fprintf(w, "%s%d", prefix, label)
		before := gap
		for _, id := range t.IDs[i*TextTime : (i+1)*TextTime] {
			fmt.Fprintf(w, "%sw%d", before, id)
			before = " "
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// PredictLines and predictWords are the number of lines whose classes are told, and of the words of each.
const (
	PredictLines = 600_000
	predictWords = 38
)

// WriteLines writes lines of words as those of TrainingTexts are.
func WriteLines(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w, next := bufio.NewWriter(f), zipf(rand.New(rand.NewPCG(TextVocab, 4)), TextVocab)
	for range PredictLines {
		for range predictWords {
			fmt.Fprintf(w, "w%d ", next())
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
