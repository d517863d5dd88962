package word2vec

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// topics returns n sentences of ten words each of one topic of four. A topic has ten words: a0 to a9, b0 to b9, …
func topics(n int) Corpus {
	return Sequences(func(yield func([]string) bool) {
		rnd := newRandom(42)
		sentence := make([]string, 10)
		for range n {
			topic := 'a' + rune(rnd.below(4))
			for i := range sentence {
				sentence[i] = fmt.Sprintf("%c%d", topic, rnd.below(10))
			}
			if !yield(sentence) {
				return
			}
		}
	})
}

// mixed returns n sentences of ten of 1,000 words: so many that steps are long, and worth more than one thread.
func mixed(n int) Corpus {
	return IDs(func(yield func([]int) bool) {
		rnd := newRandom(43)
		sentence := make([]int, 10)
		for range n {
			for i := range sentence {
				sentence[i] = rnd.below(1000)
			}
			if !yield(sentence) {
				return
			}
		}
	})
}

// small returns settings for corpora of a few words.
func small() Config {
	cfg := Defaults()
	cfg.Dim, cfg.MinCount, cfg.Sample, cfg.Bucket, cfg.Epochs = 12, 1, 0, 500, 2
	return cfg
}

func fit(t testing.TB, corpus Corpus, cfg Config) *Model {
	t.Helper()
	m, err := Train(t.Context(), corpus, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// hood returns how many of the nine words nearest to each one are of its topic, as a share.
func hood(m *Model) float64 {
	v, right, dim := m.Vectors(), 0, m.Config().Dim
	cosine := func(a, b int) float64 {
		var dot, x, y float64
		for j := range dim {
			p, q := float64(v[a*dim+j]), float64(v[b*dim+j])
			dot, x, y = dot+p*q, x+p*p, y+q*q
		}
		return dot / math.Sqrt(x*y)
	}
	for a := range m.Len() {
		others := make([]int, m.Len())
		for b := range others {
			others[b] = b
		}
		slices.SortFunc(others, func(b, c int) int { return -cmpFloat(cosine(a, b), cosine(a, c)) })
		for _, b := range others[1:10] {
			if m.Word(a)[0] == m.Word(b)[0] {
				right++
			}
		}
	}
	return float64(right) / float64(9*m.Len())
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func TestLearnsWhatOccursTogether(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"skip-gram":           func(*Config) {},
		"cbow":                func(c *Config) { c.CBOW = true },
		"skip-gram, n-grams":  func(c *Config) { c.MinN, c.MaxN = 2, 3 },
		"cbow, n-grams":       func(c *Config) { c.CBOW, c.MinN, c.MaxN = true, 2, 3 },
		"skip-gram, dim 5":    func(c *Config) { c.Dim = 5 },
		"skip-gram, dim 130":  func(c *Config) { c.Dim = 130 },
		"skip-gram, sampling": func(c *Config) { c.Sample = 0.01 },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := small()
			cfg.Epochs = 5
			change(&cfg)
			m := fit(t, topics(400), cfg)
			if got := hood(m); m.Len() != 40 || got < 0.99 {
				t.Errorf("of %d words' neighbours, %.3f are of their topic", m.Len(), got)
			}
		})
	}
}

// A word that was not in the corpus has the mean of its n-grams' vectors.
func TestVectorOfAnUnknownWord(t *testing.T) {
	cfg := small()
	cfg.MinN, cfg.MaxN = 2, 3
	m := fit(t, topics(100), cfg)
	if v, ok := m.Vector("a55"); !ok || len(v) != cfg.Dim || slices.Max(v) == 0 {
		t.Errorf("got %v, %v", v, ok)
	}
	if v, ok := m.Vector(m.Word(3)); !ok || !slices.Equal(v, m.Vectors()[3*cfg.Dim:4*cfg.Dim]) {
		t.Errorf("the vector of a word is %v, %v", v, ok)
	}
	if v, ok := fit(t, topics(10), small()).Vector("a55"); ok {
		t.Errorf("without n-grams: got %v", v)
	}
}

// wantEqual fails unless two models have the same bits.
func wantEqual(t *testing.T, what string, got, want *Model) {
	t.Helper()
	if !slices.Equal(got.words, want.words) {
		t.Fatalf("%s: other words", what)
	}
	for p := range want.tables.in {
		if !slices.Equal(got.tables.in[p], want.tables.in[p]) || !slices.Equal(got.tables.out[p], want.tables.out[p]) {
			t.Fatalf("%s: other vectors in panel %d", what, p)
		}
	}
}

func TestSameBitsForAnyNumberOfThreads(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"skip-gram": func(c *Config) { c.Dim = 100 },
		"cbow":      func(c *Config) { c.CBOW, c.Sample = true, 0.01 },
		"n-grams":   func(c *Config) { c.MinN, c.MaxN, c.Dim = 2, 3, 130 },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := small()
			change(&cfg)
			want := fit(t, mixed(250), cfg)
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
			for _, procs := range []int{1, 4} {
				runtime.GOMAXPROCS(procs)
				for _, cfg.Threads = range []int{2, 7} {
					wantEqual(t, fmt.Sprintf("GOMAXPROCS %d, %d threads", procs, cfg.Threads), fit(t, mixed(250), cfg), want)
				}
			}
			if cfg.Seed = 2; slices.Equal(fit(t, mixed(250), cfg).Vectors(), want.Vectors()) {
				t.Error("another seed gave the same vectors")
			}
		})
	}
}

// interruptedAt returns a corpus that cancels a context when so many of its sentences, of all passes, have been read.
func interruptedAt(corpus Corpus, n int, cancel func()) Corpus {
	return func(yield func([]string, error) bool) {
		for s, err := range corpus {
			if n--; n == 0 {
				cancel()
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// A training that is interrupted, whenever and as often, comes to the same bits, with other numbers of threads too.
func TestResume(t *testing.T) {
	cfg := small()
	cfg.MinN, cfg.MaxN = 2, 2
	corpus, path := mixed(700), filepath.Join(t.TempDir(), "state")
	want := fit(t, corpus, cfg)
	stops := 0
	for _, each := range []int{1, 701, 1100, 1500, 100_000} { // while it counts, in the first and in the second epoch
		for try := range 10 {
			ctx, cancel := context.WithCancel(t.Context())
			cfg.Threads = 1 + try%3
			trainer, err := New(interruptedAt(corpus, each, cancel), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if trainer.State = path; try > 0 {
				trainer.corpus = interruptedAt(corpus, 1100, cancel)
			}
			m, err := trainer.Fit(ctx)
			if cancel(); err == nil {
				wantEqual(t, fmt.Sprintf("interrupted at %d", each), m, want)
				break
			}
			if stops++; ctx.Err() == nil {
				t.Fatal(err)
			}
		}
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("the state file is still there: %v", err)
		}
	}
	if stops < 5 {
		t.Errorf("%d interruptions", stops)
	}
}

func TestStateOfAnotherTraining(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	again := func(cfg Config, stop int) error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		trainer, err := New(interruptedAt(topics(1000), stop, cancel), cfg)
		if err != nil {
			return err
		}
		trainer.State = path
		_, err = trainer.Fit(ctx)
		return err
	}
	if err := again(small(), 1500); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Fatal(err)
	}
	other := small()
	other.Window = 3
	if err := again(other, -1); err == nil || !strings.Contains(err.Error(), "other settings") || !strings.Contains(err.Error(), path) {
		t.Error(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 7, 100, len(whole) / 2, len(whole) - 1} { // cut off
		os.WriteFile(path, whole[:n], 0o644)
		if err := again(small(), -1); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	os.WriteFile(path, []byte(strings.Replace(string(whole), `\"epoch\":0`, `\"epoch\":9`, 1)), 0o644)
	if err := again(small(), -1); err == nil || !strings.Contains(err.Error(), "impossible position") {
		t.Error(err)
	}
	os.WriteFile(path, whole, 0o644)
	if err := again(small(), -1); err != nil {
		t.Error(err)
	}
}

func TestLearningRateTooHigh(t *testing.T) {
	cfg := small()
	cfg.LearningRate = 100
	if _, err := Train(t.Context(), topics(2000), cfg); err == nil || !strings.Contains(err.Error(), "lower LearningRate, 100") {
		t.Errorf("got %v", err)
	}
}

func TestOddCorpora(t *testing.T) {
	for name, tt := range map[string]struct {
		corpus  Corpus
		minimum int
		words   int
		err     string
	}{
		"nothing":          {text(""), 1, 0, "0 different words"},
		"blanks":           {text(" \n\n\t\n"), 1, 0, "0 different words"},
		"all too rare":     {text("a b c a"), 3, 0, "no word of the corpus occurs MinCount times, 3: it has 3 different words, and the most frequent occurs 2 times"},
		"one word":         {text("a"), 1, 1, ""},
		"one word, often":  {text(strings.Repeat("a ", 3000)), 1, 1, ""},
		"words of one":     {text("a\nb\n\nc\n"), 1, 3, ""},
		"a long sentence":  {text(strings.Repeat("a b c ", 1500)), 1, 3, ""},
		"empty sentences":  {Sequences(slices.Values([][]string{nil, {}, {"a", "b"}, nil})), 1, 2, ""},
		"an empty word":    {Sequences(slices.Values([][]string{{"", "b"}})), 1, 2, ""},
		"not UTF-8":        {text("\xff\xfe \x80 a"), 1, 3, ""},
		"ids":              {IDs(slices.Values([][]int{{1, 2}, {2, -3}})), 1, 3, ""},
		"rare ones go":     {text("a a b"), 2, 1, ""},
		"changes its mind": {fickle(), 1, 3, ""},
	} {
		for _, cbow := range []bool{false, true} {
			cfg := small()
			cfg.CBOW, cfg.MinCount, cfg.MinN, cfg.MaxN, cfg.Threads = cbow, tt.minimum, 1, 3, 2
			m, err := Train(t.Context(), tt.corpus, cfg)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("%s: got %v, want %s", name, err, tt.err)
				}
				continue
			}
			if err != nil || m.Len() != tt.words || slices.ContainsFunc(m.Vectors(), func(x float32) bool { return x-x != 0 }) {
				t.Errorf("%s: %v, %v", name, m, err)
			}
		}
	}
}

// fickle has other words in each pass.
func fickle() Corpus {
	pass := 0
	return func(yield func([]string, error) bool) {
		pass++
		yield([][]string{{"a", "b"}, {"a", "x", "b"}, {}}[pass%3], nil)
	}
}

// Words stand by falling counts, those of equal ones by their bytes.
func TestOrderOfWords(t *testing.T) {
	cfg := small()
	cfg.MinCount = 2
	m := fit(t, text("b c c a a a d b z b y y"), cfg)
	var got []string
	for i := range m.Len() {
		got = append(got, fmt.Sprint(m.Word(i), m.Count(i)))
	}
	if want := []string{"a3", "b3", "c2", "y2"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The learning rate falls in a line, and the words of the corpus are counted once an epoch.
func TestProgress(t *testing.T) {
	cfg := small()
	trainer, err := New(topics(3000), cfg)
	if err != nil {
		t.Fatal(err)
	}
	var last Progress
	trainer.OnProgress = func(p Progress) {
		if last = p; math.Abs(p.LearningRate-cfg.LearningRate*max(1e-4, 1-float64(p.Words)/float64(p.Of))) > 1e-6 {
			t.Errorf("%+v", p)
		}
	}
	if _, err := trainer.Fit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last.Words != 60_000 || last.Of != 60_000 || last.Epoch != 2 || last.Epochs != 2 || last.Left != 0 || last.WordsPerSecond <= 0 {
		t.Errorf("at the end: %+v", last)
	}
	line := Progress{Epoch: 2, Epochs: 5, Words: 314, Of: 1000, LearningRate: 0.0343, WordsPerSecond: 512000, Left: 8e10}
	if got, want := line.String(), "epoch 2/5, 31.4%, 512000 words/s, learning rate 0.0343, 1m20s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestConfig(t *testing.T) {
	cfg := Defaults()
	if err := cfg.Check(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*Config){
		"Dim must be at least 1, got 0":                    func(c *Config) { c.Dim = 0 },
		"Dim must be at most 65536, got 65537":             func(c *Config) { c.Dim = 65537 },
		"Window must be at least 1, got -1":                func(c *Config) { c.Window = -1 },
		"Negatives must be at least 1, got 0":              func(c *Config) { c.Negatives = 0 },
		"MinCount must be at least 1, got 0":               func(c *Config) { c.MinCount = 0 },
		"Epochs must be at least 1, got 0":                 func(c *Config) { c.Epochs = 0 },
		"Threads must be at least 0, got -1":               func(c *Config) { c.Threads = -1 },
		"MaxN must be at least 0, got -1":                  func(c *Config) { c.MaxN = -1 },
		"MinN must be in [1, MaxN], got 3 and a MaxN of 2": func(c *Config) { c.MaxN = 2 },
		"Bucket must be in [1, 1073741824], got 0":         func(c *Config) { c.MaxN, c.Bucket = 6, 0 },
		"Sample must be in [0, 1], got NaN":                func(c *Config) { c.Sample = math.NaN() },
		"LearningRate must be in (0, 100], got 0":          func(c *Config) { c.LearningRate = 0 },
		"LearningRate must be in (0, 100], got +Inf":       func(c *Config) { c.LearningRate = math.Inf(1) },
	} {
		bad := Defaults()
		change(&bad)
		if err := bad.Check(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if _, err := New(nil, bad); err == nil || err.Error() != "word2vec: "+want {
			t.Errorf("New: got %v", err)
		}
	}
	if _, err := New(nil, cfg); err == nil {
		t.Error("no corpus, no error")
	}
	var back Config
	if text, err := json.Marshal(cfg); err != nil || json.Unmarshal(text, &back) != nil || back != cfg {
		t.Errorf("%s became %+v, %v", text, back, err)
	}
}
