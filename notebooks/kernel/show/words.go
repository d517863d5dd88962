package show

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
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

// Words draws a text whose words are coloured by their scores, which stand below them: blue above zero, red
// below. It fails if there are no words, not as many scores, or too many for a picture.
func Words(words []string, scores []float64) (*Figure, error) {
	if len(words) == 0 || len(words) != len(scores) {
		return nil, fmt.Errorf("show: %d scores for %d words: want as many, and at least one", len(scores), len(words))
	}
	word, score := centred(10), centred(9)
	scale, parts := &grid{}, make([]string, len(words))
	boxes, right := make([]vg.Rectangle, len(words)), vg.Length(0)
	at := vg.Point{} // of the next word, from the upper left corner down
	for i, w := range words {
		scale.largest = max(scale.largest, math.Abs(scores[i]))
		parts[i] = w + " " + number(scores[i])
		width := max(word.Width(w), score.Width(number(scores[i]))) + 10
		if at.X > 0 && at.X+width > lineWidth {
			at = vg.Point{Y: at.Y + lineHeight}
		}
		boxes[i] = vg.Rectangle{Min: at, Max: at.Add(vg.Point{X: width, Y: lineHeight - wordGap})}
		at.X += width + wordGap
		right = max(right, at.X)
	}
	return render(strings.Join(parts, "  "), pixels(right), pixels(at.Y+lineHeight), func(c draw.Canvas) {
		for i, box := range boxes {
			left, top, low := box.Min.X, c.Max.Y-box.Min.Y, c.Max.Y-box.Max.Y
			c.FillPolygon(scale.colour(scores[i]), []vg.Point{{X: left, Y: low}, {X: box.Max.X, Y: low}, {X: box.Max.X, Y: top}, {X: left, Y: top}})
			word.Color, score.Color = scale.ink(scores[i]), scale.ink(scores[i])
			middle := (left + box.Max.X) / 2
			c.FillText(word, vg.Point{X: middle, Y: top - 10}, words[i])
			c.FillText(score, vg.Point{X: middle, Y: low + 8}, number(scores[i]))
		}
	})
}

// The layout of Words, in points.
const lineWidth, lineHeight, wordGap vg.Length = 600, 32, 2

// centred returns a style of text whose place is its middle.
func centred(points vg.Length) text.Style {
	style := newPlot("", "", "").X.Tick.Label
	style.Font.Size, style.XAlign, style.YAlign = points, draw.XCenter, draw.YCenter
	return style
}

// number writes a score with its sign.
func number(score float64) string { return fmt.Sprintf("%+.2f", score) }

// pixels returns how many CSS pixels cover a length.
func pixels(l vg.Length) int { return int(math.Ceil(float64(l / vg.Inch * 96))) }

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
	style := centred(10)
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
