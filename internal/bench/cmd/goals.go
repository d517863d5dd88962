package main

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"gorgonia-embedding/internal/bench"
)

//go:embed goals.tsv
var goalsTSV string

// A goal is a line of goals.tsv, for one value of each {x}.
type goal struct {
	suite, what, statistic string
	numerator, denominator measurement // without a denominator, the goal is of the numerator alone
	limit                  float64     // 0: for information
}

// A measurement is a benchmark in a place, of the implementations of which the best counts.
type measurement struct {
	place, name string
	impls       []string
}

// values returns what each {x} of goals.tsv stands for.
func values() map[string][]string {
	return map[string][]string{
		"solver":  bench.Solvers(),
		"vocab":   decimals(bench.Vocabs()...),
		"ids":     bench.Distributions(),
		"batches": decimals(bench.GrowthBatches),
		"small":   decimals(bench.GrowthFrom),
		"large":   decimals(bench.GrowthTo),
		"classes": decimals(bench.LossClasses()...),
		"layer":   bench.Layers(),
		"model":   bench.Models(),
		"kernel":  {"gather", "sum", "add", "decay", "momentum", "adagrad", "rmsprop", "rmsprop+momentum", "adam"},
		"rows":    decimals(1000, 1_000_000),
		"product": {"forward", "gradx", "gradw"},
		"size":    {"128x64x2", "32x64x128", "128x16x3000", "128x64x3000", "128x512x3000", "512x64x3000", "128x64x30000"},
	}
}

func decimals(of ...int) []string { return strings.Fields(strings.Trim(fmt.Sprint(of), "[]")) }

// parseGoals reads a table such as goals.tsv. What it names wrongly finds no measurement.
func parseGoals(table string) (goals []goal, err error) {
	seen := make(map[string]bool)
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, line := range expand(strings.TrimSpace(line)) {
			g, err := parseGoal(line)
			if err != nil {
				return nil, fmt.Errorf("goal %q: %w", line, err)
			}
			if sides := fmt.Sprint(g.statistic, g.numerator, g.denominator); !seen[sides] {
				seen[sides] = true
				goals = append(goals, g)
			}
		}
	}
	return goals, nil
}

// expand returns a copy of the line for each value of each {x}.
func expand(line string) (lines []string) {
	_, rest, _ := strings.Cut(line, "{")
	x, _, _ := strings.Cut(rest, "}")
	for _, value := range values()[x] {
		lines = append(lines, expand(strings.ReplaceAll(line, "{"+x+"}", value))...)
	}
	if lines == nil {
		return []string{line}
	}
	return lines
}

func parseGoal(line string) (g goal, err error) {
	cells := strings.Split(line, "\t")
	if len(cells) != 6 {
		return g, fmt.Errorf("want 6 cells, got %d", len(cells))
	}
	g = goal{suite: cells[0], what: cells[1], statistic: cells[2], numerator: parseMeasurement(cells[3])}
	if cells[4] != "-" {
		g.denominator = parseMeasurement(cells[4])
	}
	if cells[5] != "-" {
		g.limit, err = strconv.ParseFloat(cells[5], 64)
	}
	return g, err
}

func parseMeasurement(cell string) measurement {
	place, benchmark, _ := strings.Cut(cell, " ")
	name, impls, _ := strings.Cut(benchmark, "/impl=")
	return measurement{place, name, strings.Split(impls, "|")}
}
