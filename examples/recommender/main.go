// Recommender predicts ratings that it makes up, by matrix factorisation (Koren, Bell and Volinsky, Computer 42, 2009): a
// rating is 3, plus a bias of the user, plus one of the item, plus the product of their vectors.
//
//	go run ./examples/recommender
//
// It prints the error on ratings that it was not trained on (PyTorch's is 0.164, too, and that of always saying 3 is 1.008):
//
//	root mean square 0.164
package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

const users, items, batch, known, test = 300, 200, 100, 10_000, 2_000

func main() {
	user, item, above := ratings(known + test)
	g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
	table := func(name string, rows, dim int) *layers.Embedding {
		return must(layers.NewEmbedding(g, name, layers.EmbeddingConfig{NumEmbeddings: rows, EmbeddingDim: dim,
			IDs: layers.IDRules{Sparse: true}, Init: layers.Normal(rnd, 0.1)}))
	}
	p, q := table("user", users, 8), table("item", items, 8)
	bu, bi := table("user bias", users, 1), table("item bias", items, 1)
	u, i, r := make([]int, batch), make([]int, batch), make([]float32, batch)
	un, in := must(layers.Input(g, "users", u)), must(layers.Input(g, "items", i))
	bias := must(gorgonia.Sum(must(gorgonia.Add(must(bu.Forward(un)), must(bi.Forward(in)))), 1))
	predicted := must(gorgonia.Add(bias, must(p.Dots(un, q.Table, in))))
	cost := must(loss.MeanSquaredError(predicted, must(layers.Input(g, "above", r))))
	step := must(train.NewStep(cost, optim.Adam{}, optim.Config{LearningRate: 0.01}, p, q, bu, bi))
	for k := range 30 * known / batch {
		at := k * batch % known
		copy(u, user[at:])
		copy(i, item[at:])
		copy(r, above[at:])
		must(step.Run())
	}
	squares := 0.0
	for at := known; at < len(user); at += batch {
		copy(u, user[at:])
		copy(i, item[at:])
		copy(r, above[at:])
		squares += must(step.Evaluate()) * batch
	}
	fmt.Printf("root mean square %.3f\n", math.Sqrt(squares/test))
}

// ratings makes n ratings: who rates, what, and how far above 3.
func ratings(n int) (user, item []int, above []float32) {
	next := uint64(1)
	draw := func(n uint64) float64 {
		next = next*6364136223846793005 + 1442695040888963407
		return float64(next >> 33 % n)
	}
	for range n {
		u, i := draw(users), draw(items)
		taste := math.Cos(0.7*u+1.3*i) + math.Sin(0.3*u)*math.Cos(0.9*i) + 0.5*math.Sin(5*u) + 0.5*math.Cos(7*i)
		user, item, above = append(user, int(u)), append(item, int(i)), append(above, float32(taste+(draw(1000)-500)/2500))
	}
	return user, item, above
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
