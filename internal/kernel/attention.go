package kernel

import "math"

// Attention is scaled dot-product attention in a batch of texts: the answer to a query is the mean of its text's
// values, weighted by the softmax of ⟨query, key⟩/√Dim, for each head by itself (Vaswani et al., NeurIPS 2017, formula
// 1).
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

// AttentionWeights sets weights (batch, heads, queries, keys) to the weights of the values. counts (batch, keys), if
// not nil, says which keys count; a query without any has weights of zero. memory is as large as Memory says.
func AttentionWeights[T Float](weights, q, k []T, counts []bool, a *Attention, memory []T) {
	eachHead(a, weights, counts, memory, func(h *head[T]) {
		h.weigh(q, k)
		all := weights[(h.text*a.Heads+h.head)*a.Queries*a.Keys:][:a.Queries*a.Keys]
		for i := a.Queries - 1; i >= 0; i-- { // the last first: rows become longer
			row := all[i*a.Keys : (i+1)*a.Keys]
			copy(row, h.w[i*h.n:(i+1)*h.n])
			clear(row[h.n:])
		}
	})
}

// Attend sets dst (batch, queries, heads·dim) to the answers. It leaves the weights of a head, a matrix (queries, n)
// where n is that of LastKeys, at the start of the head's room in weights.
func Attend[T Float](dst, weights, q, k, v []T, counts []bool, a *Attention, memory []T) {
	eachHead(a, weights, counts, memory, func(h *head[T]) {
		h.weigh(q, k)
		h.product(h.queries(dst, a.answers()), false, h.weights(), h.keys(v, a.V), a.Queries, h.n, a.Dim)
	})
}

// AttentionGrad sets dq, dk and dv, of which any may be nil, to the gradients of Attend's q, k and v that follow from
// grad, that of its dst, and from what it left in weights, or adds those.
func AttentionGrad[T Float](dq, dk, dv []T, add bool, weights, q, k, v, grad []T, counts []bool, a *Attention, memory []T) {
	eachHead(a, weights, counts, memory, func(h *head[T]) {
		out := h.queries(grad, a.answers())
		if dv != nil {
			h.keysGrad(h.keys(dv, a.V), add, h.weights(), out)
		}
		if dq == nil && dk == nil {
			return
		}
		scores := strided[T]{h.scores, h.n, false}
		h.product(scores, false, out, h.keys(v, a.V).t(), a.Queries, a.Dim, h.n)
		SoftMaxGrad(h.scores[:len(h.w)], h.w, h.scores, h.n, T(a.scale()))
		if dk != nil {
			h.keysGrad(h.keys(dk, a.K), add, scores, h.queries(q, a.Q))
		}
		if dq != nil {
			h.product(h.queries(dq, a.Q), add, scores, h.keys(k, a.K), a.Queries, h.n, a.Dim)
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
	return a.Queries * a.Keys, parts(a.Batch*a.Heads, a.Queries*a.Keys*(8*a.Dim+40))
}

// scale returns the factor of ⟨query, key⟩.
func (a *Attention) scale() float64 { return 1 / math.Sqrt(float64(a.Dim)) }

// answers says where answers stand.
func (a *Attention) answers() Columns { return Columns{0, a.Heads * a.Dim} }
