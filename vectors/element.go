package vectors

import (
	"encoding/binary"
	"math"

	"github.com/pkg/errors"
)

// element is a type of numbers in a file.
type element struct {
	name  string
	bytes int
	order binary.ByteOrder
	set   func(row []float32, b []byte, order binary.ByteOrder) // sets row to the numbers of b
}

// elementOf returns the type called by its kind, such as "float16", "bfloat16" or "int8".
func elementOf(kind string, order binary.ByteOrder) (element, error) {
	switch kind {
	case "float16":
		return element{kind, 2, order, halves}, nil
	case "bfloat16":
		return element{kind, 2, order, func(row []float32, b []byte, order binary.ByteOrder) {
			for j := range row {
				row[j] = math.Float32frombits(uint32(order.Uint16(b[2*j:])) << 16)
			}
		}}, nil
	case "float32":
		return element{kind, 4, order, singles}, nil
	case "float64":
		return element{kind, 8, order, func(row []float32, b []byte, order binary.ByteOrder) {
			for j := range row {
				row[j] = float32(math.Float64frombits(order.Uint64(b[8*j:])))
			}
		}}, nil
	case "int8":
		return element{kind, 1, order, func(row []float32, b []byte, _ binary.ByteOrder) {
			for j := range row {
				row[j] = float32(int8(b[j]))
			}
		}}, nil
	}
	return element{}, errors.Errorf("numbers of the type %s: want float16, bfloat16, float32, float64 or int8", kind)
}

func singles(row []float32, b []byte, order binary.ByteOrder) {
	if order == binary.LittleEndian {
		float32s(row, b)
		return
	}
	for j := range row {
		row[j] = math.Float32frombits(order.Uint32(b[4*j:]))
	}
}

func halves(row []float32, b []byte, order binary.ByteOrder) {
	for j := range row {
		row[j] = half(order.Uint16(b[2*j:]))
	}
}

// half returns a float16 of IEEE 754: 1 bit of sign, 5 of exponent, 10 of fraction.
func half(h uint16) float32 {
	sign, exponent, fraction := float32(1), int(h>>10&31), float64(h&1023)
	if h>>15 == 1 {
		sign = -1
	}
	switch exponent {
	case 0:
		return sign * float32(math.Ldexp(fraction, -24))
	case 31:
		if fraction != 0 {
			return float32(math.NaN())
		}
		return sign * float32(math.Inf(1))
	}
	return sign * float32(math.Ldexp(1024+fraction, exponent-25))
}

// matrix reads the rows of a matrix whose words are known.
func (r *reader) matrix(words List, dim int, e element) error {
	r.report.Type = e.name
	if err := r.begin(len(words), dim, e.bytes*dim); err != nil {
		return err
	}
	buffer := make([]byte, e.bytes*dim)
	for _, word := range words {
		row, err := r.row([]byte(word))
		if err != nil {
			return err
		}
		if err := r.full(buffer); err != nil {
			return err
		}
		if row != nil {
			e.set(row, buffer, e.order)
			r.check(row)
		}
	}
	return nil
}
