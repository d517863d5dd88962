package vectors

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// The size of a map's picture, and of its text, in pixels.
const mapWidth, mapHeight, mapMargin, letterWidth, letterHeight = 900.0, 640.0, 60.0, 6.7, 12.0

// SVG returns the map as a picture: a dot for each word, with its name beside it where it meets no other one if there is
// such a place. It is a document of its own, and goes into a page as it is.
func (m Map) SVG() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%[1]g" height="%[2]g" font-family="sans-serif" font-size="%g">
<style>text{fill:#222}circle{fill:#36c}.axis{fill:#777}@media(prefers-color-scheme:dark){text{fill:#ddd}circle{fill:#8af}}</style>
<text class="axis" x="%g" y="%g" text-anchor="middle">%.0f %% of the variance</text>
<text class="axis" transform="translate(16 %g) rotate(-90)" text-anchor="middle">%.0f %% of the variance</text>
`, mapWidth, mapHeight, letterHeight, mapWidth/2, mapHeight-8, 100*m.Explained[0], mapHeight/2, 100*m.Explained[1])
	at := m.pixels()
	var taken []box
	for _, p := range at {
		taken = append(taken, around(p[0], p[1], 6, 6))
	}
	for i, p := range m.Points {
		label := place(at[i], float64(utf8.RuneCountInString(p.Word))*letterWidth, taken)
		taken = append(taken, label)
		word := escaped(p.Word)
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3"><title>%s (%.3g, %.3g)</title></circle><text x="%.1f" y="%.1f">%s</text>`+"\n",
			at[i][0], at[i][1], word, p.X, p.Y, label.left, label.bottom-2, word)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// escaped returns a word as XML has it, with U+FFFD for what that cannot have.
func escaped(word string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(word)) // a Builder does not fail
	return b.String()
}

// pixels returns the places of the points in the picture, on one scale for both axes.
func (m Map) pixels() [][2]float64 {
	left, right, low, high := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, p := range m.Points {
		left, right, low, high = min(left, p.X), max(right, p.X), min(low, p.Y), max(high, p.Y)
	}
	scale := min((mapWidth-2*mapMargin)/max(right-left, 1e-300), (mapHeight-2*mapMargin)/max(high-low, 1e-300))
	at := make([][2]float64, len(m.Points))
	for i, p := range m.Points {
		at[i] = [2]float64{mapWidth/2 + scale*(p.X-(left+right)/2), mapHeight/2 - scale*(p.Y-(low+high)/2)}
	}
	return at
}

// box is a rectangle of the picture.
type box struct{ left, top, right, bottom float64 }

// around returns the box of a size with its middle at a point.
func around(x, y, width, height float64) box {
	return box{x - width/2, y - height/2, x + width/2, y + height/2}
}

// place returns the best box for a label of some width beside a dot: to the right of it first, and then further off.
func place(dot [2]float64, width float64, taken []box) (best box) {
	least := math.Inf(1)
	for ring, gap := range []float64{5, 14, 24} {
		for _, side := range [][2]float64{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}} {
			b := around(dot[0]+side[0]*(gap+width/2), dot[1]+side[1]*(gap+letterHeight/2), width, letterHeight)
			if cost := b.overlap(taken) + 15*float64(ring); cost < least {
				best, least = b, cost
			}
		}
	}
	return best
}

// overlap returns the area of b that is taken.
func (b box) overlap(taken []box) (area float64) {
	for _, t := range taken {
		w, h := min(b.right, t.right)-max(b.left, t.left), min(b.bottom, t.bottom)-max(b.top, t.top)
		area += max(0, w) * max(0, h)
	}
	return area
}
