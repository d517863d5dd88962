package show

import (
	"errors"
	"fmt"
	"html"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gorgonia-embedding/vectors"
)

// Map draws a map of words, each with its name beside its dot: blue if its score is above zero, red if below.
// It fails if there are no words, or not as many scores; no scores at all make the dots grey.
func Map(title string, m vectors.Map, scores []float64) (*Figure, error) {
	if len(m.Points) == 0 {
		return nil, errors.New("show: the map has no points")
	}
	if scores != nil && len(scores) != len(m.Points) {
		return nil, fmt.Errorf("show: %d scores for %d words", len(scores), len(m.Points))
	}
	var labels plotter.XYLabels
	for _, p := range m.Points {
		labels.XYs = append(labels.XYs, plotter.XY{X: p.X, Y: p.Y})
		labels.Labels = append(labels.Labels, p.Word)
	}
	dots, err := plotter.NewScatter(labels)
	if err != nil {
		return nil, fmt.Errorf("show: %w", err)
	}
	dots.GlyphStyleFunc = func(i int) draw.GlyphStyle {
		style := draw.GlyphStyle{Color: color.Gray{110}, Radius: vg.Points(2.8), Shape: draw.CircleGlyph{}}
		if scores != nil && scores[i] < 0 {
			style.Color = strong[0]
		} else if scores != nil && scores[i] > 0 {
			style.Color = strong[1]
		}
		return style
	}
	p := newPlot(title, axis("first", m.Explained[0]), axis("second", m.Explained[1]))
	p.Add(dots, &tags{labels})
	p.X.Padding, p.Y.Padding = vg.Points(6), vg.Points(6)
	width, height := p.X.Max-p.X.Min, p.Y.Max-p.Y.Min // names at the edge have room
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = p.X.Min-0.08*width, p.X.Max+0.08*width, p.Y.Min-0.05*height, p.Y.Max+0.05*height
	p.X.Tick.Marker, p.Y.Tick.Marker = rounds{}, rounds{}
	return Plot(p, 820, 560)
}

func axis(which string, share float64) string {
	return fmt.Sprintf("%s component, %.0f %% of the variance", which, 100*share)
}

// Words is a text whose words are coloured by their scores.
type Words struct {
	Words  []string
	Scores []float64 // one for each word: blue above zero, red below
}

// String returns each word with its score.
func (w Words) String() string {
	parts := make([]string, len(w.Words))
	for i, word := range w.Words {
		parts[i] = fmt.Sprintf("%s %+.2f", word, w.score(i))
	}
	return strings.Join(parts, "  ")
}

// HTML returns the coloured text, each word's score below it.
func (w Words) HTML() string {
	largest := 0.0
	for i := range w.Words {
		largest = max(largest, math.Abs(w.score(i)))
	}
	scale := &grid{largest: largest}
	var b strings.Builder
	b.WriteString(`<div style="line-height:1.2">`)
	for i, word := range w.Words {
		s := w.score(i)
		r, g, bl, _ := scale.colour(s).RGBA()
		ink := "#222"
		if math.Abs(s) > 0.6*largest {
			ink = "#fff"
		}
		fmt.Fprintf(&b, `<span style="display:inline-block;text-align:center;padding:3px 6px;margin:1px;border-radius:4px;color:%s;background:#%02x%02x%02x">%s<br><small>%+.2f</small></span>`,
			ink, r>>8, g>>8, bl>>8, html.EscapeString(word), s)
	}
	return b.String() + "</div>"
}

// score returns that of word i, 0 if there is none.
func (w Words) score(i int) float64 {
	if i < len(w.Scores) {
		return w.Scores[i]
	}
	return 0
}

// tags writes labels beside points, each where it meets no other if there is such a place, with a line to
// its point if that is not the next place.
type tags struct{ plotter.XYLabels }

// rings are the distances from a point that are tried, and how much area of overlap is better than each.
var rings = []struct {
	gap  vg.Length
	cost float64
}{{4, 0}, {13, 10}, {22, 25}, {34, 50}}

func (t *tags) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := p.X.Tick.Label
	style.Font.Size, style.XAlign, style.YAlign = vg.Points(10), draw.XCenter, draw.YCenter
	var taken []vg.Rectangle
	for _, at := range t.XYs { // the dots
		taken = append(taken, around(vg.Point{X: x(at.X), Y: y(at.Y)}, vg.Point{X: 6, Y: 6}))
	}
	for i, label := range t.Labels {
		dot, size := vg.Point{X: x(t.XYs[i].X), Y: y(t.XYs[i].Y)}, style.Rectangle(label).Size()
		var best vg.Rectangle
		least, far := math.Inf(1), false
		for k, ring := range rings {
			for _, box := range beside(dot, size, ring.gap) {
				if cost := overlap(box, taken, c.Rectangle) + ring.cost; cost < least {
					best, least, far = box, cost, k > 0
				}
			}
		}
		if far {
			end := vg.Point{X: min(max(dot.X, best.Min.X), best.Max.X), Y: min(max(dot.Y, best.Min.Y), best.Max.Y)}
			c.StrokeLine2(draw.LineStyle{Color: color.Gray{150}, Width: vg.Points(.5)}, dot.X, dot.Y, end.X, end.Y)
		}
		taken = append(taken, best)
		c.FillText(style, best.Min.Add(size.Scale(.5)), label)
	}
}

// around returns the rectangle of the given size with its middle at p.
func around(p, size vg.Point) vg.Rectangle {
	return vg.Rectangle{Min: p.Sub(size.Scale(.5)), Max: p.Add(size.Scale(.5))}
}

// beside returns rectangles of the given size around a point, to the right of it first, gap away.
func beside(p, size vg.Point, gap vg.Length) []vg.Rectangle {
	var boxes []vg.Rectangle
	for _, side := range [][2]vg.Length{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}} {
		boxes = append(boxes, around(p.Add(vg.Point{X: side[0] * (gap + size.X/2), Y: side[1] * (gap + size.Y/2)}), size))
	}
	return boxes
}

// overlap returns the area of box that is taken or outside.
func overlap(box vg.Rectangle, taken []vg.Rectangle, inside vg.Rectangle) float64 {
	common := func(a vg.Rectangle) float64 {
		w := min(a.Max.X, box.Max.X) - max(a.Min.X, box.Min.X)
		h := min(a.Max.Y, box.Max.Y) - max(a.Min.Y, box.Min.Y)
		return float64(max(0, w) * max(0, h))
	}
	area := float64(box.Size().X * box.Size().Y)
	cost := 1.5 * (area - common(inside))
	for _, r := range taken {
		cost += common(r)
	}
	return cost
}
