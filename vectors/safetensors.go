package vectors

import (
	"bufio"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/safetensors"
)

// safeTensors is the format of Hugging Face, with the words in a file beside it. Of several tensors the table is the one
// with one of the names in tables, or else the only matrix of floating-point numbers.
func safeTensors() Format {
	return Format{name: "safetensors", endings: []string{".safetensors"}, sniff: isSafetensors, read: readSafetensors, write: writeSafetensors, beside: ".vocab.txt"}
}

// tables are the names of tables: ours and PyTorch's, model2vec's and those of simple programs.
func tables() []string {
	return []string{"embedding.weight", "embeddings", "vectors", "weight", "words.weight", "embeddings.weight"}
}

func isSafetensors(head []byte) bool {
	return len(head) > 8 && head[8] == '{' && binary.LittleEndian.Uint64(head) <= 100_000_000
}

func readSafetensors(r *reader) error {
	f, err := safetensors.NewReader(r.in)
	if err != nil {
		return err
	}
	name, err := tableOf(f.Tensors)
	if err != nil {
		return err
	}
	for {
		t, data, err := f.Raw()
		if err != nil {
			return err
		}
		if t.Name != name {
			continue
		}
		words, err := r.wordList(t.Shape[0])
		if err != nil {
			return err
		}
		e, err := elementOf(kindOf(t.Dtype), binary.LittleEndian)
		if err != nil {
			return err
		}
		r.in = bufio.NewReaderSize(data, bufferSize)
		return r.matrix(words, t.Shape[1], e)
	}
}

// tableOf returns the name of the tensor that is the table.
func tableOf(tensors []safetensors.Tensor) (string, error) {
	var matrices, all []string
	for _, t := range tensors {
		all = append(all, t.Name)
		if len(t.Shape) == 2 && strings.Contains("F16 BF16 F32 F64 I8", t.Dtype) {
			matrices = append(matrices, t.Name)
		}
	}
	for _, name := range tables() {
		if slices.Contains(matrices, name) {
			return name, nil
		}
	}
	if len(matrices) != 1 {
		return "", errors.Errorf("want a matrix called one of %s, or one matrix alone, got the tensors %s", strings.Join(tables(), ", "), strings.Join(all, ", "))
	}
	return matrices[0], nil
}

// kindOf returns the name of a dtype as elementOf has it.
func kindOf(dtype string) string {
	return strings.NewReplacer("BF", "bfloat", "F", "float", "I", "int").Replace(dtype)
}

func writeSafetensors(w *bufio.Writer, t *Table) error {
	tensor := safetensors.Tensor{Name: tables()[0], Shape: []int{t.Len(), t.dim}, Data: t.values}
	return safetensors.Write(w, map[string]string{"format": "pt"}, []safetensors.Tensor{tensor})
}
