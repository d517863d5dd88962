package bench

import (
	"math"
	"runtime"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

// BenchmarkModel is one training step of a whole model, with sparse and with dense gradients of its tables. It reports
// the loss of the last pass before the clock starts.
func BenchmarkModel(b *testing.B) {
	for _, model := range Models() {
		for _, impl := range []string{"ours", "ours-dense"} {
			b.Run("model="+model+"/impl="+impl, func(b *testing.B) {
				step := drawModel(b, model, impl == "ours")
				first := 0.0
				for k := range ModelBatches {
					first = step(k)
				}
				runtime.GC()
				b.ReportAllocs()
				for k := 0; b.Loop(); k++ {
					step(k % ModelBatches)
				}
				b.ReportMetric(first, "loss")
			})
		}
	}
}

// drawModel returns a step on a batch, which returns the loss before it.
func drawModel(tb testing.TB, model string, sparse bool) func(batch int) float64 {
	d := &drawing{g: gorgonia.NewGraph(), sparse: sparse, data: modelData(model)}
	cost := models[model](d)
	var rule optim.Rule = optim.Adam{}
	cfg := optim.Config{LearningRate: modelAdam}
	switch model {
	case "tabular":
		rule, cfg.LearningRate = optim.Adagrad{}, modelAdagrad
	case "tied":
		cfg.ClipNorm = modelClip
	}
	step := must(train.NewStep(cost, rule, cfg, d.models...))
	return func(batch int) float64 {
		for _, fill := range d.fill {
			fill(batch)
		}
		loss, err := step.Run()
		if err != nil {
			tb.Fatal(err)
		}
		return loss
	}
}

// models are the whole models, as functions that draw the loss. pytorch_models.py has the same.
var models = map[string]func(*drawing) *gorgonia.Node{
	"cbow": func(d *drawing) *gorgonia.Node {
		words, out := d.table("words", ModelWords, ModelDim), d.linear("out", ModelDim, ModelWords)
		context := must((&layers.EmbeddingBag{Table: words.Table}).Forward(d.ids("context", ModelBatch, ModelContext)))
		return must(loss.CrossEntropy(must(out.Forward(context)), d.ids("word", ModelBatch)))
	},
	"tied": func(d *drawing) *gorgonia.Node {
		words, hidden := d.tied("words", ModelWords, ModelDim), d.linear("hidden", ModelDim, ModelDim)
		context := must((&layers.EmbeddingBag{Table: words.Table}).Forward(d.ids("context", ModelBatch, ModelContext)))
		h := must(gorgonia.Tanh(must(hidden.Forward(context))))
		return must(loss.CrossEntropy(must(words.Attend(h)), d.ids("word", ModelBatch)))
	},
	"skipgram": func(d *drawing) *gorgonia.Node {
		centres, contexts := d.table("centres", ModelRows, ModelDim), d.table("contexts", ModelRows, ModelDim)
		return must(loss.NegativeSampling(centres.Table, contexts.Table, loss.Pairs{Centres: d.ids("centre", ModelBatch),
			Contexts: d.ids("context", ModelBatch), Negatives: d.ids("drawn", ModelBatch, ModelDrawn)}))
	},
	"tabular": func(d *drawing) *gorgonia.Node {
		var columns gorgonia.Nodes
		for _, name := range []string{"job", "school", "town"} {
			columns = append(columns, must(d.table(name+"s", ModelRows, ModelColumn).Forward(d.ids(name, ModelBatch))))
		}
		for _, name := range []string{"skills", "tags"} {
			bag := &layers.EmbeddingBag{Table: d.table("all "+name, ModelRows, ModelColumn).Table}
			columns = append(columns, must(bag.Forward(d.ids(name, ModelBatch, ModelBag))))
		}
		columns = append(columns, d.numbers("numbers", ModelBatch, ModelNumbers))
		hidden, out := d.linear("hidden", 5*ModelColumn+ModelNumbers, ModelHidden), d.linear("out", ModelHidden, Classes)
		h := must(layers.ReLU{}.Forward(must(hidden.Forward(must(layers.Concat(columns...))))))
		return must(loss.CrossEntropy(must(out.Forward(h)), d.ids("class", ModelBatch)))
	},
	"attention": func(d *drawing) *gorgonia.Node {
		words, positions := d.table("words", ModelRows, ModelDim), d.table("positions", ModelTime, ModelDim)
		attend, out := d.attention("attend", ModelDim, ModelHeads), d.linear("out", ModelDim, Classes)
		places := make([]int, ModelBatch*ModelTime)
		for i := range places {
			places[i] = i % ModelTime
		}
		place := leaf(d.g, "places", places, ModelBatch, ModelTime)
		x := must(gorgonia.Add(must(words.Forward(d.ids("text", ModelBatch, ModelTime))), must(positions.Forward(place))))
		text := must(layers.MeanPool{}.Forward(must(attend.Forward(x))))
		return must(loss.CrossEntropy(must(out.Forward(text)), d.ids("class", ModelBatch)))
	},
	"factors": func(d *drawing) *gorgonia.Node {
		user, item := d.ids("user", ModelBatch), d.ids("item", ModelBatch)
		users, items := d.table("users", ModelRows, ModelDim), d.table("items", ModelRows, ModelDim)
		userBias, itemBias := d.table("user bias", ModelRows, 1), d.table("item bias", ModelRows, 1)
		product := must(layers.Dot(must(users.Forward(user)), must(items.Forward(item))))
		bias := must(gorgonia.Sum(must(gorgonia.Add(must(userBias.Forward(user)), must(itemBias.Forward(item)))), 1))
		return must(loss.MeanSquaredError(must(gorgonia.Add(product, bias)), d.numbers("rating", ModelBatch)))
	},
}

// Each model learns a batch by heart. Its loss begins where that of dense gradients does, and takes another way only as
// far as Adam does: a dense one adds its Eps at another place, and moves idle rows.
func TestModels(t *testing.T) {
	for _, model := range Models() {
		sparse, dense := drawModel(t, model, true), drawModel(t, model, false)
		first, last := sparse(0), 0.0
		if d := dense(0); math.Abs(d-first) > 1e-6 {
			t.Errorf("%s: the first loss is %v with sparse gradients and %v with dense ones", model, first, d)
		}
		for range 2 {
			last = sparse(0)
			if d := dense(0); math.Abs(d-last) > 2e-3 {
				t.Errorf("%s: the loss is %v with sparse gradients and %v with dense ones", model, last, d)
			}
		}
		if last >= first {
			t.Errorf("%s learns nothing: the loss goes from %v to %v", model, first, last)
		}
	}
}
