package serve

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"gorgonia-embedding/model"
)

// description is what the tests need of openapi.json.
type description struct {
	Paths map[string]map[string]struct {
		RequestBody struct {
			Content map[string]struct {
				Schema   map[string]string
				Examples map[string]struct{ Value json.RawMessage }
			}
		}
		Responses map[string]struct {
			Content map[string]struct{ Schema map[string]string }
		}
	}
}

func newHandler(t *testing.T) *Handler {
	t.Helper()
	c, err := model.Load(os.DirFS("../examples/service/opinions"))
	if err != nil {
		t.Fatal(err)
	}
	return New(c, Config{Name: "opinions", MaxTexts: 3})
}

// schemas returns a function that fails unless a JSON is as a schema of openapi.json says.
func schemas(t *testing.T) func(ref string, text []byte) {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(openAPI)))
	compiler := jsonschema.NewCompiler()
	if err == nil {
		err = compiler.AddResource("file:///openapi.json", document)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func(ref string, text []byte) {
		t.Helper()
		schema, err := compiler.Compile("file:///openapi.json" + ref)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			t.Errorf("%s of %s: %v", text, ref, err)
		}
	}
}

// openapi.json describes the paths and methods that there are. Its examples are requests of the schemas that it names, and
// their answers, and those of what is wrong, are of the schemas that it names.
func TestDescription(t *testing.T) {
	h, valid := newHandler(t), schemas(t)
	var d description
	if err := json.Unmarshal(openAPI, &d); err != nil {
		t.Fatal(err)
	}
	if want, got := slices.Sorted(maps.Keys(h.routes)), slices.Sorted(maps.Keys(d.Paths)); !slices.Equal(got, want) {
		t.Errorf("it describes %v, there is %v", got, want)
	}
	ask := func(method, path, body string, status int) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body))); w.Code != status {
			t.Errorf("%s %s %s: status %d: %s", method, path, body, w.Code, w.Body)
		}
		return w
	}
	for path, methods := range d.Paths {
		method := strings.ToLower(h.routes[path].method)
		operation, ok := methods[method]
		if !ok || len(methods) != 1 {
			t.Errorf("%s takes %s, it describes %v", path, method, methods)
		}
		for kind, reply := range operation.Responses["200"].Content {
			for name, example := range operation.RequestBody.Content["application/json"].Examples {
				valid(operation.RequestBody.Content["application/json"].Schema["$ref"], example.Value)
				w := ask("POST", path, string(example.Value), 200)
				valid(reply.Schema["$ref"], w.Body.Bytes())
				t.Logf("%s %s: %s", path, name, w.Body)
			}
			if method == "get" {
				w := ask("GET", path, "", 200)
				if got, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";"); got != kind {
					t.Errorf("GET %s is %s, it says %s", path, got, kind)
				}
				if ref := reply.Schema["$ref"]; ref != "" {
					valid(ref, w.Body.Bytes())
				}
			}
		}
		for _, w := range []*httptest.ResponseRecorder{ask("PUT", path, "", 405), ask("GET", path+"x", "", 404)} {
			valid("#/components/schemas/Error", w.Body.Bytes())
		}
	}
}

// The fields of requests and answers are those that openapi.json has.
func TestDescribedFields(t *testing.T) {
	var d struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(openAPI, &d); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]any{
		"PredictRequest": predictRequest{}, "Class": model.Class{}, "EmbeddingsRequest": embeddingsRequest{}, "Embeddings": embeddings{},
		"ExplainRequest": explainRequest{}, "Explanation": explanation{},
	} {
		if err := equalFields(d.Components.Schemas[name].Properties, reflect.TypeOf(v)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// equalFields fails unless the properties are the fields of a struct, and theirs in turn.
func equalFields(properties map[string]any, of reflect.Type) error {
	var names []string
	for f := range of.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
		property, _ := properties[name].(map[string]any)
		inner, _ := property["properties"].(map[string]any)
		typ := f.Type
		if typ.Kind() == reflect.Slice {
			typ = typ.Elem()
			items, _ := property["items"].(map[string]any)
			inner, _ = items["properties"].(map[string]any)
		}
		if inner != nil && typ.Kind() == reflect.Struct {
			if err := equalFields(inner, typ); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	slices.Sort(names)
	if got := slices.Sorted(maps.Keys(properties)); !slices.Equal(got, names) {
		return fmt.Errorf("it describes %v, there is %v", got, names)
	}
	return nil
}
