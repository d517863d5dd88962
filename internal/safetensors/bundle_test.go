package safetensors

import (
	"bytes"
	"io"
	"reflect"
	"strings"
	"testing"
)

// A file in a Bundle is the file by itself, and its data are not copied.
func TestBundleHoldsFiles(t *testing.T) {
	b := &Bundle{Metadata: map[string]string{"kind": "both"}}
	for _, prefix := range []string{"one.", "two."} {
		if err := Write(b.At(prefix), map[string]string{"rule": prefix}, tensors); err != nil {
			t.Fatal(err)
		}
	}
	var file, again bytes.Buffer
	if err := b.Write(&file); err != nil {
		t.Fatal(err)
	}
	read, err := ReadBundle(bytes.NewReader(file.Bytes()))
	if err != nil || read.Metadata["kind"] != "both" || len(read.Tensors) != 2*len(tensors) {
		t.Fatal(read, err)
	}
	if err := read.Write(&again); err != nil || !bytes.Equal(again.Bytes(), file.Bytes()) {
		t.Error("other bytes when it is written again", err)
	}
	for _, prefix := range []string{"one.", "two."} {
		meta, all, err := readAll(read.At(prefix))
		if err != nil || !reflect.DeepEqual(meta, map[string]string{"rule": prefix}) || len(all) != len(tensors) {
			t.Fatal(meta, all, err)
		}
		for _, want := range tensors {
			got, ok := read.Tensor(prefix + want.Name)
			if want.Name = prefix + want.Name; !ok || !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		}
	}
	all := b.At("one.")
	if _, err := io.WriteString(all, "x"); err == nil {
		t.Error("bytes were written to a part")
	}
	if _, ok := read.Tensor("b"); ok {
		t.Error("there is a tensor of no part")
	}
}

func TestBundleIsWhole(t *testing.T) {
	b := &Bundle{Metadata: map[string]string{}, Tensors: tensors}
	var file bytes.Buffer
	if err := b.Write(&file); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		damaged := bytes.Clone(file.Bytes())
		damaged[len(damaged)-1-7*i] ^= 0x10
		if _, err := ReadBundle(bytes.NewReader(damaged)); err == nil || !strings.Contains(err.Error(), "it is damaged, or was not written as a whole") {
			t.Error(err)
		}
	}
	var plain bytes.Buffer
	if err := Write(&plain, nil, tensors); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadBundle(&plain); err == nil {
		t.Error("a file without a checksum was taken for a whole one")
	}
}
