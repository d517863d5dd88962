package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// A server answers as the command does, loads its model again at SIGHUP without losing a request, keeps the old one if
// that fails, and ends when it is told to.
func TestServe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGHUP")
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "served")
	if err := os.CopyFS(folder, os.DirFS(opinions)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	done := make(chan error)
	go func() { done <- run(ctx, []string{"-model", folder, "-serve", ":0"}, nil, io.Discard, out) }()
	said := bufio.NewScanner(in)
	line := func() string {
		if !said.Scan() {
			t.Fatal("it says no more:", said.Err())
		}
		return said.Text()
	}
	url, ok := strings.CutPrefix(line(), folder+": serving on ")
	if !ok || !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Fatal(url)
	}
	stop, clients := make(chan struct{}), sync.WaitGroup{}
	for range 3 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				reply, err := http.Post(url+"v1/predict", "", strings.NewReader(`{"inputs": "The coffee was terrific", "top_k": 1}`))
				if err != nil {
					t.Error(err)
					return
				}
				text, err := io.ReadAll(reply.Body)
				reply.Body.Close()
				if err != nil || !strings.HasPrefix(string(text), `[[{"label":"positive","score":0.`) {
					t.Errorf("%s, %v", text, err)
				}
			}
		})
	}
	hangUp := func(want string) {
		t.Helper()
		if err := self.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		if got := line(); !strings.HasPrefix(got, folder+": "+want) {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
	hangUp("loaded again")
	if err := os.Truncate(filepath.Join(folder, "model.safetensors"), 1000); err != nil {
		t.Fatal(err)
	}
	hangUp("the model before it goes on answering: model: loading: model.safetensors: ")
	if err := os.CopyFS(folder+"2", os.DirFS(opinions)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(folder+"2/model.safetensors", folder+"/model.safetensors"); err != nil {
		t.Fatal(err)
	}
	hangUp("loaded again")
	close(stop)
	clients.Wait()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestServeWarnsIfOthersCanReachIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var stderr strings.Builder
	if err := run(ctx, []string{"-model", opinions, "-serve", "0.0.0.0:0"}, nil, io.Discard, &canceller{&stderr, cancel}); err != nil {
		t.Fatal(err)
	}
	if got := stderr.String(); !strings.HasPrefix(got, "warning: whoever reaches 0.0.0.0:") && !strings.HasPrefix(got, "warning: whoever reaches [::]:") {
		t.Error(got)
	}
	if err := run(t.Context(), []string{"-model", opinions, "-serve", "127.0.0.1:99999"}, nil, io.Discard, io.Discard); err == nil || !strings.Contains(fmt.Sprint(err), "99999") {
		t.Error(err)
	}
}

// canceller cancels when a line says where the server is.
type canceller struct {
	io.Writer
	cancel func()
}

func (c *canceller) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "serving on") {
		c.cancel()
	}
	return c.Writer.Write(p)
}
