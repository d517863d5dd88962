package kernel

import "math"

// Ignored is the label of an example that does not count.
const Ignored = -1

// CrossEntropy returns the mean of −log softmax(logits)[label] over the rows of logits whose label is
// not Ignored, and 0 if there is none. Each row has classes elements. The row's maximum is subtracted
// first, so that no logit overflows, and sums are in float64.
func CrossEntropy[T Float](logits []T, labels []int, classes int) float64 {
	var sum float64
	for i, label := range labels {
		if label == Ignored {
			continue
		}
		row := logits[i*classes : (i+1)*classes]
		top := maximum(row)
		sum += math.Log(sumExp(row, top)) + top - float64(row[label])
	}
	return sum / float64(max(1, count(labels, Ignored)))
}

// CrossEntropyGrad adds scale·∂CrossEntropy/∂logits, which is (softmax − one-hot)/n, to dst.
func CrossEntropyGrad[T Float](dst, logits []T, labels []int, classes int, scale float64) {
	scale /= float64(max(1, count(labels, Ignored)))
	for i, label := range labels {
		if label == Ignored {
			continue
		}
		row, out := logits[i*classes:(i+1)*classes], dst[i*classes:(i+1)*classes]
		top := maximum(row)
		norm := sumExp(row, top)
		for j, x := range row {
			p := math.Exp(float64(x)-top) / norm
			if j == label {
				p--
			}
			out[j] += T(scale * p)
		}
	}
}

func maximum[T Float](row []T) float64 {
	top := row[0]
	for _, x := range row[1:] {
		top = max(top, x)
	}
	return float64(top)
}

func sumExp[T Float](row []T, top float64) (sum float64) {
	for _, x := range row {
		sum += math.Exp(float64(x) - top)
	}
	return sum
}
