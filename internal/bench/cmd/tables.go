package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// tables returns the goals, and then the ratios that are for information, as Markdown.
func (s *results) tables(goals []goal) string {
	var limited, others strings.Builder
	for _, g := range goals {
		if g.limit > 0 {
			limited.WriteString(s.row(g))
		} else {
			others.WriteString(s.row(g))
		}
	}
	text := s.machine + ".\n"
	if limited.Len() > 0 {
		text += "\n| | ours | peer | | ratio | range | goal | |\n|---|---|---|---|---|---|---|---|\n" + limited.String()
	}
	if others.Len() > 0 {
		text += "\nFor information:\n\n| | ours | peer | | ratio | range |\n|---|---|---|---|---|---|\n" + others.String()
	}
	return text
}

// row returns the goal's line of a table.
func (s *results) row(g goal) string {
	_, figures := s.best(g.numerator, g.statistic)
	ours, peer, impl := figure(median(figures)), "", ""
	if g.denominator.impls != nil {
		var theirs []float64
		impl, theirs = s.best(g.denominator, g.statistic)
		ours, peer = duration(median(figures)), duration(median(theirs))
		impl += s.accuracies(g)
		figures = ratios(figures, theirs)
	}
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

// ratios returns a[i]/b[i] for each i: both were measured in the same round.
func ratios(a, b []float64) []float64 {
	r := make([]float64, min(len(a), len(b)))
	for i := range r {
		r[i] = a[i] / b[i]
	}
	return r
}

// accuracies returns the accuracies of both sides of a training.
func (s *results) accuracies(g goal) string {
	_, ours := s.best(g.numerator, "accuracy")
	_, peer := s.best(g.denominator, "accuracy")
	if ours == nil || peer == nil {
		return ""
	}
	return fmt.Sprintf(", accuracy %.3f to %.3f", median(ours), median(peer))
}

// update replaces the tables between two comments in a Markdown file.
func (s *results) update(path string, goals []goal) error {
	start, end := "<!-- make bench -->\n", "<!-- end -->"
	if strings.Contains(s.machine, "PyTorch") {
		start = "<!-- make bench-pytorch -->\n"
	} else if strings.Contains(s.machine, "gensim") {
		start = "<!-- make bench-gensim -->\n"
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
	return os.WriteFile(path, []byte(before+start+s.tables(goals)+end+after), 0o666)
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
