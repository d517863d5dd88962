// Gen writes the workloads of package bench to a folder, for the peers that are no Go programs.
//
//	go run ./bench/gen folder
//
// Files ending in .i64 hold little-endian 64-bit integers. train.tsv, dev.tsv and test.tsv are what package data
// reads, train.ft and test.ft the same texts for fastText.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"gorgonia-embedding/bench"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "gen: want one argument, the folder to write to")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, vocab := range []int{1000, 10_000, 100_000, 1_000_000} {
		t := bench.StepTexts(vocab, bench.StepBatches)
		if err := writeInts(dir, fmt.Sprintf("step_%d_ids.i64", vocab), t.IDs); err != nil {
			return err
		}
		if err := writeInts(dir, fmt.Sprintf("step_%d_labels.i64", vocab), t.Labels); err != nil {
			return err
		}
	}
	for _, d := range bench.Distributions() {
		if err := writeInts(dir, "lookup_"+d+".i64", bench.LookupBatch(d)); err != nil {
			return err
		}
	}
	train, dev, test := bench.TrainingTexts()
	for _, f := range []struct {
		name, label, gap string
		texts            bench.Texts
	}{
		{"train.tsv", "", "\t", train}, {"dev.tsv", "", "\t", dev}, {"test.tsv", "", "\t", test},
		{"train.ft", "__label__", " ", train}, {"test.ft", "__label__", " ", test},
	} {
		if err := writeTexts(dir, f.name, f.label, f.gap, f.texts); err != nil {
			return err
		}
	}
	return nil
}

func writeInts(dir, name string, x []int) error {
	b := make([]byte, 0, 8*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return os.WriteFile(filepath.Join(dir, name), b, 0o666)
}

// writeTexts writes a line for each text: prefix and label, gap, words.
func writeTexts(dir, name, prefix, gap string, t bench.Texts) error {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	time := len(t.IDs) / len(t.Labels)
	for i, label := range t.Labels {
		fmt.Fprintf(w, "%s%d", prefix, label)
		for j, id := range t.IDs[i*time : (i+1)*time] {
			if j == 0 {
				fmt.Fprintf(w, "%sw%d", gap, id)
			} else {
				fmt.Fprintf(w, " w%d", id)
			}
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
