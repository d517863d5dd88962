package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// A goal is a ratio of two medians, or one figure, that should be at most limit.
type goal struct {
	what       string
	unit       string // of both sides
	ours, peer side
	limit      float64 // 0: for information
}

// A side is the best of some implementations of a benchmark.
type side struct {
	place, name string
	impls       []string
}

// goals are those of issue 3, and some ratios beside them.
func goals() (all []goal) {
	const ns = "ns/op"
	ours := []string{"ours"}
	torch := []string{"pytorch-bag", "pytorch-embedding"}
	for _, at := range []struct {
		place, words string
		limit        float64
	}{{pinned, "", 0.8}, {free, ", not pinned", 0}, {two, ", two threads", 0}} {
		for _, solver := range []string{"sgd", "adam"} {
			for _, vocab := range []string{"1000", "10000", "100000", "1000000"} {
				name := "Step/solver=" + solver + "/vocab=" + vocab
				all = append(all, goal{"step, " + solver + ", vocab " + vocab + at.words, ns,
					side{at.place, name, ours}, side{at.place, name, torch}, at.limit})
			}
		}
	}
	for _, peer := range []string{"stock", "dense", "loop"} {
		for _, solver := range []string{"sgd", "adam"} {
			for _, vocab := range []string{"1000", "10000", "100000", "1000000"} {
				name, limit := "Step/solver="+solver+"/vocab="+vocab, 0.0
				if peer == "stock" && solver == "adam" && vocab == "100000" {
					limit = 1.0 / 30
				}
				all = append(all, goal{"step, " + solver + ", vocab " + vocab, ns,
					side{pinned, name, ours}, side{pinned, name, []string{peer}}, limit})
			}
		}
	}
	for _, solver := range []string{"sgd", "adam"} {
		name := "Growth/solver=" + solver + "/batches=512/vocab="
		all = append(all, goal{"step, " + solver + ", vocab 10M ÷ 100k", ns,
			side{pinned, name + "10000000", ours}, side{pinned, name + "100000", ours}, 2})
	}
	all = append(all,
		goal{"peak memory, sgd, vocab 10M, in tables", "peak/table", side{pinned, "Memory/solver=sgd/vocab=10000000", ours}, side{}, 1.3},
		goal{"peak memory, adam, vocab 10M, in tables", "peak/table", side{pinned, "Memory/solver=adam/vocab=10000000", ours}, side{}, 0})
	for _, ids := range []string{"zipf", "uniform"} {
		name := "Lookup/ids=" + ids
		all = append(all,
			goal{"lookup, " + ids + " ids", ns, side{pinned, name, ours}, side{pinned, name, []string{"pytorch"}}, 1},
			goal{"lookup, " + ids + " ids, two threads", ns, side{two, name, ours}, side{two, name, []string{"pytorch"}}, 0},
			goal{"lookup, " + ids + " ids, the op alone", ns, side{pinned, name, []string{"ours-op"}}, side{pinned, name, []string{"loop"}}, 1.3},
			goal{"lookup, " + ids + " ids", ns, side{pinned, name, ours}, side{pinned, name, []string{"stock"}}, 0})
	}
	for _, t := range []struct {
		solver string
		limit  float64
	}{{"sgd", 0.6}, {"adam", 1}} {
		one, both := "Training/solver="+t.solver+"/workers=1", "Training/solver="+t.solver+"/workers=2"
		fasttext := []string{"fasttext"}
		all = append(all,
			goal{"training, " + t.solver, ns, side{pinned, one, ours}, side{pinned, "Training/solver=sgd/workers=1", fasttext}, t.limit},
			goal{"training, " + t.solver + ", two workers", ns, side{two, both, ours}, side{two, "Training/solver=sgd/workers=2", fasttext}, 0},
			goal{"training, " + t.solver + ", two workers ÷ one", ns, side{two, both, ours}, side{pinned, one, ours}, 0.65},
			goal{"training, " + t.solver + ", two workers ÷ one, not pinned", ns, side{two, both, ours}, side{two, one, ours}, 0})
	}
	return append(all, kernelGoals()...)
}

// kernelGoals compare the assembly with its twins in Go; assembly has to be worth 1.3×.
func kernelGoals() (all []goal) {
	for _, kernel := range []string{"gather", "sum", "add", "decay", "momentum", "adagrad", "rmsprop", "rmsprop+momentum", "adam"} {
		for _, vocab := range []string{"1000", "1000000"} {
			name := "Rows/kernel=" + kernel + "/vocab=" + vocab + "/dim=64"
			all = append(all, goal{"assembly, " + kernel + ", vocab " + vocab, "ns/op",
				side{pinned, name, []string{"asm"}}, side{pinned, name, []string{"go"}}, 1 / 1.3})
		}
	}
	return all
}

// tables returns the goals that there are results for, and then the ratios that are no goals, as Markdown.
func (s *results) tables() string {
	var goalRows, otherRows strings.Builder
	for _, g := range goals() {
		if g.limit > 0 {
			goalRows.WriteString(s.row(g))
		} else {
			otherRows.WriteString(s.row(g))
		}
	}
	text := s.machine + ".\n"
	if goalRows.Len() > 0 {
		text += "\n| | ours | peer | | ratio | range | goal | |\n|---|---|---|---|---|---|---|---|\n" + goalRows.String()
	}
	if otherRows.Len() > 0 {
		text += "\nFor information:\n\n| | ours | peer | | ratio | range |\n|---|---|---|---|---|---|\n" + otherRows.String()
	}
	return text
}

// row returns the goal's line of a table, or "" if a side has no results.
func (s *results) row(g goal) string {
	_, ours := s.best(g.ours.place, g.ours.name, g.unit, g.ours.impls)
	if ours == nil {
		return ""
	}
	if g.peer.impls == nil {
		return g.line(fmt.Sprintf("%.2f", median(ours)), "", "", ours)
	}
	impl, peer := s.best(g.peer.place, g.peer.name, g.unit, g.peer.impls)
	if peer == nil {
		return ""
	}
	return g.line(duration(median(ours)), duration(median(peer)), impl+s.accuracies(g), ratios(ours, peer))
}

// line formats a line of a table.
func (g goal) line(ours, peer, impl string, figures []float64) string {
	line := fmt.Sprintf("| %s | %s | %s | %s | %s | %s–%s |", g.what, ours, peer, impl,
		figure(median(figures)), figure(slices.Min(figures)), figure(slices.Max(figures)))
	switch {
	case g.limit == 0:
		return line + "\n"
	case median(figures) <= g.limit:
		return line + " ≤ " + figure(g.limit) + " | reached |\n"
	}
	return line + " ≤ " + figure(g.limit) + " | **missed** |\n"
}

// update puts the tables into a file of Markdown, in the place of those between two comments.
func (s *results) update(path string) error {
	start, end := "<!-- make bench -->\n", "<!-- end -->"
	if s.pytorch {
		start = "<!-- make bench-pytorch -->\n"
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), start)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return fmt.Errorf("%s: want the lines %q and %q around the tables", path, strings.TrimSpace(start), end)
	}
	return os.WriteFile(path, []byte(before+start+s.tables()+end+after), 0o666)
}

// accuracies returns those of both sides of a training.
func (s *results) accuracies(g goal) string {
	_, ours := s.best(g.ours.place, g.ours.name, "accuracy", g.ours.impls)
	_, peer := s.best(g.peer.place, g.peer.name, "accuracy", g.peer.impls)
	if ours == nil || peer == nil {
		return ""
	}
	return fmt.Sprintf(", accuracy %.3f to %.3f", median(ours), median(peer))
}

// figure prints three digits, or four decimals.
func figure(x float64) string {
	if x < 0.1 {
		return fmt.Sprintf("%.4f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// duration prints nanoseconds as people do.
func duration(ns float64) string {
	switch {
	case ns < 1e5:
		return fmt.Sprintf("%.1f µs", ns/1e3)
	case ns < 1e8:
		return fmt.Sprintf("%.3f ms", ns/1e6)
	}
	return fmt.Sprintf("%.3f s", ns/1e9)
}
