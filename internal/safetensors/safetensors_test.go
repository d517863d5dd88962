package safetensors

import (
	"bytes"
	"encoding/binary"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

var tensors = []Tensor{
	{Name: "b", Shape: []int{2, 3}, Dtype: "F32", Data: []float32{1, 2, 3, 4, 5, 6}},
	{Name: "z", Shape: []int{}, Dtype: "I64", Data: []int64{-7}},
	{Name: "a.ü", Shape: []int{1}, Dtype: "F64", Data: []float64{0.5}},
	{Name: "a", Shape: []int{3}, Dtype: "U8", Data: []uint8{7, 0, 255}},
}

// file returns a header with the data that follow it.
func file(header, data string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header+data...)
}

func readAll(r io.Reader) (map[string]string, []Tensor, error) {
	f, err := NewReader(r)
	if err != nil {
		return nil, nil, err
	}
	var all []Tensor
	for {
		t, err := f.Next()
		if err == io.EOF {
			return f.Metadata, all, nil
		}
		if err != nil {
			return nil, nil, err
		}
		all = append(all, t)
	}
}

func TestWriteReads(t *testing.T) {
	var buf, again bytes.Buffer
	meta := map[string]string{"rule": "Adam"}
	if err := Write(&buf, meta, tensors); err != nil {
		t.Fatal(err)
	}
	want := file(`{"__metadata__":{"rule":"Adam"},"a":{"dtype":"U8","shape":[3],"data_offsets":[40,43]},"a.ü":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},`+
		`"b":{"dtype":"F32","shape":[2,3],"data_offsets":[16,40]},"z":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}    `,
		"\x00\x00\x00\x00\x00\x00\xe0\x3f\xf9\xff\xff\xff\xff\xff\xff\xff\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40\x00\x00\x80\x40\x00\x00\xa0\x40\x00\x00\xc0\x40\x07\x00\xff")
	if !bytes.Equal(buf.Bytes(), want) {
		t.Errorf("got  %q\nwant %q", buf.Bytes(), want)
	}
	if err := Write(&again, meta, []Tensor{tensors[2], tensors[3], tensors[0], tensors[1]}); err != nil || !bytes.Equal(again.Bytes(), want) {
		t.Errorf("another order of tensors gives other bytes (%v)", err)
	}
	for name, r := range map[string]io.Reader{
		"seeker": bytes.NewReader(want), "stream": bytes.NewBuffer(want), "one byte": iotest.OneByteReader(bytes.NewReader(want)),
	} {
		gotMeta, got, err := readAll(r)
		if err != nil || !reflect.DeepEqual(gotMeta, meta) || !reflect.DeepEqual(got, []Tensor{tensors[2], tensors[1], tensors[0], tensors[3]}) {
			t.Errorf("%s: %v %v %v", name, gotMeta, got, err)
		}
	}
}

// More elements than pass at once.
func TestWriteReadsLarge(t *testing.T) {
	data := make([]float32, 2*step+5)
	for i := range data {
		data[i] = float32(i)
	}
	var buf bytes.Buffer
	if err := Write(&buf, nil, []Tensor{{Name: "x", Shape: []int{len(data)}, Data: data}}); err != nil {
		t.Fatal(err)
	}
	if _, got, err := readAll(&buf); err != nil || !reflect.DeepEqual(got[0].Data, data) {
		t.Errorf("%v: not what was written", err)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, tt := range []struct {
		tensors []Tensor
		want    string
	}{
		{[]Tensor{{Name: "x", Shape: []int{2}, Data: []float32{1}}}, `safetensors: tensor "x": shape [2] needs 8 bytes, got 4`},
		{[]Tensor{{Name: "x", Shape: []int{-1}, Data: []float32{1}}}, `safetensors: tensor "x": shape [-1] is negative or too large`},
		{[]Tensor{{Name: "x", Data: "1"}}, `safetensors: tensor "x": want dtype F32, F64, I64 or U8, got data of string`},
		{[]Tensor{{Name: metadata, Data: []int64{1}}}, `safetensors: the name "__metadata__" is taken, reserved or not UTF-8`},
		{[]Tensor{{Name: "\xff", Data: []int64{1}}}, `safetensors: the name "\xff" is taken, reserved or not UTF-8`},
		{[]Tensor{tensors[0], tensors[0]}, `safetensors: the name "b" is taken, reserved or not UTF-8`},
	} {
		if err := Write(io.Discard, nil, tt.tensors); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
}

func TestReadErrors(t *testing.T) {
	const x = `{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`
	for _, tt := range []struct {
		file []byte
		want string
	}{
		{nil, "the file ends before the header: it is cut off, or no safetensors file"},
		{[]byte("PK\x03\x04 a zip file"), "a header of 8800140462016121680 bytes is longer than 100000000: this is no safetensors file"},
		{file("{}", "")[:9], "the file ends after 1 of the header's 2 bytes: it is cut off"},
		{file("hello", ""), "the header is not JSON: invalid character 'h' looking for beginning of value"},
		{file(`{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}`, "ab"), `tensor "x": want dtype F32, F64, I64 or U8, got "F16"`},
		{file(`{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, "abcd"), `tensor "x": shape [-1] is negative or too large`},
		{file(`{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, ""), `tensor "x": shape [4294967296 4294967296] is negative or too large`},
		{file(`{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, "abcd"), `tensor "x": F32 [2] needs 8 bytes, and is at bytes [0 4]`},
		{file(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, "abcd"), `tensor "x": F32 [1] needs 4 bytes, and is at bytes [4 0]`},
		{file(`{"x":`+x+`,"y":`+x+`}`, "abcd"), `the data of tensor "y" begin at byte 0, want 4: no overlap and no gap`},
		{file(`{"x":`+x+`,"y":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`, "abcdefghijkl"), `the data of tensor "y" begin at byte 8, want 4: no overlap and no gap`},
		{file(`{"x":`+x+`}`, "abc"), "the header tells of 4 bytes of data, and the file has 3"},
		{file(`{"x":`+x+`}`, "abcde"), "the header tells of 4 bytes of data, and the file has 5"},
		{file(`{"x":{"dtype":"F32","shape":[1],"place":[0,4]}}`, "abcd"), `tensor "x": json: unknown field "place"`},
		{file(`{"x":`+x+`,"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, "abcdefgh"), `the header has tensor "x" twice`},
		{file(`{"x":`+x+`}}`, "abcd"), "the header goes on after its JSON object: <nil> invalid character '}' looking for beginning of value"},
		{file(`[]`, ""), "the header is not a JSON object: it begins with ["},
		{file(`{"x":`+x, "abcd"), "the header is not JSON: EOF"},
		{file(`{"__metadata__":{"a":1}}`, ""), "__metadata__: json: cannot unmarshal number into Go value of type string"},
	} {
		if _, _, err := readAll(bytes.NewReader(tt.file)); err == nil || err.Error() != "safetensors: "+tt.want {
			t.Errorf("got  %v\nwant safetensors: %v", err, tt.want)
		}
	}
}

// A stream whose size is unknown does not get the memory that its header asks for.
func TestReadStreamErrors(t *testing.T) {
	for _, tt := range []struct{ header, data, want string }{
		{`{"x":{"dtype":"F32","shape":[1000000000000000],"data_offsets":[0,4000000000000000]}}`, "abcd", `the file ends within tensor "x": it is cut off`},
		{`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "abcde", "the file goes on after the last tensor"},
	} {
		if _, _, err := readAll(bytes.NewBuffer(file(tt.header, tt.data))); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
}

// What is read is written as it was, up to the order of the header.
func FuzzRead(f *testing.F) {
	var buf bytes.Buffer
	if err := Write(&buf, map[string]string{"a": "b"}, tensors); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Add(buf.Bytes()[:buf.Len()-1])
	f.Add(file(`{"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"y":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}`, "01234567"))
	f.Fuzz(func(t *testing.T, data []byte) {
		meta, got, err := readAll(bytes.NewBuffer(data))
		if _, _, err2 := readAll(bytes.NewReader(data)); (err == nil) != (err2 == nil) {
			t.Fatalf("a stream gives %v, a file %v", err, err2)
		}
		if err != nil {
			return
		}
		var buf, again bytes.Buffer
		if err := Write(&buf, meta, got); err != nil {
			t.Fatal(err)
		}
		meta, got, err = readAll(bytes.NewReader(buf.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(&again, meta, got); err != nil || !bytes.Equal(buf.Bytes(), again.Bytes()) {
			t.Fatalf("read and written again: %q, want %q (%v)", again.Bytes(), buf.Bytes(), err)
		}
	})
}

// Raw gives the bytes of a tensor of any dtype, however many of them were read before the next one is asked for.
func TestRaw(t *testing.T) {
	in := file(`{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"I8","shape":[3],"data_offsets":[4,7]},"c":{"dtype":"U8","shape":[1],"data_offsets":[7,8]}}`, "abcdefgh")
	f, err := NewReader(bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ab", "efg"} {
		tensor, r, err := f.Raw()
		if err != nil || tensor.Data != nil {
			t.Fatal(tensor, err)
		}
		got := make([]byte, len(want))
		if _, err := io.ReadFull(r, got); err != nil || string(got) != want {
			t.Errorf("tensor %s: %q, %v", tensor.Name, got, err)
		}
	}
	if last, err := f.Next(); err != nil || last.Data.([]uint8)[0] != 'h' {
		t.Error(last, err)
	}
	if f, err = NewReader(bytes.NewBuffer(in[:len(in)-5])); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Raw(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Raw(); err == nil || !strings.Contains(err.Error(), "it is cut off") {
		t.Error(err)
	}
	if f, err = NewReader(bytes.NewReader(in)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Next(); err == nil || !strings.Contains(err.Error(), `want dtype F32, F64, I64 or U8, got "BF16"`) {
		t.Error(err)
	}
}
