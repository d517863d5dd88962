package main

import (
	"bufio"
	"math"
	"os"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/vectors"
)

// eval prints how well the table agrees with people, for each file of pairs or analogies.
func eval(s *session, files []string) error {
	if len(files) == 0 {
		return cli.Misuse("eval: want at least one file of pairs or analogies after FILE")
	}
	for _, file := range files {
		if err := s.evalFile(file); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) evalFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	cfg := vectors.EvaluateConfig{Top: s.options.Top, MatchCase: s.options.MatchCase, UnknownCount: s.options.UnknownWrong, Multiply: s.options.Multiply}
	in := bufio.NewReader(f)
	head, _ := in.Peek(4096)
	if vectors.IsAnalogies(head) {
		sections, err := vectors.ReadAnalogies(in, path)
		if err != nil {
			return err
		}
		result := s.table.EvaluateAnalogies(sections, cfg)
		return s.print(object{"file": path, "sections": result}, "%s\n%v", path, result)
	}
	pairs, err := vectors.ReadPairs(in, path)
	if err != nil {
		return err
	}
	result := s.table.EvaluatePairs(pairs, cfg)
	return s.print(object{"file": path, "pearson": number(result.Pearson), "spearman": number(result.Spearman),
		"used": result.Used, "unknown": len(result.Unknown)}, "%s\n%v\n", path, result)
}

// number returns x for JSON, which has no NaN: then it is null.
func number(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
