package kernel

import "math"

// Attention is scaled dot-product attention in a batch of texts: the answer to a query is the mean of its text's values,
// weighted by the softmax of ⟨query, key⟩/√Dim, for each head by itself (Vaswani et al., NeurIPS 2017, formula 1).
type Attention struct {
	Batch, Heads  int
	Queries, Keys int  // of a text
	Dim           int  // elements of a query, a key and a value of a head
	Causal        bool // the keys of query i are the first i+1

	Q, K, V Columns // where queries, keys and values stand
}

// Columns are the elements from From on of each row of a matrix, whose rows have Stride elements: those of the first
// head, of the second, …
type Columns struct{ From, Stride int }

// AttentionWeights sets weights (batch, heads, queries, keys) to the weights of the values. counts (batch, keys), if not
// nil, says which keys count; a query without any has weights of zero. memory is as large as Memory says.
func AttentionWeights[T Float](weights, q, k []T, counts []bool, a *Attention, memory []T) {
	eachHead(a, weights, counts, memory, func(h *head[T]) {
		h.weigh(q, k)
		all := weights[(h.text*a.Heads+h.head)*a.Queries*a.Keys:][:a.Queries*a.Keys]
		for i := a.Queries - 1; i >= 0; i-- { // the last first: rows become longer
			row := all[i*a.Keys : (i+1)*a.Keys]
			copy(row, h.weights[i*h.n:(i+1)*h.n])
			clear(row[h.n:])
		}
	})
}

// Attend sets dst (batch, queries, heads·dim) to the answers. It leaves the weights of a head, a matrix (queries, n) where n
// is that of LastKeys, at the start of the head's room in weights.
func Attend[T Float](dst, weights, q, k, v []T, counts []bool, a *Attention, memory []T) {
	clear(dst)
	eachHead(a, weights, counts, memory, func(h *head[T]) {
		h.weigh(q, k)
		out := h.out[:a.Queries*a.Dim]
		clear(out)
		LinearGradX(out, h.values(v), h.weights, a.Queries, a.Dim, h.n)
		h.add(dst, 1, out, a.answers(), h.text*a.Queries)
	})
}

// AttentionGrad adds to dq, dk and dv, of which any may be nil, the gradients of Attend's q, k and v that follow from grad,
// that of its dst, and from what it left in weights.
func AttentionGrad[T Float](dq, dk, dv, weights, q, k, v, grad []T, counts []bool, a *Attention, memory []T) {
	scale := T(a.scale())
	eachHead(a, weights, counts, memory, func(h *head[T]) {
		out, query, key := h.answers(grad), h.text*a.Queries, h.text*a.Keys
		if dv != nil {
			h.add(dv, 1, h.transposed(h.weights, out), a.V, key)
		}
		if dq == nil && dk == nil {
			return
		}
		scores := h.scores[:a.Queries*h.n]
		Linear(scores, out, h.values(v), nil, a.Queries, a.Dim, h.n)
		softMaxBack(scores, h.weights, h.n)
		if dk != nil {
			h.add(dk, scale, h.transposed(scores, h.queries(q)), a.K, key)
		}
		if dq != nil {
			d := h.d[:a.Queries*a.Dim]
			clear(d)
			LinearGradX(d, h.keys(k), scores, a.Queries, a.Dim, h.n)
			h.add(dq, scale, d, a.Q, query)
		}
	})
}

// LastKeys returns how many keys a text has up to the last one that counts.
func (a *Attention) LastKeys(counts []bool, text int) int {
	n := a.Keys
	for counts != nil && n > 0 && !counts[text*a.Keys+n-1] {
		n--
	}
	return n
}

// Memory returns how many elements a CPU needs to work in, and how many CPUs pay: memory is as large as their product.
func (a *Attention) Memory() (elems, cpus int) {
	elems = (2*a.Queries+2*a.Keys+max(a.Queries, a.Keys))*a.Dim + a.Queries*a.Keys
	return elems, parts(a.Batch*a.Heads, a.Queries*a.Keys*(8*a.Dim+40))
}

// scale returns the factor of ⟨query, key⟩.
func (a *Attention) scale() float64 { return 1 / math.Sqrt(float64(a.Dim)) }

// answers says where answers stand.
func (a *Attention) answers() Columns { return Columns{0, a.Heads * a.Dim} }

// softMaxBack makes of s, the gradient of weights w, that of the scores they are the softmax of. Rows have n elements.
func softMaxBack[T Float](s, w []T, n int) {
	for i := range rowsOf(len(s), n) {
		g, p := s[i*n:(i+1)*n], w[i*n:(i+1)*n]
		mean := inner(p, g)
		for j := range g {
			g[j] = T(p[j] * (g[j] - mean))
		}
	}
}
