package show_test

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/notebooks/kernel/show"
	"gorgonia-embedding/sparse"
	"gorgonia-embedding/train"
	"gorgonia-embedding/vectors"
)

// decode returns a figure's picture, which must have two pixels for each CSS pixel.
func decode(t *testing.T, f *show.Figure, err error) image.Image {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	r := f.Render()
	picture, err := png.Decode(bytes.NewReader(r.Data["image/png"].([]byte)))
	if err != nil {
		t.Fatal(err)
	}
	size := r.Metadata["image/png"].(map[string]any)
	if b := picture.Bounds(); b.Dx() != 2*size["width"].(int) || b.Dy() != 2*size["height"].(int) {
		t.Errorf("%v: a picture of %v for a size of %v", f, b, size)
	}
	return picture
}

// coloured counts the pixels that are blue or red rather than grey.
func coloured(picture image.Image) (blue, red int) {
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			switch r, _, b, _ := picture.At(x, y).RGBA(); {
			case b > r+0x2000:
				blue++
			case r > b+0x2000:
				red++
			}
		}
	}
	return blue, red
}

func matrix(data any, shape ...int) gorgonia.Value {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}

// A matrix shows in colour what is not zero, dense or sparse, float32 or float64.
func TestMatrix(t *testing.T) {
	for _, data := range []any{[]float32{0, 0, 1, 1, 0, 0}, []float64{0, 0, 1, 1, 0, 0}} {
		f, err := show.Matrix("one row", matrix(data, 3, 2))
		blue, red := coloured(decode(t, f, err))
		area := f.Width * f.Height * 4
		if blue < area/12 || blue > area/3 || red > area/500 {
			t.Errorf("%T: of %d pixels %d are blue, %d red", data, area, blue, red)
		}
	}
	// A sparse matrix shows its stored rows alone, called by their ids.
	rows, err := sparse.New(1<<20, 2, []int{7, 1}, []float32{1, 1, 0, 2})
	if err != nil {
		t.Fatal(err)
	}
	f, err := show.Matrix("two rows", rows)
	other, err2 := show.Matrix("two rows", matrix([]float32{1, 1, 0, 2}, 2, 2))
	decode(t, other, err2)
	if blue, _ := coloured(decode(t, f, err)); blue < f.Width*f.Height || bytes.Equal(f.PNG, other.PNG) {
		t.Errorf("%d pixels are blue, and it is the picture of a dense matrix: %t", blue, bytes.Equal(f.PNG, other.PNG))
	}
	if again, _ := show.Matrix("two rows", rows); !bytes.Equal(f.PNG, again.PNG) {
		t.Error("the same matrix gave another picture")
	}
	for _, shape := range [][2]int{{1, 1}, {2000, 3}, {3, 2000}, {300, 300}} {
		f, err := show.Matrix("size", matrix(make([]float32, shape[0]*shape[1]), shape[0], shape[1]))
		decode(t, f, err)
	}
	title := strings.Repeat("long title ", 12)
	if f, err := show.Matrix(title, matrix([]float32{1}, 1, 1)); err != nil || f.Width < 600 {
		t.Errorf("%v, %v: the title does not fit", f, err)
	}
}

func TestChart(t *testing.T) {
	falling := show.Series{Name: "falling", Y: []float64{4, 2, 1}}
	f, err := show.Chart{Title: "t", X: "x", Y: "y", Series: []show.Series{falling}}.Figure()
	if blue, _ := coloured(decode(t, f, err)); blue < 500 {
		t.Errorf("the line has %d pixels", blue)
	}
	if f.String() != "figure: t" {
		t.Errorf("it prints as %q", f)
	}
	falling.X = []float64{10, 100, 1000}
	f, err = show.Chart{Title: "log", Log: true, Series: []show.Series{falling}}.Figure()
	decode(t, f, err)
	f, err = show.History(train.History{Epochs: []train.Epoch{{Number: 1, Loss: 1, Dev: train.Score{Loss: 2, Accuracy: 0.5}}}})
	decode(t, f, err)
	f, err = show.Plot(plot.New(), 100, 50)
	decode(t, f, err)
}

// An axis of any length has four to nine numbers, in even steps that need few digits.
func TestTicks(t *testing.T) {
	for _, tt := range []struct {
		low, high float64
		want      string
	}{
		{0.27, 0.69, "0.3 0.4 0.5 0.6"},
		{1, 8, "1 2 3 4 5 6 7 8"},
		{-1, 1, "-1 -0.5 0 0.5 1"},
		{0, 100, "0 20 40 60 80 100"},
		{0.664, 0.835, "0.68 0.7 0.72 0.74 0.76 0.78 0.8 0.82"},
		{0, 0, ""},
	} {
		var labels []string
		for _, tick := range show.Rounds(tt.low, tt.high) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != tt.want {
			t.Errorf("%v to %v: %s, want %s", tt.low, tt.high, got, tt.want)
		}
	}
}

func TestErrors(t *testing.T) {
	_, none := show.Chart{}.Figure()
	chart := func(s show.Series, log bool) error {
		_, err := show.Chart{Series: []show.Series{s}, Log: log}.Figure()
		return err
	}
	matrixOf := func(v gorgonia.Value) error { _, err := show.Matrix("", v); return err }
	idle, err := sparse.New(5, 2, nil, []float32{})
	if err != nil {
		t.Fatal(err)
	}
	_, history := show.History(train.History{})
	_, size := show.Plot(plot.New(), 0, 9)
	_, empty := show.Map("", vectors.Map{}, nil)
	_, unscored := show.Words([]string{"a", "b"}, []float64{1})
	_, few := show.Map("", vectors.Map{Points: make([]vectors.Point, 2)}, []float64{1})
	for want, err := range map[string]error{
		`show: the chart has no series`:                                                     none,
		`show: series "s" has 0 X for 0 Y: want as many, and at least one`:                  chart(show.Series{Name: "s"}, false),
		`show: series "s" has 1 X for 2 Y: want as many, and at least one`:                  chart(show.Series{Name: "s", X: []float64{1}, Y: []float64{1, 2}}, false),
		`show: series "s": the point (1, NaN) cannot be drawn`:                              chart(show.Series{Name: "s", Y: []float64{math.NaN()}}, false),
		`show: series "s": the point (1, 0) cannot be drawn`:                                chart(show.Series{Name: "s", Y: []float64{0}}, true),
		`show: series "train" has 0 X for 0 Y: want as many, and at least one`:              history,
		`show: a figure must be 1 to 4000 pixels wide and high, got 0 × 9`:                  size,
		`show: the map has no points`:                                                       empty,
		`show: 1 scores for 2 words: want as many, and at least one`:                        unscored,
		`show: 1 scores for 2 words`:                                                        few,
		`show: want a matrix of at most 1048576 elements, got nothing: run the graph first`: matrixOf(nil),
		`show: want a matrix of at most 1048576 elements, got a *tensor.Dense of shape (2)`: matrixOf(matrix([]float32{1, 2}, 2)),
		`show: a *sparse.Rows of shape (5, 2) stores no row`:                                matrixOf(idle),
		`show: want a matrix of floats, got one of int`:                                     matrixOf(matrix([]int{1, 2}, 1, 2)),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestWords(t *testing.T) {
	f, err := show.Words([]string{"not", "<good>", "."}, []float64{-1, 0.9, 0})
	if blue, red := coloured(decode(t, f, err)); blue < 500 || red < 500 {
		t.Errorf("%d blue pixels, %d red", blue, red)
	}
	if got, want := f.String(), "figure: not -1.00  <good> +0.90  . +0.00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	long, err := show.Words(strings.Fields(strings.Repeat("word ", 50)), make([]float64, 50))
	decode(t, long, err)
	if long.Width > 810 || long.Height < 2*f.Height {
		t.Errorf("50 words take %d × %d pixels", long.Width, long.Height)
	}
}

func TestMap(t *testing.T) {
	m := vectors.Map{Points: []vectors.Point{{Word: "a", X: 1, Y: 1}, {Word: "b", X: 1, Y: 1}, {Word: "edge", X: 2, Y: 0}}}
	for _, scores := range [][]float64{nil, {-1, -2, 3}} {
		f, err := show.Map("words", m, scores)
		blue, red := coloured(decode(t, f, err))
		if want := scores != nil; (blue > 50) != want || (red > 50) != want {
			t.Errorf("scores %v: %d blue pixels, %d red", scores, blue, red)
		}
	}
}
