package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Progress shows how far a training is: a line for each epoch and, on a terminal, a bar within the epoch.
type Progress struct {
	w        io.Writer
	terminal bool
	bar      *progressbar.ProgressBar
}

// NewProgress returns a Progress that writes to w.
func NewProgress(w io.Writer) *Progress {
	f, ok := w.(*os.File)
	return &Progress{w: w, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// Batch draws the bar of an epoch of which so many steps are done.
func (p *Progress) Batch(done, of int) {
	if !p.terminal {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(of, progressbar.OptionSetWriter(p.w), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
	}
	p.bar.Set(done)
}

// Epoch writes the line of an epoch, which ends its bar.
func (p *Progress) Epoch(format string, args ...any) {
	p.Clear()
	fmt.Fprintf(p.w, format+"\n", args...)
}

// Clear removes the bar of an epoch that was not finished.
func (p *Progress) Clear() {
	if p.bar != nil {
		p.bar.Clear()
		p.bar = nil
	}
}
