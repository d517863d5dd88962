package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const text = `machine: 2 CPUs, PyTorch 1.13.1, 2 rounds
place: pinned
BenchmarkStep/solver=sgd/vocab=1000/impl=ours 100 50000 ns/op 0.693100 loss
BenchmarkStep/solver=sgd/vocab=1000/impl=pytorch-bag 100 200000 ns/op 0.693147 loss
BenchmarkStep/solver=sgd/vocab=1000/impl=pytorch-embedding 100 250000 ns/op 0.693147 loss
BenchmarkMemory/solver=sgd/vocab=10000000/impl=ours 500 100 ns/op 3500000000 peak-B 1.37 peak/table
BenchmarkTraining/solver=sgd/workers=1/impl=ours 1 200000000 ns/op 0.9 accuracy
place: two-cpu
BenchmarkLookup/ids=zipf/impl=ours-2 100 90000 ns/op
BenchmarkTraining/solver=sgd/workers=2/impl=ours 1 120000000 ns/op 0.9 accuracy
place: pinned
BenchmarkStep/solver=sgd/vocab=1000/impl=ours 100 60000 ns/op 0.693100 loss
BenchmarkStep/solver=sgd/vocab=1000/impl=pytorch-bag 100 300000 ns/op 0.693147 loss
BenchmarkStep/solver=sgd/vocab=1000/impl=pytorch-embedding 100 280000 ns/op 0.693147 loss
place: two-cpu
BenchmarkLookup/ids=zipf/impl=pytorch-2 100 100000 ns/op
`

func TestTables(t *testing.T) {
	want := `2 CPUs, PyTorch 1.13.1, 2 rounds.

| | ours | peer | | ratio | range | goal | |
|---|---|---|---|---|---|---|---|
| step, sgd, vocab 1000 | 55.0 µs | 0.250 ms | pytorch-bag | 0.23 | 0.20–0.25 | ≤ 0.80 | reached |
| peak memory, sgd, vocab 10M, in tables | 1.37 |  |  | 1.37 | 1.37–1.37 | ≤ 1.30 | **missed** |
| training, sgd, two workers ÷ one | 0.120 s | 0.200 s | ours, accuracy 0.900 to 0.900 | 0.60 | 0.60–0.60 | ≤ 0.65 | reached |

For information:

| | ours | peer | | ratio | range |
|---|---|---|---|---|---|
| lookup, zipf ids, two threads | 90.0 µs | 0.100 ms | pytorch | 0.90 | 0.90–0.90 |
`
	s := parse(text)
	if got := s.tables(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err := s.checkLosses(); err != nil {
		t.Error(err)
	}
	doc := filepath.Join(t.TempDir(), "doc.md")
	if err := s.update(doc); err == nil {
		t.Error("no file: no error")
	}
	os.WriteFile(doc, []byte("a\n<!-- make bench -->\n<!-- end -->\nb\n<!-- make bench-pytorch -->\nold\n<!-- end -->\nc\n"), 0o666)
	if err := s.update(doc); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(doc)
	if want := "a\n<!-- make bench -->\n<!-- end -->\nb\n<!-- make bench-pytorch -->\n" + want + "<!-- end -->\nc\n"; string(got) != want {
		t.Errorf("got\n%s", got)
	}
}

func TestOtherModel(t *testing.T) {
	s := parse(strings.Replace(text, "200000 ns/op 0.693147", "200000 ns/op 0.7", 1))
	if err := s.checkLosses(); err == nil || !strings.Contains(err.Error(), "the loss of pytorch-bag is 0.7, ours 0.6931") {
		t.Errorf("got %v", err)
	}
}

func TestAccuracy(t *testing.T) {
	for text, want := range map[string]float64{"0.8790\n": 0.879, "N\t2000\nP@1\t0.881\nR@1\t0.881\n": 0.881} {
		if got, err := lastAccuracy(text); got != want || err != nil {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	if _, err := lastAccuracy(""); err == nil {
		t.Error("no text: no error")
	}
}

// Every suite has jobs, with peers in Go or with the others.
func TestSuites(t *testing.T) {
	for _, name := range suites {
		n := 0
		for _, pytorch := range []bool{false, true} {
			r := &runner{names: []string{name}, pytorch: pytorch}
			n += len(r.jobs())
		}
		if n == 0 {
			t.Errorf("%s has no jobs", name)
		}
	}
}

func TestBadArguments(t *testing.T) {
	for _, args := range [][]string{{"steps"}, {"-with", "torch"}, {"-count", "x"}, {"-read", "no such file"}} {
		var out bytes.Buffer
		if err := run(t.Context(), args, &out, &out); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
