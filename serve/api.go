package serve

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"slices"

	"gorgonia-embedding/model"
)

//go:embed openapi.json
var openAPI []byte

// predictRequest is the body of POST /v1/predict, as Hugging Face has it.
type predictRequest struct {
	Inputs     json.RawMessage `json:"inputs"`
	TopK       *int            `json:"top_k"`
	Parameters parameters      `json:"parameters"`
}

type parameters struct {
	TopK     *int   `json:"top_k"`
	Function string `json:"function_to_apply"`
}

// predict answers with the classes of each text.
func (h *Handler) predict(r *http.Request) (any, error) {
	var in predictRequest
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	texts, err := h.texts("inputs", in.Inputs)
	if err != nil {
		return nil, err
	}
	c := h.model.Load()
	k, err := in.topK(len(c.Labels()))
	if err != nil {
		return nil, err
	}
	done, err := h.turn(r, len(texts))
	if err != nil {
		return nil, err
	}
	defer done()
	all, err := c.PredictAll(texts)
	answer := make([][]model.Class, len(all))
	for i, p := range all {
		answer[i] = p.Top(k)
	}
	return answer, err
}

// topK returns how many classes a request asks for: all, unless it says.
func (r predictRequest) topK(classes int) (int, error) {
	if f := r.Parameters.Function; f != "" && f != "softmax" {
		return 0, faultf(http.StatusUnprocessableEntity, "function_to_apply is %q: this model has softmax alone", f)
	}
	for _, k := range []*int{r.TopK, r.Parameters.TopK} {
		switch {
		case k != nil && *k < 1:
			return 0, faultf(http.StatusUnprocessableEntity, "top_k must be at least 1, got %d", *k)
		case k != nil:
			return *k, nil
		}
	}
	return classes, nil
}

// embeddingsRequest is the body of POST /v1/embeddings, as OpenAI has it. The model that a client asks for is not looked
// at: there is one.
type embeddingsRequest struct {
	Input      json.RawMessage `json:"input"`
	Model      json.RawMessage `json:"model"`
	Format     string          `json:"encoding_format"`
	Dimensions *int            `json:"dimensions"`
}

// embeddings is the answer.
type embeddings struct {
	Object string      `json:"object"`
	Data   []embedding `json:"data"`
	Model  string      `json:"model"`
	Usage  usage       `json:"usage"`
}

type embedding struct {
	Object    string `json:"object"`
	Index     int    `json:"index"`
	Embedding any    `json:"embedding"` // a list of numbers, or base64 of float32s, the lowest byte first
}

// usage counts words.
type usage struct {
	Prompt int `json:"prompt_tokens"`
	Total  int `json:"total_tokens"`
}

// embed answers with the vector of each text.
func (h *Handler) embed(r *http.Request) (any, error) {
	var in embeddingsRequest
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	texts, err := h.texts("input", in.Input)
	if err != nil {
		return nil, err
	}
	if in.Format != "" && in.Format != "float" && in.Format != "base64" {
		return nil, faultf(http.StatusUnprocessableEntity, "encoding_format must be float or base64, got %q", in.Format)
	}
	done, err := h.turn(r, len(texts))
	if err != nil {
		return nil, err
	}
	defer done()
	c := h.model.Load()
	answer := embeddings{Object: "list", Data: make([]embedding, len(texts)), Model: h.cfg.Name}
	for i, text := range texts {
		v, err := c.Embed(text)
		switch {
		case err != nil:
			return nil, err
		case in.Dimensions != nil && *in.Dimensions != len(v):
			return nil, faultf(http.StatusUnprocessableEntity, "dimensions is %d: this model has %d", *in.Dimensions, len(v))
		}
		answer.Data[i] = embedding{"embedding", i, encoded(v, in.Format)}
		answer.Usage.Prompt += len(c.Vocab().IDs(text, c.Config().MaxLen))
	}
	answer.Usage.Total = answer.Usage.Prompt
	return answer, nil
}

func encoded(v []float32, format string) any {
	if format != "base64" {
		return v
	}
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, v)
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// explainRequest is the body of POST /v1/explain.
type explainRequest struct {
	Inputs *string `json:"inputs"`
	TopK   *int    `json:"top_k"`
}

// explanation is the answer.
type explanation struct {
	Classes []model.Class `json:"classes"`
	Words   []model.Part  `json:"words"`
	Rest    int           `json:"rest"` // number of words that do not count
}

// explain answers with the classes of one text and the parts of its words.
func (h *Handler) explain(r *http.Request) (any, error) {
	var in explainRequest
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if in.Inputs == nil {
		return nil, faultf(http.StatusBadRequest, "inputs is missing: want a text")
	}
	c := h.model.Load()
	k, err := predictRequest{TopK: in.TopK}.topK(len(c.Labels()))
	if err != nil {
		return nil, err
	}
	done, err := h.turn(r, 1)
	if err != nil {
		return nil, err
	}
	defer done()
	e, err := c.Explain(*in.Inputs)
	return explanation{e.Top(k), append([]model.Part{}, e.Words...), e.Rest}, err
}

// health answers as long as the server is not stopping.
func (h *Handler) health(*http.Request) (any, error) {
	return map[string]string{"status": "ok", "model": h.cfg.Name}, nil
}

// texts returns the text or the list of texts that is the value of a field.
func (h *Handler) texts(field string, value json.RawMessage) ([]string, error) {
	if len(value) == 0 {
		return nil, faultf(http.StatusBadRequest, "%s is missing: want a text or a list of texts", field)
	}
	var one *string
	if json.Unmarshal(value, &one) == nil && one != nil {
		return []string{*one}, nil
	}
	var list []*string
	if err := json.Unmarshal(value, &list); err != nil || list == nil || slices.Contains(list, nil) {
		return nil, faultf(http.StatusBadRequest, "%s must be a text or a list of texts", field)
	}
	if len(list) > h.cfg.MaxTexts {
		return nil, faultf(http.StatusUnprocessableEntity, "%s holds %d texts: send at most %d at a time", field, len(list), h.cfg.MaxTexts)
	}
	texts := make([]string, len(list))
	for i, text := range list {
		texts[i] = *text
	}
	return texts, nil
}

// turn waits until a CPU is free to read so many texts, and returns the function that gives it back. More requests at
// once would only take each other's time and memory.
func (h *Handler) turn(r *http.Request, texts int) (func(), error) {
	select {
	case h.turns <- struct{}{}:
		h.metrics.read(texts)
		return func() { <-h.turns }, nil
	case <-r.Context().Done():
		return nil, faultf(http.StatusServiceUnavailable, "the client has gone")
	}
}
