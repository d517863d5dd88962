package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// results are those of a file.
type results struct {
	machine string
	pytorch bool
	samples map[string][]float64 // of each round, by "place name unit"
}

// parse reads results in the format of Go's benchmarks.
func parse(text string) *results {
	s, place := &results{samples: make(map[string][]float64)}, ""
	for line := range strings.Lines(text) {
		if m, ok := strings.CutPrefix(line, "machine:"); ok {
			s.machine = strings.TrimSpace(m)
			s.pytorch = strings.Contains(m, "PyTorch")
		}
		if p, ok := strings.CutPrefix(line, "place:"); ok {
			place = strings.TrimSpace(p)
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(withoutProcs(fields[0]), "Benchmark")
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				k := key(place, name, fields[i+1])
				s.samples[k] = append(s.samples[k], v)
			}
		}
	}
	return s
}

func key(place, name, unit string) string { return place + " " + name + " " + unit }

// withoutProcs cuts off the -2 that Go adds to a benchmark's name for GOMAXPROCS.
func withoutProcs(name string) string {
	i := strings.LastIndexByte(name, '-')
	if i < 0 {
		return name
	}
	if _, err := strconv.Atoi(name[i+1:]); err != nil {
		return name
	}
	return name[:i]
}

// best returns the implementation of the lowest median, of those that there are results of.
func (s *results) best(place, name, unit string, impls []string) (impl string, results []float64) {
	for _, i := range impls {
		if x := s.samples[key(place, name+"/impl="+i, unit)]; len(x) > 0 && (results == nil || median(x) < median(results)) {
			impl, results = i, x
		}
	}
	return impl, results
}

// checkLosses fails if two sides trained different models: then their times are not comparable.
func (s *results) checkLosses() error {
	for k, losses := range s.samples {
		name, impl, _ := strings.Cut(k, "/impl=")
		if impl != "ours loss" {
			continue
		}
		for _, peer := range []string{"ours-after", "loop", "pytorch-bag", "pytorch-embedding"} {
			for _, loss := range s.samples[name+"/impl="+peer+" loss"] {
				if math.Abs(loss-losses[0]) > 1e-3 {
					return fmt.Errorf("%s: the loss of %s is %v, ours %v: they do not train the same model", name, peer, loss, losses[0])
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

// ratios returns a[i]/b[i], of which each was measured in one round.
func ratios(a, b []float64) []float64 {
	r := make([]float64, min(len(a), len(b)))
	for i := range r {
		r[i] = a[i] / b[i]
	}
	return r
}
