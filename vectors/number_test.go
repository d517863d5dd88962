package vectors

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// wantNumber fails unless number reads a field as strconv does, wherever in a line it stands.
func wantNumber(t *testing.T, field string) {
	t.Helper()
	want, err := strconv.ParseFloat(field, 32)
	wantOK := err == nil || math.IsInf(want, 0)
	for _, after := range []string{"", " ", "\t1", " 0.123456789 0.123456789"} {
		line := []byte("x " + field + after)
		got, end, ok := number(line, 2)
		if ok != wantOK || end != 2+len(field) || ok && math.Float32bits(got) != math.Float32bits(float32(want)) && want == want {
			t.Fatalf("%q before %q: %v up to %d, %v; want %v, %v", field, after, got, end, ok, float32(want), wantOK)
		}
	}
}

// The hard ones are at and beside the middle of two neighbours of float32, where one digit more or less decides, and
// numbers of the forms that tools write.
func TestNumber(t *testing.T) {
	for _, field := range strings.Fields("0 -0 0.0 -0.0 1 -1 1.5 1. .5 -.5 0.1 0.12345678 0.123456789 0.1234567890123456 0.12345678901234567 9.999999999999999 " +
		"1e5 1.5e-05 -1.25E+3 1e-45 7e-46 1.17549435e-38 1.1754943e-38 3.4028235e38 3.4028236e38 1e39 1e400 inf -Inf NaN nan 0x1p-2 1_000 " +
		"x 1x 0.5x -- + - . -. 1.2.3 0.1234567x 0.123456780000000000 00.5 +0.5 0.00000000000000000000000000000000000001 16777217 9007199254740993 1.00000005960464477 " +
		"0.0000000000000001 1.0000000000000000 1.00000017881393432617187499 1.000000178813934326171875 1.00000017881393432617187501 0.0000000000000000") {
		wantNumber(t, field)
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 3_000 {
		x := math.Float32frombits(rnd.Uint32())
		if rnd.IntN(2) == 0 {
			x = rnd.Float32()*20 - 10
		}
		wantNumber(t, strconv.FormatFloat(float64(x), 'g', -1, 32))
		wantNumber(t, strconv.FormatFloat(float64(x), 'f', rnd.IntN(20), 64))
		middle := (float64(x) + float64(math.Nextafter32(x, 100))) / 2
		for _, digits := range []int{12, 15, 16, 17, 20, -1} {
			wantNumber(t, strconv.FormatFloat(middle, 'f', digits, 64))
		}
		wantNumber(t, fmt.Sprintf("%.*f", rnd.IntN(17), math.Nextafter(middle, 100)))
	}
}

func FuzzNumber(f *testing.F) {
	for _, field := range strings.Fields("0.12345678 -0.5 1e-5 1.00000005960464477 inf 0.1234567x .5") {
		f.Add(field)
	}
	f.Fuzz(func(t *testing.T, field string) {
		if strings.ContainsAny(field, " \t") || field == "" {
			return
		}
		wantNumber(t, field)
	})
}

func BenchmarkNumber(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 1))
	var line []byte
	for range 300 {
		line = append(strconv.AppendFloat(line, rnd.NormFloat64()/3, 'f', 6, 64), ' ')
	}
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		for at := 0; at < len(line)-1; at++ {
			_, at, _ = number(line, at)
		}
	}
}
