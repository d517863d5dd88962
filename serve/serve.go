// Package serve answers HTTP requests by a text classifier: its classes in the shape of Hugging Face's servers, the
// vectors of texts in the shape of OpenAI's, each word's part in a decision, and a page to try it by hand. A Handler is a
// http.Handler, to be mounted in a server of your own; Serve is a whole server with timeouts that stops gracefully:
//
//	c, err := model.Load(os.DirFS("opinions"))
//	h := serve.New(c, serve.Config{Name: "opinions"})
//	l, err := net.Listen("tcp", "127.0.0.1:8080")
//	err = serve.Serve(ctx, l, h)
//
// It knows no users and no TLS: a proxy before it does. docs/serving.md has requests and answers; GET /openapi.json
// describes them.
package serve

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"gorgonia-embedding/model"
)

// Config is the limits of a Handler, and what it calls its model.
type Config struct {
	Name     string // name of the model in answers; empty: "classifier"
	MaxBody  int64  // most bytes of a request's body; 0: 1 MiB
	MaxTexts int    // most texts of a request; 0: 256
}

// Handler answers requests by a classifier. It may be used by any number of goroutines at once.
type Handler struct {
	cfg      Config
	routes   map[string]route
	model    atomic.Pointer[loaded]
	stopping atomic.Bool
	turns    chan struct{} // one for each CPU; a request that computes holds one
	metrics  metrics
}

// loaded is a classifier and since when it answers.
type loaded struct {
	*model.Classifier
	at time.Time
}

// New returns a Handler that answers by c.
func New(c *model.Classifier, cfg Config) *Handler {
	cfg.Name = cmp.Or(cfg.Name, "classifier")
	cfg.MaxBody, cfg.MaxTexts = cmp.Or(cfg.MaxBody, 1<<20), cmp.Or(cfg.MaxTexts, 256)
	h := &Handler{cfg: cfg, turns: make(chan struct{}, runtime.GOMAXPROCS(0))}
	page, policy := h.page()
	h.routes = map[string]route{
		"/":              {http.MethodGet, fixed(content{"text/html; charset=utf-8", page, policy})},
		"/healthz":       {http.MethodGet, h.health},
		"/metrics":       {http.MethodGet, h.showMetrics},
		"/openapi.json":  {http.MethodGet, fixed(content{kind: "application/json", text: openAPI})},
		"/v1/predict":    {http.MethodPost, h.predict},
		"/v1/embeddings": {http.MethodPost, h.embed},
		"/v1/explain":    {http.MethodPost, h.explain},
	}
	h.Replace(c)
	return h
}

// Replace lets c answer the requests that begin from now on. Those that are being answered keep the classifier that they
// began with.
func (h *Handler) Replace(c *model.Classifier) { h.model.Store(&loaded{c, time.Now()}) }

// What a client may take its time for. An answer is computed well within them.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = time.Minute
	answerTimeout = time.Minute
	idleTimeout   = 2 * time.Minute
	stopTimeout   = 30 * time.Second
)

// Serve answers the requests that come to l until ctx is done. Then it finishes the requests that it has begun to answer,
// answers new ones by 503, and returns nil; or the error of its end if that takes more than 30 seconds. A request's header
// may take 10 seconds to arrive, all of the request and the answer a minute each, and a connection may be idle for 2.
func Serve(ctx context.Context, l net.Listener, h *Handler) error {
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, WriteTimeout: answerTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: 64 << 10,
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		h.stopping.Store(true)
		grace, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		stopped <- s.Shutdown(grace)
	})
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	return <-stopped
}
