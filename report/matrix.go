package report

import "fmt"

// most is the number of classes of which a matrix can be read.
const most = 20

// matrix is the picture of a confusion matrix.
type matrix struct {
	W, H       px
	Left, Top  px // of the cells
	Side       px // of a cell
	XMid, YMid px // middle of the cells
	Rows, Cols []word
	Tilted     bool // whether the names of the columns are
	Cells      []cell
}

// Wide reports whether m needs the width of the page.
func (m *matrix) Wide() bool { return m.W > 500 }

type cell struct {
	X, Y, TextX, TextY px
	Share              string // of the class, as the fill's opacity
	Class              string
	Count              int
	Text               string
}

// matrix returns the counts of results, nil if there are none or too many classes.
func (p Page) matrix() *matrix {
	n := len(p.Labels)
	if len(p.Results) == 0 || n > most {
		return nil
	}
	m := &matrix{Side: px(max(34, min(96, 320/n)))}
	widest := px(0)
	for _, label := range p.Labels {
		widest = max(widest, textWidth(clean(label, 24)))
	}
	m.Tilted = widest > m.Side-6
	m.Left, m.Top = widest+34, 44
	if m.Tilted {
		m.Top = 34 + widest*0.72
	}
	side := px(n) * m.Side
	m.W, m.H = m.Left+side+8, m.Top+side+4
	if m.Tilted {
		m.W += widest * 0.72
	}
	m.XMid, m.YMid = m.Left+side/2, m.Top+side/2
	for i, label := range p.Labels {
		middle := (px(i) + 0.5) * m.Side
		m.Rows = append(m.Rows, word{m.Left - 8, m.Top + middle + 4, "end", "", clean(label, 24)})
		m.Cols = append(m.Cols, word{m.Left + middle, m.Top - 8, "middle", "", clean(label, 24)})
	}
	m.fill(p)
	return m
}

// fill makes the cells.
func (m *matrix) fill(p Page) {
	counts := p.confusion()
	for i, row := range counts {
		for j, n := range row {
			share := float64(n) / float64(max(1, counts.Support(i)))
			c := cell{X: m.Left + px(j)*m.Side, Y: m.Top + px(i)*m.Side, Share: fmt.Sprintf("%.2f", share), Count: n}
			c.TextX, c.TextY = c.X+m.Side/2, c.Y+m.Side/2+4
			if c.Class = "light"; share > 0.5 {
				c.Class = "full"
			}
			c.Text = fmt.Sprintf("%s taken for %s: %d of %d, %.1f %%", clean(p.Labels[i], 60), clean(p.Labels[j], 60), n, counts.Support(i), 100*share)
			m.Cells = append(m.Cells, c)
		}
	}
}
