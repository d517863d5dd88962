package kernel

// head is one head of one text of an Attention, in the memory that a CPU works in. Products want rows that lie one after
// the other, so queries, keys and values are copied.
type head[T Float] struct {
	*Attention
	text, head int
	n          int    // keys up to the last one that counts
	counts     []bool // which of them do; nil if all
	weights    []T    // (queries, n)

	q, k, v, out, d, scores []T // room for queries, keys, values, answers, a gradient, and weights
}

// eachHead calls f for each head of each text, on as many CPUs as memory has room for.
func eachHead[T Float](a *Attention, weights []T, counts []bool, memory []T, f func(*head[T])) {
	size, _ := a.Memory()
	n, cpus := a.Batch*a.Heads, max(1, len(memory)/max(1, size))
	split(cpus, cpus, func(lo, hi int) {
		for p := lo; p < hi; p++ {
			h := newHead(a, memory[p*size:(p+1)*size])
			for i := p * n / cpus; i < (p+1)*n/cpus; i++ {
				h.set(i, weights, counts)
				f(h)
			}
		}
	})
}

// newHead shares memory out.
func newHead[T Float](a *Attention, memory []T) *head[T] {
	take := func(n int) (x []T) { x, memory = memory[:n], memory[n:]; return x }
	queries, keys := a.Queries*a.Dim, a.Keys*a.Dim
	return &head[T]{
		Attention: a, q: take(queries), k: take(keys), v: take(keys), out: take(queries),
		d: take(max(queries, keys)), scores: take(a.Queries * a.Keys),
	}
}

// set makes h the i-th head of all texts'.
func (h *head[T]) set(i int, weights []T, counts []bool) {
	h.text, h.head = i/h.Heads, i%h.Heads
	if h.n = h.LastKeys(counts, h.text); counts != nil {
		h.counts = counts[h.text*h.Keys:][:h.n]
	}
	h.weights = weights[i*h.Queries*h.Keys:][:h.Queries*h.n]
}

// weigh sets the weights.
func (h *head[T]) weigh(q, k []T) {
	queries := h.queries(q)
	Scale(queries, T(h.scale()))
	Linear(h.weights, queries, h.keys(k), nil, h.Queries, h.Dim, h.n)
	for i := range h.Queries {
		row, seen := h.weights[i*h.n:(i+1)*h.n], h.n
		if h.Causal {
			seen = min(i+1, h.n)
			clear(row[seen:])
		}
		softMax(row[:seen], h.counts[:min(seen, len(h.counts))])
	}
}

// The rows of this head in what all heads share.

func (h *head[T]) queries(q []T) []T { return h.pack(h.q, q, h.Q, h.text*h.Queries, h.Queries) }
func (h *head[T]) keys(k []T) []T    { return h.pack(h.k, k, h.K, h.text*h.Keys, h.n) }
func (h *head[T]) values(v []T) []T  { return h.pack(h.v, v, h.V, h.text*h.Keys, h.n) }
func (h *head[T]) answers(grad []T) []T {
	return h.pack(h.out, grad, h.Attention.answers(), h.text*h.Queries, h.Queries)
}

// pack copies n rows of x, from a row on, to dst.
func (h *head[T]) pack(dst, x []T, c Columns, row, n int) []T {
	dst = dst[:n*h.Dim]
	for i := range n {
		copy(dst[i*h.Dim:(i+1)*h.Dim], x[(row+i)*c.Stride+c.From+h.head*h.Dim:])
	}
	return dst
}

// add is the way back: it adds scale times the rows of x to those of dst, from a row on.
func (h *head[T]) add(dst []T, scale T, x []T, c Columns, row int) {
	for i := range len(x) / h.Dim {
		at := (row+i)*c.Stride + c.From + h.head*h.Dim
		AddScaled(dst[at:at+h.Dim], scale, x[i*h.Dim:(i+1)*h.Dim])
	}
}

// transposed returns sᵀ·x, a row for each key, for s (queries, n) and x (queries, dim).
func (h *head[T]) transposed(s, x []T) []T {
	d := h.d[:h.n*h.Dim]
	clear(d)
	LinearGradW(d, x, s, h.Queries, h.Dim, h.n)
	return d
}
