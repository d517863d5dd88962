package bench

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
)

// Sizes of a large file of texts, about 200 MB.
const (
	FileLines = 926_000
	fileVocab = 60_000
	fileTime  = 40
)

// WriteFile writes a large file of texts as those of the training, in fastText's format, which both sides read.
func WriteFile(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rnd := rand.New(rand.NewPCG(fileVocab, 5))
	w, next := bufio.NewWriter(f), zipf(rnd, fileVocab)
	for range FileLines {
		text := texts(rnd, next, fileVocab, 1, fileTime)
		fmt.Fprintf(w, "__label__%d", text.Labels[0])
		for _, id := range text.IDs {
			fmt.Fprintf(w, " w%d", id)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
