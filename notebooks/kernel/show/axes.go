package show

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ends writes the names of lines behind their last points, in their colours, in place of a legend.
type ends struct{ *plotter.Labels }

// gap is the space between a line's last point and its name.
const gap vg.Length = 6

// GlyphBoxes makes room for the names.
func (e *ends) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	boxes := e.Labels.GlyphBoxes(p)
	for i := range boxes {
		boxes[i].Max.X += gap + 2
	}
	return boxes
}

// Plot moves names apart that would lie on each other.
func (e *ends) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	order, low := make([]int, len(e.Labels.Labels)), vg.Length(math.Inf(-1))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(e.XYs[a].Y, e.XYs[b].Y) })
	for _, i := range order {
		style := e.TextStyle[i]
		at := vg.Point{X: x(e.XYs[i].X) + gap, Y: max(y(e.XYs[i].Y), low)}
		low = at.Y + style.Height(e.Labels.Labels[i]) + 1
		c.FillText(style, at, e.Labels.Labels[i])
	}
}

// rounds marks a linear axis: multiples of 1, 2 or 5 times a power of ten, four to nine of them.
type rounds struct{}

func (rounds) Ticks(low, high float64) []plot.Tick {
	step := math.Pow(10, math.Floor(math.Log10(high-low)))
	for _, finer := range []float64{2, 2.5, 2} { // from 1 to 0.5, 0.2, 0.1
		if (high-low)/step >= 4 {
			break
		}
		step /= finer
	}
	var ticks []plot.Tick
	first := math.Ceil(low/step-1e-9) + 0 // 0, where Ceil gives −0
	for k := first; k*step <= high+1e-9*step; k++ {
		ticks = append(ticks, plot.Tick{Value: k * step, Label: fmt.Sprintf("%.4g", k*step)})
	}
	return ticks
}

// powers marks a logarithmic axis: numbers at powers of ten, such as 0.1, 1, 1k, 10M.
type powers struct{}

func (powers) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for e := math.Floor(math.Log10(low)); e <= math.Ceil(math.Log10(high)); e++ {
		for digit := 1.0; digit < 10; digit++ {
			tick := plot.Tick{Value: digit * math.Pow(10, e)}
			if tick.Value < low*0.999 || tick.Value > high*1.001 {
				continue
			}
			if digit == 1 {
				tick.Label = short(tick.Value)
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// short writes thousands and millions as k and M.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.4gM", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.4gk", v/1e3)
	}
	return fmt.Sprintf("%.4g", v)
}
