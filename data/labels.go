package data

import (
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Labels are a classifier's class names, in byte order; a class's number is its place.
type Labels []string

// NewLabels returns the labels of the examples. It fails if they are fewer than two.
func NewLabels(examples []Example) (Labels, error) {
	if len(examples) == 0 {
		return nil, errors.New("data: no examples: a classifier needs examples of two classes or more")
	}
	seen := make(map[string]bool)
	for _, e := range examples {
		seen[e.Label] = true
	}
	if len(seen) == 1 {
		e := examples[len(examples)-1]
		return nil, e.errorf("every label down to here is %q: a classifier needs examples of two classes or more", e.Label)
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// class returns the number of the example's label. A label that l lacks is a *ParseError.
func (l Labels) class(e Example) (int, error) {
	class, found := slices.BinarySearch(l, e.Label)
	if !found {
		return 0, e.errorf("the label %q is none of the training data's: %s", e.Label, strings.Join(l, ", "))
	}
	return class, nil
}
