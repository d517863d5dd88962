package cli

import (
	"errors"
	"flag"
	"fmt"
	"iter"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// Fields adds a flag for each exported field of *ptr, a struct, that has a tag help:"…", the flag's description. The
// flag's name is the field's in JSON, with - for _, and its default the field's value now. A word of the help in
// braces, such as {sizes}, is what -h calls the flag's value. It returns an error for a field that is no int, uint64,
// float64, bool, string or []int.
func Fields(fs *flag.FlagSet, ptr any) error {
	v := reflect.ValueOf(ptr).Elem()
	for f, name := range flagged(v.Type()) {
		help := strings.NewReplacer("{", "`", "}", "`").Replace(f.Tag.Get("help"))
		switch p := v.FieldByIndex(f.Index).Addr().Interface().(type) {
		case *int:
			fs.IntVar(p, name, *p, help)
		case *uint64:
			fs.Uint64Var(p, name, *p, help)
		case *float64:
			fs.Float64Var(p, name, *p, help)
		case *bool:
			fs.BoolVar(p, name, *p, help)
		case *string:
			fs.StringVar(p, name, *p, help)
		case *[]int:
			fs.Var((*ints)(p), name, help)
		default:
			return fmt.Errorf("the field %s of %v cannot be a flag: want int, uint64, float64, bool, string or []int, got %v", f.Name, v.Type(), f.Type)
		}
	}
	return nil
}

// flagged yields the fields of a struct that are flags, and the flags' names.
func flagged(t reflect.Type) iter.Seq2[reflect.StructField, string] {
	return func(yield func(reflect.StructField, string) bool) {
		for f := range t.Fields() {
			if _, ok := f.Tag.Lookup("help"); ok && f.IsExported() && !yield(f, flagName(f)) {
				return
			}
		}
	}
}

func flagName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" || name == "-" {
		name = strings.ToLower(f.Name)
	}
	return strings.ReplaceAll(name, "_", "-")
}

// ints is whole numbers as a flag's value: "64,32".
type ints []int

// String returns a line such as "64,32".
func (x *ints) String() string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint([]int(*x)), "[]"), " ", ",")
}

// Set sets the numbers to those of s, in memory of their own.
func (x *ints) Set(s string) error {
	*x = nil
	if s == "" {
		return nil
	}
	for field := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil {
			return errors.New("want whole numbers, separated by commas")
		}
		*x = append(*x, n)
	}
	return nil
}

// Invalid turns an error about fields of the structs, such as "optim: SGD.Momentum must be in [0, 1), got 1", into a
// *UsageError about the flags that Fields and Choose make of them: "-momentum must be in [0, 1), got 1". nil stays nil.
func Invalid(err error, structs ...any) error {
	if err == nil {
		return nil
	}
	flags := make(map[string]string)
	for _, s := range structs {
		for f, name := range flagged(reflect.Indirect(reflect.ValueOf(s)).Type()) {
			flags[f.Name] = "-" + name
		}
	}
	text := regexp.MustCompile(`\b(\w+\.)*[A-Z]\w*`).ReplaceAllStringFunc(err.Error(), func(field string) string {
		if name, ok := flags[field[strings.LastIndexByte(field, '.')+1:]]; ok {
			return name
		}
		return field
	})
	if pkg, rest, _ := strings.Cut(text, ": "); strings.HasPrefix(rest, "-") && !strings.Contains(pkg, " ") {
		text = rest
	}
	return Misuse("%s", text)
}
