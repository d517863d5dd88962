package model

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// Architectures returns the architectures that can be chosen by name, with their defaults. It is the one table of them:
// flags, help, errors and JSON come from it.
func Architectures() []Architecture {
	return []Architecture{
		Bag{Dim: 64, Dropout: 0.5},
	}
}

// Architecture is a kind of classifier: a struct of plain data, used by value. Its json tags name its fields in files,
// its help tags make a command's flags. A Config also takes one that is not in Architectures.
type Architecture interface {
	Name() string
	Check() error                  // names the first field that is out of its range
	Build(b *Builder) (Net, error) // draws the layers into b.Graph, with parameters of b.Params
}

// Net is the layers of an architecture in one graph. A Classifier prints it if it is a fmt.Stringer.
type Net interface {
	// Forward draws what becomes of the words of batch texts.
	Forward(texts layers.Texts) (Output, error)

	// Learnables returns the parameters to train, in a fixed order. It is called after Forward.
	Learnables() gorgonia.Nodes
}

// Output is what a Net makes of a batch of texts.
type Output struct {
	Vectors *gorgonia.Node // (batch, any): a vector for each text, what Embed returns; nil if the architecture has none
	Logits  *gorgonia.Node // (batch, Classes)
}

func describe(n Net, a Architecture) string {
	if s, ok := n.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("%s %+v", a.Name(), a)
}

// Builder is what an Architecture builds a Net with. Its methods make layers whose parameters are those of Params.
type Builder struct {
	Graph          *gorgonia.ExprGraph
	Params         *params.Set
	Mode           train.Mode
	Rand           *rand.Rand // source of what is random in training, such as dropout
	Sparse         bool       // whether the gradients of tables are sparse
	Vocab, Classes int        // number of ids, and of classes

	words  func(id int) []float32 // pretrained vector of a word, nil for one without; nil if there are none at all
	frozen []int                  // rows of words that are not trained
	asked  bool                   // whether Words was called
}

// Init returns the initialiser of the parameter called name. It is what init, such as layers.Glorot, makes of a random
// stream that only this parameter has.
func (b *Builder) Init(name string, init func(*rand.Rand) gorgonia.InitWFn) gorgonia.InitWFn {
	return b.Params.Init(name, init(b.Params.Rand(name)))
}

// Words returns a table of dim numbers for each word: its vector, to begin with that of Config.Vectors. A text becomes
// the mean of the vectors of its words, (batch, dim). It fails if those of Config.Vectors have another length.
func (b *Builder) Words(name string, dim int) (*layers.EmbeddingBag, error) {
	b.asked = true
	return b.bag(name, dim, b.frozen, func(rnd *rand.Rand) gorgonia.InitWFn {
		if b.words == nil {
			return normal(rnd)
		}
		return layers.Pretrained(b.words, normal(rnd))
	})
}

// Bag returns a table of dim numbers for each word that are something else than its vector, such as a vote for each class.
// A text becomes the mean of the rows of its words, (batch, dim).
func (b *Builder) Bag(name string, dim int) (*layers.EmbeddingBag, error) {
	return b.bag(name, dim, nil, normal)
}

func normal(rnd *rand.Rand) gorgonia.InitWFn { return layers.Normal(rnd, 0.1) }

func (b *Builder) bag(name string, dim int, frozen []int, init func(*rand.Rand) gorgonia.InitWFn) (*layers.EmbeddingBag, error) {
	pad := data.PadID
	return layers.NewEmbeddingBag(b.Graph, name, layers.EmbeddingBagConfig{
		NumEmbeddings: b.Vocab, EmbeddingDim: dim, Init: b.Init(name+".weight", init),
		IDs: layers.IDRules{PaddingIdx: &pad, Sparse: b.Sparse, FreezeRows: frozen},
	})
}

// Linear returns a linear layer (…, in) → (…, out).
func (b *Builder) Linear(name string, in, out int) (*layers.Linear, error) {
	return layers.NewLinear(b.Graph, name, layers.LinearConfig{
		InFeatures: in, OutFeatures: out,
		Init:     b.Init(name+".weight", layers.Glorot),
		BiasInit: b.Params.Init(name+".bias", layers.Zeros()),
	})
}

// Dropout returns a dropout of probability p, which does nothing in an evaluation.
func (b *Builder) Dropout(p float64) layers.Layer {
	if b.Mode == train.Training {
		return layers.Dropout{P: p, Rand: b.Rand}
	}
	return layers.Func(func(x *gorgonia.Node) (*gorgonia.Node, error) { return x, nil })
}

// Head returns the layers behind a text's vector, (batch, in) → (batch, Classes): the hidden ones, each with a ReLU,
// and a linear one to the classes. Each linear layer has a dropout before it.
func (b *Builder) Head(in int, hidden []int, dropout float64) (layers.Sequential, error) {
	var head layers.Sequential
	for i, units := range hidden {
		linear, err := b.Linear(fmt.Sprintf("hidden.%d", i), in, units)
		if err != nil {
			return nil, err
		}
		head, in = append(head, b.Dropout(dropout), linear, layers.ReLU{}), units
	}
	linear, err := b.Linear("output", in, b.Classes)
	return append(head, b.Dropout(dropout), linear), err
}
