package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/png"
	"maps"
	"slices"
	"strings"
)

// check looks for what no notebook should show.
func (nb notebook) check() error {
	for _, c := range nb.code() {
		for _, o := range c.outputs() {
			if o["output_type"] == "error" {
				return fmt.Errorf("cell %q fails: %s", c.id(), text(o["evalue"]))
			}
			data, _ := o["data"].(map[string]any)
			plain := text(data["text/plain"])
			if strings.HasSuffix(plain, "<nil>") || len(plain) > 4000 {
				return fmt.Errorf("cell %q shows a raw value: %.80q", c.id(), plain)
			}
		}
	}
	return nil
}

// compare fails if a cell of got shows something else than in want, unless it is volatile: then it has
// to show the same kinds of things.
func compare(want, got notebook) error {
	was, is := want.code(), got.code()
	if len(was) != len(is) {
		return fmt.Errorf("%d code cells, want %d", len(is), len(was))
	}
	var all []error
	for i := range was {
		a, b := was[i].outputs(), is[i].outputs()
		if len(a) != len(b) {
			all = append(all, fmt.Errorf("cell %q has %d outputs, want %d", is[i].id(), len(b), len(a)))
			continue
		}
		for k := range a {
			if err := compareOutputs(a[k], b[k], is[i].volatile()); err != nil {
				all = append(all, fmt.Errorf("cell %q: %w", is[i].id(), err))
			}
		}
	}
	return errors.Join(all...)
}

func compareOutputs(want, got cell, volatile bool) error {
	a, b := content(want), content(got)
	if kinds := slices.Sorted(maps.Keys(a)); !slices.Equal(kinds, slices.Sorted(maps.Keys(b))) {
		return fmt.Errorf("shows %v, want %v", slices.Sorted(maps.Keys(b)), kinds)
	}
	if volatile {
		return nil
	}
	for kind, was := range a {
		is := b[kind]
		switch {
		case was == is:
		case kind == "image/png":
			if err := comparePictures(was, is); err != nil {
				return err
			}
		default:
			return fmt.Errorf("shows\n%s\nwant\n%s", is, was)
		}
	}
	return nil
}

// content returns what an output shows, by kind.
func content(output cell) map[string]string {
	shown := make(map[string]string)
	if name, ok := output["name"].(string); ok {
		shown[name] = text(output["text"])
	}
	data, _ := output["data"].(map[string]any)
	for kind, v := range data {
		shown[kind] = text(v)
	}
	return shown
}

// comparePictures compares pixels: compressed, one picture can be different bytes.
func comparePictures(want, got string) error {
	a, err := decode(want)
	if err != nil {
		return err
	}
	b, err := decode(got)
	if err != nil {
		return err
	}
	if a.Bounds() != b.Bounds() {
		return fmt.Errorf("a picture of %v, want %v", b.Bounds().Size(), a.Bounds().Size())
	}
	different := 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				different++
			}
		}
	}
	if different > 0 {
		return fmt.Errorf("a picture with %d other pixels", different)
	}
	return nil
}

func decode(encoded string) (image.Image, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
	if err != nil {
		return nil, err
	}
	return png.Decode(bytes.NewReader(raw))
}
