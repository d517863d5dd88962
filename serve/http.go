package serve

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// route is what a path answers, to requests of one method. The answer is a content, or a value to be written as JSON.
type route struct {
	method string
	answer func(r *http.Request) (any, error)
}

// content is an answer that is not to be written as JSON, or is JSON already.
type content struct {
	kind   string // content type
	text   []byte
	policy string // Content-Security-Policy, of a page
}

func fixed(c content) func(*http.Request) (any, error) {
	return func(*http.Request) (any, error) { return c, nil }
}

// fault is an error with the status of its answer.
type fault struct {
	status int
	text   string
}

func (f *fault) Error() string { return f.text }

func faultf(status int, format string, args ...any) error {
	return &fault{status, fmt.Sprintf(format, args...)}
}

var _ http.Handler = (*Handler)(nil)

// ServeHTTP answers a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start, path := time.Now(), r.URL.Path
	route, found := h.routes[path]
	r.Body = http.MaxBytesReader(w, r.Body, h.cfg.MaxBody)
	var answer any
	var err error
	switch {
	case !found:
		path, err = "other", faultf(http.StatusNotFound, "there is nothing at %s: /openapi.json lists what there is", r.URL.Path)
	case !route.takes(r.Method):
		w.Header().Set("Allow", route.allow())
		err = faultf(http.StatusMethodNotAllowed, "%s takes %s, not %s", path, route.allow(), r.Method)
	case h.stopping.Load():
		w.Header().Set("Connection", "close")
		err = faultf(http.StatusServiceUnavailable, "the server is stopping")
	default:
		answer, err = route.answer(r)
	}
	status := write(w, answer, err)
	h.metrics.request(path, status, time.Since(start))
}

func (t route) takes(method string) bool {
	return method == t.method || method == http.MethodHead && t.method == http.MethodGet
}

func (t route) allow() string {
	if t.method == http.MethodGet {
		return "GET, HEAD"
	}
	return t.method
}

// write writes an answer or an error, and returns the status.
func write(w http.ResponseWriter, answer any, err error) int {
	c, ok := answer.(content)
	if !ok && err == nil {
		c.kind = "application/json"
		c.text, err = json.Marshal(answer)
	}
	status := http.StatusOK
	if err != nil {
		status, c = failure(err)
	}
	w.Header().Set("Content-Type", c.kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if c.policy != "" {
		w.Header().Set("Content-Security-Policy", c.policy)
	}
	w.WriteHeader(status)
	w.Write(c.text)
	return status
}

// failure returns the answer to a request that err is about: an object as OpenAI's.
func failure(err error) (status int, c content) {
	var f *fault
	var long *http.MaxBytesError
	status, kind := http.StatusInternalServerError, "server_error"
	if errors.As(err, &f) {
		status = f.status
	} else if errors.As(err, &long) {
		status, err = http.StatusRequestEntityTooLarge, fmt.Errorf("the body is longer than %d bytes", long.Limit)
	}
	if status < 500 {
		kind = "invalid_request_error"
	}
	var e struct {
		Error struct {
			Message string `json:"message"`
			Type    string `json:"type"`
			Code    int    `json:"code"`
		} `json:"error"`
	}
	e.Error.Message, e.Error.Type, e.Error.Code = err.Error(), kind, status
	text, _ := json.Marshal(e)
	return status, content{kind: "application/json", text: text}
}

// decode reads a request's body, whatever its Content-Type: curl -d says that it is a form.
func decode(r *http.Request, request any) error {
	text, err := io.ReadAll(r.Body)
	var long *http.MaxBytesError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &long):
		return err
	case err != nil:
		return faultf(http.StatusBadRequest, "the body cannot be read: %v", err)
	}
	switch err := json.Unmarshal(text, request); {
	case errors.As(err, &wrong):
		return faultf(http.StatusBadRequest, "%s must not be a JSON %s", cmp.Or(wrong.Field, "the body"), wrong.Value)
	case err != nil:
		return faultf(http.StatusBadRequest, "the body must be a JSON object: %v", err)
	}
	return nil
}
