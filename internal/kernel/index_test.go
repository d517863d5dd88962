package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// The groups of an index are the positions of each id, in order; those of the skipped id are missing.
func TestIndex(t *testing.T) {
	t.Run("by hash", func(t *testing.T) { testIndex(t, Index{}) })
	t.Run("by row", func(t *testing.T) { testIndex(t, Index{Rows: 500}) })
}

func testIndex(t *testing.T, x Index) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for round := range 300 {
		ids := make([]int, rnd.IntN(1+round))
		for i := range ids {
			ids[i] = rnd.IntN(1 + rnd.IntN(500))
		}
		skip := rnd.IntN(3) - 1
		x.Build(ids, skip)
		if rnd.IntN(2) == 0 {
			slices.Sort(x.IDs) // they are the caller's until the next Build
			x.Build(ids, skip)
		}
		var want []int
		for _, id := range ids {
			if id != skip && !slices.Contains(want, id) {
				want = append(want, id)
			}
		}
		if !slices.Equal(x.IDs, want) || len(x.Starts) != len(want)+1 {
			t.Fatalf("ids %v without %d: got %v, starts %v", ids, skip, x.IDs, x.Starts)
		}
		for k, id := range x.IDs {
			var positions []int
			for i := range ids {
				if ids[i] == id {
					positions = append(positions, i)
				}
			}
			if got := x.Order[x.Starts[k]:x.Starts[k+1]]; !slices.Equal(got, positions) || x.Count(k) != len(positions) {
				t.Fatalf("ids %v: group of %d is %v, want %v", ids, id, got, positions)
			}
		}
	}
}

func TestIndexReusesItsMemory(t *testing.T) {
	ids := rand.New(rand.NewPCG(1, 1)).Perm(1000)
	var x Index
	x.Build(ids, NoRow)
	if n := testing.AllocsPerRun(10, func() { x.Build(ids, NoRow) }); n != 0 {
		t.Errorf("%v allocations a build", n)
	}
}
