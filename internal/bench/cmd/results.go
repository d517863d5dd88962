package main

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// results are the measurements in a file.
type results struct {
	machine string               // description of the machine
	suites  []string             // names of the suites that were run
	samples map[string][]float64 // one number from each round, by key
}

// key returns the key of the samples of a measurement.
func key(place, name, impl, statistic string) string {
	return place + " " + name + "/impl=" + impl + " " + statistic
}

// parseResults reads results in the format of Go's benchmarks.
func parseResults(text string) *results {
	s, place := &results{samples: make(map[string][]float64)}, ""
	procs := regexp.MustCompile(`-\d+$`) // suffix that Go adds to a benchmark's name for GOMAXPROCS
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "machine:"):
			s.machine = strings.Join(fields[1:], " ")
		case strings.HasPrefix(line, "suites:"):
			s.suites = fields[1:]
		case strings.HasPrefix(line, "place:"):
			place = strings.Join(fields[1:], " ")
		case strings.HasPrefix(line, "Benchmark") && len(fields) >= 4:
			name := procs.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")
			for i := 2; i+1 < len(fields); i += 2 {
				if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
					k := place + " " + name + " " + fields[i+1]
					s.samples[k] = append(s.samples[k], v)
				}
			}
		}
	}
	return s
}

// goals returns those of a table such as goals.tsv whose suites were run. It returns an error that names each one
// without a measurement.
func (s *results) goals(table string) ([]goal, error) {
	if s.suites == nil {
		return nil, fmt.Errorf("the results do not say what was run: want a line such as %q", "suites: step lookup")
	}
	all, err := parseGoals(table)
	if err != nil {
		return nil, err
	}
	var goals []goal
	var missing []string
	for _, g := range all {
		if !slices.Contains(s.suites, g.suite) {
			continue
		}
		goals = append(goals, g)
		for _, m := range []measurement{g.numerator, g.denominator} {
			for _, impl := range m.impls {
				if k := key(m.place, m.name, impl, g.statistic); s.samples[k] == nil {
					missing = append(missing, fmt.Sprintf("\n%s: no %s", g.what, k))
				}
			}
		}
	}
	if missing != nil {
		return nil, fmt.Errorf("goals without a measurement:%s", strings.Join(missing, ""))
	}
	return goals, nil
}

// best returns the implementation of the lowest median and its samples, or no samples if there is none.
func (s *results) best(m measurement, statistic string) (impl string, samples []float64) {
	for _, i := range m.impls {
		if x := s.samples[key(m.place, m.name, i, statistic)]; x != nil && (samples == nil || median(x) < median(samples)) {
			impl, samples = i, x
		}
	}
	return impl, samples
}

// peers returns the implementations that train the same model as one of ours. Of the others, the loss is not that of the
// same steps: a dense Adam moves idle rows too.
func peers(impl string) []string {
	switch impl {
	case "ours":
		return []string{"ours-after", "loop", "pytorch-bag", "pytorch-embedding", "pytorch"}
	case "ours-dense":
		return []string{"pytorch-dense"}
	}
	return nil
}

// checkLosses fails if two sides trained different models: then their times are not comparable.
func (s *results) checkLosses() error {
	for k, losses := range s.samples {
		name, impl, _ := strings.Cut(k, "/impl=")
		impl, ofLoss := strings.CutSuffix(impl, " loss")
		if !ofLoss {
			continue
		}
		for _, peer := range peers(impl) {
			for _, loss := range s.samples[name+"/impl="+peer+" loss"] {
				if math.Abs(loss-losses[0]) > 1e-3*max(1, losses[0]) { // Go prints four digits
					return fmt.Errorf("%s: the loss of %s is %v, %s %v: they do not train the same model", name, peer, loss, impl, losses[0])
				}
			}
		}
	}
	return nil
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	n := len(x)
	return (x[n/2] + x[(n-1)/2]) / 2
}
