// Package show draws what a notebook looks at: lines over a training, the rows of a table, a map of words.
//
// It is part of the kernel's module, so that a program that imports the layers does not get a plotting library with
// them. A function returns a *Figure, which a notebook shows when it is a cell's last value.
package show

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Figure is a picture, as PNG.
type Figure struct {
	Title         string
	Width, Height int // size in CSS pixels; the PNG has twice as many, for sharp text
	PNG           []byte
}

// String returns a line such as "figure: loss".
func (f *Figure) String() string { return "figure: " + f.Title }

// Render returns the figure in the form that gophernotes looks for.
func (f *Figure) Render() struct{ Data, Metadata, Transient map[string]any } {
	return struct{ Data, Metadata, Transient map[string]any }{
		Data:     map[string]any{"image/png": f.PNG, "text/plain": f.String()},
		Metadata: map[string]any{"image/png": map[string]any{"width": f.Width, "height": f.Height}},
	}
}

// dpi makes a CSS pixel, 1/96 inch, two pixels of the picture.
const dpi = 2 * 96

// Plot draws p, a plot of your own, width by height CSS pixels large.
func Plot(p *plot.Plot, width, height int) (*Figure, error) {
	return render(p.Title.Text, width, height, func(c draw.Canvas) { p.Draw(c) })
}

func render(title string, width, height int, paint func(draw.Canvas)) (*Figure, error) {
	if width < 1 || height < 1 || width > 4000 || height > 4000 {
		return nil, fmt.Errorf("show: a figure must be 1 to 4000 pixels wide and high, got %d × %d", width, height)
	}
	inch := func(pixels int) vg.Length { return vg.Length(pixels) / 96 * vg.Inch }
	c := vgimg.NewWith(vgimg.UseWH(inch(width), inch(height)), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	paint(draw.New(c))
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, c.Image()); err != nil {
		return nil, fmt.Errorf("show: %w", err)
	}
	return &Figure{title, width, height, b.Bytes()}, nil
}

// newPlot returns an empty plot in this package's style.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = 8
	for font, size := range map[*font.Font]vg.Length{
		&p.Title.TextStyle.Font: 12, &p.Legend.TextStyle.Font: 9,
		&p.X.Label.TextStyle.Font: 10, &p.Y.Label.TextStyle.Font: 10,
		&p.X.Tick.Label.Font: 9, &p.Y.Tick.Label.Font: 9,
	} {
		font.Variant, font.Size = "Sans", size
	}
	return p
}

// The colours of series, which eyes of all kinds tell apart (Okabe and Ito, 2008).
var colours = []color.RGBA{
	{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255}, {230, 159, 0, 255}, {86, 180, 233, 255},
}
