package kernel

// head is one head of one text of an Attention.
type head[T Float] struct {
	*Attention
	text, head int
	n          int    // keys up to the last one that counts
	counts     []bool // which of them do; nil if all do
	w          []T    // weights, (queries, n)
	scores     []T    // room for as many
}

// eachHead calls f for each head of each text, on as many CPUs as memory has room for.
func eachHead[T Float](a *Attention, weights []T, counts []bool, memory []T, f func(*head[T])) {
	size, _ := a.Memory()
	n, cpus := a.Batch*a.Heads, max(1, len(memory)/max(1, size))
	split(cpus, cpus, func(lo, hi int) {
		for p := lo; p < hi; p++ {
			h := &head[T]{Attention: a, scores: memory[p*size : (p+1)*size]}
			for i := p * n / cpus; i < (p+1)*n/cpus; i++ {
				h.set(i, weights, counts)
				f(h)
			}
		}
	})
}

// set makes h the i-th head of all texts'.
func (h *head[T]) set(i int, weights []T, counts []bool) {
	h.text, h.head = i/h.Heads, i%h.Heads
	if h.n = h.LastKeys(counts, h.text); counts != nil {
		h.counts = counts[h.text*h.Keys:][:h.n]
	}
	h.w = weights[i*h.Queries*h.Keys:][:h.Queries*h.n]
}

// weigh sets the weights.
func (h *head[T]) weigh(q, k []T) {
	h.product(h.weights(), false, h.queries(q, h.Q), h.keys(k, h.K).t(), h.Queries, h.Dim, h.n)
	ScaleAdd(h.w, T(h.scale()), 0)
	if !h.Causal && h.counts == nil {
		softMaxRows(h.w, h.w, h.n)
		return
	}
	for i := range h.Queries {
		row, seen := h.w[i*h.n:(i+1)*h.n], h.n
		if h.Causal {
			seen = min(i+1, h.n)
			clear(row[seen:])
		}
		softMaxOf(row[:seen], row[:seen], h.counts[:min(seen, len(h.counts))])
	}
}

// product is gemmOf of one of the many heads.
func (h *head[T]) product(c strided[T], add bool, a, b strided[T], m, k, n int) {
	gemmOf(c, add, a, b, m, k, n, h.Batch*h.Heads)
}

// keysGrad sets the gradient d of keys or values to wᵀ·x, or adds that: those after the last that counts have none.
func (h *head[T]) keysGrad(d strided[T], add bool, w, x strided[T]) {
	h.product(d, add, w.t(), x, h.n, h.Queries, h.Dim)
	for i := h.n; i < h.Keys && !add; i++ {
		clear(d.data[i*d.stride:][:h.Dim])
	}
}

// The rows of this head in what all heads share, and its weights.

func (h *head[T]) queries(x []T, c Columns) strided[T] { return h.rows(x, c, h.text*h.Queries) }
func (h *head[T]) keys(x []T, c Columns) strided[T]    { return h.rows(x, c, h.text*h.Keys) }
func (h *head[T]) weights() strided[T]                 { return strided[T]{h.w, h.n, false} }

// rows returns the columns of this head, from a row of x on.
func (h *head[T]) rows(x []T, c Columns, row int) strided[T] {
	at := row*c.Stride + c.From + h.head*h.Dim
	return strided[T]{x[min(at, len(x)):], c.Stride, false} // there may be no rows
}
