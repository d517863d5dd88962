package show

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/sparse"
)

// The largest matrix that is drawn, and the largest whose elements are written out.
const (
	mostElements    = 1 << 20
	writtenElements = 150
)

// Matrix draws a matrix of floats, a row of squares for each row: blue above zero, red below, white at zero.
// A small matrix has its numbers written in. Of a *sparse.Rows it draws what is stored, each row with its id.
// It fails if value is anything else, or would draw more than 2²⁰ elements, or none.
func Matrix(title string, value gorgonia.Value) (*Figure, error) {
	stored, ids, err := storedRows(value)
	if err != nil {
		return nil, err
	}
	dense, ok := stored.(*tensor.Dense)
	if !ok || dense.Dims() != 2 || dense.Size() > mostElements || dense.Size() == 0 {
		return nil, fmt.Errorf("show: want a matrix of at most %d elements, got %s", mostElements, describe(value))
	}
	g := &grid{rows: dense.Shape()[0], columns: dense.Shape()[1], ids: ids}
	for i := range g.rows {
		for j := range g.columns {
			x, err := element(dense, i, j)
			if err != nil {
				return nil, err
			}
			g.values = append(g.values, x)
			g.largest = max(g.largest, math.Abs(x))
		}
	}
	p := newPlot(title, "", "")
	p.Add(g)
	p.Y.Tick.Marker, p.X.Tick.Marker = g.ticks(g.rows, true), g.ticks(g.columns, false)
	p.X.Tick.Length, p.Y.Tick.Length, p.X.LineStyle.Width, p.Y.LineStyle.Width = 0, 0, 0, 0
	titled := int(p.Title.TextStyle.Width(title)*96/72) + 10
	return Plot(p, max(240, titled, min(900, 90+max(g.cell(), 8)*g.columns)), max(120, min(900, 64+g.cell()*g.rows)))
}

// storedRows returns the rows that a *sparse.Rows stores, as a matrix, with their ids, and any other value as it is.
func storedRows(value gorgonia.Value) (gorgonia.Value, []int, error) {
	rows, ok := value.(*sparse.Rows)
	if !ok {
		return value, nil, nil
	}
	ids := rows.IDs()
	if len(ids) == 0 {
		return nil, nil, fmt.Errorf("show: %s stores no row", describe(value))
	}
	return tensor.New(tensor.WithShape(len(ids), rows.Shape()[1]), tensor.WithBacking(rows.Data())), ids, nil
}

func describe(value gorgonia.Value) string {
	if value == nil {
		return "nothing: run the graph first"
	}
	return fmt.Sprintf("a %T of shape %v", value, value.Shape())
}

func element(m *tensor.Dense, i, j int) (float64, error) {
	x, err := m.At(i, j)
	if err != nil {
		return 0, fmt.Errorf("show: %w", err)
	}
	switch x := x.(type) {
	case float32:
		return float64(x), nil
	case float64:
		return x, nil
	}
	return 0, fmt.Errorf("show: want a matrix of floats, got one of %v", m.Dtype())
}

// grid is a matrix as a plotter: row 0 on top.
type grid struct {
	rows, columns int
	ids           []int // the rows' names; nil: 0, 1, 2, …
	values        []float64
	largest       float64
}

var (
	_ plot.Plotter    = &grid{}
	_ plot.DataRanger = &grid{}

	faint  = color.Gray{225}
	strong = [2]color.RGBA{{178, 24, 43, 255}, {33, 102, 172, 255}} // below and above zero (ColorBrewer's RdBu)
)

// cell returns the height of a square in CSS pixels.
func (g *grid) cell() int {
	if g.written() {
		return 26
	}
	return max(1, min(16, 700/g.rows))
}

func (g *grid) written() bool { return len(g.values) <= writtenElements && g.columns <= 12 }

// DataRange returns the grid's edges: squares are 1 wide, the first one's middle is at 0.
func (g *grid) DataRange() (xmin, xmax, ymin, ymax float64) {
	return -0.5, float64(g.columns) - 0.5, 0.5 - float64(g.rows), 0.5
}

// ticks numbers n squares, some of them if they are many.
func (g *grid) ticks(n int, down bool) plot.ConstantTicks {
	step := 1
	for n/step > 30 {
		step *= 2 + 3*(step%2) // 1, 5, 10, 20, 40, …
	}
	var ticks plot.ConstantTicks
	for i := 0; i < n; i += step {
		at, name := float64(i), i
		if down {
			at = -at
			if g.ids != nil {
				name = g.ids[i]
			}
		}
		ticks = append(ticks, plot.Tick{Value: at, Label: fmt.Sprint(name)})
	}
	return ticks
}

func (g *grid) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := centred(9)
	for k, v := range g.values {
		i, j := float64(k/g.columns), float64(k%g.columns)
		box := []vg.Point{{X: x(j - .5), Y: y(-i - .5)}, {X: x(j + .5), Y: y(-i - .5)}, {X: x(j + .5), Y: y(-i + .5)}, {X: x(j - .5), Y: y(-i + .5)}}
		c.FillPolygon(g.colour(v), box)
		if g.cell() > 4 {
			c.StrokeLines(draw.LineStyle{Color: faint, Width: vg.Points(.5)}, append(box, box[0]))
		}
		if g.written() {
			style.Color = g.ink(v)
			c.FillText(style, vg.Point{X: x(j), Y: y(-i)}, fmt.Sprintf("%.3g", v))
		}
	}
}

// colour returns that of v on the scale from the largest value's colour over white.
func (g *grid) colour(v float64) color.Color {
	if v == 0 || math.IsNaN(v) {
		return color.White
	}
	full, share := strong[0], math.Abs(v)/g.largest
	if v > 0 {
		full = strong[1]
	}
	mix := func(c uint8) uint8 { return uint8(255 - share*(255-float64(c)) + 0.5) }
	return color.RGBA{mix(full.R), mix(full.G), mix(full.B), 255}
}

// ink returns the colour of a text on colour(v).
func (g *grid) ink(v float64) color.Color {
	if math.Abs(v) > 0.6*g.largest {
		return color.White
	}
	return color.Gray{40}
}
