package vectors

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"slices"

	"github.com/pkg/errors"
)

// fastText is the format of fastText's models, version 11 and 12, of which the words' vectors are read: the mean of a
// word's own row and those of its character n-grams, as fasttext print-word-vectors prints it. Labels have none.
func fastText() Format {
	return Format{name: "fasttext", sniff: func(head []byte) bool { return isFastText(head) || isOldFastText(head) }, read: readFastText}
}

const magicFastText = "\xba\x16\x4f\x2f" // 793712314

func isFastText(head []byte) bool { return bytes.HasPrefix(head, []byte(magicFastText)) }

// isOldFastText reports whether head is that of a file of before 2017: it begins with the settings, of which the last
// is a rate of sampling.
func isOldFastText(head []byte) bool {
	if len(head) < 56 {
		return false
	}
	for i := range 12 {
		if n := binary.LittleEndian.Uint32(head[4*i:]); n > 1<<26 {
			return false
		}
	}
	t := math.Float64frombits(binary.LittleEndian.Uint64(head[48:]))
	return t > 1e-12 && t <= 1
}

// fastTextArgs are the settings of a model, as they stand in its file.
type fastTextArgs struct {
	Dim, Window, Epoch, MinCount, Negatives, WordNgrams, Loss, Model, Bucket, Minn, Maxn, LRUpdateRate int32
	Sampling                                                                                           float64
}

// fastTextHeader is what stands before the words of a model.
type fastTextHeader struct {
	args    fastTextArgs
	entries int // words and labels
	words   int
}

// maxNgram is the longest n-gram, in characters, of a plausible model.
const maxNgram = 64

func readFastText(r *reader) error {
	h, err := r.fastTextHeader()
	if err != nil {
		return err
	}
	words, err := r.fastTextWords(h)
	if err != nil {
		return err
	}
	var quantized byte
	var rows, dim int64
	if err := r.numbers(&quantized, &rows, &dim); err != nil {
		return err
	}
	least := int64(h.words)
	if h.args.Maxn > 0 {
		least += int64(h.args.Bucket)
	}
	switch {
	case quantized != 0:
		return r.errorf("the model is quantised: use the .bin that it was made of")
	case dim != int64(h.args.Dim) || rows < least || rows > math.MaxInt32:
		return r.errorf("a matrix of %d rows of %d, want at least %d of %d", rows, dim, least, h.args.Dim)
	}
	r.report.Type = "float32"
	if err := r.begin(len(words), int(dim), 4*int(dim)); err != nil {
		return err
	}
	return r.fastTextRows(h, words)
}

// numbers reads numbers of fixed size, one after the other.
func (r *reader) numbers(values ...any) error {
	for _, v := range values {
		if err := binary.Read(r.in, binary.LittleEndian, v); err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return r.errorf("the file ends: it is cut off")
			}
			return err
		}
		r.at += int64(binary.Size(v))
	}
	return nil
}

func (r *reader) fastTextHeader() (h fastTextHeader, err error) {
	head, _ := r.in.Peek(56)
	if !isFastText(head) {
		return h, errors.New("a fastText model of before version 11, or none: load and save it with fastText 0.1 or later")
	}
	var magic, version, entries, words, labels int32
	var tokens, pruned int64
	if err = r.numbers(&magic, &version); err != nil {
		return h, err
	}
	if version != 11 && version != 12 {
		return h, errors.Errorf("a fastText model of version %d: want 11 or 12", version)
	}
	if err = r.numbers(&h.args, &entries, &words, &labels, &tokens, &pruned); err != nil {
		return h, err
	}
	const supervised = 3
	if version == 11 && h.args.Model == supervised {
		h.args.Maxn = 0
	}
	h.entries, h.words = int(entries), int(words)
	a := h.args
	switch {
	case words < 0 || labels < 0 || int64(words)+int64(labels) != int64(entries):
		err = errors.Errorf("%d words and %d labels make no %d entries: the file is damaged", words, labels, entries)
	case pruned >= 0:
		err = errors.New("the model's vocabulary is pruned, as quantised ones are: use the .bin that it was made of")
	case a.Maxn > maxNgram || a.Maxn > 0 && a.Bucket < 1:
		err = errors.Errorf("n-grams of up to %d characters in %d buckets: want up to %d, in at least 1", a.Maxn, a.Bucket, maxNgram)
	}
	return h, err
}

// fastTextWords reads the dictionary, and returns its words without the labels.
func (r *reader) fastTextWords(h fastTextHeader) (words [][]byte, err error) {
	for i := range h.entries {
		word, err := r.until(0, 1<<16)
		if err == io.EOF {
			return nil, r.errorf("the file ends within its words: it is cut off")
		}
		if err != nil {
			return nil, err
		}
		if i < h.words {
			words = append(words, bytes.Clone(word[:len(word)-1]))
		}
		var count int64
		var label int8
		if err := r.numbers(&count, &label); err != nil {
			return nil, err
		}
		if (label == 0) != (i < h.words) {
			return nil, r.errorf("entry %d is a word among labels or a label among words: the file is damaged", i)
		}
	}
	return words, nil
}

// fastTextRows reads the matrix: the words' own rows, and then those of the buckets of n-grams, each of which is added to
// the words that have it. So memory is that of the rows that are kept, however many buckets there are.
func (r *reader) fastTextRows(h fastTextHeader, words [][]byte) error {
	var parts []part
	buffer := make([]byte, 4*r.dim)
	for _, word := range words {
		row, err := r.row(word)
		if err == errEnough {
			err = nil
		}
		if err == nil {
			err = r.full(buffer)
		}
		if err != nil {
			return err
		}
		if row != nil {
			float32s(row, buffer)
			parts = appendParts(parts, uint32(r.words.Len()-1), word, h.args)
		}
	}
	counts := make([]int, r.words.Len())
	slices.Sort(parts)
	extra, bucket := make([]float32, r.dim), -1
	for _, p := range parts {
		for ; bucket < p.bucket(); bucket++ {
			if err := r.full(buffer); err != nil {
				return err
			}
		}
		float32s(extra, buffer)
		counts[p.word()]++
		row := r.values[p.word()*r.dim:]
		for j, x := range extra {
			row[j] += x
		}
	}
	return r.divide(counts)
}

// divide makes means of sums of a row and so many more.
func (r *reader) divide(counts []int) error {
	for id, n := range counts {
		row := r.values[id*r.dim : (id+1)*r.dim]
		scale := float32(1 / float64(1+n))
		for j := range row {
			row[j] *= scale
			if x := row[j]; x-x != 0 {
				return r.errorf("the vector of %q is not finite", r.words.Word(id))
			}
		}
	}
	return nil
}

// part is an n-gram of a word: the number of its bucket, and of the word in the table.
type part uint64

func (p part) bucket() int { return int(p >> 32) }
func (p part) word() int   { return int(uint32(p)) }

// appendParts appends the n-grams of a word, as fastText's Dictionary::computeSubwords finds them.
func appendParts(parts []part, id uint32, word []byte, a fastTextArgs) []part {
	if a.Maxn <= 0 || string(word) == "</s>" {
		return parts
	}
	w := slices.Concat([]byte{'<'}, word, []byte{'>'})
	for i := range w {
		if inRune(w[i]) {
			continue
		}
		for j, n := i, int32(1); j < len(w) && n <= a.Maxn; n++ {
			for j++; j < len(w) && inRune(w[j]); j++ {
			}
			if n >= a.Minn && (n > 1 || i > 0 && j < len(w)) {
				parts = append(parts, part(uint64(fastTextHash(w[i:j])%uint32(a.Bucket))<<32|uint64(id)))
			}
		}
	}
	return parts
}

// inRune reports whether b is a further byte of a character in UTF-8.
func inRune(b byte) bool { return b&0xC0 == 0x80 }

// fastTextHash is fastText's: FNV-1a, but of bytes with their sign.
func fastTextHash(s []byte) uint32 {
	h := uint32(2166136261)
	for _, b := range s {
		h = (h ^ uint32(int8(b))) * 16777619
	}
	return h
}
