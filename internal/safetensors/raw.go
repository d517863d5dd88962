package safetensors

import (
	"encoding/binary"
	"io"
	"unsafe"
)

// littleEndian is whether memory has the order of bytes that files have.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// bytesOf returns the memory of elements.
func bytesOf[E any](data []E) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(data))), len(data)*int(unsafe.Sizeof(*new(E))))
}

// readElems fills data from r.
func readElems[E any](r io.Reader, data []E) error {
	if littleEndian {
		_, err := io.ReadFull(r, bytesOf(data))
		return err
	}
	return binary.Read(r, binary.LittleEndian, data)
}

// writeElems writes data to w.
func writeElems[E any](w io.Writer, data []E) error {
	if littleEndian {
		_, err := w.Write(bytesOf(data))
		return err
	}
	return binary.Write(w, binary.LittleEndian, data)
}
