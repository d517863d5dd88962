package vectors

import (
	"bufio"
	"strconv"
)

// projector is the pair of files that TensorBoard's projector takes: the numbers of each row, with tabs between them, and
// in a file beside it the words. It is written only.
func projector() Format {
	return Format{name: "projector", endings: []string{".tsv"}, write: writeProjector, beside: ".metadata.tsv"}
}

func writeProjector(w *bufio.Writer, t *Table) error {
	var line []byte
	for id := range t.Len() {
		line = line[:0]
		for j, x := range t.Row(id) {
			if j > 0 {
				line = append(line, '\t')
			}
			line = strconv.AppendFloat(line, float64(x), 'g', -1, 32)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}
