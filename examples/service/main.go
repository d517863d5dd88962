// Service answers HTTP requests by a model that is part of the program: a single file to copy and to start.
//
//	go run ./examples/service 127.0.0.1:8080
//
// is a server with a page at http://127.0.0.1:8080/; docs/serving.md tells what else it answers. This wrote the model:
//
//	go run ./cmd/train -dim 8 -min-count 3 -keep 0 -out examples/service/opinions
//
// Without an address it asks itself once, and prints the answer:
//
//	positive 0.98
package main

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"

	"gorgonia-embedding/model"
	"gorgonia-embedding/serve"
)

//go:embed opinions
var files embed.FS

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	h := serve.New(must(model.Load(must(fs.Sub(files, "opinions")))), serve.Config{Name: "opinions"})
	addr := strings.Join(os.Args[1:], "")
	l := must(net.Listen("tcp", cmp.Or(addr, "127.0.0.1:0")))
	if addr == "" {
		go func() { ask("http://" + l.Addr().String()); stop() }()
	}
	must(0, serve.Serve(ctx, l, h))
}

func ask(url string) {
	r := must(http.Post(url+"/v1/predict", "application/json", strings.NewReader(`{"inputs": "The coffee was terrific"}`)))
	defer r.Body.Close()
	var answer [][]model.Class
	must(0, json.NewDecoder(r.Body).Decode(&answer))
	fmt.Printf("%s %.2f\n", answer[0][0].Label, answer[0][0].Score)
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
