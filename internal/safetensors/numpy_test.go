package safetensors

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
)

// readAndWrite reads the file argv[1] by what the format's description says, in numpy, and writes the same tensors to
// argv[2] in another order of names, of data and of keys, as a file of another program may have them.
const readAndWrite = `
import json, struct, sys
import numpy as np
types = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U8": "|u1"}
raw = open(sys.argv[1], "rb").read()
n, = struct.unpack("<Q", raw[:8])
header, data, arrays = json.loads(raw[8:8 + n]), raw[8 + n:], {}
meta = header.pop("__metadata__")
for name, t in header.items():
    lo, hi = t["data_offsets"]
    arrays[name] = np.frombuffer(data[lo:hi], types[t["dtype"]]).reshape(t["shape"])
codes, out, blob = {v: k for k, v in types.items()}, {}, b""
for name in sorted(arrays, reverse=True):
    a = arrays[name]
    out[name] = {"data_offsets": [len(blob), len(blob) + a.nbytes], "shape": list(a.shape), "dtype": codes[a.dtype.str]}
    blob += a.tobytes()
out["__metadata__"] = meta
text = json.dumps(out, indent=1).encode()
open(sys.argv[2], "wb").write(struct.pack("<Q", len(text)) + text + blob)
print(*(f"{name} {a.dtype} {a.shape} {a.size and a.reshape(-1)[-1]!r}" for name, a in sorted(arrays.items())), sep="\n")
`

// What this package writes numpy reads, and what numpy writes this package reads, to the bit.
func TestNumpy(t *testing.T) {
	python, err := exec.LookPath("/usr/bin/python3")
	if err != nil || exec.Command(python, "-c", "import numpy").Run() != nil {
		t.Skip("no python3 with numpy (apt-get install python3-numpy)")
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	floats := make([]float32, 3*70_001)
	for i := range floats {
		floats[i] = math.Float32frombits(rnd.Uint32()) // NaNs and infinities too
	}
	floats[len(floats)-1] = 0.1
	want := []Tensor{
		{Name: "d", Dtype: "F64", Shape: []int{2, 1}, Data: []float64{math.Pi, -1e-310}},
		{Name: "i", Dtype: "I64", Shape: []int{}, Data: []int64{math.MinInt64}},
		{Name: "w", Dtype: "F32", Shape: []int{3, 70_001}, Data: floats},
		{Name: "ü u", Dtype: "U8", Shape: []int{0, 4}, Data: []uint8{}},
	}
	ours, theirs := filepath.Join(t.TempDir(), "ours"), filepath.Join(t.TempDir(), "theirs")
	var file bytes.Buffer
	if err := Write(&file, map[string]string{"format": "pt"}, want); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ours, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, "-c", readAndWrite, ours, theirs).CombinedOutput()
	if text := "d float64 (2, 1) -1e-310\ni int64 () -9223372036854775808\nw float32 (3, 70001) 0.1\nü u uint8 (0, 4) 0\n"; err != nil || string(out) != text {
		t.Fatalf("%v: numpy read\n%swant\n%s", err, out, text)
	}
	f, err := os.Open(theirs)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	meta, got, err := readAll(f)
	if err != nil || meta["format"] != "pt" || len(got) != len(want) {
		t.Fatal(meta, len(got), err)
	}
	for _, g := range got {
		for _, w := range want {
			if w.Name == g.Name && (!reflect.DeepEqual(w.Shape, g.Shape) || !bytes.Equal(memory(w.Data), memory(g.Data))) {
				t.Errorf("%s: other values than were written", w.Name)
			}
		}
	}
}

// memory returns the bits of data.
func memory(data any) []byte {
	var b bytes.Buffer
	writeData(&b, data)
	return b.Bytes()
}
