package main

import (
	"bytes"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgonia-embedding/internal/cli"
)

const text = `machine: 2 CPUs, PyTorch 1.13.1, 2 rounds
suites: step-pytorch training growth lookup-pytorch
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

// goalTable has the places, implementations and statistics that goals can have.
const goalTable = `# a comment
step-pytorch	step, sgd, vocab 1000	ns/op	pinned Step/solver=sgd/vocab=1000/impl=ours	pinned Step/solver=sgd/vocab=1000/impl=pytorch-bag|pytorch-embedding	0.8
step-pytorch	the same again	ns/op	pinned Step/solver=sgd/vocab=1000/impl=ours	pinned Step/solver=sgd/vocab=1000/impl=pytorch-bag|pytorch-embedding	-
growth	peak memory, sgd, vocab 10M, in tables	peak/table	pinned Memory/solver=sgd/vocab={large}/impl=ours	-	1.3
lookup-pytorch	lookup, zipf ids, two threads	ns/op	two-cpu Lookup/ids=zipf/impl=ours	two-cpu Lookup/ids=zipf/impl=pytorch	-
training	training, sgd, two workers ÷ one	ns/op	two-cpu Training/solver=sgd/workers=2/impl=ours	pinned Training/solver=sgd/workers=1/impl=ours	0.65
step	step, sgd, vocab 1000	ns/op	pinned Step/solver=sgd/vocab=1000/impl=ours	pinned Step/solver=sgd/vocab=1000/impl=stock	-
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
	s := parseResults(text)
	goals, err := s.goals(goalTable)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.tables(goals); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err := s.checkLosses(); err != nil {
		t.Error(err)
	}
	doc := filepath.Join(t.TempDir(), "doc.md")
	if err := s.update(doc, goals); err == nil {
		t.Error("no file: no error")
	}
	os.WriteFile(doc, []byte("a\n<!-- make bench -->\n<!-- end -->\nb\n<!-- make bench-pytorch -->\nold\n<!-- end -->\nc\n"), 0o666)
	if err := s.update(doc, goals); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(doc)
	if want := "a\n<!-- make bench -->\n<!-- end -->\nb\n<!-- make bench-pytorch -->\n" + want + "<!-- end -->\nc\n"; string(got) != want {
		t.Errorf("got\n%s", got)
	}
}

func TestOtherModel(t *testing.T) {
	s := parseResults(strings.Replace(text, "200000 ns/op 0.693147", "200000 ns/op 0.7", 1))
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

// A goal of a suite that was run, without a measurement, is an error that names both.
func TestGoalWithoutMeasurement(t *testing.T) {
	s := parseResults(strings.ReplaceAll(text, "impl=pytorch-bag", "impl=pytorch-bags"))
	want := "goals without a measurement:\nstep, sgd, vocab 1000: no pinned Step/solver=sgd/vocab=1000/impl=pytorch-bag ns/op"
	if _, err := s.goals(goalTable); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	s.suites = []string{"lookup-pytorch"}
	if goals, err := s.goals(goalTable); err != nil || len(goals) != 1 {
		t.Errorf("only the lookup was run: got %d goals, %v", len(goals), err)
	}
	s.suites = nil
	if _, err := s.goals(goalTable); err == nil || !strings.Contains(err.Error(), `want a line such as "suites: step lookup"`) {
		t.Errorf("got %v", err)
	}
}

// In the real table each {x} has values, and each suite that has goals has jobs.
func TestGoals(t *testing.T) {
	goals, err := parseGoals(goalsTSV)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range goals {
		if _, err := (&runner{names: []string{g.suite}}).jobs(); err != nil || strings.Contains(g.what+g.numerator.name+g.denominator.name, "{") {
			t.Errorf("%+v: %v", g, err)
		}
	}
	if len(goals) != 189 {
		t.Errorf("%d goals", len(goals))
	}
	for _, bad := range []string{"step\tx\tns/op\tpinned A/impl=a\t-", "step\tx\tns/op\tpinned A/impl=a\t-\tx"} {
		if _, err := parseGoals(bad); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

// Every suite has jobs, and the manual knows it.
func TestSuites(t *testing.T) {
	manual, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range (&runner{}).suites() {
		if len(s.jobs) == 0 || !strings.Contains(string(manual), s.name) {
			t.Errorf("%s: %d jobs; is it in the manual?", s.name, len(s.jobs))
		}
	}
}

func TestMisuse(t *testing.T) {
	for _, args := range []string{
		"", "measure", "compare", "compare step steps", "compare -count x", "report", "report a b", "gen", "memory -vocab x", "serve -clients x", "serve -clients 0", "peak", "peak -x",
	} {
		var out bytes.Buffer
		var misuse *cli.UsageError
		if err := run(t.Context(), strings.Fields(args), &out, &out); !errors.As(err, &misuse) {
			t.Errorf("%q: got %v", args, err)
		}
	}
	for _, args := range []string{"report none.txt", "memory -solver x", "peak -file none.txt true", "peak -file main.go false"} {
		var out bytes.Buffer
		var misuse *cli.UsageError
		if err := run(t.Context(), strings.Fields(args), &out, &out); err == nil || errors.As(err, &misuse) {
			t.Errorf("%q: got %v", args, err)
		}
	}
	for _, args := range []string{"-h", "compare -h", "report -h", "gen -h", "memory -h", "serve -h", "peak -h"} {
		var out bytes.Buffer
		if err := run(t.Context(), strings.Fields(args), &out, &out); err != flag.ErrHelp || out.Len() == 0 {
			t.Errorf("%q: got %v, %q", args, err, &out)
		}
	}
}

func TestMemory(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), strings.Fields("memory -vocab 1000 -steps 2"), &out, &out); err != nil {
		t.Fatal(err)
	}
	s := parseResults("place: pinned\n" + out.String())
	if x := s.samples["pinned Memory/solver=sgd/vocab=1000/impl=ours peak/table"]; len(x) != 1 || x[0] < 1 {
		t.Errorf("got %q", &out)
	}
}

func TestPeak(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), strings.Fields("peak -name File/impl=true -file main.go true"), &out, &out); err != nil {
		t.Fatal(err)
	}
	s := parseResults("place: pinned\n" + out.String())
	file, err := os.Stat("main.go")
	if err != nil {
		t.Fatal(err)
	}
	held, ratio := s.samples["pinned File/impl=true peak-B"], s.samples["pinned File/impl=true peak/file"]
	if len(held) != 1 || held[0] < 1<<16 || len(ratio) != 1 || math.Abs(ratio[0]-held[0]/float64(file.Size())) > 0.01 {
		t.Errorf("got %q", &out)
	}
}

func TestServe(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), strings.Fields("serve -clients 2 -seconds 0.2 -vocab 100"), &out, &out); err != nil {
		t.Fatal(err)
	}
	s := parseResults("place: pinned\n" + out.String())
	if x := s.samples["pinned Serve/clients=2/vocab=100/words=20 p99-ns"]; len(x) != 1 || x[0] <= 0 {
		t.Errorf("got %q", &out)
	}
}
