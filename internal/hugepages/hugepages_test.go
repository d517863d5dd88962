package hugepages_test

import (
	"testing"

	"gorgonia-embedding/internal/hugepages"
)

// Memory of any size and place keeps what is in it.
func TestAsk(t *testing.T) {
	for _, n := range []int{0, 1, 1 << 10, 1<<19 - 1, 1 << 19, 1<<20 + 3, 1 << 21} {
		values := make([]float32, n)
		for i := range values {
			values[i] = float32(i)
		}
		hugepages.Ask(values[min(n, 7):])
		hugepages.Ask(values)
		for i, x := range values {
			if x != float32(i) {
				t.Fatalf("%d values: element %d became %v", n, i, x)
			}
		}
	}
}
