package sparse

import (
	"fmt"
	"slices"
	"strings"
)

// printed is the most rows, and the most elements of a row, that Format writes out.
const printed = 8

// Format writes the shape, how many rows are stored, and the first of them with their ids:
//
//	sparse.Rows (50000, 3) float32, 2 rows stored (by Sparse, for package optim)
//	  7  [1 2 3]
//	 12  [0.5 0 -1]
//
// What is in parentheses is for %v alone, by which Gorgonia's errors and panics print a value that they cannot
// handle. %s writes the first line alone. %e, %f and %g, with their flags and precision, format the elements.
func (r *Rows) Format(s fmt.State, verb rune) {
	fmt.Fprintf(s, "sparse.Rows (%d, %d) %v, %d rows stored", r.vocab, r.dim, r.Dtype(), len(r.ids))
	switch verb {
	case 's':
		return
	case 'v':
		fmt.Fprint(s, " (by Sparse, for package optim)")
	}
	format := "%.4g"
	if strings.ContainsRune("eEfFgG", verb) {
		format = fmt.FormatString(s, verb)
	}
	shown := r.ids[:min(len(r.ids), printed)]
	width := len(fmt.Sprint(slices.Max(append([]int{0}, shown...))))
	for k, id := range shown {
		fmt.Fprintf(s, "\n  %*d  [", width, id)
		for j := range min(r.dim, printed) {
			if j > 0 {
				fmt.Fprint(s, " ")
			}
			fmt.Fprintf(s, format, r.at(k*r.dim+j))
		}
		if r.dim > printed {
			fmt.Fprint(s, " …")
		}
		fmt.Fprint(s, "]")
	}
	if len(r.ids) > printed {
		fmt.Fprintf(s, "\n  … and %d more", len(r.ids)-printed)
	}
}

// at returns an element of data.
func (r *Rows) at(i int) float64 {
	if data, ok := r.data.([]float32); ok {
		return float64(data[i])
	}
	return r.data.([]float64)[i]
}
