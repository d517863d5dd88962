package vectors_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"gorgonia-embedding/vectors"
)

// A picture is XML with a dot and a label for each word, whatever the words and places are.
func TestSVG(t *testing.T) {
	for name, m := range map[string]vectors.Map{
		"odd words":  {Points: []vectors.Point{{Word: `<b>&"`, X: 1, Y: 2}, {Word: "é", X: -3}, {Word: "\x01\xff", Y: 1e6}}},
		"one place":  {Points: []vectors.Point{{Word: "a"}, {Word: "b"}, {Word: "c"}}},
		"no points":  {},
		"far places": {Points: []vectors.Point{{Word: "a", X: 1e300}, {Word: "b", X: -1e300, Y: 1}}},
	} {
		svg := m.SVG()
		dots, labels := 0, 0
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, svg)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "circle" {
				dots++
			} else if ok && e.Name.Local == "text" {
				labels++
			}
		}
		if dots != len(m.Points) || labels != len(m.Points)+2 || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%s: %d dots, %d labels\n%s", name, dots, labels, svg)
		}
	}
}
