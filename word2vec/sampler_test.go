package word2vec

import (
	"math"
	"slices"
	"testing"
)

// What is drawn is drawn by count^0.75: the tables say with which chance.
func TestAliasDrawsByPower(t *testing.T) {
	for _, counts := range [][]int64{{1}, {5, 5}, {1000, 100, 10, 1}, {1 << 40, 3, 2, 1}, geometric(1000)} {
		a := newAlias(counts)
		got, sum := make([]float64, len(counts)), 0.0
		for id, e := range a {
			keep := float64(e.keep) / (1 << 32)
			got[id] += keep / float64(len(a))
			got[e.other] += (1 - keep) / float64(len(a))
			sum += math.Pow(float64(counts[id]), 0.75)
		}
		for id, n := range counts {
			if want := math.Pow(float64(n), 0.75) / sum; math.Abs(got[id]-want) > 1e-9 {
				t.Errorf("%d words: word %d is drawn with chance %v, want %v", len(counts), id, got[id], want)
			}
		}
	}
}

func geometric(n int) (counts []int64) {
	for i := range n {
		counts = append(counts, 1+int64(1e9*math.Pow(0.99, float64(i))))
	}
	return counts
}

// Draws come as often as the tables say.
func TestAliasDraws(t *testing.T) {
	counts, rnd := []int64{81, 16, 1}, newRandom(1) // 27, 8 and 1 of 36
	a, drawn := newAlias(counts), make([]float64, 3)
	const n = 1 << 18
	for range n {
		drawn[a.draw(&rnd)] += 36.0 / n
	}
	for id, want := range []float64{27, 8, 1} {
		if math.Abs(drawn[id]-want) > 5*math.Sqrt(36*want/n) {
			t.Errorf("word %d was drawn %v of 36 times, want %v", id, drawn[id], want)
		}
	}
}

// The chance to be kept is word2vec's (√(f/sample) + 1)·sample/f.
func TestKeeps(t *testing.T) {
	v := newVocab([]string{"a", "b", "c"}, []int64{900, 90, 10})
	chance := func(f, sample float64) float64 { return min(1, (math.Sqrt(f/sample)+1)*sample/f) }
	for _, sample := range []float64{1e-3, 0.04, 1} {
		for id, k := range keeps(v, sample) {
			if want := chance(float64(v.counts[id])/1000, sample); math.Abs(float64(k)/(1<<32)-want) > 1e-9 {
				t.Errorf("sample %v: word %d is kept with chance %v, want %v", sample, id, float64(k)/(1<<32), want)
			}
		}
	}
	if k := keeps(v, 0); slices.Min(k) != math.MaxUint32 {
		t.Errorf("without sampling: %v", k)
	}
}

func TestRandomStreams(t *testing.T) {
	seen := make(map[uint64]bool)
	for _, names := range [][]uint64{{1}, {2}, {1, 0}, {1, 1}, {0, 1}, {1, 2, 0, 0}, {1, 2, 0, 1}, {1, 2, 1, 0}} {
		r := newRandom(names...)
		if x := r.next(); seen[x] {
			t.Errorf("%v has the stream of others", names)
		} else {
			seen[x] = true
		}
	}
	r, sum := newRandom(3), 0.0
	for range 1 << 16 {
		if n := r.below(7); n < 0 || n > 6 {
			t.Fatalf("below(7) is %d", n)
		}
		sum += float64(r.unit()) / (1 << 16)
	}
	if math.Abs(sum-0.5) > 0.01 {
		t.Errorf("the mean of unit is %v", sum)
	}
}
