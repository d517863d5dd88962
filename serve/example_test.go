package serve_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"gorgonia-embedding/model"
	"gorgonia-embedding/serve"
)

// A classifier below a path of a server that does other things too.
func Example() {
	c, err := model.Load(os.DirFS("../examples/service/opinions"))
	check(err)
	mux := http.NewServeMux()
	mux.Handle("/opinions/", http.StripPrefix("/opinions", serve.New(c, serve.Config{Name: "opinions"})))
	s := httptest.NewServer(mux)
	defer s.Close()
	reply, err := http.Post(s.URL+"/opinions/v1/predict", "application/json", strings.NewReader(`{"inputs": "The coffee was terrific"}`))
	check(err)
	defer reply.Body.Close()
	var answer [][]model.Class
	check(json.NewDecoder(reply.Body).Decode(&answer))
	for _, class := range answer[0] {
		fmt.Printf("%s %.2f\n", class.Label, class.Score)
	}
	// Output:
	// positive 0.98
	// negative 0.02
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
