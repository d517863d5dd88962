package word2vec

import "gorgonia-embedding/internal/kernel"

// Model is trained vectors with their words, in the order of falling counts. It names the rows of a table as package
// vectors wants it.
type Model struct {
	*examples
	tables *tables
}

// Len returns the number of words.
func (m *Model) Len() int { return len(m.words) }

// Word returns the word of a row.
func (m *Model) Word(i int) string { return m.words[i] }

// Count returns how many times the word of a row occurs in the corpus.
func (m *Model) Count(i int) int { return int(m.counts[i]) }

// Config returns the settings that the vectors were trained with.
func (m *Model) Config() Config { return m.cfg }

// Vectors returns the vectors of all words, (Len, Dim): of each the mean of its own and those of its n-grams.
func (m *Model) Vectors() []float32 {
	all := make([]float32, m.Len()*m.cfg.Dim)
	var bag []int32
	for i := range m.Len() {
		bag = m.bags.appendTo(bag[:0], int32(i))
		m.mean(all[i*m.cfg.Dim:(i+1)*m.cfg.Dim], bag)
	}
	return all
}

// Outputs returns the vectors that the words have as targets, (Len, Dim): the product of a word's vector and another
// one's output says how likely they occur together.
func (m *Model) Outputs() []float32 {
	all := make([]float32, m.Len()*m.cfg.Dim)
	for i := range m.Len() {
		m.tables.addRow(all[i*m.cfg.Dim:(i+1)*m.cfg.Dim], m.tables.out, i)
	}
	return all
}

// Vector returns the vector of a word. A word that is not among those of the model has the mean of its n-grams' if there
// are n-grams, or else none.
func (m *Model) Vector(word string) ([]float32, bool) {
	var bag []int32
	if id, ok := m.ids[word]; ok {
		bag = m.bags.appendTo(nil, id)
	} else if m.cfg.MaxN > 0 {
		bag = ngrams{m.cfg.MinN, m.cfg.MaxN, m.cfg.Bucket}.appendTo(nil, int32(m.Len()), word)
	}
	if bag == nil {
		return nil, false
	}
	v := make([]float32, m.cfg.Dim)
	m.mean(v, bag)
	return v, true
}

// mean sets dst, zeros, to the mean of rows.
func (m *Model) mean(dst []float32, rows []int32) {
	for _, i := range rows {
		m.tables.addRow(dst, m.tables.in, int(i))
	}
	kernel.Scale(dst, 1/float32(len(rows)))
}
