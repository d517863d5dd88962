package bench

import "math/rand/v2"

// Sizes of the whole models. Each takes ModelBatches batches in turn.
const (
	ModelBatch   = 128
	ModelBatches = 32
	ModelDim     = 64     // elements of a table's row
	ModelRows    = 10_000 // rows of a table
	ModelWords   = 3000   // rows of a table of words that are classes too
	ModelContext = 8      // words that a word is told from
	ModelDrawn   = 5      // negatives of a skip-gram
	ModelBag     = 4      // ids of a row's bag, in a table of data
	ModelNumbers = 8      // numbers of such a row
	ModelColumn  = 16     // elements of a category's vector
	ModelHidden  = 32     // elements of the hidden layer behind it
	ModelTime    = 16     // words of a text
	ModelHeads   = 2
)

// Learning rates of the models.
const (
	modelAdam    = 1e-3
	modelAdagrad = 0.01
)

// modelClip is the greatest norm of the tied model's gradients.
const modelClip = 1

// A modelInput is an input of a model, of integers in [0, below), so many for an example. They are drawn as the words of
// a text, or uniformly.
type modelInput struct {
	name        string
	each, below int
	uniform     bool
}

// Models returns the names of the models, in the order of their difficulty.
func Models() []string {
	return []string{"cbow", "tied", "skipgram", "tabular", "attention", "factors"}
}

// Layers returns the names of the layers that are measured alone, on (ModelBatch, ModelTime, ModelDim).
func Layers() []string { return []string{"layernorm", "softmax", "maxpool", "meanpool", "relu"} }

// layerInput returns numbers in [−3, 3), the input of a layer (0) or a gradient of its result (1), which pytorch.py
// computes too.
func layerInput(which int) []float32 {
	const n = ModelBatch * ModelTime * ModelDim
	x := initial(n, which*n)
	for i := range x {
		x[i] *= 30
	}
	return x
}

// modelInputs returns the inputs of a model.
func modelInputs(model string) []modelInput {
	return map[string][]modelInput{
		"cbow":     {{"context", ModelContext, ModelWords, false}, {"word", 1, ModelWords, false}},
		"tied":     {{"context", ModelContext, ModelWords, false}, {"word", 1, ModelWords, false}},
		"skipgram": {{"centre", 1, ModelRows, false}, {"context", 1, ModelRows, false}, {"drawn", ModelDrawn, ModelRows, true}},
		"tabular": {{"job", 1, ModelRows, false}, {"school", 1, ModelRows, false}, {"town", 1, ModelRows, false},
			{"skills", ModelBag, ModelRows, false}, {"tags", ModelBag, ModelRows, false},
			{"numbers", ModelNumbers, 3, true}, {"class", 1, Classes, true}},
		"attention": {{"text", ModelTime, ModelRows, false}, {"class", 1, Classes, true}},
		"factors":   {{"user", 1, ModelRows, false}, {"item", 1, ModelRows, false}, {"rating", 1, 5, true}},
	}[model]
}

// modelData returns all batches of each input of a model, one after the other.
func modelData(model string) map[string][]int {
	rnd, data := rand.New(rand.NewPCG(ModelRows, 4)), make(map[string][]int)
	for _, in := range modelInputs(model) {
		next := func() int { return rnd.IntN(in.below) }
		if !in.uniform {
			next = zipf(rnd, in.below)
		}
		ids := make([]int, ModelBatches*ModelBatch*in.each)
		for i := range ids {
			ids[i] = next()
		}
		data[in.name] = ids
	}
	return data
}

// modelSizes returns what pytorch_models.py has to know.
func modelSizes() map[string]any {
	inputs := make(map[string][]string)
	for _, model := range Models() {
		for _, in := range modelInputs(model) {
			inputs[model] = append(inputs[model], in.name)
		}
	}
	return map[string]any{
		"batch": ModelBatch, "batches": ModelBatches, "dim": ModelDim, "rows": ModelRows, "words": ModelWords,
		"drawn": ModelDrawn, "column": ModelColumn, "hidden": ModelHidden, "numbers": ModelNumbers, "time": ModelTime, "heads": ModelHeads, "classes": Classes,
		"adam": modelAdam, "adagrad": modelAdagrad, "clip": modelClip, "inputs": inputs, "layers": Layers(),
	}
}
