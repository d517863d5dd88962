package serve_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gorgonia-embedding/model"
	"gorgonia-embedding/serve"
)

// listen serves h on a port of its own until the function that it returns is called, which returns Serve's error.
func listen(t *testing.T, h *serve.Handler) (url string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serve.Serve(ctx, l, h) }()
	return "http://" + l.Addr().String(), func() error { cancel(); return <-done }
}

// Clients that ask at once, while the model is replaced, each get the answers of Predict.
func TestClientsAtOnceWhileModelsAreReplaced(t *testing.T) {
	c, again := load(t), load(t)
	h := serve.New(c, serve.Config{})
	url, stop := listen(t, h)
	want, err := c.PredictAll(texts())
	if err != nil {
		t.Fatal(err)
	}
	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			for n := range 30 {
				i := (client + n) % len(want)
				var got [][]model.Class
				if status := ask(t, "POST", url+"/v1/predict", `{"inputs": `+quote(texts()[i])+`}`, &got); status != 200 || len(got) != 1 || quote(got[0]) != quote(want[i].Top(9)) {
					t.Errorf("client %d: status %d, %v, want %v", client, status, got, want[i].Top(9))
				}
			}
		})
	}
	asking := make(chan struct{})
	go func() { clients.Wait(); close(asking) }()
	for n := 0; ; n++ {
		select {
		case <-asking:
			if n < 2 {
				t.Errorf("the model was replaced %d times", n)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
			return
		case <-time.After(time.Millisecond):
			h.Replace([]*model.Classifier{c, again}[n%2])
		}
	}
}

// A stop finishes the requests that have begun, and then no more are taken.
func TestStopFinishesWhatRuns(t *testing.T) {
	h := serve.New(load(t), serve.Config{})
	url, stop := listen(t, h)
	body, send := io.Pipe()
	answers := make(chan string)
	go func() {
		r, _ := http.NewRequest("POST", url+"/v1/predict", body)
		r.Header.Set("Expect", "100-continue") // the body is sent when the handler reads it
		reply, err := (&http.Transport{ExpectContinueTimeout: time.Minute}).RoundTrip(r)
		if err != nil {
			answers <- err.Error()
			return
		}
		defer reply.Body.Close()
		text, err := io.ReadAll(reply.Body)
		answers <- fmt.Sprintf("%d %s %v", reply.StatusCode, text, err)
	}()
	io.WriteString(send, `{"inputs": `)
	stopped := make(chan error)
	go func() { stopped <- stop() }()
	for connects(url) {
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-stopped:
		t.Fatal("stopped before the request was answered:", err)
	default:
	}
	io.WriteString(send, `["", ""], "top_k": 1}`)
	send.Close()
	if got := <-answers; !strings.HasPrefix(got, `200 [[{"label":"`) {
		t.Error(got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	w := newRecorder()
	r, _ := http.NewRequest("GET", "/healthz", nil)
	if h.ServeHTTP(w, r); w.status != 503 || !strings.Contains(w.String(), "the server is stopping") {
		t.Errorf("after the stop: %d %s", w.status, w)
	}
}

func connects(url string) bool {
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err == nil {
		c.Close()
	}
	return err == nil
}

// recorder is a http.ResponseWriter.
type recorder struct {
	bytes.Buffer
	status int
	header http.Header
}

func newRecorder() *recorder { return &recorder{header: make(http.Header)} }

func (r *recorder) Header() http.Header    { return r.header }
func (r *recorder) WriteHeader(status int) { r.status = status }

// A listener that fails ends Serve with its error.
func TestServeReturnsErrors(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := serve.Serve(t.Context(), l, serve.New(load(t), serve.Config{})); err == nil {
		t.Error("no error")
	}
}

func TestMetrics(t *testing.T) {
	url := start(t, serve.New(load(t), serve.Config{})).URL
	var answer any
	for range 3 {
		ask(t, "POST", url+"/v1/predict", `{"inputs": ["a", "b"]}`, &answer)
	}
	ask(t, "POST", url+"/v1/predict", `{}`, &answer)
	ask(t, "GET", url+"/nothing?x=1", ``, &answer)
	reply, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil || reply.Header.Get("Content-Type") != "text/plain; version=0.0.4; charset=utf-8" {
		t.Error(err, reply.Header)
	}
	line := regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)$`)
	for got := range strings.Lines(string(text)) {
		if !line.MatchString(strings.TrimSuffix(got, "\n")) {
			t.Errorf("the line %q is none of the format", got)
		}
	}
	for _, want := range []string{
		`classifier_requests_total{path="/v1/predict",code="200"} 3`, `classifier_requests_total{path="/v1/predict",code="400"} 1`,
		`classifier_requests_total{path="other",code="404"} 1`, `classifier_texts_total 6`,
		`classifier_request_duration_seconds_bucket{path="/v1/predict",le="+Inf"} 4`, `classifier_request_duration_seconds_count{path="/v1/predict"} 4`,
		`# TYPE classifier_request_duration_seconds histogram`,
	} {
		if !strings.Contains(string(text), "\n"+want+"\n") {
			t.Errorf("no line %q in\n%s", want, text)
		}
	}
}
