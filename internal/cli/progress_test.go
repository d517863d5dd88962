package cli

import (
	"bytes"
	"strings"
	"testing"
)

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out)
	p.Batch(1, 2)
	p.Epoch("epoch %d/%d", 1, 2)
	p.Clear()
	if got := out.String(); got != "epoch 1/2\n" {
		t.Errorf("no terminal: got %q", got)
	}
	out.Reset()
	p.terminal = true
	p.Batch(1, 2)
	if got := out.String(); !strings.Contains(got, "50%") {
		t.Errorf("got %q", got)
	}
	p.Epoch("epoch %d/%d", 1, 2)
	if got := out.String(); !strings.HasSuffix(got, "\repoch 1/2\n") {
		t.Errorf("got %q", got)
	}
	p.Batch(1, 2)
	out.Reset()
	p.Clear()
	if got := out.String(); strings.TrimSpace(got) != "" || !strings.HasSuffix(got, "\r") {
		t.Errorf("got %q", got)
	}
	if p.Clear(); p.bar != nil {
		t.Error("the bar is still there")
	}
}
