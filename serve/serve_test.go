package serve_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"gorgonia-embedding/model"
	"gorgonia-embedding/serve"
)

// load returns the classifier of examples/service.
func load(t testing.TB) *model.Classifier {
	t.Helper()
	c, err := model.Load(os.DirFS("../examples/service/opinions"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// start starts a server on loopback.
func start(t testing.TB, h http.Handler) *httptest.Server {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// ask sends a request, decodes the answer into answer, a pointer, and returns the status.
func ask(t testing.TB, method, url, body string, answer any) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err == nil {
		err = json.Unmarshal(text, answer)
	}
	if err != nil || reply.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s %.80s: %v, %q, %q", method, url, body, err, text, reply.Header)
	}
	return reply.StatusCode
}

// quote returns a value in JSON.
func quote(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

func texts() []string {
	return []string{"The coffee was terrific", "", "nothing is known of xyzzy", "The soup was cold, the bread stale", "日本語 \u0000 <b>", strings.Repeat("a lovely café ", 300)}
}

func TestPredict(t *testing.T) {
	c := load(t)
	url := start(t, serve.New(c, serve.Config{})).URL + "/v1/predict"
	want, err := c.PredictAll(texts())
	if err != nil {
		t.Fatal(err)
	}
	for request, k := range map[string]int{`{"inputs": %}`: 2, `{"inputs": %, "top_k": 1}`: 1, `{"inputs": %, "parameters": {"top_k": 1, "function_to_apply": "softmax"}, "options": {}}`: 1, `{"inputs": %, "top_k": 99}`: 2} {
		var got [][]model.Class
		if status := ask(t, "POST", url, strings.Replace(request, "%", quote(texts()), 1), &got); status != 200 || len(got) != len(want) {
			t.Fatalf("%s: status %d, %v", request, status, got)
		}
		for i, text := range texts() {
			if quote(got[i]) != quote(want[i].Top(k)) {
				t.Errorf("%s of %.40q: %v, want %v", request, text, got[i], want[i].Top(k))
			}
			var one [][]model.Class
			if status := ask(t, "POST", url, strings.Replace(request, "%", quote(text), 1), &one); status != 200 || len(one) != 1 || quote(one[0]) != quote(got[i]) {
				t.Errorf("%.40q by itself: status %d, %v, among others %v", text, status, one, got[i])
			}
		}
	}
}

func TestEmbeddings(t *testing.T) {
	c := load(t)
	url := start(t, serve.New(c, serve.Config{Name: "opinions"})).URL + "/v1/embeddings"
	type reply struct {
		Object string
		Model  string
		Data   []struct {
			Object    string
			Index     int
			Embedding any
		}
		Usage map[string]int
	}
	var floats, packed reply
	if status := ask(t, "POST", url, `{"input": `+quote(texts())+`, "model": "x", "dimensions": 8}`, &floats); status != 200 || floats.Object != "list" || floats.Model != "opinions" || len(floats.Data) != len(texts()) {
		t.Fatalf("status %d, %+v", status, floats)
	}
	if status := ask(t, "POST", url, `{"input": `+quote(texts())+`, "encoding_format": "base64"}`, &packed); status != 200 || len(packed.Data) != len(texts()) {
		t.Fatalf("status %d, %+v", status, packed)
	}
	words := 0
	for i, text := range texts() {
		v, err := c.Embed(text)
		if err != nil {
			t.Fatal(err)
		}
		words += len(c.Vocab().IDs(text, c.Config().MaxLen))
		if d := floats.Data[i]; d.Object != "embedding" || d.Index != i || quote(floatsOf(d.Embedding)) != quote(v) {
			t.Errorf("%.40q: %v, want %v", text, d, v)
		}
		if got := unpack(t, packed.Data[i].Embedding); quote(got) != quote(v) {
			t.Errorf("%.40q in base64: %v, want %v", text, got, v)
		}
	}
	if want := map[string]int{"prompt_tokens": words, "total_tokens": words}; quote(floats.Usage) != quote(want) {
		t.Errorf("usage %v, want %v", floats.Usage, want)
	}
}

func TestExplain(t *testing.T) {
	c := load(t)
	url := start(t, serve.New(c, serve.Config{})).URL + "/v1/explain"
	for _, text := range texts() {
		e, err := c.Explain(text)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Classes []model.Class
			Words   []model.Part
			Rest    int
		}
		status := ask(t, "POST", url, `{"inputs": `+quote(text)+`, "top_k": 1}`, &got)
		if status != 200 || quote(got.Classes) != quote(e.Top(1)) || len(got.Words) != len(e.Words) || len(got.Words) > 0 && quote(got.Words) != quote(e.Words) || got.Rest != e.Rest {
			t.Errorf("%.40q: status %d, %v, want %v", text, status, got, e)
		}
	}
}

func TestErrors(t *testing.T) {
	h := serve.New(load(t), serve.Config{MaxBody: 2000, MaxTexts: 3})
	s := start(t, h)
	long := quote(strings.Repeat("x", 3000))
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/v1", "", 404, "there is nothing at /v1: /openapi.json lists what there is"},
		{"GET", "/v1/predict", "", 405, "/v1/predict takes POST, not GET"},
		{"DELETE", "/", "", 405, "/ takes GET, HEAD, not DELETE"},
		{"POST", "/v1/predict", "", 400, "the body must be a JSON object: unexpected end of JSON input"},
		{"POST", "/v1/predict", "inputs=x", 400, "the body must be a JSON object: invalid character 'i' looking for beginning of value"},
		{"POST", "/v1/predict", "[]", 400, "the body must not be a JSON array"},
		{"POST", "/v1/predict", "{}", 400, "inputs is missing: want a text or a list of texts"},
		{"POST", "/v1/predict", `{"inputs": null}`, 400, "inputs must be a text or a list of texts"},
		{"POST", "/v1/predict", `{"inputs": ["a", null]}`, 400, "inputs must be a text or a list of texts"},
		{"POST", "/v1/predict", `{"inputs": ["a", 3]}`, 400, "inputs must be a text or a list of texts"},
		{"POST", "/v1/predict", `{"inputs": {"text": "a"}}`, 400, "inputs must be a text or a list of texts"},
		{"POST", "/v1/predict", `{"inputs": "a"} {}`, 400, "the body must be a JSON object: invalid character '{' after top-level value"},
		{"POST", "/v1/predict", `{"inputs": ["", "", "", ""]}`, 422, "inputs holds 4 texts: send at most 3 at a time"},
		{"POST", "/v1/predict", `{"inputs": "a", "top_k": 0}`, 422, "top_k must be at least 1, got 0"},
		{"POST", "/v1/predict", `{"inputs": "a", "parameters": {"top_k": "1"}}`, 400, "parameters.top_k must not be a JSON string"},
		{"POST", "/v1/predict", `{"inputs": "a", "parameters": {"function_to_apply": "sigmoid"}}`, 422, `function_to_apply is "sigmoid": this model has softmax alone`},
		{"POST", "/v1/predict", `{"inputs": ` + long + `}`, 413, "the body is longer than 2000 bytes"},
		{"POST", "/v1/embeddings", `{"inputs": "a"}`, 400, "input is missing: want a text or a list of texts"},
		{"POST", "/v1/embeddings", `{"input": [1, 2]}`, 400, "input must be a text or a list of texts"},
		{"POST", "/v1/embeddings", `{"input": "a", "encoding_format": "int8"}`, 422, `encoding_format must be float or base64, got "int8"`},
		{"POST", "/v1/embeddings", `{"input": "a", "dimensions": 4}`, 422, "dimensions is 4: this model has 8"},
		{"POST", "/v1/explain", `{"input": "a"}`, 400, "inputs is missing: want a text"},
		{"POST", "/v1/explain", `{"inputs": ["a"]}`, 400, "inputs must not be a JSON array"},
		{"POST", "/v1/explain", `{"inputs": ` + long + `}`, 413, "the body is longer than 2000 bytes"},
	} {
		var got struct {
			Error struct {
				Message, Type string
				Code          int
			}
		}
		status := ask(t, tt.method, s.URL+tt.path, tt.body, &got)
		if status != tt.status || got.Error.Code != tt.status || got.Error.Message != tt.want || got.Error.Type != "invalid_request_error" {
			t.Errorf("%s %s %.60s:\n got %d %+v\nwant %d %s", tt.method, tt.path, tt.body, status, got, tt.status, tt.want)
		}
	}
	for path, want := range map[string]string{"/v1/predict": "POST", "/": "GET, HEAD"} {
		r, err := http.NewRequest("PUT", s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		reply, err := http.DefaultClient.Do(r)
		if err != nil || reply.Header.Get("Allow") != want {
			t.Errorf("%s allows %v, %v; want %s", path, reply.Header, err, want)
		}
	}
}

// floatsOf returns a list of a decoded JSON.
func floatsOf(list any) (v []float32) {
	for _, x := range list.([]any) {
		v = append(v, float32(x.(float64)))
	}
	return v
}

// unpack returns the float32s of an embedding in base64.
func unpack(t *testing.T, embedding any) []float32 {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(embedding.(string))
	v := make([]float32, len(raw)/4)
	if err == nil {
		err = binary.Read(bytes.NewReader(raw), binary.LittleEndian, v)
	}
	if err != nil {
		t.Error(err)
	}
	return v
}
