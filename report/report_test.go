package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorgonia-embedding/train"
)

// pageOf returns a page of so many classes and epochs, whose words and labels begin with name.
func pageOf(classes, epochs int, name string) Page {
	p := Page{Title: name, Settings: name, Facts: []Fact{{"data", name}}}
	for i := range epochs {
		x := float64(i+1) / float64(epochs)
		p.History.Epochs = append(p.History.Epochs, train.Epoch{Number: i + 1, Loss: 1 / x, Dev: train.Score{Loss: 1.2 / x, Accuracy: x, MacroF1: 0.9 * x}})
		p.History.Best = i + 1
	}
	for i := range classes {
		p.Labels = append(p.Labels, fmt.Sprint(name, i))
		p.Words = append(p.Words, []Word{{fmt.Sprint(name, "-strong", i), 9, 4}, {fmt.Sprint(name, "-weak", i), 5, 0.25}})
	}
	for i := range 40 * classes {
		p.Results = append(p.Results, Result{fmt.Sprint(name, " text ", i), i % classes, (i + i/7%3%2) % classes, 0.5 + float64(i%50)/100})
	}
	for i := range 300 {
		a := float64(i)
		p.Map.Places = append(p.Map.Places, Place{fmt.Sprint(name, i), math.Sin(a) * a, math.Cos(a) * a / 9, i % max(1, classes)})
	}
	return p
}

func write(t *testing.T, p Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements parses a page as XML, which it is too, and returns its elements by name, and all of its text.
func elements(t *testing.T, html string) (names map[string]int, text string) {
	t.Helper()
	names = make(map[string]int)
	for d := xml.NewDecoder(strings.NewReader(html)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return names, text
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			names[token.Name.Local]++
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" || a.Name.Local == "href" || a.Name.Local == "src" {
					t.Errorf("the attribute %s=%q", a.Name.Local, a.Value)
				}
			}
		case xml.CharData:
			text += string(token)
		}
	}
}

// A page holds its parts, whatever the numbers of classes and of epochs, and nothing from elsewhere.
func TestPageHoldsItsParts(t *testing.T) {
	for _, tt := range []struct{ classes, epochs int }{{2, 1}, {2, 20}, {3, 500}, {20, 5}, {21, 5}, {150, 20}} {
		html := write(t, pageOf(tt.classes, tt.epochs, "a"))
		names, text := elements(t, html)
		for _, id := range []string{"curves", "classes", "reliability", "mistakes", "words", "map", "settings"} {
			if strings.Count(html, fmt.Sprintf("<section id=%q>", id)) != 1 {
				t.Errorf("%+v: no part %s", tt, id)
			}
		}
		matrix, many := strings.Count(html, `class="matrix"`), strings.Count(html, `id="confused"`)
		if (matrix == 1) != (tt.classes <= 20) || (many == 1) != (tt.classes > 20) {
			t.Errorf("%+v: %d matrices, %d tables of confusions", tt, matrix, many)
		}
		if names["script"]+names["link"]+names["img"] > 0 || strings.Contains(html, "://") || strings.Contains(html, "@import") || strings.Contains(html, "url(") {
			t.Errorf("%+v: not self-contained: %v", tt, names)
		}
		if strings.Contains(html, "NaN") || strings.Contains(html, "Inf") || strings.Contains(html, "ZgotmplZ") {
			t.Errorf("%+v: a number or a text that is none", tt)
		}
		for _, want := range []string{"calibration error", "a-strong0", fmt.Sprintf("best epoch: %d", tt.epochs)} {
			if !strings.Contains(text, want) {
				t.Errorf("%+v: no %q", tt, want)
			}
		}
	}
}

// Words, labels and texts are shown as they are, and are never a part of the page's own language.
func TestHostileTexts(t *testing.T) {
	for _, name := range []string{
		`</title></style><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onload='x`, `{{.Title}}`, `&amp;&lt;`, `<!--`, `]]>`, `javascript:x`,
	} {
		names, text := elements(t, write(t, pageOf(2, 3, name)))
		plain, _ := elements(t, write(t, pageOf(2, 3, "a")))
		if names["script"] != plain["script"] || names["img"] != plain["img"] || names["title"] > plain["title"] {
			t.Errorf("%q: %v", name, names)
		}
		for _, want := range []string{name + " text 7", name + "1"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not shown", want)
			}
		}
	}
	_, text := elements(t, write(t, pageOf(2, 1, "a\x00b\x1b[1m\tc\ufffe\xff"+strings.Repeat("long", 1000))))
	if !strings.Contains(text, "a�b�[1m c��long") || strings.Contains(text, strings.Repeat("long", 600)) {
		t.Errorf("control characters and long texts:\n%.300s", text)
	}
}

// What there is nothing of is left out, and numbers that are not finite are no points.
func TestPoorPages(t *testing.T) {
	html := write(t, Page{Title: "nothing"})
	if elements(t, html); strings.Contains(html, "<section") {
		t.Errorf("%s", html)
	}
	p := pageOf(2, 3, "a")
	p.History.Epochs[1].Loss, p.History.Epochs[2].Dev.Loss, p.History.Best = math.Inf(1), math.NaN(), 0
	if html := write(t, p); strings.Contains(html, "NaN") || strings.Contains(html, "Inf") || strings.Contains(html, "best epoch") {
		t.Error("points that are not finite")
	}
	p.Results[3].Predicted = 2
	if err := p.Write(io.Discard); err == nil || err.Error() != "report: result 3 has the classes 1 and 2: want classes in [0, 2)" {
		t.Error(err)
	}
	p.Results, p.Map.Places[0].Class = nil, -1
	if err := p.Write(io.Discard); err == nil || err.Error() != `report: the place of "a0" has class -1: want a class in [0, 2)` {
		t.Error(err)
	}
	p.Map, p.Labels = Map{}, nil
	if err := p.Write(io.Discard); err == nil || err.Error() != "report: there are words of 2 classes, and 0 labels" {
		t.Error(err)
	}
}

// Two bins: three results at 0.65 of which two are right, and one at 1 that is right.
func TestCalibrationError(t *testing.T) {
	list := reliability([]Result{{"", 0, 0, 0.62}, {"", 1, 1, 0.65}, {"", 0, 1, 0.68}, {"", 1, 1, 1}})
	if b := list[6]; b.n != 3 || math.Abs(b.right-2./3) > 1e-12 || math.Abs(b.expected-0.65) > 1e-12 || list[9].n != 1 {
		t.Errorf("%+v", list)
	}
	if got, want := calibrationError(list), 0.75*(2./3-0.65); math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, want %v", got, want)
	}
	if got := calibrationError([bins]bin{}); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestMistakesAreInOrder(t *testing.T) {
	p := Page{Labels: []string{"a", "b"}, Results: []Result{{"x", 0, 1, 0.6}, {"y", 0, 0, 0.99}, {"z", 1, 0, 0.9}, {"w", 1, 0, 0.6}}}
	var got []string
	for _, r := range p.mistakes() {
		got = append(got, r.Text)
	}
	if !slices.Equal(got, []string{"z", "x", "w"}) {
		t.Errorf("%v", got)
	}
}

func TestScales(t *testing.T) {
	for _, tt := range []struct {
		low, high float64
		want      string
	}{
		{0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{0.742, 0.837, "0.74 0.76 0.78 0.80 0.82 0.84"},
		{0, 145, "0 50 100 150"},
		{-3, 12, "-5 0 5 10 15"},
		{2, 2, "1.8 1.9 2.0 2.1 2.2"},
		{0, 0, "-0.06 -0.04 -0.02 0.00 0.02 0.04 0.06"},
	} {
		s, texts := fit(tt.low, tt.high, 5), []string{}
		for _, at := range s.ticks {
			texts = append(texts, strings.Replace(s.text(at), "-0.00", "0.00", 1))
		}
		if got := strings.Join(texts, " "); got != tt.want || s.low > tt.low || s.high < tt.high {
			t.Errorf("%v to %v: %s, want %s", tt.low, tt.high, got, tt.want)
		}
	}
	for _, x := range [][2]float64{{1e17, 1e17 + 16}, {0, 5e-324}, {-1e308, 1e308}, {math.NaN(), 1}} {
		if n := len(fit(x[0], x[1], 5).ticks); n > 21 {
			t.Errorf("%v: %d ticks", x, n)
		}
	}
	for n, want := range map[int]string{1: "1", 2: "1 2", 10: "1 2 3 4 5 6 7 8 9 10", 20: "1 2 4 6 8 10 12 14 16 18 20", 100: "10 20 30 40 50 60 70 80 90 100"} {
		s, texts := counting(n), []string{}
		for _, at := range s.ticks {
			texts = append(texts, s.text(at))
		}
		if got := strings.Join(texts, " "); got != want {
			t.Errorf("1 to %d: %s, want %s", n, got, want)
		}
	}
}

// No name of the map meets another one, or the border.
func TestNamesOfTheMapDoNotMeet(t *testing.T) {
	for _, name := range []string{"w", "映画", "a long word indeed"} {
		c := pageOf(2, 1, name).mapChart()
		if len(c.Words) < 10 {
			t.Errorf("%d names of %q", len(c.Words), name)
		}
		for i, w := range c.Words {
			b := w.box()
			if b.left < c.Left || b.right > c.Right || b.top < c.Top || b.bottom > c.Bottom {
				t.Errorf("%q leaves the map", w.Text)
			}
			for _, other := range c.Words[:i] {
				if b.meets(other.box()) {
					t.Errorf("%q meets %q", w.Text, other.Text)
				}
			}
		}
	}
}

// A browser reads the page as it was meant: with every part, and labels that are text.
func TestBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium: apt-get install chromium")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "page.html")
	if err := os.WriteFile(file, []byte(write(t, pageOf(3, 8, "<b>"))), 0o666); err != nil {
		t.Fatal(err)
	}
	browse := func(args ...string) []byte {
		cmd := exec.CommandContext(t.Context(), chromium, append(args, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"), "file://"+file)...)
		cmd.WaitDelay = 10 * time.Second
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	dom := string(browse("--dump-dom"))
	for _, part := range []string{`id="curves"`, `class="matrix"`, `id="reliability"`, `id="mistakes"`, `id="words"`, `id="map"`, `id="settings"`, "&lt;b&gt; text 7"} {
		if !strings.Contains(dom, part) {
			t.Errorf("the browser shows no %s", part)
		}
	}
	if strings.Contains(dom, "<b>") {
		t.Error("a label became an element")
	}
}
