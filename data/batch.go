package data

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// NoLabel is the label of a row that fills a batch up. A loss leaves it out.
const NoLabel = -1

// Labels are a classifier's class names, in byte order; a class's number is its place.
type Labels []string

// NewLabels returns the labels of the examples. It fails if they are fewer than two.
func NewLabels(examples []Example) (Labels, error) {
	seen := make(map[string]bool)
	for _, e := range examples {
		seen[e.Label] = true
	}
	var labels Labels
	for label := range seen {
		labels = append(labels, label)
	}
	if len(labels) == 1 {
		e := examples[len(examples)-1]
		return nil, e.errorf("every label down to here is %q: a classifier needs examples of two classes or more", e.Label)
	}
	slices.Sort(labels)
	return labels, nil
}

// Sample is an example in numbers.
type Sample struct {
	IDs   []int // of the words
	Label int   // the class, from 0
}

// Encode turns examples into rows, of the first maxLen words each (0 means all of them). A label that
// labels lacks is a *ParseError.
func Encode(examples []Example, vocab *Vocab, labels Labels, maxLen int) ([]Sample, error) {
	rows := make([]Sample, len(examples))
	for i, e := range examples {
		label, found := slices.BinarySearch(labels, e.Label)
		if !found {
			return nil, e.errorf("the label %q is none of the training data's: %s", e.Label, strings.Join(labels, ", "))
		}
		rows[i] = Sample{vocab.IDs(e.Text, maxLen), label}
	}
	return rows, nil
}

// Batch is Size rows of Time words each, a fixed shape for a static graph.
type Batch struct {
	Size, Time int
	IDs        []int // (Size, Time), row-major, filled up with PadID
	Labels     []int // (Size), filled up with NoLabel
	Rows       []int // where in Batches' input the rows come from; at most Size of them
}

// Words returns how many ids are not padding.
func (b Batch) Words() (n int) {
	for _, id := range b.IDs {
		if id != PadID {
			n++
		}
	}
	return n
}

// String returns such as "batch of (32, 12), 30 rows, 301 words".
func (b Batch) String() string {
	return fmt.Sprintf("batch of (%d, %d), %d rows, %d words", b.Size, b.Time, len(b.Rows), b.Words())
}

// buckets are the lengths that rows are filled up to, so that a few static graphs serve all of them.
var buckets = []int{4, 8, 12, 16, 24, 32, 48, 64, 96, 128}

// bucket returns the length that n words are filled up to.
func bucket(n int) int {
	if i, _ := slices.BinarySearch(buckets, n); i < len(buckets) {
		return buckets[i]
	}
	longest := buckets[len(buckets)-1]
	return (n + longest - 1) / longest * longest
}

// Batches puts rows of alike length together, size rows a batch; the last batch of a length may hold
// fewer. If rnd is not nil it shuffles the rows and then the batches; else both stand in order of
// length and of rows. A size below 1 counts as 1.
func Batches(rows []Sample, size int, rnd *rand.Rand) []Batch {
	size = max(1, size)
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	if rnd != nil {
		rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	slices.SortStableFunc(order, func(i, j int) int { return bucket(len(rows[i].IDs)) - bucket(len(rows[j].IDs)) })
	var batches []Batch
	for len(order) > 0 {
		time, n := bucket(len(rows[order[0]].IDs)), 1
		for n < min(size, len(order)) && bucket(len(rows[order[n]].IDs)) == time {
			n++
		}
		batches = append(batches, newBatch(rows, order[:n:n], size, time))
		order = order[n:]
	}
	if rnd != nil {
		rnd.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
	}
	return batches
}

func newBatch(rows []Sample, members []int, size, time int) Batch {
	b := Batch{Size: size, Time: time, IDs: make([]int, size*time), Labels: make([]int, size), Rows: members}
	for i := range b.Labels {
		b.Labels[i] = NoLabel
	}
	for i, m := range members {
		copy(b.IDs[i*time:], rows[m].IDs)
		b.Labels[i] = rows[m].Label
	}
	return b
}
