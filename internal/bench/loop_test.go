package bench

import "math"

// plainLoop is the step as plain Go loops, with a table of slots in the place of a hash: no library, no graph, no
// assembly. It shows what is there to be gained.
func plainLoop(vocab int, solver string) (Step, error) {
	l := &loop{
		adam:  solver == "adam",
		words: newLoopParam(initial(vocab*Dim, 0), Batch*Time*Dim, solver),
		out:   newLoopParam(initial(Classes*Dim, linearAt), Classes*Dim, solver),
		bias:  newLoopParam(make([]float32, Classes), Classes, solver),
		slot:  make([]int32, vocab),
	}
	return l.step, nil
}

type loop struct {
	adam             bool
	steps            int
	words, out, bias loopParam
	slot             []int32 // of each row of the table: its place in rows, plus 1
	rows             []int   // the rows of the batch
	pooled, upstream [Dim]float32
}

// loopParam is weights, their gradient and Adam's means.
type loopParam struct{ w, g, m, v []float32 }

func newLoopParam(w []float32, gradient int, solver string) loopParam {
	p := loopParam{w: w, g: make([]float32, gradient)}
	if solver == "adam" {
		p.m, p.v = make([]float32, len(w)), make([]float32, len(w))
	}
	return p
}

func (l *loop) step(ids, labels []int) (float32, error) {
	l.steps++
	l.rows = l.rows[:0]
	clear(l.out.g)
	clear(l.bias.g)
	var loss float64
	for b, label := range labels {
		text := ids[b*Time : (b+1)*Time]
		l.pool(text)
		grad, textLoss := l.classify(label)
		loss += textLoss
		l.back(grad)
		l.scatter(text)
	}
	for k, id := range l.rows {
		l.update(l.words, id*Dim, l.words.g[k*Dim:(k+1)*Dim])
		l.slot[id] = 0
	}
	l.update(l.out, 0, l.out.g)
	l.update(l.bias, 0, l.bias.g)
	return float32(loss / Batch), nil
}

// pool sets pooled to the mean of the text's rows.
func (l *loop) pool(text []int) {
	clear(l.pooled[:])
	for _, id := range text {
		for d, x := range l.words.w[id*Dim : (id+1)*Dim][:Dim] {
			l.pooled[d] += x
		}
	}
	for d := range l.pooled {
		l.pooled[d] /= Time
	}
}

// classify returns the gradient of the logits and the text's loss.
func (l *loop) classify(label int) (grad [Classes]float32, loss float64) {
	var logits, exps [Classes]float64
	top, sum := math.Inf(-1), 0.0
	for c := range logits {
		z := l.bias.w[c]
		for d, x := range l.out.w[c*Dim : (c+1)*Dim][:Dim] {
			z += x * l.pooled[d]
		}
		logits[c] = float64(z)
		top = max(top, logits[c])
	}
	for c, z := range logits {
		exps[c] = math.Exp(z - top)
		sum += exps[c]
	}
	for c, e := range exps {
		grad[c] = float32(e / sum / Batch)
	}
	grad[label] -= 1.0 / Batch
	return grad, math.Log(sum) + top - logits[label]
}

// back adds to the linear layer's gradients, and sets upstream to what each row of the text gets.
func (l *loop) back(grad [Classes]float32) {
	clear(l.upstream[:])
	for c, g := range grad {
		l.bias.g[c] += g
		dw, w := l.out.g[c*Dim : (c+1)*Dim][:Dim], l.out.w[c*Dim : (c+1)*Dim][:Dim]
		for d := range dw {
			dw[d] += g * l.pooled[d]
			l.upstream[d] += g * w[d] / Time
		}
	}
}

// scatter adds upstream to the gradients of the text's rows.
func (l *loop) scatter(text []int) {
	for _, id := range text {
		k := l.slot[id]
		if k == 0 {
			l.rows = append(l.rows, id)
			k = int32(len(l.rows))
			l.slot[id] = k
			copy(l.words.g[int(k-1)*Dim:], l.upstream[:])
			continue
		}
		row := l.words.g[int(k-1)*Dim : int(k)*Dim][:Dim]
		for d, x := range l.upstream {
			row[d] += x
		}
	}
}

// update changes the weights of p from position at by grad.
func (l *loop) update(p loopParam, at int, grad []float32) {
	w := p.w[at : at+len(grad)]
	if !l.adam {
		for i, g := range grad {
			w[i] -= rateSGD * g
		}
		return
	}
	m, v := p.m[at:at+len(grad)], p.v[at:at+len(grad)]
	root := float32(math.Sqrt(1 - math.Pow(0.999, float64(l.steps))))
	rate := float32(rateAdam/(1-math.Pow(0.9, float64(l.steps)))) * root
	for i, g := range grad {
		m[i] = 0.9*m[i] + 0.1*g
		v[i] = 0.999*v[i] + 0.001*g*g
		w[i] -= rate * m[i] / (float32(math.Sqrt(float64(v[i]))) + 1e-8)
	}
}
