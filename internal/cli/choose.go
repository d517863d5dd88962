package cli

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strings"

	"gorgonia-embedding/internal/choice"
)

// Choose adds a flag whose value is the name of an entry of list, structs of which the first is the default, and the
// flags that Fields makes of the entries' fields: one flag for all entries that have the field. Its description says
// which entries these are, and which of them have a different default.
//
// The function that it returns is called after the flags are parsed. It returns a copy of the chosen entry with the
// fields that were given. A flag that the entry does not have is a *UsageError.
func Choose[T choice.Named](fs *flag.FlagSet, name, help string, list choice.Of[T]) func() (T, error) {
	of := make(map[string][]string) // by flag, the entries that have it
	var bad error
	for _, entry := range list {
		own := flag.NewFlagSet(entry.Name(), flag.ContinueOnError)
		bad = cmp.Or(bad, Fields(own, choice.Copy(entry).Interface()))
		own.VisitAll(func(f *flag.Flag) {
			of[f.Name] = append(of[f.Name], entry.Name())
			if len(of[f.Name]) == 1 {
				fs.Var(f.Value, f.Name, f.Usage)
			} else if shared := fs.Lookup(f.Name); shared.DefValue != f.DefValue {
				shared.Usage += fmt.Sprintf("; %s for %s", f.DefValue, entry.Name())
			}
		})
	}
	for flag, entries := range of {
		if len(entries) < len(list) {
			fs.Lookup(flag).Usage += "; of " + and(entries)
		}
	}
	chosen := fs.String(name, list[0].Name(), help+": "+list.String())
	return func() (T, error) {
		if bad != nil {
			return list[0], bad
		}
		return pick(fs, name, *chosen, list, of)
	}
}

// pick returns a copy of the entry called chosen with the fields that were given.
func pick[T choice.Named](fs *flag.FlagSet, name, chosen string, list choice.Of[T], of map[string][]string) (T, error) {
	entry, err := list.Find("-"+name, chosen)
	if err != nil {
		return entry, &UsageError{err}
	}
	v, own := choice.Copy(entry), flag.NewFlagSet(chosen, flag.ContinueOnError)
	if err := Fields(own, v.Interface()); err != nil {
		return entry, err
	}
	fs.Visit(func(f *flag.Flag) {
		switch entries := of[f.Name]; {
		case slices.Contains(entries, chosen):
			err = cmp.Or(err, own.Set(f.Name, f.Value.String()))
		case entries != nil:
			err = cmp.Or(err, Misuse("-%s is of %s, not of %s", f.Name, and(entries), chosen))
		}
	})
	return v.Elem().Interface().(T), err
}

// and returns a line such as "a, b and c".
func and(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
