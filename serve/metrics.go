package serve

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// buckets are the upper bounds of the histogram of latencies, in seconds.
func buckets() []float64 {
	return []float64{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1}
}

// metrics count what a Handler did.
type metrics struct {
	mu       sync.Mutex
	requests map[series]int
	latency  map[string]*histogram // by path
	texts    int
}

// series is a path and the status of answers.
type series struct {
	path string
	code int
}

type histogram struct {
	counts []int // of each of buckets, and of what is beyond
	sum    float64
}

func (m *metrics) request(path string, code int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.requests == nil {
		m.requests, m.latency = make(map[series]int), make(map[string]*histogram)
	}
	m.requests[series{path, code}]++
	h := m.latency[path]
	if h == nil {
		h = &histogram{counts: make([]int, len(buckets())+1)}
		m.latency[path] = h
	}
	place, _ := slices.BinarySearch(buckets(), took.Seconds())
	h.counts[place]++
	h.sum += took.Seconds()
}

func (m *metrics) read(texts int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.texts += texts
}

// showMetrics answers in Prometheus' text format, version 0.0.4.
func (h *Handler) showMetrics(*http.Request) (any, error) {
	m, b := &h.metrics, new(bytes.Buffer)
	m.mu.Lock()
	defer m.mu.Unlock()
	head := func(name, kind, help string) { fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind) }
	head("classifier_requests_total", "counter", "Requests that were answered, by path and status.")
	for _, s := range slices.SortedFunc(maps.Keys(m.requests), func(a, b series) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.code, b.code))
	}) {
		fmt.Fprintf(b, "classifier_requests_total{path=%q,code=\"%d\"} %d\n", s.path, s.code, m.requests[s])
	}
	head("classifier_texts_total", "counter", "Texts that were read.")
	fmt.Fprintf(b, "classifier_texts_total %d\n", m.texts)
	head("classifier_request_duration_seconds", "histogram", "Time from a request's header to its answer, by path.")
	for _, path := range slices.Sorted(maps.Keys(m.latency)) {
		m.latency[path].write(b, path)
	}
	head("classifier_model_loaded_timestamp_seconds", "gauge", "When the model was loaded, in seconds since 1970.")
	fmt.Fprintf(b, "classifier_model_loaded_timestamp_seconds %.3f\n", float64(h.model.Load().at.UnixMilli())/1000)
	return content{kind: "text/plain; version=0.0.4; charset=utf-8", text: b.Bytes()}, nil
}

func (h *histogram) write(b *bytes.Buffer, path string) {
	const name = "classifier_request_duration_seconds"
	all := 0
	for i, n := range h.counts {
		all += n
		bound := "+Inf"
		if i < len(buckets()) {
			bound = fmt.Sprint(buckets()[i])
		}
		fmt.Fprintf(b, "%s_bucket{path=%q,le=%q} %d\n", name, path, bound, all)
	}
	fmt.Fprintf(b, "%s_sum{path=%q} %v\n%s_count{path=%q} %d\n", name, path, h.sum, name, path, all)
}
