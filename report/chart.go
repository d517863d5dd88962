package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// px is a length in a picture.
type px float64

// String returns x to a tenth.
func (x px) String() string { return strconv.FormatFloat(math.Round(float64(x)*10)/10, 'f', -1, 64) }

// chart is a picture with two axes, laid out.
type chart struct {
	Name string // what the picture shows, for those who cannot see it
	Keys []key

	W, H                     px // size
	Left, Top, Right, Bottom px // borders of the plot
	XName, YName             string
	XTicks, YTicks           []tick
	Bars                     []bar
	Lines                    []line
	Dots                     []dot
	Words                    []word

	x, y scale
}

// key is an entry of the legend. Class is that of the style sheet, in all of these.
type key struct{ Class, Text string }

type tick struct {
	At   px
	Text string
}

type bar struct {
	X, Y, W, H  px
	Class, Text string
}

type line struct{ Class, Points string }

type dot struct {
	X, Y, R     px
	Class, Text string
}

type word struct {
	X, Y                px
	Anchor, Class, Text string
}

// newChart returns an empty chart of the given size.
func newChart(name string, w, h px, x, y scale) *chart {
	widest := px(0)
	for _, at := range y.ticks {
		widest = max(widest, textWidth(y.text(at)))
	}
	c := &chart{Name: name, W: w, H: h, Left: 26 + widest, Top: 12, Right: w - 12, Bottom: h - 44, x: x, y: y}
	for _, at := range x.ticks {
		c.XTicks = append(c.XTicks, tick{c.atX(at), x.text(at)})
	}
	for _, at := range y.ticks {
		c.YTicks = append(c.YTicks, tick{c.atY(at), y.text(at)})
	}
	return c
}

func (c *chart) atX(x float64) px { return c.Left + px(c.x.share(x))*(c.Right-c.Left) }
func (c *chart) atY(y float64) px { return c.Bottom - px(c.y.share(y))*(c.Bottom-c.Top) }

// MidX and MidY are the middle of the plot, where the names of the axes are.
func (c *chart) MidX() px { return (c.Left + c.Right) / 2 }
func (c *chart) MidY() px { return (c.Top + c.Bottom) / 2 }

// TickX and TickY are where the numbers of the axes are.
func (c *chart) TickX() px { return c.Left - 6 }
func (c *chart) TickY() px { return c.Bottom + 16 }

// line draws a line through points.
func (c *chart) line(class string, x, y []float64) {
	var points []string
	for i := range x {
		points = append(points, fmt.Sprintf("%v,%v", c.atX(x[i]), c.atY(y[i])))
	}
	c.Lines = append(c.Lines, line{class, strings.Join(points, " ")})
}

// dot draws a point of radius r with a text that appears over it.
func (c *chart) dot(class string, r px, x, y float64, text string) {
	c.Dots = append(c.Dots, dot{c.atX(x), c.atY(y), r, class, text})
}

// bar draws a bar from the bottom up to y, between two places on the x axis.
func (c *chart) bar(class string, from, to, y float64, text string) {
	left, right, top := c.atX(from)+1, c.atX(to)-1, c.atY(y)
	c.Bars = append(c.Bars, bar{left, top, right - left, c.Bottom - top, class, text})
}

// scale is an axis: its range, and the places of its ticks.
type scale struct {
	low, high float64
	ticks     []float64
	decimals  int
}

// share returns where x is between the ends.
func (s scale) share(x float64) float64 { return (x - s.low) / (s.high - s.low) }

func (s scale) text(x float64) string { return strconv.FormatFloat(x, 'f', s.decimals, 64) }

// fit returns the scale from low to high, widened to round numbers at which about n ticks are.
func fit(low, high float64, n int) scale {
	if !(high > low) {
		margin := max(math.Abs(low)/10, 0.05)
		low, high = low-margin, high+margin
	}
	s := scale{}
	step := round((high - low) / float64(n))
	s.decimals = max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	from, to := math.Floor(low/step+1e-9), math.Ceil(high/step-1e-9)
	for i := range int(min(to-from, float64(4*n))) + 1 { // numbers too large to tell apart have few
		s.ticks = append(s.ticks, (from+float64(i))*step)
	}
	s.low, s.high = from*step, to*step
	return s
}

// round returns the smallest of 1, 2 and 5 times a power of ten that is at least x.
func round(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, f := range []float64{1, 2, 5} {
		if f*power >= x*(1-1e-9) {
			return f * power
		}
	}
	return 10 * power
}

// counting returns the scale of the whole numbers from 1 to n, of which about 10 have ticks.
func counting(n int) scale {
	s := scale{low: 0.5, high: float64(n) + 0.5}
	if n > 1 {
		s.low, s.high = 1, float64(n)
	}
	step := max(1, int(round(float64(n)/10)))
	for i := 1; i <= n; i++ {
		if i == 1 && step < 5 || i%step == 0 {
			s.ticks = append(s.ticks, float64(i))
		}
	}
	return s
}

// finite returns the smallest and the largest of lists, without what is no finite number; 0 and 0 of nothing.
func finite(lists ...[]float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, list := range lists {
		for _, x := range list {
			if !math.IsNaN(x) && !math.IsInf(x, 0) {
				low, high = min(low, x), max(high, x)
			}
		}
	}
	if low > high {
		return 0, 0
	}
	return low, high
}
