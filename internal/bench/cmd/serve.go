package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
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
	slices.Sort(took)
	_, err = fmt.Fprintf(stdout, "BenchmarkServe/clients=%d/vocab=%d/words=%d %d %.0f ns/op %d p50-ns %d p99-ns %d max-ns %.0f grown-B\n",
		o.Clients, o.Vocab, o.Words, len(took), o.Seconds*1e9/float64(len(took)), took[len(took)/2], took[len(took)*99/100], took[len(took)-1], grown)
	return err
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
func (o serveFlags) load(url string, questions []question) (all []time.Duration, grown float64, err error) {
	var clients sync.WaitGroup
	var mu sync.Mutex
	transport := &http.Transport{MaxIdleConnsPerHost: o.Clients}
	defer transport.CloseIdleConnections()
	end := time.Now().Add(time.Duration(o.Seconds * float64(time.Second)))
	for n := range o.Clients {
		clients.Go(func() {
			took, bad := ask(&http.Client{Transport: transport}, url, questions[n*len(questions)/o.Clients:], end)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			if bad != nil {
				err = bad
			}
		})
	}
	time.Sleep(time.Duration(o.Seconds / 5 * float64(time.Second)))
	before, err1 := memoryOf("VmRSS:")
	clients.Wait()
	after, err2 := memoryOf("VmRSS:")
	for _, bad := range []error{err1, err2} {
		if bad != nil {
			err = bad
		}
	}
	return all, after - before, err
}

// ask asks one question after the other, over and over.
func ask(client *http.Client, url string, questions []question, end time.Time) (took []time.Duration, err error) {
	for i := 0; time.Now().Before(end); i++ {
		q, start := questions[i%len(questions)], time.Now()
		reply, err := client.Post(url, "application/json", bytes.NewReader(q.body))
		if err != nil {
			return took, err
		}
		answer, err := io.ReadAll(reply.Body)
		reply.Body.Close()
		took = append(took, time.Since(start))
		if err != nil || !bytes.Equal(answer, q.answer) {
			return took, fmt.Errorf("the answer to %s is %s, %v; want %s", q.body, answer, err, q.answer)
		}
	}
	return took, nil
}
