package layers

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// checkMask fails unless a mask is there as a whole or not at all.
func checkMask(ids *gorgonia.Node, paddingIdx *int) error {
	switch {
	case ids != nil && paddingIdx == nil:
		return errors.New("IDs without PaddingIdx mask nothing: set the id that does not count")
	case ids == nil:
		return checkPadding(ids, paddingIdx)
	}
	return nil
}

// checkPadding fails if there is padding but no ids to find it by.
func checkPadding(ids *gorgonia.Node, paddingIdx *int) error {
	if ids == nil && paddingIdx != nil {
		return errors.Errorf("PaddingIdx %d without IDs: set the node of the ids", *paddingIdx)
	}
	return nil
}

// paddingText returns what String adds of padding.
func paddingText(paddingIdx *int) string {
	if paddingIdx == nil {
		return ""
	}
	return fmt.Sprintf(", padding %d", *paddingIdx)
}

// counts sets each element of room, which grows if it is too small, to whether an id is not padding.
func counts(room []bool, ids []int, padding int) []bool {
	room = slices.Grow(room[:0], len(ids))[:len(ids)]
	for i, id := range ids {
		room[i] = id != padding
	}
	return room
}

// startsAndEnds reports whether mask is the first axes of shape, or none or all of them, and its last.
func startsAndEnds(shape, mask tensor.Shape) bool {
	n := len(mask) - 1
	return n >= 0 && n < len(shape) && last(mask) == last(shape) && slices.Equal(mask[:n], shape[:n])
}

// shapeOf returns the shape of n, or "none" if there is no node.
func shapeOf(n *gorgonia.Node) any {
	if n == nil {
		return "none"
	}
	return n.Shape()
}
