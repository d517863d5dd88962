package train

import (
	"context"
	"math/rand/v2"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/params"
)

// Task is what a Trainer needs to know about a task.
type Task interface {
	// Len returns the number of training examples, from 1 to 1<<31 - 1. They are numbered from 0.
	Len() int

	// Params returns the parameters: all that a graph learns is in them.
	Params() *params.Set

	// Draw returns a new graph with parameters of Params. It is called for each worker, one after the other, and again
	// whenever examples have no room in the graph that was drawn before, and when Config.Unfreeze epochs are over. A training that goes on from a checkpoint draws
	// its graphs for the examples, and with the random numbers, for which they were drawn before.
	Draw(d Drawing) (*Graph, error)

	// Evaluate tries the parameters as they are on examples that are not trained on. Equal parameters have equal Scores.
	// The epoch of the best Score is the one whose parameters are kept.
	Evaluate(ctx context.Context) (Score, error)
}

// Mode is what a graph is for.
type Mode int

// The modes of a graph.
const (
	Evaluation Mode = iota // nothing is random, and no gradient is asked for
	Training               // dropout is drawn
)

// String returns "evaluation" or "training".
func (m Mode) String() string {
	if m == Training {
		return "training"
	}
	return "evaluation"
}

// Drawing is what a graph is to be drawn for.
type Drawing struct {
	Mode     Mode
	Batch    int        // most examples of a run
	Examples []int      // examples of the next run, at most Batch: the graph must have room for them
	Rand     *rand.Rand // source of what is random in training, such as dropout; each worker has one
	Unfrozen bool       // whether Config.Unfreeze epochs are over: what a task freezes at first is now to be trained
}

// Graph is a drawn graph.
type Graph struct {
	Loss       *gorgonia.Node // mean loss of the examples of a run: a scalar of Float32 or Float64
	Learnables gorgonia.Nodes // parameters to train, in a fixed order; their memory is the Set's

	// Fill makes examples, at most Batch, the input of the next run. It returns false if the graph has no room for them:
	// then a new one is drawn. A graph of a fixed size may refuse all but one number of examples. A run depends on these
	// examples alone: what they leave of the memory of inputs is to be cleared. The list of examples is the caller's.
	Fill func(examples []int) bool

	// Logits of shape (batch, classes), if not nil, are what a Machine's Predictions are read from in an evaluation, and
	// Labels, the memory of the classes that Fill writes, what NewTask compares them with.
	Logits *gorgonia.Node
	Labels []int
}

// check fails unless g can be run.
func (g *Graph) check() error {
	if g == nil || g.Loss == nil || g.Fill == nil {
		return errors.New("a Graph needs a Loss and a Fill")
	}
	return checkLoss(g.Loss)
}

// checkLoss fails unless n can be a loss.
func checkLoss(n *gorgonia.Node) error {
	if n == nil {
		return errors.New("the loss is nil")
	}
	if dt := n.Dtype(); !n.IsScalar() || dt != tensor.Float32 && dt != tensor.Float64 {
		return errors.Errorf("the loss must be a scalar of Float32 or Float64, got shape %v of %v: take the mean", n.Shape(), dt)
	}
	return nil
}

// learns fails unless g has parameters to train, and all of them are those of set.
func (g *Graph) learns(set *params.Set) error {
	if len(g.Learnables) == 0 {
		return errors.New("the Graph has no Learnables to train")
	}
	for _, n := range g.Learnables {
		if !set.Holds(n.Value()) {
			return errors.Errorf("%q is to be trained, but is no parameter of Params: make its value by Params().Get or Init", n.Name())
		}
	}
	return nil
}

// Score is how good parameters are.
type Score struct {
	Loss     float64 `json:"loss"`     // mean over the examples
	Accuracy float64 `json:"accuracy"` // share of examples that were predicted right; 0 for a task without classes
	MacroF1  float64 `json:"macro_f1"` // mean F1 of the classes that examples have or were predicted to have; 0 as above
}
