//go:build race

package kernel

// see reads s for the race detector, where gonum's assembly does.
func see[T Float](s []T) {
	var sum T
	for _, x := range s {
		sum += x
	}
	_ = sum
}
