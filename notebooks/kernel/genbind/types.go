package main

import (
	"go/types"
	"slices"
	"strings"
)

// generic says whether t cannot be turned into one reflect.Type: it has type parameters, or is a constraint.
func generic(t types.Type) bool {
	t = types.Unalias(t)
	if n, ok := t.(*types.Named); ok {
		if n.TypeParams().Len() > 0 && n.TypeArgs().Len() == 0 {
			return true
		}
		t = n.Underlying()
	}
	it, ok := t.(*types.Interface)
	return ok && (it.IsComparable() || !it.IsMethodSet())
}

// implementable says whether a type of another package can implement it.
func implementable(it *types.Interface) bool {
	for m := range it.Methods() {
		if !m.Exported() || !nameable(m.Type(), 0) {
			return false
		}
	}
	return true
}

// nameable says whether another package can write t down.
func nameable(t types.Type, depth int) bool {
	if depth > 20 {
		return false
	}
	all := func(ts ...types.Type) bool {
		return !slices.ContainsFunc(ts, func(t types.Type) bool { return !nameable(t, depth+1) })
	}
	switch t := t.(type) {
	case *types.Basic:
		return true
	case *types.Alias:
		return reachable(t.Obj()) && t.TypeArgs().Len() == 0
	case *types.Named:
		return reachable(t.Obj()) && t.TypeArgs().Len() == 0
	case interface{ Elem() types.Type }: // a pointer, slice, array or channel
		if m, ok := t.(*types.Map); ok {
			return all(m.Key(), m.Elem())
		}
		return all(t.Elem())
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				if !all(v.Type()) {
					return false
				}
			}
		}
		return true
	case *types.Interface:
		return t.NumMethods() == 0
	}
	return false
}

// reachable says whether every package may name o.
func reachable(o *types.TypeName) bool {
	return o.Pkg() == nil || o.Exported() && !strings.Contains("/"+o.Pkg().Path()+"/", "/internal/")
}

// promoted lists the exported methods that a struct has through embedding alone, in order.
func promoted(t types.Type) []string {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return nil
	}
	if _, ok := n.Underlying().(*types.Struct); !ok {
		return nil
	}
	own := make(map[string]bool)
	for m := range n.Methods() {
		own[m.Name()] = true
	}
	var names []string
	for m := range types.NewMethodSet(types.NewPointer(n)).Methods() {
		if o := m.Obj(); o.Exported() && !own[o.Name()] {
			names = append(names, o.Name())
		}
	}
	slices.Sort(names)
	return names
}
