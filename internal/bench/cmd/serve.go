package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/bench"
	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/model"
	server "gorgonia-embedding/serve"
)

// serveFlags are the flags of the command serve.
type serveFlags struct {
	Clients int     `json:"clients" help:"clients that ask at once"`
	Seconds float64 `json:"seconds" help:"how long they do"`
	Vocab   int     `json:"vocab" help:"words of the model"`
	Words   int     `json:"words" help:"words of a text"`
}

// serve lets clients ask a server on loopback, each as fast as it is answered, and compares the answers with those of
// Predict. It prints latencies in the format of Go's benchmarks, and how much the memory of this process, server and
// clients, has grown after the first fifth of the time.
func serve(ctx context.Context, args []string, stdout io.Writer) error {
	o := serveFlags{Clients: 8, Seconds: 10, Vocab: 100_000, Words: 20}
	if _, err := parse("serve [flags]", &o, args, stdout); err != nil {
		return err
	}
	if o.Clients < 1 || o.Vocab < 1 || o.Words < 1 || !(o.Seconds > 0) {
		return cli.Misuse("serve: every flag must be above 0")
	}
	c, questions, err := o.questions()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(ctx, l, server.New(c, server.Config{})) }()
	took, grown, err := o.load("http://"+l.Addr().String()+"/v1/predict", questions)
	cancel()
	if err := <-stopped; err != nil {
		return err
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "BenchmarkServe/clients=%d/vocab=%d/words=%d %d %.0f ns/op %d p50-ns %d p99-ns %d p999-ns %.0f grown-B\n",
		o.Clients, o.Vocab, o.Words, took.n, o.Seconds*1e9/float64(took.n), took.quantile(0.5), took.quantile(0.99), took.quantile(0.999), grown)
	return err
}

// latencies counts answers by the microseconds that they took, the last for all that took longer: its memory does not
// grow with them.
type latencies struct {
	counts [1_000_000]int
	n      int
}

func (l *latencies) add(took time.Duration) {
	l.counts[min(int(took.Microseconds()), len(l.counts)-1)]++
	l.n++
}

func (l *latencies) quantile(share float64) time.Duration {
	below := 0
	for us, n := range l.counts {
		if below += n; float64(below) >= share*float64(l.n) {
			return time.Duration(us) * time.Microsecond
		}
	}
	return 0
}

// question is a request and the answer to it.
type question struct{ body, answer []byte }

// questions returns a model with random weights, and requests to it with its answers.
func (o serveFlags) questions() (*model.Classifier, []question, error) {
	counts := make(map[string]int, o.Vocab)
	for id := range o.Vocab {
		counts[fmt.Sprint("w", id)] = 1
	}
	c, err := model.New(model.Config{Seed: 1, Arch: model.Bag{Dim: bench.Dim}}, data.NewVocab(counts, data.VocabConfig{}), data.Labels{"bad", "good"})
	if err != nil {
		return nil, nil, err
	}
	rnd, list := rand.New(rand.NewPCG(1, 1)), make([]question, 1000)
	for i := range list {
		var text bytes.Buffer
		for range o.Words {
			fmt.Fprint(&text, " w", rnd.IntN(o.Vocab))
		}
		p, err := c.Predict(text.String())
		if err != nil {
			return nil, nil, err
		}
		body, _ := json.Marshal(map[string]string{"inputs": text.String()})
		answer, _ := json.Marshal([][]model.Class{p.Top(2)})
		list[i] = question{body, answer}
	}
	return c, list, nil
}

// load asks until the time is over, and returns how long each answer took and the bytes by which memory grew.
func (o serveFlags) load(url string, questions []question) (all *latencies, grown float64, err error) {
	var clients sync.WaitGroup
	var mu sync.Mutex
	all = new(latencies)
	transport := &http.Transport{MaxIdleConnsPerHost: o.Clients}
	defer transport.CloseIdleConnections()
	end := time.Now().Add(time.Duration(o.Seconds * float64(time.Second)))
	for n := range o.Clients {
		clients.Go(func() {
			bad := ask(&http.Client{Transport: transport}, url, questions[n*len(questions)/o.Clients:], end, func(took time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				all.add(took)
			})
			mu.Lock()
			defer mu.Unlock()
			err = cmp.Or(err, bad)
		})
	}
	time.Sleep(time.Duration(o.Seconds / 5 * float64(time.Second)))
	before, err1 := memoryOf("VmRSS:")
	clients.Wait()
	after, err2 := memoryOf("VmRSS:")
	return all, after - before, cmp.Or(err, err1, err2)
}

// ask asks one question after the other, over and over, and tells how long each answer took.
func ask(client *http.Client, url string, questions []question, end time.Time, tell func(took time.Duration)) error {
	for i := 0; time.Now().Before(end); i++ {
		q, start := questions[i%len(questions)], time.Now()
		reply, err := client.Post(url, "application/json", bytes.NewReader(q.body))
		if err != nil {
			return err
		}
		answer, err := io.ReadAll(reply.Body)
		reply.Body.Close()
		tell(time.Since(start))
		if err != nil || !bytes.Equal(answer, q.answer) {
			return fmt.Errorf("the answer to %s is %s, %v; want %s", q.body, answer, err, q.answer)
		}
	}
	return nil
}
