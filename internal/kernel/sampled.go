package kernel

// MaxPanel is the most elements of a row in a panel.
const MaxPanel = 56

// Sampled is examples of negative sampling: each a bag of rows of one table, whose mean is to predict for each of some
// rows of another table, the targets, how likely it is.
//
// Tables are in panels: a panel is some of the columns of all rows, Width of them, a multiple of 8 up to MaxPanel. A step
// is Scores for each panel, Slopes for all together, and Update for each panel: what is done for one panel depends on no
// other, so that CPUs can share the panels.
type Sampled struct {
	Width      int
	Rows       []int32 // ids of the bags, one after the other
	RowEnds    []int   // where in Rows the bag of each example ends
	Targets    []int32 // ids of the targets, one example after the other
	TargetEnds []int   // where in Targets those of each example end
}

// Example returns where the rows and the targets of example i begin.
func (s *Sampled) Example(i int) (row, target int) {
	if i == 0 {
		return 0, 0
	}
	return s.RowEnds[i-1], s.TargetEnds[i-1]
}

// Scores sets dst to the products, in a panel, of the bags' means and their targets, for the examples [lo, hi).
func (s *Sampled) Scores(dst, in, out []float32, lo, hi int) {
	row, target := s.Example(lo)
	for i := lo; i < hi; i++ {
		rows, targets := s.Rows[row:s.RowEnds[i]], s.Targets[target:s.TargetEnds[i]]
		if haveAVX2 && len(targets) > 0 && len(rows) > 0 {
			s.scoresAVX2(dst[:len(targets)], in, out, rows, targets)
		} else {
			s.scores(dst, in, out, rows, targets)
		}
		dst = dst[len(targets):]
		row, target = s.RowEnds[i], s.TargetEnds[i]
	}
}

// Update takes the step of the examples [lo, hi) in a panel, one example after the other: to each target it adds its
// slope times the mean of the bag, and to each row of the bag the slopes times the targets, as they were before.
func (s *Sampled) Update(in, out, slopes []float32, lo, hi int) {
	row, target := s.Example(lo)
	for i := lo; i < hi; i++ {
		rows, targets := s.Rows[row:s.RowEnds[i]], s.Targets[target:s.TargetEnds[i]]
		if haveAVX2 && len(targets) > 0 && len(rows) > 0 {
			s.updateAVX2(in, out, slopes, rows, targets)
		} else {
			s.update(in, out, slopes, rows, targets)
		}
		slopes = slopes[len(targets):]
		row, target = s.RowEnds[i], s.TargetEnds[i]
	}
}

// Slopes sets dst to rate·(label − σ(score)), the negative derivatives of the loss by the scores times rate. The score j
// is the sum of parts[j], parts[n+j], …, one for each panel, for n = len(dst), a multiple of 8. There are as many labels,
// or more: 1 for what occurred, 0 for what was drawn.
func Slopes(dst, parts, labels []float32, rate float32) {
	if haveAVX2 && len(dst) > 0 {
		sampledSlopesAVX2(p32(dst), p32(parts), p32(labels), len(dst), len(parts)/len(dst), rate)
		return
	}
	slopes(dst, parts, labels, rate)
}

func slopes(dst, parts, labels []float32, rate float32) {
	for j := range dst {
		var s float32 // 0 − the score
		for at := j; at < len(parts); at += len(dst) {
			s -= parts[at]
		}
		dst[j] = (labels[j] - 1/(exp32(s)+1)) * rate
	}
}

// mean sets the first elements of dst to the mean of rows of in.
func (s *Sampled) mean(dst *[MaxPanel]float32, in []float32, rows []int32) []float32 {
	m := dst[:s.Width]
	for _, id := range rows {
		Add(m, s.row(in, id))
	}
	Scale(m, 1/float32(len(rows)))
	return m
}

func (s *Sampled) row(table []float32, id int32) []float32 {
	return table[int(id)*s.Width : (int(id)+1)*s.Width]
}

// scores is the twin of the assembly, which adds 8 columns side by side.
func (s *Sampled) scores(dst, in, out []float32, rows, targets []int32) {
	var memory [MaxPanel]float32
	mean := s.mean(&memory, in, rows)
	for j, id := range targets {
		var t [8]float32
		for k, x := range s.row(out, id) {
			if p := float32(x * mean[k]); k < 8 {
				t[k] = p
			} else {
				t[k%8] += p
			}
		}
		dst[j] = ((t[0] + t[1]) + (t[2] + t[3])) + ((t[4] + t[5]) + (t[6] + t[7]))
	}
}

// update is the twin of the assembly.
func (s *Sampled) update(in, out, slopes []float32, rows, targets []int32) {
	var memory, grads [MaxPanel]float32
	mean, grad := s.mean(&memory, in, rows), grads[:s.Width]
	for j, id := range targets {
		target := s.row(out, id)
		AddScaled(grad, slopes[j], target)
		AddScaled(target, slopes[j], mean)
	}
	for _, id := range rows {
		Add(s.row(in, id), grad)
	}
}

// scoresAVX2 is scores for the width of the panel.
func (s *Sampled) scoresAVX2(dst, in, out []float32, rows, targets []int32) {
	f := [...]func(dst, in *float32, ids *int32, n int, out *float32, targets *int32, count int, last *int32, scale float32){
		sampledScores1AVX2, sampledScores2AVX2, sampledScores3AVX2, sampledScores4AVX2, sampledScores5AVX2, sampledScores6AVX2, sampledScores7AVX2}
	f[s.Width/8-1](p32(dst), p32(in), &rows[0], len(rows), p32(out), &targets[0], len(targets), &s.Targets[len(s.Targets)-1], 1/float32(len(rows)))
}

// updateAVX2 is update for the width of the panel.
func (s *Sampled) updateAVX2(in, out, slopes []float32, rows, targets []int32) {
	f := [...]func(in *float32, ids *int32, n int, out *float32, targets *int32, slopes *float32, count int, scale float32){
		sampledUpdate1AVX2, sampledUpdate2AVX2, sampledUpdate3AVX2, sampledUpdate4AVX2, sampledUpdate5AVX2, sampledUpdate6AVX2, sampledUpdate7AVX2}
	f[s.Width/8-1](p32(in), &rows[0], len(rows), p32(out), &targets[0], p32(slopes), len(targets), 1/float32(len(rows)))
}
