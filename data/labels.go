package data

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Labels are a classifier's class names, in byte order; a class's number is its place.
type Labels []string

// Labels returns the labels of the texts. It fails if they are fewer than two.
func (c *Corpus) Labels() (Labels, error) {
	if c.Len() == 0 {
		return nil, errors.New("data: no examples: a classifier needs examples of two classes or more")
	}
	seen := make([]bool, c.labels.len())
	for b, k := range c.texts.all() {
		seen[b.labels[k]] = true
	}
	var labels Labels
	for number, s := range seen {
		if s {
			labels = append(labels, c.labels.word(number))
		}
	}
	if len(labels) == 1 {
		return nil, errorf(c.last.file, c.last.line, "every label down to here is %q: a classifier needs examples of two classes or more", labels[0])
	}
	slices.Sort(labels)
	return labels, nil
}

// classes returns for each of c's labels its number in labels, -1 for one that labels lacks.
func (c *Corpus) classes(labels Labels) []int {
	classes := make([]int, c.labels.len())
	for number := range classes {
		class, found := slices.BinarySearch(labels, c.labels.word(number))
		if classes[number] = class; !found {
			classes[number] = -1
		}
	}
	return classes
}

// unknown returns the error of a label that labels lacks.
func (c *Corpus) unknown(label int, labels Labels) error {
	at := c.first[label]
	return errorf(at.file, at.line, "the label %q is none of the training data's: %s", c.labels.word(label), listed(labels))
}

// listed returns a list of labels, of the first twenty if there are many.
func listed(labels Labels) string {
	const most = 20
	if len(labels) <= most {
		return strings.Join(labels, ", ")
	}
	return strings.Join(labels[:most], ", ") + ", …"
}
