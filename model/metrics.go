package model

// Confusion counts samples: element [i][j] is the number of samples of class i that were taken for class j.
type Confusion [][]int

func newConfusion(classes int) Confusion {
	m := make(Confusion, classes)
	for i := range m {
		m[i] = make([]int, classes)
	}
	return m
}

// Accuracy returns the share of samples that were taken for their class, 0 if there are no samples.
func (m Confusion) Accuracy() float64 {
	right, all := 0, 0
	for class, counts := range m {
		right += counts[class]
		for _, n := range counts {
			all += n
		}
	}
	return ratio(right, all)
}

// Precision returns the share of the samples taken for a class that are of it, 0 if there are none.
func (m Confusion) Precision(class int) float64 {
	taken := 0
	for _, counts := range m {
		taken += counts[class]
	}
	return ratio(m[class][class], taken)
}

// Recall returns the share of the samples of a class that were taken for it, 0 if there are none.
func (m Confusion) Recall(class int) float64 {
	return ratio(m[class][class], m.Support(class))
}

// F1 returns the harmonic mean of the precision and the recall of a class, 0 if both are 0.
func (m Confusion) F1(class int) float64 {
	p, r := m.Precision(class), m.Recall(class)
	if p+r == 0 {
		return 0
	}
	return 2 * p * r / (p + r)
}

// Support returns the number of samples of a class.
func (m Confusion) Support(class int) (n int) {
	for _, count := range m[class] {
		n += count
	}
	return n
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
