package data

// Sample is an example in numbers.
type Sample struct {
	IDs   []int // ids of the words
	Label int   // number of the class, from 0
}

// Encode turns examples into samples, of the first maxLen words each (0 means all of them). A label that
// labels lacks is a *ParseError.
func Encode(examples []Example, vocab *Vocab, labels Labels, maxLen int) ([]Sample, error) {
	samples := make([]Sample, len(examples))
	for i, e := range examples {
		class, err := labels.class(e)
		if err != nil {
			return nil, err
		}
		samples[i] = Sample{vocab.IDs(e.Text, maxLen), class}
	}
	return samples, nil
}
