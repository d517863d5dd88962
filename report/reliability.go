package report

import "fmt"

// bins is the number of parts that probabilities are sorted into.
const bins = 10

// bin is the results whose probability is in one part of [0, 1].
type bin struct {
	n        int
	right    float64 // share of them that is right
	expected float64 // mean of their probabilities
}

// reliability sorts results by their probability.
func reliability(results []Result) (list [bins]bin) {
	for _, r := range results {
		b := &list[max(0, min(bins-1, int(r.Score*bins)))]
		b.n++
		b.expected += r.Score
		if r.Label == r.Predicted {
			b.right++
		}
	}
	for i := range list {
		if n := float64(list[i].n); n > 0 {
			list[i].right /= n
			list[i].expected /= n
		}
	}
	return list
}

// calibrationError returns the expected calibration error (Guo et al., ICML 2017): the mean over the results of the
// distance between the share that is right and the mean probability of their bin.
func calibrationError(list [bins]bin) (sum float64) {
	n := 0
	for _, b := range list {
		n += b.n
		sum += float64(b.n) * max(b.right-b.expected, b.expected-b.right)
	}
	return sum / float64(max(1, n))
}

// reliability returns the curve of the share that is right by probability, and how many results each of its bins has.
func (p Page) reliability() []*chart {
	if len(p.Results) == 0 {
		return nil
	}
	list, low := reliability(p.Results), 0.0
	if len(p.Labels) == 2 {
		low = 0.5 // the more probable of two classes has half of it or more
	}
	probability := fit(low, 1, 5)
	curve := newChart("share that is right by probability", 480, 300, probability, fit(0, 1, 5))
	curve.XName, curve.YName = "probability of the predicted class", "share that is right"
	curve.Keys = []key{{"best", "as probable as right"}, {"c0", "this classifier"}}
	curve.line("best", []float64{low, 1}, []float64{low, 1})
	most := 0
	for _, b := range list {
		most = max(most, b.n)
	}
	counts := newChart("examples by probability", 480, 300, probability, fit(0, float64(most), 5))
	counts.XName, counts.YName = "probability of the predicted class", "examples"
	var x, y []float64
	for i, b := range list {
		if b.n == 0 {
			continue
		}
		from, to := float64(i)/bins, float64(i+1)/bins
		text := fmt.Sprintf("%.1f to %.1f: %d examples, %.3f right, mean probability %.3f", from, to, b.n, b.right, b.expected)
		x, y = append(x, b.expected), append(y, b.right)
		curve.dot("c0", 4, b.expected, b.right, text)
		counts.bar("c0", from, to, float64(b.n), text)
	}
	curve.line("c0", x, y)
	return []*chart{curve, counts}
}
