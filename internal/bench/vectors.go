package bench

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// Sizes of the table of word vectors.
const VectorsVocab, VectorsDim = 100_000, 300

// WriteVectors writes a table of word vectors to a folder, as vectors.vec in word2vec's text, with five digits after the
// point, and as vectors.bin in its binary format.
func WriteVectors(dir string) error {
	for _, f := range []struct {
		name string
		row  func(line []byte, row []float32) []byte
	}{{"vectors.vec", textRow}, {"vectors.bin", binaryRow}} {
		if err := writeVectors(filepath.Join(dir, f.name), f.row); err != nil {
			return err
		}
	}
	return nil
}

func writeVectors(path string, format func(line []byte, row []float32) []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "%d %d\n", VectorsVocab, VectorsDim)
	rnd, row, line := rand.New(rand.NewPCG(1, 300)), make([]float32, VectorsDim), []byte(nil)
	for id := range VectorsVocab {
		for j := range row {
			row[j] = float32(math.Round(3e4*rnd.NormFloat64()) / 1e5)
		}
		line = format(strconv.AppendInt(append(line[:0], "word"...), int64(id), 10), row)
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return w.Flush()
}

func textRow(line []byte, row []float32) []byte {
	for _, x := range row {
		line = strconv.AppendFloat(append(line, ' '), float64(x), 'f', 5, 32)
	}
	return line
}

func binaryRow(line []byte, row []float32) []byte {
	line = append(line, ' ')
	for _, x := range row {
		bits := math.Float32bits(x)
		line = append(line, byte(bits), byte(bits>>8), byte(bits>>16), byte(bits>>24))
	}
	return line
}
