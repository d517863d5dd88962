package vectors

import (
	"fmt"
	"math"
	"strings"

	"github.com/pkg/errors"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Point is a word's place on a Map.
type Point struct {
	Word string
	X, Y float64
}

// Map is words on a plane: the one on which their vectors differ most.
type Map struct {
	Points    []Point
	Explained [2]float64 // shares of the vectors' variance that X and Y show
}

// Map projects the vectors of words, at their full length, on their first two principal components, each
// turned so that the largest of its weights is positive. It fails if words are fewer than three, the table lacks
// one, or the vectors have fewer than two dimensions.
func (t *Table) Map(words ...string) (Map, error) {
	if len(words) < 3 || t.dim < 2 {
		return Map{}, errors.Errorf("vectors: a map needs at least 3 words of 2 dimensions, got %d of %d", len(words), t.dim)
	}
	ids, err := t.find(words)
	if err != nil {
		return Map{}, err
	}
	x := mat.NewDense(len(ids), t.dim, nil)
	for i, id := range ids {
		for j, v := range t.Row(id) {
			x.Set(i, j, float64(v))
		}
	}
	var pc stat.PC
	if !pc.PrincipalComponents(x, nil) {
		return Map{}, errors.New("vectors: the words have no principal components: are their vectors finite?")
	}
	var axes, flat mat.Dense
	pc.VectorsTo(&axes)
	plane := axes.Slice(0, t.dim, 0, 2).(*mat.Dense)
	turn(plane)
	flat.Mul(x, plane)
	m := Map{Points: make([]Point, len(words)), Explained: shares(pc.VarsTo(nil))}
	for i, w := range words {
		m.Points[i] = Point{w, flat.At(i, 0), flat.At(i, 1)}
	}
	return m, nil
}

// turn gives each column the sign that makes its largest element positive: a component has none of its own.
func turn(columns *mat.Dense) {
	rows, n := columns.Dims()
	for j := range n {
		largest := 0.0
		for i := range rows {
			if v := columns.At(i, j); math.Abs(v) > math.Abs(largest) {
				largest = v
			}
		}
		for i := range rows {
			columns.Set(i, j, math.Copysign(1, largest)*columns.At(i, j))
		}
	}
}

// shares returns the first two variances as shares of the sum of all.
func shares(variances []float64) (s [2]float64) {
	total := 0.0
	for _, v := range variances {
		total += v
	}
	for i := range min(2, len(variances)) {
		if total > 0 {
			s[i] = variances[i] / total
		}
	}
	return s
}

// String returns a line about the axes, and one for each word.
func (m Map) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d words, %.0f %% of the variance along x, %.0f %% along y\n", len(m.Points), 100*m.Explained[0], 100*m.Explained[1])
	for _, p := range m.Points {
		fmt.Fprintf(&b, "(%.2f, %.2f)  %s\n", p.X, p.Y, p.Word)
	}
	return b.String()
}
