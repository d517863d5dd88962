package model

// Confusion counts rows: [i][j] those of class i that were taken for class j.
type Confusion [][]int

func newConfusion(classes int) Confusion {
	m := make(Confusion, classes)
	for i := range m {
		m[i] = make([]int, classes)
	}
	return m
}

// Accuracy returns the share of rows on the diagonal, 0 if there are no rows.
func (m Confusion) Accuracy() float64 {
	right, all := 0, 0
	for i, row := range m {
		right += row[i]
		for _, n := range row {
			all += n
		}
	}
	return ratio(right, all)
}

// Precision returns the share of the rows taken for a class that are of it, 0 if there are none.
func (m Confusion) Precision(class int) float64 {
	taken := 0
	for _, row := range m {
		taken += row[class]
	}
	return ratio(m[class][class], taken)
}

// Recall returns the share of a class's rows that were taken for it, 0 if there are none.
func (m Confusion) Recall(class int) float64 {
	return ratio(m[class][class], m.Support(class))
}

// F1 returns the harmonic mean of a class's precision and recall, 0 if both are.
func (m Confusion) F1(class int) float64 {
	p, r := m.Precision(class), m.Recall(class)
	if p+r == 0 {
		return 0
	}
	return 2 * p * r / (p + r)
}

// Support returns the number of a class's rows.
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
