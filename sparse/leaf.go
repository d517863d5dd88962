package sparse

import (
	"fmt"
	"strings"
)

// LeafName returns the name of the k-th further leaf of a table whose own leaf is called table: table#k, for k from 1.
// Gorgonia gives a node one gradient and cannot add sparse ones, so each op that reads a table has a leaf of its own.
func LeafName(table string, k int) string { return fmt.Sprintf("%s#%d", table, k) }

// BaseName returns the name of the table whose leaf is called name: name without an ending #1, #2, ….
func BaseName(name string) string {
	i := strings.LastIndexByte(name, '#')
	if i < 1 || i == len(name)-1 || strings.Trim(name[i+1:], "0123456789") != "" {
		return name
	}
	return name[:i]
}
