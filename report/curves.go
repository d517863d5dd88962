package report

import "fmt"

// curves returns the losses and the scores of the epochs; none if there were no epochs.
func (p Page) curves() []*chart {
	if len(p.History.Epochs) == 0 {
		return nil
	}
	var number, loss, devLoss, accuracy, f1 []float64
	for _, e := range p.History.Epochs {
		number, loss, devLoss = append(number, float64(e.Number)), append(loss, e.Loss), append(devLoss, e.Dev.Loss)
		accuracy, f1 = append(accuracy, e.Dev.Accuracy), append(f1, e.Dev.MacroF1)
	}
	losses := p.curve("loss", number, [2]series{{"train", loss}, {"dev", devLoss}})
	return []*chart{losses, p.curve("score on dev", number, [2]series{{"accuracy", accuracy}, {"macro F1", f1}})}
}

// series is numbers by epoch.
type series struct {
	name string
	y    []float64
}

// curve draws two series, with a line at the best epoch. The dots of the second one leave those of the first to be seen.
func (p Page) curve(name string, number []float64, all [2]series) *chart {
	low, high := finite(all[0].y, all[1].y)
	if least := max(0.05, high/20); high-low < least { // else what differs in the last digit alone looks like much
		low, high = max(0, (low+high-least)/2), (low+high+least)/2
	}
	c := newChart(name+" by epoch", 480, 300, counting(int(number[len(number)-1])), fit(low, high, 5))
	c.XName, c.YName = "epoch", name
	if best := float64(p.History.Best); best > 0 {
		c.line("best", []float64{best, best}, []float64{c.y.low, c.y.high})
		c.Keys = append(c.Keys, key{"best", fmt.Sprintf("best epoch: %d", p.History.Best)})
	}
	size := px(1)
	if len(number) > 40 {
		size = 0.5
	}
	for i, s := range all {
		class := fmt.Sprintf("c%d", i)
		c.Keys = append(c.Keys, key{class, s.name})
		var x, y []float64
		for k, v := range s.y {
			if low, high := finite([]float64{v}); low != v || high != v {
				continue
			}
			x, y = append(x, number[k]), append(y, v)
			c.dot(class, size*px(4.5-1.5*float64(i)), number[k], v, fmt.Sprintf("epoch %.0f: %s %.4f", number[k], s.name, v))
		}
		c.line(class, x, y)
	}
	return c
}
