package show

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gorgonia-embedding/train"
)

// Series is one line of a Chart.
type Series struct {
	Name string
	Y    []float64
	X    []float64 // nil means 1, 2, 3, …
}

// Chart is lines over a common axis.
type Chart struct {
	Title, X, Y string // what the chart and its axes are called
	Log         bool   // both axes are logarithmic: every number must be above 0
	Series      []Series
}

// Figure draws the chart. It fails if there are no series, one is empty, its X and Y differ in length, or a number is
// not finite or, on a logarithmic axis, not above 0.
func (c Chart) Figure() (*Figure, error) {
	p, err := c.plot(colours)
	if err != nil {
		return nil, err
	}
	return Plot(p, 600, 340)
}

// plot draws the first series in the first of inks, and so on.
func (c Chart) plot(inks []color.RGBA) (*plot.Plot, error) {
	if len(c.Series) == 0 {
		return nil, errors.New("show: the chart has no series")
	}
	p := newPlot(c.Title, c.X, c.Y)
	p.X.Tick.Marker, p.Y.Tick.Marker = rounds{}, rounds{}
	if c.Log {
		p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
		p.X.Tick.Marker, p.Y.Tick.Marker = powers{}, powers{}
	}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = faint, faint
	p.Add(grid)
	var names plotter.XYLabels
	for i, s := range c.Series {
		xy, err := s.points(c.Log)
		if err != nil {
			return nil, err
		}
		line, dots, err := plotter.NewLinePoints(xy)
		if err != nil {
			return nil, fmt.Errorf("show: series %q: %w", s.Name, err)
		}
		line.Color, line.Width = inks[i%len(inks)], vg.Points(1.8)
		dots.Color, dots.Radius, dots.Shape = line.Color, vg.Points(2.2), draw.CircleGlyph{}
		if len(xy) > 60 {
			dots.Radius = 0
		}
		p.Add(line, dots)
		names.XYs, names.Labels = append(names.XYs, xy[len(xy)-1]), append(names.Labels, s.Name)
	}
	if err := addEnds(p, names, inks); err != nil {
		return nil, err
	}
	if height := p.Y.Max - p.Y.Min; !c.Log { // names at the edge have room
		p.Y.Min, p.Y.Max = p.Y.Min-0.03*height, p.Y.Max+0.03*height
	}
	return p, nil
}

// addEnds adds the names of lines, in their colours, behind their last points.
func addEnds(p *plot.Plot, names plotter.XYLabels, inks []color.RGBA) error {
	labels, err := plotter.NewLabels(names)
	if err != nil {
		return fmt.Errorf("show: %w", err)
	}
	for i := range labels.TextStyle {
		labels.TextStyle[i] = p.X.Tick.Label
		labels.TextStyle[i].Color, labels.TextStyle[i].XAlign, labels.TextStyle[i].YAlign = inks[i%len(inks)], draw.XLeft, draw.YCenter
	}
	p.Add(&ends{labels})
	return nil
}

func (s Series) points(log bool) (plotter.XYs, error) {
	if len(s.Y) == 0 || s.X != nil && len(s.X) != len(s.Y) {
		return nil, fmt.Errorf("show: series %q has %d X for %d Y: want as many, and at least one", s.Name, len(s.X), len(s.Y))
	}
	xy := make(plotter.XYs, len(s.Y))
	for i, y := range s.Y {
		x := float64(i + 1)
		if s.X != nil {
			x = s.X[i]
		}
		for _, v := range []float64{x, y} {
			if math.IsNaN(v) || math.IsInf(v, 0) || log && v <= 0 {
				return nil, fmt.Errorf("show: series %q: the point (%v, %v) cannot be drawn", s.Name, x, y)
			}
		}
		xy[i] = plotter.XY{X: x, Y: y}
	}
	return xy, nil
}

// History draws a training: the losses on the left, the accuracy on the right.
func History(h train.History) (*Figure, error) {
	var loss, dev, accuracy []float64
	for _, e := range h.Epochs {
		loss, dev, accuracy = append(loss, e.Loss), append(dev, e.Dev.Loss), append(accuracy, e.Dev.Accuracy)
	}
	left, err := Chart{Title: "loss", X: "epoch", Series: []Series{{Name: "train", Y: loss}, {Name: "dev", Y: dev}}}.plot(colours)
	if err != nil {
		return nil, err
	}
	right, err := Chart{Title: "accuracy", X: "epoch", Series: []Series{{Name: "dev", Y: accuracy}}}.plot(colours[1:])
	if err != nil {
		return nil, err
	}
	return render("training", 820, 320, func(c draw.Canvas) {
		tiles := draw.Tiles{Rows: 1, Cols: 2, PadX: vg.Points(16)}
		for i, canvas := range plot.Align([][]*plot.Plot{{left, right}}, tiles, c)[0] {
			[]*plot.Plot{left, right}[i].Draw(canvas)
		}
	})
}
