package layers_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// lookupSparse returns a lookup y in a table w whose gradient is sparse.
func lookupSparse() (g *gorgonia.ExprGraph, w, y *gorgonia.Node) {
	g = gorgonia.NewGraph()
	w = table(g, "w", 4, 2)
	return g, w, must(layers.Lookup(w, input(g, "ids", []int{1, 1}, 2), layers.IDRules{Sparse: true}))
}

// What a sparse gradient cannot go through says so when the graph is built, or at the first run.
func TestSparseGradientsAreLoud(t *testing.T) {
	t.Run("two lookups of one node", func(t *testing.T) {
		g, w, y := lookupSparse()
		z := must(layers.Lookup(w, input(g, "more", []int{1, 2}, 2), layers.IDRules{Sparse: true}))
		_, err := gorgonia.Grad(sumSquares(gorgonia.Must(gorgonia.Add(y, z))), w)
		if err == nil || !strings.Contains(err.Error(), `table "w" is read by lookup{"w", sparse frozen=false} too, and Gorgonia cannot add to a sparse gradient`) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("another op", func(t *testing.T) {
		_, w, y := lookupSparse()
		loss := gorgonia.Must(gorgonia.Add(sumSquares(y), sumSquares(w)))
		if _, err := gorgonia.Grad(loss, w); err == nil || !strings.Contains(err.Error(), "and Gorgonia cannot add to a sparse gradient") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("BindDualValues", func(t *testing.T) {
		g, w, y := lookupSparse()
		must(gorgonia.Grad(sumSquares(y), w))
		err := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(w)).RunAll()
		if err == nil || !strings.Contains(err.Error(), "sparse.Rows (4, 2) float64, 1 rows stored (by Sparse, for package optim)") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an op on the gradient", func(t *testing.T) {
		for name, apply := range map[string]func(dw, w *gorgonia.Node) (*gorgonia.Node, error){
			"square":  func(dw, _ *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Square(dw) }, // Gorgonia's would return nil
			"+ false": gorgonia.Add,
		} {
			g, w, y := lookupSparse()
			dw := must(gorgonia.Grad(sumSquares(y), w))[0]
			must(apply(dw, w))
			err := gorgonia.NewTapeMachine(g).RunAll()
			want := fmt.Sprintf("op %q computes with the sparse gradient of table %q, which is no tensor: set Sparse to false, or leave the gradient to the solvers of package optim", name, "w")
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
}

// Gorgonia's own solvers refuse a sparse gradient at their first step, none of them silently. Their words are Gorgonia's
// where it asserts a type.
func TestStockSolversOfASparseGradient(t *testing.T) {
	const ours, assertion = "this gradient was made by Sparse and is for the solvers of package optim", "*sparse.Rows"
	for name, tt := range map[string]struct {
		solver gorgonia.Solver
		panics bool
		want   string
	}{
		"Adam":            {gorgonia.NewAdamSolver(), true, ours},
		"AdaGrad":         {gorgonia.NewAdaGradSolver(), true, ours},
		"Momentum":        {gorgonia.NewMomentum(), true, ours},
		"RMSProp":         {gorgonia.NewRMSPropSolver(), true, ours},
		"Vanilla":         {gorgonia.NewVanillaSolver(), true, assertion},
		"AdamW":           {gorgonia.NewAdamW(), true, assertion},
		"BarzilaiBorwein": {gorgonia.NewBarzilaiBorweinSolver(), false, assertion},
	} {
		g, w, y := lookupSparse()
		must(gorgonia.Grad(sumSquares(y), w))
		testkit.Run(t, g)
		var err error
		panicked := func() (r any) {
			defer func() { r = recover() }()
			err = tt.solver.Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{w}))
			return nil
		}()
		if got := fmt.Sprint(panicked, err); (panicked != nil) != tt.panics || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// The watches panic in a goroutine of Gorgonia's, and with it ends the process: a process of its own shows its last words.
func TestWatchesOfASparseGradient(t *testing.T) {
	const child = "EMBEDDING_TEST_WATCH"
	watches := map[string]gorgonia.VMOpt{"hasNaN": gorgonia.WithNaNWatch(), "hasInf": gorgonia.WithInfWatch()}
	if watch := watches[os.Getenv(child)]; watch != nil {
		g, w, y := lookupSparse()
		must(gorgonia.Grad(sumSquares(y), w))
		testkit.Run(t, g, watch)
		return
	}
	for name := range watches {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestWatchesOfASparseGradient$")
		cmd.Env = append(os.Environ(), child+"="+name)
		out, err := cmd.CombinedOutput()
		want := name + " not yet implemented for sparse.Rows (4, 2) float64, 1 rows stored (by Sparse, for package optim)"
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v:\n%s", name, err, out)
		}
	}
}
