package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"gorgonia-embedding/internal/choice"
	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/internal/cli/clitest"
	"gorgonia-embedding/model"
	"gorgonia-embedding/optim"
)

// invoke runs the command and returns what it printed.
func invoke(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errOut bytes.Buffer
	err = run(t.Context(), args, &out, &errOut)
	return out.String(), errOut.String(), err
}

var lastLines = regexp.MustCompile(`\ndev accuracy (\d\.\d{3})\ntest accuracy (\d\.\d{3})\n$`)

// accuracies returns the numbers of the last two lines.
func accuracies(t *testing.T, stdout string) (dev, test float64) {
	t.Helper()
	m := lastLines.FindStringSubmatch(stdout)
	if m == nil {
		t.Fatalf("no accuracies at the end of:\n%s", stdout)
	}
	dev, _ = strconv.ParseFloat(m[1], 64)
	test, _ = strconv.ParseFloat(m[2], 64)
	return dev, test
}

// The accuracies that the manual and the README show are those of the toy set.
func TestShownAccuracies(t *testing.T) {
	toy, err := os.ReadFile("testdata/toy.txt")
	if err != nil {
		t.Fatal(err)
	}
	last := regexp.MustCompile(`dev accuracy \S+|test accuracy \S+`).FindAllString(string(toy), -1)
	for _, file := range []string{"main.go", "../../README.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range last {
			if !strings.Contains(string(text), line) {
				t.Errorf("%s does not show %q", file, line)
			}
		}
	}
}

// The numbers hold for amd64: other architectures fuse multiplications with additions.
func TestToySummary(t *testing.T) {
	stdout, stderr, err := invoke(t, "-report")
	if err != nil {
		t.Fatal(err)
	}
	if dev, test := accuracies(t, stdout); dev < 0.75 || test < 0.75 {
		t.Errorf("dev %v, test %v", dev, test)
	}
	line := regexp.MustCompile(`(?m)^epoch \d+/20  loss \d\.\d{4}  dev accuracy \d\.\d{3}  macro F1 \d\.\d{3}  \d+ words/s$`)
	if n := len(line.FindAllString(stderr, -1)); n < 2 || n != strings.Count(stderr, "\n") {
		t.Errorf("want a line for each epoch, got:\n%s", stderr)
	}
	if runtime.GOARCH == "amd64" {
		clitest.Golden(t, "testdata/toy.txt", stdout)
	}
}

func TestSummaryIsTheSameForAnyGOMAXPROCS(t *testing.T) {
	for _, flags := range []string{
		"", "-workers 3", "-sparse=false", "-optimizer adamw -weight-decay 0.1 -learning-rate 0.01 -schedule cosine -warmup 0.1 -clip-norm 5",
	} {
		args := append(strings.Fields(flags), "-epochs", "2", "-dim", "16", "-hidden", "16,8", "-quiet")
		want, stderr, err := invoke(t, args...)
		if err != nil || stderr != "" {
			t.Fatalf("%v, %q", err, stderr)
		}
		for _, procs := range []int{1, 3} {
			old := runtime.GOMAXPROCS(procs)
			got, _, err := invoke(t, args...)
			runtime.GOMAXPROCS(old)
			if err != nil || got != want {
				t.Errorf("%s: GOMAXPROCS %d: %v\n%s\nwant:\n%s", flags, procs, err, got, want)
			}
		}
		if other, _, _ := invoke(t, append(args, "-seed", "2")...); other == want {
			t.Errorf("%s: another seed gave the same summary", flags)
		}
	}
}

func TestHelp(t *testing.T) {
	stdout, stderr, err := invoke(t, "-h")
	if err != flag.ErrHelp || stderr != "" {
		t.Fatalf("%v, %q", err, stderr)
	}
	clitest.Golden(t, "testdata/help.txt", stdout)
	clitest.Manual(t, "main.go", stdout)
}

func TestMisuse(t *testing.T) {
	for _, tt := range []struct {
		args string
		want string
	}{
		{"-dim 0", "-dim must be at least 1, got 0"},
		{"-epochs -1", "-epochs must be at least 1, got -1"},
		{"-batch 0", "-batch must be at least 1, got 0"},
		{"-max-len -1", "-max-len must be at least 0, got -1"},
		{"-min-count -1", "-min-count must be at least 0, got -1"},
		{"-patience -1", "-patience must be at least 0, got -1"},
		{"-workers -1", "-workers must be in [0, -batch], got -1 of a batch of 32"},
		{"-workers 33", "-workers must be in [0, -batch], got 33 of a batch of 32"},
		{"-model x", fmt.Sprintf("-model must be %v, got %q", choice.Of[model.Architecture](model.Architectures()), "x")},
		{"-optimizer x", fmt.Sprintf("-optimizer must be %v, got %q", choice.Of[optim.Rule](optim.Rules()), "x")},
		{"-schedule x", `-schedule must be constant, linear, cosine or step, got "x"`},
		{"-momentum 0.9", "-momentum is of rmsprop and sgd, not of adam"},
		{"-optimizer sgd -momentum 1", "-momentum must be in [0, 1), got 1"},
		{"-warmup 0.1", "-warmup must be 0 for the course constant, got 0.1"},
		{"-clip-norm -1", "-clip-norm must be finite and at least 0, got -1"},
		{"-weight-decay nan", "-weight-decay must be finite and at least 0, got NaN"},
		{"-best x", `-best must be accuracy, f1 or loss, got "x"`},
		{"-class-weights x", `-class-weights must be none or balanced, got "x"`},
		{"-sparse=2", `invalid boolean value "2" for -sparse: parse error`},
		{"-learning-rate nan", "-learning-rate must be positive and finite, or 0 for the rule's default, got NaN"},
		{"-learning-rate -1", "-learning-rate must be positive and finite, or 0 for the rule's default, got -1"},
		{"-learning-rate x", `invalid value "x" for flag -learning-rate: parse error`},
		{"-dropout 1", "-dropout must be in [0, 1), got 1"},
		{"-dropout nan", "-dropout must be in [0, 1), got NaN"},
		{"-seed -1", `invalid value "-1" for flag -seed: parse error`},
		{"-hidden 3,x", `invalid value "3,x" for flag -hidden: want whole numbers, separated by commas`},
		{"-hidden 0", `-hidden sizes must be at least 1, got [0]`},
		{"-nonsense", "flag provided but not defined: -nonsense"},
		{"-dim", "flag needs an argument: -dim"},
		{"file.tsv", `unexpected argument "file.tsv": files are named by -train, -dev and -test`},
		{"-dev a.tsv", "-dev and -test go with -train: name the file to train on, or none for the toy set"},
		{"-dev a.tsv -test b.tsv", "-dev and -test go with -train: name the file to train on, or none for the toy set"},
		{"-train - -html x.html", "-html reads the texts of test twice: name a file of them, for - can be read once"},
		{"-train - -dev -", "only one of -train, -dev and -test can be -, standard input"},
		{"-train a -format x", `-format: no format "x": want one of tsv, jsonl, fasttext, csv`},
	} {
		stdout, stderr, err := invoke(t, strings.Fields(tt.args)...)
		var misuse *cli.UsageError
		if !errors.As(err, &misuse) || err.Error() != tt.want || stdout != "" || stderr != "" {
			t.Errorf("%s:\n got %v\nwant %s", tt.args, err, tt.want)
		}
	}
}

func TestBadData(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	empty := t.TempDir()
	good := file("good.tsv", "0\tdull and long\n1\tbright and short\n")
	for name, tt := range map[string]struct {
		path string
		want string
	}{
		"missing":  {filepath.Join(dir, "none.tsv"), "open %s: no such file or directory"},
		"folder":   {empty, "%s: a folder without folders in it: name a file, or a folder with one of .txt files for each label"},
		"empty":    {file("empty.tsv", ""), "%s:1: no examples: want a label and a text on each line"},
		"binary":   {file("binary.tsv", "1\tgood\n\x00\x01\x02\n"), "%s:2: a NUL byte at byte 1 of the line: this is not a text file"},
		"garbled":  {file("garbled.tsv", "1\tgood\n0\t\xff\xfe\n"), "%s:2: invalid UTF-8 at byte 3 of the line: convert the file to UTF-8"},
		"no tab":   {file("notab.tsv", "1\tgood\n0 bad\n"), "%s:2: one field: want two, label and text"},
		"bad csv":  {file("bad.csv", "1,good\n0,\"bad\n"), "%s:2: extraneous or missing \" in quoted-field"},
		"newlabel": {file("new.tsv", "0\tdull\n2\tbright\n"), `%s:2: the label "2" is none of the training data's: 0, 1`},
		"oneclass": {file("one.tsv", "1\tgood\n1\tfine\n"), `%s:2: every label down to here is "1": a classifier needs examples of two classes or more`},
	} {
		for i := range 3 {
			files := []string{good, good, good}
			files[i] = tt.path
			want := fmt.Sprintf(tt.want, tt.path)
			stdout, stderr, err := invoke(t, "-epochs", "1", "-train", files[0], "-dev", files[1], "-test", files[2])
			var misuse *cli.UsageError
			switch {
			case name == "oneclass" && i > 0: // dev and test may hold one class
				if err != nil {
					t.Errorf("%s in place %d: %v", name, i, err)
				}
			case name == "newlabel" && i == 0: // then it is dev that has a label too many
				if err == nil || err.Error() != good+`:2: the label "1" is none of the training data's: 0, 2` {
					t.Errorf("%s in place %d: %v", name, i, err)
				}
			case err == nil || err.Error() != want || errors.As(err, &misuse) || stdout != "" || stderr != "":
				t.Errorf("%s in place %d:\n got %v\nwant %s", name, i, err, want)
			}
		}
	}
}

// With balanced weights and the epoch chosen by the macro F1, a rare class is found.
func TestRareClass(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rare.tsv")
	var lines strings.Builder
	for i := range 400 {
		label := "common"
		if i%20 == 0 {
			label = "rare"
		}
		fmt.Fprintf(&lines, "%s\tw%d w%d\n", label, i%2, i%3)
	}
	if err := os.WriteFile(path, []byte(lines.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	f1 := regexp.MustCompile(`(?m)^macro F1    (\S+) on dev, \S+ on test$`)
	scores := make(map[string]string)
	for _, flags := range []string{"", "-class-weights balanced -best f1"} {
		args := append(strings.Fields(flags), "-quiet", "-epochs", "5", "-train", path, "-dev", path, "-test", path)
		stdout, _, err := invoke(t, args...)
		m := f1.FindStringSubmatch(stdout)
		if err != nil || m == nil || flags != "" && !strings.Contains(stdout, " was best on dev by f1, accuracy ") {
			t.Fatalf("%v\n%s", err, stdout)
		}
		scores[flags] = m[1]
	}
	if scores[""] != "0.487" || scores["-class-weights balanced -best f1"] <= "0.487" {
		t.Errorf("macro F1 %v", scores)
	}
}

func TestManyClasses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "many.tsv")
	var lines strings.Builder
	for i := range 200 {
		fmt.Fprintf(&lines, "class-%03d\tw%d\n", i%50, i%50/2)
	}
	if err := os.WriteFile(path, []byte(lines.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	stdout, _, err := invoke(t, "-quiet", "-report", "-epochs", "2", "-train", path, "-dev", path, "-test", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"classes     50: class-000, class-001, class-002, class-003, class-004, …\n",
		"\nthe 10 of 50 classes with the lowest F1\n", "\nthe 10 commonest confusions, ",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	if n := strings.Count(stdout, "\n"); n > 40 {
		t.Errorf("%d lines", n)
	}
}

// The page is the same for the same flags, changes nothing of the summary, and is one that a browser reads. What keeps
// it from being written is said before the training.
func TestHTML(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-quiet", "-epochs", "2", "-dim", "8"}
	want, _, err := invoke(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	var pages [2]string
	for i := range pages {
		path := filepath.Join(dir, "page.html")
		stdout, stderr, err := invoke(t, append(args, "-html", path)...)
		if err != nil || stdout != want || stderr != "" {
			t.Errorf("%v, %q\n%s", err, stderr, stdout)
		}
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		pages[i] = string(page)
	}
	if pages[0] != pages[1] {
		t.Error("another page for the same flags")
	}
	for _, part := range []string{
		"<h1>Training on the toy set</h1>", "2256 train, 392 dev, 392 test examples", `id="curves"`, `id="reliability"`, `id="mistakes"`, `id="words"`, `id="map"`, "&#34;epochs&#34;: 2,",
	} {
		if !strings.Contains(pages[0], part) {
			t.Errorf("the page holds no %s", part)
		}
	}
	for path, want := range map[string]string{
		dir:                           "-html %s is a folder: name a file",
		filepath.Join(dir, "no", "f"): "stat " + filepath.Join(dir, "no") + ": no such file or directory",
	} {
		if strings.Contains(want, "%s") {
			want = fmt.Sprintf(want, path)
		}
		if stdout, _, err := invoke(t, append(args, "-html", path)...); err == nil || err.Error() != want || stdout != "" {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestSparkline(t *testing.T) {
	long := make([]float64, 100)
	for i := range long {
		long[i] = float64(i / 50)
	}
	for want, y := range map[string][]float64{
		"": nil, "▅": {0.3}, "▅▅": {0.5, 0.5}, "▁█": {0.1, 0.2}, "▁▃▅█": {0, 0.3, 0.6, 1}, "█▁▅": {1, 0, 0.5},
		strings.Repeat("▁", 20) + strings.Repeat("█", 20): long,
	} {
		if got := sparkline(y); got != want {
			t.Errorf("%v: %s, want %s", y, got, want)
		}
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stdout bytes.Buffer
	stderr := &canceller{cancel: cancel}
	if err := run(ctx, nil, &stdout, stderr); err != nil {
		t.Fatal(err)
	}
	accuracies(t, stdout.String())
	if !strings.HasSuffix(stderr.String(), "\ninterrupted in epoch 2: evaluating the best weights so far\n") {
		t.Errorf("stderr:\n%s", stderr)
	}
	if !strings.Contains(stdout.String(), "epoch 1 of 1 was best") {
		t.Errorf("stdout:\n%s", &stdout)
	}
}

// canceller cancels at the first line that it is given.
type canceller struct {
	bytes.Buffer
	cancel func()
}

func (c *canceller) Write(p []byte) (int, error) {
	c.cancel()
	return c.Buffer.Write(p)
}

// TestAccuracyOnRealData trains with the default flags on the files of the folder EMBEDDING_DATA, from twenty seeds:
// the accuracy of one is off the mean by up to three hundredths. It prints the table of the README: make accuracy
// DATA=folder.
func TestAccuracyOnRealData(t *testing.T) {
	dir := os.Getenv("EMBEDDING_DATA")
	if dir == "" {
		t.Skip("EMBEDDING_DATA does not name a folder with mr.* and sst2.*")
	}
	for _, set := range []struct {
		name  string
		least float64
	}{{"mr", 0.750}, {"sst2", 0.805}} {
		var devs, tests []float64
		for seed := 1; seed <= 20; seed++ {
			stdout, _, err := invoke(t, "-quiet", "-seed", strconv.Itoa(seed),
				"-train", filepath.Join(dir, set.name+".train.tsv"), "-dev", filepath.Join(dir, set.name+".dev.tsv"), "-test", filepath.Join(dir, set.name+".test.tsv"))
			if err != nil {
				t.Fatal(err)
			}
			dev, test := accuracies(t, stdout)
			devs, tests = append(devs, dev), append(tests, test)
		}
		mean := stat.Mean(tests, nil)
		fmt.Printf("| %s | %s | %s |\n", set.name, spread(devs), spread(tests))
		if mean < set.least {
			t.Errorf("%s: mean test accuracy %.4f, want at least %.3f", set.name, mean, set.least)
		}
	}
}

// spread returns a cell such as "0.785 ± 0.001, 0.776 to 0.793": the mean with its standard error, and the range.
func spread(x []float64) string {
	mean, std := stat.MeanStdDev(x, nil)
	return fmt.Sprintf("%.3f ± %.3f, %.3f to %.3f", mean, stat.StdErr(std, float64(len(x))), slices.Min(x), slices.Max(x))
}
