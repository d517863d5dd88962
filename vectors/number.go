package vectors

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

// fractions are the reciprocals of powers of ten, each rounded once.
var fractions = [32]float64{1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15, 1e-16}

// number reads the decimal number that line has at i, up to a blank or its end, as strconv.ParseFloat with 32 bits does,
// whose result for one that is too large is infinite. It returns where it ends.
func number(line []byte, i int) (x float32, end int, ok bool) {
	if i+24 <= len(line) {
		if x, end, ok = shortNumber(line[i:]); ok {
			return x, i + end, true
		}
	}
	for end = i; end < len(line) && !isBlank(line[end]); end++ {
	}
	d, err := strconv.ParseFloat(string(line[i:end]), 32)
	return float32(d), end, err == nil || math.IsInf(d, 0)
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

// shortNumber reads a number such as -0.12345678, of a digit, a point, up to 16 digits and a blank, if line, which has 24
// bytes at least, begins with one. It does not branch on the sign, nor on how many digits there are up to 7: that would be a
// guess for each number.
func shortNumber(line []byte) (x float32, end int, ok bool) {
	sign := 0
	if line[0] == '-' {
		sign = 1
	}
	text := (*[20]byte)(line[sign:])
	whole := uint64(text[0] - '0')
	a := binary.LittleEndian.Uint64(text[2:10])
	n := digitsIn(a)
	m, digits := whole*tens[n&15]+valueOf(a, n), int(n)
	if n == 8 {
		b := binary.LittleEndian.Uint64(text[10:18])
		more := digitsIn(b)
		m, digits = m*tens[more&15]+valueOf(b, more), 8+int(more)
	}
	x, ok = rounded(float64(int64(m))*fractions[digits&31], m == 0)
	x = math.Float32frombits(math.Float32bits(x) | uint32(sign)<<31)
	return x, sign + 2 + digits, ok && whole <= 9 && text[1] == '.' && isBlank(text[2+digits])
}

// tens are the powers of ten that eight digits need.
var tens = [16]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

const eachByte = 0x0101010101010101

// digitsIn returns how many of the bytes of w, in memory's order, are digits before the first that is none.
func digitsIn(w uint64) uint {
	w ^= '0' * eachByte // a digit is 0 to 9 now; adding 0x76 to any other sets a bit there, or it has that
	return uint(bits.TrailingZeros64((w+0x76*eachByte|w)&(0x80*eachByte))) / 8
}

// valueOf returns the number that the first n bytes of w, in memory's order, are the digits of.
func valueOf(w uint64, n uint) uint64 {
	w = (w ^ '0'*eachByte) << (64 - 8*n) // the last n digits of eight, after zeros
	w = w*10 + w>>8
	const pairs = 0x000000FF000000FF
	return ((w&pairs)*(100+1_000_000<<32) + (w>>16&pairs)*(1+10_000<<32)) >> 32
}

// rounded returns d as float32, and whether a number from which d is off by a few units in the last place of float64
// would be the same. It would be unless the middle between two neighbours of float32 is as near, or they are farther
// apart than usual, below the least normal number (compare D. Lemire, Number parsing at a gigabyte per second, 2021).
func rounded(d float64, zero bool) (x float32, certain bool) {
	const middle = 1 << 28
	off := math.Float64bits(d)&(2*middle-1) - (middle - 8)
	return float32(d), off > 16 && (d >= 0x1p-126 || zero)
}
