package train_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorgonia-embedding/optim"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// The training of these tests: 3 steps in each of 4 epochs.
var kept = trainings["2 workers"]

// newKept returns the trainer of a training that is kept in dir, with a checkpoint after each step.
func newKept(dir string) (*reading, *train.Trainer) {
	r := newReading(11)
	tr := must(train.New(r.task(), kept))
	tr.Checkpoints = train.Checkpoints{Dir: filepath.Join(dir, "state"), Every: 1, Keep: 3}
	tr.Metrics = filepath.Join(dir, "metrics.jsonl")
	return r, tr
}

// finish trains to the end, from the newest checkpoint if there is one, and returns the last state and the metrics
// without their times.
func finish(t *testing.T, dir string) (last, metrics []byte) {
	t.Helper()
	_, tr := newKept(dir)
	name, damaged, err := tr.Resume()
	if err != nil || len(damaged) > 0 {
		t.Fatal(name, damaged, err)
	}
	h, err := tr.Fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := tr.Save(&b); err != nil {
		t.Fatal(err)
	}
	for i := range h.Epochs {
		h.Epochs[i].Time = 0
	}
	if got, want := readMetrics(t, tr.Metrics), h.Epochs; !slices.Equal(got, want) {
		t.Errorf("metrics\n%v\nwant\n%v", got, want)
	}
	return b.Bytes(), must(json.Marshal(h))
}

// readMetrics returns the epochs of a file without their times.
func readMetrics(t *testing.T, name string) (epochs []train.Epoch) {
	t.Helper()
	for line := range strings.Lines(string(must(os.ReadFile(name)))) {
		var e train.Epoch
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Time <= 0 {
			t.Fatalf("%s: %v", line, err)
		}
		e.Time = 0
		epochs = append(epochs, e)
	}
	return epochs
}

func list(t *testing.T, dir string) (names []string) {
	t.Helper()
	for _, e := range must(os.ReadDir(dir)) {
		names = append(names, e.Name())
	}
	return names
}

// A process that is killed at any moment leaves a folder from which the training goes on with the same bits.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("TRAIN_UNTIL_KILLED"); dir != "" {
		trainUntilKilled(dir)
	}
	want, metrics := finish(t, t.TempDir())
	for round := range 20 {
		dir := t.TempDir()
		steps, wait := rand.IntN(13), time.Duration(rand.IntN(2000))*time.Microsecond
		kill(t, dir, steps, wait)
		if got, gotMetrics := finish(t, dir); !bytes.Equal(got, want) || !bytes.Equal(gotMetrics, metrics) {
			t.Errorf("round %d: killed %v after step %d: another training", round, wait, steps)
		}
		if names := list(t, filepath.Join(dir, "state")); len(names) != 3 && len(names) != 4 { // 4: it was killed before it removed the oldest
			t.Errorf("there is %q", names)
		}
	}
}

// kill trains in another process, which it kills so long after so many steps, or when it is done.
func kill(t *testing.T, dir string, steps int, wait time.Duration) {
	t.Helper()
	child := exec.Command(must(os.Executable()), "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), "TRAIN_UNTIL_KILLED="+dir)
	out := bufio.NewScanner(must(child.StdoutPipe()))
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for range 1 + steps {
		if !out.Scan() || out.Text() != "step" {
			t.Fatalf("the process said %q", out.Text())
		}
	}
	time.Sleep(wait)
	child.Process.Kill()
	child.Wait()
}

// trainUntilKilled trains, and says when it begins and after each step.
func trainUntilKilled(dir string) {
	_, tr := newKept(dir)
	tr.OnBatch = func(int, int) { os.Stdout.WriteString("step\n") }
	tr.OnBatch(0, 0)
	if _, err := tr.Fit(context.Background()); err != nil {
		os.Stdout.WriteString(err.Error())
	}
	os.Exit(0)
}

// A disk that takes no more is one clear line, and the checkpoint before stays. Here no file may have more than 512 or 1,024 bytes.
func TestDiskFull(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	child := exec.Command(sh, "-c", `ulimit -f 1; exec "$0" -test.run='^TestKilled$'`, must(os.Executable()))
	child.Env = append(os.Environ(), "TRAIN_UNTIL_KILLED="+dir)
	out, err := child.Output()
	lines := strings.Split(string(out), "\n")
	want := "train: checkpoint: write " + filepath.Join(dir, "state", "step-000000001.safetensors") + ": "
	if last := lines[len(lines)-1]; err != nil || len(lines) != 3 || !strings.HasPrefix(last, want) {
		t.Errorf("%v: got %q, want %q", err, lines, want)
	}
	if names := list(t, filepath.Join(dir, "state")); len(names) > 0 {
		t.Errorf("there is %q", names)
	}
}

// The newest checkpoint that is whole is taken; a folder whose training is not gone on with is not written to.
func TestResumeTakesTheNewestThatIsWhole(t *testing.T) {
	dir := t.TempDir()
	want, _ := finish(t, dir)
	state := filepath.Join(dir, "state")
	names := list(t, state)
	if !slices.Equal(names, []string{"step-000000010.safetensors", "step-000000011.safetensors", "step-000000012.safetensors"}) {
		t.Fatalf("kept %q", names)
	}
	_, tr := newKept(dir)
	if _, err := tr.Fit(t.Context()); err == nil || err.Error() != "train: "+state+" has checkpoints of a training: go on with it by Resume, or remove them" {
		t.Error(err)
	}
	newest := must(os.ReadFile(filepath.Join(state, names[2])))
	newest[len(newest)-9] ^= 4
	for name, text := range map[string][]byte{names[2]: newest, names[1]: newest[:100], "step-000000011.safetensors.tmp-77": nil, "step-99.safetensors": nil, "step-000000013.safetensors": []byte("x")} {
		if err := os.WriteFile(filepath.Join(state, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	_, tr = newKept(dir)
	name, damaged, err := tr.Resume()
	if err != nil || name != filepath.Join(state, names[0]) || len(damaged) != 3 {
		t.Fatal(name, damaged, err)
	}
	for i, want := range []string{"step-000000013.safetensors: safetensors: the file ends before the header", "12.safetensors: safetensors: the file's crc32c is ", "11.safetensors: safetensors: "} {
		if !strings.Contains(damaged[i].Error(), want) {
			t.Errorf("got %v\nwant %s", damaged[i], want)
		}
	}
	if _, err := tr.Fit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := list(t, state); !slices.Equal(got, append(names, "step-99.safetensors")) {
		t.Errorf("there is %q", got)
	}
	if got := must(os.ReadFile(filepath.Join(state, names[2]))); !bytes.Equal(got, want) {
		t.Error("another training")
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(state, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, damaged, err := tr.Resume(); err == nil || len(damaged) != 3 || !strings.HasPrefix(err.Error(), "train: no checkpoint is whole, remove them to begin anew: ") {
		t.Error(err)
	}
}

// A checkpoint that does not fit is no damaged one: the one before it would not fit either.
func TestResumeSaysWhatDoesNotFit(t *testing.T) {
	dir := t.TempDir()
	finish(t, dir)
	cfg := kept
	cfg.Seed = 9
	tr := must(train.New(newReading(11).task(), cfg))
	tr.Checkpoints.Dir = filepath.Join(dir, "state")
	name, damaged, err := tr.Resume()
	want := "train: resuming from " + filepath.Join(dir, "state", "step-000000012.safetensors") + ": its seed is 2, and here it is 9: it cannot be changed within a training"
	if name == "" || damaged != nil || err == nil || err.Error() != want {
		t.Errorf("%s %v\ngot  %v\nwant %s", name, damaged, err, want)
	}
}

// A checkpoint or a line that cannot be written ends the training with the best parameters so far. A folder in which
// nothing can be made is found out before.
func TestCheckpointsThatCannotBeWritten(t *testing.T) {
	for where, want := range map[string]string{
		"state":         "train: mkdir %s/state: not a directory",
		"metrics.jsonl": "train: rename %s/metrics.jsonl: ",
	} {
		dir := t.TempDir()
		if where == "state" {
			must(0, os.WriteFile(filepath.Join(dir, where), nil, 0o666))
		} else {
			must(0, os.MkdirAll(filepath.Join(dir, where, "x"), 0o777))
		}
		_, tr := newKept(dir)
		_, err := tr.Fit(t.Context())
		if err == nil || !strings.HasPrefix(err.Error(), strings.ReplaceAll(want, "%s", dir)) || strings.Contains(err.Error(), "\n") || tr.Solver() != nil && tr.Solver().Steps() > 0 {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	dir := t.TempDir()
	r, tr := newKept(dir)
	var best bytes.Buffer
	tr.OnEpoch = func(e train.Epoch) {
		if e.Number == 2 {
			must(0, r.set.Save(&best))
			must(0, os.RemoveAll(filepath.Join(dir, "state")))
		}
	}
	h, err := tr.Fit(t.Context())
	want := "train: checkpoint: open " + filepath.Join(dir, "state", "step-000000007.safetensors") + ": no such file or directory"
	var kept bytes.Buffer
	must(0, r.set.Save(&kept))
	if err == nil || err.Error() != want || h.Best != 2 || !bytes.Equal(kept.Bytes(), best.Bytes()) {
		t.Errorf("got  %v\nwant %s\n%v", err, want, h)
	}
}

// What cannot be a number in JSON is null, and a history goes through JSON.
func TestEpochIsJSON(t *testing.T) {
	inf := []float64{0, -1}
	e := train.Epoch{Number: 2, Loss: 0.5, Dev: train.Score{Loss: 0.1 / inf[0], Accuracy: 0.75}, Examples: 4, Time: 1500 * time.Millisecond, Steps: 7, LearningRate: 0.01}
	raw, err := json.Marshal(train.History{Epochs: []train.Epoch{e}, Best: 2})
	want := `{"epochs":[{"epoch":2,"step":7,"loss":0.5,"dev_loss":null,"dev_accuracy":0.75,"dev_macro_f1":0,"learning_rate":0.01,"examples":4,"seconds":1.5}],"best":2}`
	if err != nil || string(raw) != want {
		t.Errorf("got  %s\nwant %s\n%v", raw, want, err)
	}
	var h train.History
	if err := json.Unmarshal(raw, &h); err != nil || h.Epochs[0].Dev.Loss == h.Epochs[0].Dev.Loss {
		t.Errorf("%+v, %v", h, err)
	}
	if h.Epochs[0].Dev.Loss = e.Dev.Loss; h.Epochs[0] != e {
		t.Errorf("%+v became %+v", e, h)
	}
}

// A checkpoint without its end, with another byte, or with NaN, is an error, and nothing has changed.
func TestDamagedFiles(t *testing.T) {
	all, _ := saves(t, newReading(11).task(), kept, nil, 5)
	good := all[len(all)-1]
	task := newReading(11)
	tr := must(train.New(task.task(), kept))
	if err := tr.Load(bytes.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	unchanged := func() bool {
		var b bytes.Buffer
		return tr.Save(&b) == nil && bytes.Equal(b.Bytes(), good)
	}
	for at := 0; at < len(good); at += 3 {
		flipped := slices.Clone(good)
		flipped[at] ^= 1 << (at % 8)
		if tr.Load(bytes.NewReader(flipped)) == nil && !unchanged() { // a key of JSON may be in capitals
			t.Fatalf("byte %d is another one, and no error", at)
		}
		if tr.Load(bytes.NewReader(good[:at])) == nil || tr.Load(bytes.NewBuffer(good[:at])) == nil {
			t.Fatalf("cut at byte %d, and no error", at)
		}
	}
	if !unchanged() {
		t.Error("something has changed")
	}
	diverged := newReading(11)
	tr2 := must(train.New(diverged.task(), kept))
	tr2.OnBatch = func(done, of int) {
		if tr2.Solver().Steps() == 2 {
			for p := range diverged.set.All() {
				p.Data.([]float32)[1] /= 0 * p.Data.([]float32)[1]
				p.Data.([]float32)[1] *= 0
			}
			var b bytes.Buffer
			if err := tr2.Save(&b); err != nil {
				t.Fatal(err)
			}
			if err := tr.Load(&b); err == nil || !strings.HasPrefix(err.Error(), `train: loading a training: tensor "parameters.out.bias" is NaN at element 1`) {
				t.Error(err)
			}
		}
	}
	if _, err := tr2.Fit(t.Context()); err == nil || !strings.Contains(err.Error(), "NaN") {
		t.Error(err)
	}
	if err := tr2.Save(new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "after one that failed") {
		t.Error(err)
	}
	if !unchanged() {
		t.Error("something has changed")
	}
}

// A checkpoint costs little beside an epoch: here of 100 steps, of a batch of 32 and a table of 1,000
// words. What it costs is the disk's, which is waited for.
func BenchmarkCheckpoint(b *testing.B) {
	r := &reading{train: 3200, vocab: 1000, dim: 64, set: params.New(1), sparse: true}
	rnd := rand.New(rand.NewPCG(1, 1))
	for range r.train + 100 {
		text := make([]int, 30)
		for i := range text {
			text[i] = rnd.IntN(r.vocab)
		}
		r.texts = append(r.texts, text)
	}
	for _, dir := range []string{"", b.TempDir()} {
		name := "none"
		if dir != "" {
			name = "each epoch"
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				tr := must(train.New(r.task(), train.Config{Epochs: 10, Batch: 32, Rule: optim.Adam{}}))
				if tr.Checkpoints.Dir = dir; dir != "" {
					must(0, os.RemoveAll(dir))
				}
				if _, err := tr.Fit(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/10/float64(b.N), "µs/epoch")
		})
	}
}
