package optim

// Rule says how a gradient changes weights: SGD, Adagrad, RMSProp, Adam or AdamW.
type Rule interface {
	name() string
	check() error  // that names the first field outside its range
	slots() []slot // what it keeps of a parameter

	update32(t *table[float32], a amounts)
	update64(t *table[float64], a amounts)
}

// slot is an array of a parameter's shape that a rule keeps. Names are those of PyTorch's state_dict.
type slot struct {
	name    string
	initial float64
}

// amounts is what a rule has to know of a parameter's step.
type amounts struct {
	step   int     // of the parameter, from 1
	rate   float64 // learning rate
	decay  float64 // weight decay
	scale  float64 // factor of the gradient
	sparse bool    // the gradient is of some rows
}

// minEps is the least Eps: smaller ones can vanish in float32, where 0/0 then is NaN.
const minEps = 1e-30

// checkEps returns an error if eps is neither 0, which stands for a default, nor at least minEps.
func checkEps(field string, eps float64) error {
	return want(eps == 0 || positive(eps) && eps >= minEps, field, eps, "0 for the default, or finite and at least 1e-30")
}
