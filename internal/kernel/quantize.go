package kernel

import (
	"math"
	"slices"
)

// Quantize sets codes to the elements of row, which are finite, in 255 equal steps from the least to the greatest:
// element i is low + scale·codes[i], up to scale/2.
func Quantize[T Float](codes []uint8, row []T) (low, scale float32) {
	least, most := float64(slices.Min(row)), float64(slices.Max(row))
	low, scale = float32(least), float32((most-least)/255)
	for i, x := range row {
		codes[i] = 0
		if scale > 0 {
			codes[i] = uint8(min(max(math.Round((float64(x)-float64(low))/float64(scale)), 0), 255))
		}
	}
	return low, scale
}

// Dequantize sets row i of dst to what row ids[i] of codes stands for, or to zero for NoRow. Rows have dim elements.
func Dequantize[T Float](dst []T, codes []uint8, low, scale []float32, ids []int, dim int) {
	for i, id := range ids {
		row := dst[i*dim : (i+1)*dim]
		if id == NoRow {
			clear(row)
			continue
		}
		l, s, from := T(low[id]), T(scale[id]), codes[id*dim:(id+1)*dim]
		for j := range row {
			row[j] = l + T(s*T(from[j]))
		}
	}
}
