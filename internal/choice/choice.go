// Package choice finds values by name: optimizers, architectures, schedules. The list of them is the one place that has
// their names; flags, help, errors and JSON come from it.
package choice

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Named is a value with a name.
type Named interface{ Name() string }

// Of is a list of values of which one is chosen. Their fields are the defaults of that choice.
type Of[T Named] []T

// Names returns the names in the list's order.
func (l Of[T]) Names() []string {
	names := make([]string, len(l))
	for i, v := range l {
		names[i] = v.Name()
	}
	return names
}

// String returns a line such as "adam, adamw or sgd".
func (l Of[T]) String() string {
	names := l.Names()
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// First returns the list with v, if it is not nil, at its beginning, in the place of the value of its name.
func (l Of[T]) First(v T) Of[T] {
	if any(v) == nil {
		return l
	}
	others := slices.DeleteFunc(slices.Clone(l), func(other T) bool { return other.Name() == v.Name() })
	return append(Of[T]{v}, others...)
}

// Find returns the value called name. Its error is about a field of the given name.
func (l Of[T]) Find(field, name string) (T, error) {
	for _, v := range l {
		if v.Name() == name {
			return v, nil
		}
	}
	var none T
	return none, errors.Errorf("%s must be %v, got %q", field, l, name)
}

// Marshal returns v, a struct, as a JSON object whose first field, called key, is its name. v need not be in the list.
func (l Of[T]) Marshal(key string, v T) ([]byte, error) {
	name, err := json.Marshal(map[string]string{key: v.Name()})
	if err != nil {
		return nil, err
	}
	fields, err := json.Marshal(v)
	if err != nil || len(fields) == len("{}") {
		return name, err
	}
	return append(append(name[:len(name)-1], ','), fields[1:]...), nil
}

// Unmarshal reads what Marshal wrote. A field that is missing has the value of the list's entry; one that the entry
// does not have is an error.
func (l Of[T]) Unmarshal(key string, object []byte) (T, error) {
	var none T
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		return none, err
	}
	var name string
	if err := json.Unmarshal(fields[key], &name); err != nil {
		return none, errors.Errorf("want a field %q that is %v", key, l)
	}
	entry, err := l.Find(key, name)
	if err != nil {
		return none, err
	}
	delete(fields, key)
	rest, err := json.Marshal(fields)
	if err != nil {
		return none, err
	}
	v := Copy(entry)
	d := json.NewDecoder(bytes.NewReader(rest))
	d.DisallowUnknownFields()
	if err := d.Decode(v.Interface()); err != nil {
		return none, errors.Wrapf(err, "%s %s", key, name)
	}
	return v.Elem().Interface().(T), nil
}

// Copy returns a pointer to a copy of v's value, a struct.
func Copy(v any) reflect.Value {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return p
}
