package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// colours is the number of classes that have a colour of their own.
const colours = 8

// chart returns the map, with the names of as many words as there is room for, those at the borders first; nil if there
// are no places.
func (p Page) mapChart() *chart {
	if len(p.Map.Places) == 0 {
		return nil
	}
	var x, y []float64
	for _, at := range p.Map.Places {
		x, y = append(x, at.X), append(y, at.Y)
	}
	c := newChart("map of the commonest words", 980, 600, around(x), around(y))
	c.XName = fmt.Sprintf("first principal component, %.0f %% of the variance", 100*p.Map.Explained[0])
	c.YName = fmt.Sprintf("second, %.0f %%", 100*p.Map.Explained[1])
	if len(p.Labels) <= colours {
		for i, label := range p.Labels {
			c.Keys = append(c.Keys, key{p.colour(i), clean(label, 40)})
		}
	}
	for _, at := range p.Map.Places {
		c.dot(p.colour(at.Class), 3, at.X, at.Y, fmt.Sprintf("%s: %s", clean(at.Word, 60), clean(p.Labels[at.Class], 60)))
	}
	c.nameDots(p.Map.Places)
	return c
}

// colour returns the style of a class, one for all if there are more than colours.
func (p Page) colour(class int) string {
	if len(p.Labels) > colours {
		return "c0"
	}
	return fmt.Sprintf("c%d", class)
}

// around returns a scale with a margin around x.
func around(x []float64) scale {
	low, high := finite(x)
	margin := (high - low) / 30
	s := fit(low, high, 6)
	s.low, s.high = low-margin, high+margin
	if !(high > low) {
		return fit(low, high, 6)
	}
	s.ticks = slices.DeleteFunc(s.ticks, func(t float64) bool { return t < s.low || t > s.high })
	return s
}

// box is a rectangle of a picture.
type box struct{ left, top, right, bottom px }

func (b box) meets(o box) bool {
	return b.left < o.right && o.left < b.right && b.top < o.bottom && o.top < b.bottom
}

// nameDots writes the names of places, which are those of the chart's dots, beside them where they meet no other name, no
// dot and no border: the farther from the middle, the sooner.
func (c *chart) nameDots(places []Place) {
	taken := make([]box, len(c.Dots))
	for i, d := range c.Dots {
		taken[i] = box{d.X - 2, d.Y - 2, d.X + 2, d.Y + 2}
	}
	order := make([]int, len(places))
	far := func(i int) float64 {
		return math.Hypot(float64(c.Dots[i].X-c.MidX()), float64(c.Dots[i].Y-c.MidY()))
	}
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(far(b), far(a)) })
	plot := box{c.Left, c.Top, c.Right, c.Bottom}
	for _, i := range order {
		for _, w := range beside(c.Dots[i], clean(places[i].Word, 20)) {
			b := w.box()
			inside := b.left > plot.left && b.right < plot.right && b.top > plot.top && b.bottom < plot.bottom
			if inside && !slices.ContainsFunc(taken, b.meets) {
				c.Words, taken = append(c.Words, w), append(taken, b)
				break
			}
		}
	}
}

// beside returns the places that the name of a dot can have.
func beside(d dot, text string) []word {
	return []word{
		{d.X + 5, d.Y + 4, "start", d.Class, text},
		{d.X - 5, d.Y + 4, "end", d.Class, text},
		{d.X, d.Y - 6, "middle", d.Class, text},
		{d.X, d.Y + 14, "middle", d.Class, text},
	}
}

// box returns about what the word covers.
func (w word) box() box {
	width, left := textWidth(w.Text), w.X
	switch w.Anchor {
	case "end":
		left -= width
	case "middle":
		left -= width / 2
	}
	return box{left, w.Y - 10, left + width, w.Y + 3}
}

// textWidth returns about the width of a text, a little too much for most: signs of more than two bytes are as wide as
// they are high.
func textWidth(text string) (w px) {
	for _, r := range text {
		if utf8.RuneLen(r) > 2 {
			w += 12
		} else {
			w += 7
		}
	}
	return w
}
