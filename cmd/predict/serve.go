package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"gorgonia-embedding/model"
	"gorgonia-embedding/serve"
)

// listen answers HTTP requests until ctx is done. SIGHUP loads the model again.
func listen(ctx context.Context, c *model.Classifier, o options, stderr io.Writer) error {
	host, port, err := net.SplitHostPort(o.Serve)
	if err != nil {
		return err
	}
	if host == "" {
		host = "127.0.0.1" // for net.Listen, every address of the machine
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return err
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		fmt.Fprintf(stderr, "warning: whoever reaches %s can ask the model, without a password or TLS: put a proxy before it\n", l.Addr())
	}
	folder, err := filepath.Abs(o.Model)
	if err != nil {
		return err
	}
	h := serve.New(c, serve.Config{Name: filepath.Base(folder)})
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go reload(ctx, hangups, h, o.Model, stderr)
	fmt.Fprintf(stderr, "%s: serving on http://%s/\n", o.Model, l.Addr())
	return serve.Serve(ctx, l, h)
}

// reload loads the model again at each of hangups, until ctx is done. One that does not load leaves the one before.
func reload(ctx context.Context, hangups <-chan os.Signal, h *serve.Handler, folder string, stderr io.Writer) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
		}
		c, err := load(folder)
		if err != nil {
			fmt.Fprintf(stderr, "%s: the model before it goes on answering: %v\n", folder, err)
			continue
		}
		h.Replace(c)
		fmt.Fprintf(stderr, "%s: loaded again\n", folder)
	}
}
