// Package golden holds numbers that PyTorch 1.13.1 made, to test against.
//
// testdata/pytorch_cases.json is the output of testdata/pytorch_cases.py 1, float64 on a CPU; layer_cases.json that of
// layer_cases.py 1, and loss_cases.json that of loss_cases.py 1; testdata/embedding_reference.json holds hand-sized cases
// from a numpy reference that was compared with PyTorch.
package golden

import (
	"embed"
	"encoding/json"
	"testing"
)

//go:embed testdata/*.json
var files embed.FS

// Files that Load reads.
const (
	PyTorch   = "testdata/pytorch_cases.json"
	Layers    = "testdata/layer_cases.json"
	Losses    = "testdata/loss_cases.json"
	Reference = "testdata/embedding_reference.json"
)

// Case is one golden case: its name, the operation, and its fields, to be decoded by Get.
type Case struct {
	Name, Op string
	fields   map[string]json.RawMessage
}

// Load returns the cases of file whose operation is op.
func Load(t testing.TB, file, op string) []Case {
	t.Helper()
	var content struct{ Cases []map[string]json.RawMessage }
	raw, err := files.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(raw, &content)
	}
	if err != nil {
		t.Fatal(err)
	}
	var cases []Case
	for _, fields := range content.Cases {
		c := Case{fields: fields}
		c.Get(t, "name", &c.Name)
		c.Get(t, "op", &c.Op)
		if c.Op == op {
			cases = append(cases, c)
		}
	}
	if len(cases) == 0 {
		t.Fatalf("%s has no case of %q", file, op)
	}
	return cases
}

// Get decodes a field into v. A missing field and null leave v alone.
func (c Case) Get(t testing.TB, field string, v any) {
	t.Helper()
	if raw, ok := c.fields[field]; ok {
		if err := json.Unmarshal(raw, v); err != nil {
			t.Fatalf("%s: field %q: %v", c.Name, field, err)
		}
	}
}

// Floats returns a nested list of numbers as its elements in row-major order and its shape.
func (c Case) Floats(t testing.TB, field string) (elems []float64, shape []int) {
	t.Helper()
	var nested any
	c.Get(t, field, &nested)
	return Flatten(nested)
}

// Flatten returns a nested list of numbers, as JSON gives it, as its elements in row-major order and its shape.
func Flatten(nested any) (elems []float64, shape []int) { return flatten(nil, nested), shapeOf(nested) }

// Ints is Floats for whole numbers.
func (c Case) Ints(t testing.TB, field string) (elems, shape []int) {
	t.Helper()
	floats, shape := c.Floats(t, field)
	elems = make([]int, len(floats))
	for i, x := range floats {
		elems[i] = int(x)
	}
	return elems, shape
}

func flatten(elems []float64, nested any) []float64 {
	switch x := nested.(type) {
	case float64:
		return append(elems, x)
	case []any:
		for _, y := range x {
			elems = flatten(elems, y)
		}
	}
	return elems
}

func shapeOf(nested any) []int {
	list, ok := nested.([]any)
	if !ok {
		return nil
	}
	if len(list) == 0 {
		return []int{0}
	}
	return append([]int{len(list)}, shapeOf(list[0])...)
}
