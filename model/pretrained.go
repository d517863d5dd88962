package model

// pretrained returns the function that finds the vector of a word in Config.Vectors, nil if there are none.
func (c *Classifier) pretrained() func(id int) []float32 {
	table := c.cfg.Vectors
	if table == nil {
		return nil
	}
	return func(id int) []float32 {
		if row, ok := table.ID(c.vocab.Word(id)); ok {
			return table.Row(row)
		}
		return nil
	}
}

// frozen returns the rows of words that are not trained: those that Untrained counts and, if all are asked for, those
// that have a pretrained vector.
func (c *Classifier) frozen(all bool) (rows []int) {
	words, trained := c.pretrained(), c.vocab.Len()-c.cfg.Untrained
	for id := range c.vocab.Len() {
		if id >= trained || all && words != nil && words(id) != nil {
			rows = append(rows, id)
		}
	}
	return rows
}
