package optim

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/safetensors"
)

// format is of the files that Save writes; another version gets another number.
const format = "gorgonia-embedding optim 1"

// Save writes the state: what each parameter has had so far, and not its weights. It is a safetensors file,
// equal bytes for equal state, that has of each parameter its count of steps and the rule's arrays, such as
// words.weight.step, words.weight.exp_avg and words.weight.exp_avg_sq. It fails with w.
func (s *Solver) Save(w io.Writer) error {
	meta := map[string]string{"format": format, "rule": s.rule.name(), "steps": strconv.Itoa(s.steps)}
	var tensors []safetensors.Tensor
	for _, name := range slices.Sorted(maps.Keys(s.params)) {
		p := s.params[name]
		if p.steps == 0 {
			continue
		}
		tensors = append(tensors, safetensors.Tensor{Name: name + ".step", Data: []int64{int64(p.steps)}})
		if p.memory == nil {
			continue // loaded, of a rule without arrays
		}
		for i, array := range p.arrays() {
			tensors = append(tensors, safetensors.Tensor{Name: name + "." + s.rule.slots()[i].name, Shape: p.shape, Data: array})
		}
	}
	return errors.WithMessage(safetensors.Write(w, meta, tensors), "optim: saving the state")
}

// Load replaces the state by one that Save wrote: the solver then goes on, to the bit, as that one would
// have. Rule and Config are not in it, and should be the same. If there are no parameters yet, the first
// steps compare names, shapes and types with what was loaded.
//
// It fails, and has then changed nothing, if r is cut off or no such file, or of another rule, or has a
// parameter that this solver has not seen in its steps, or with another shape or type.
func (s *Solver) Load(r io.Reader) error {
	params, steps, err := s.load(r)
	if err != nil {
		return errors.WithMessage(err, "optim: loading the state")
	}
	s.params, s.steps, s.resuming = params, steps, true
	return nil
}

func (s *Solver) load(r io.Reader) (map[string]*param, int, error) {
	f, err := safetensors.NewReader(r)
	if err != nil {
		return nil, 0, err
	}
	if got := f.Metadata["format"]; got != format {
		return nil, 0, errors.Errorf("the file's format is %q: want %q", got, format)
	}
	if got := f.Metadata["rule"]; got != s.rule.name() {
		return nil, 0, errors.Errorf("it is of the rule %s, and this solver's is %s", got, s.rule.name())
	}
	steps, err := strconv.Atoi(f.Metadata["steps"])
	if err != nil || steps < 0 {
		return nil, 0, errors.Errorf("the number of steps is %q", f.Metadata["steps"])
	}
	params, err := s.declare(f.Tensors)
	if err != nil {
		return nil, 0, err
	}
	for {
		t, err := f.Next()
		if err == io.EOF {
			return params, steps, nil
		}
		if err != nil {
			return nil, 0, err
		}
		name, part := split(t.Name)
		p := params[name]
		if part == "step" {
			p.steps = int(t.Data.([]int64)[0])
			if p.steps < 1 || p.steps > steps {
				return nil, 0, errors.Errorf("parameter %q has had %d steps of %d", name, p.steps, steps)
			}
			continue
		}
		p.setArray(s.slotOf(part), len(s.rule.slots()), t.Data)
	}
}

// split takes the last part off the name of a tensor.
func split(tensor string) (param, part string) {
	i := max(0, strings.LastIndexByte(tensor, '.'))
	return tensor[:i], strings.TrimPrefix(tensor[i:], ".")
}

// slotOf returns the place of a slot among the rule's, -1 if there is none.
func (s *Solver) slotOf(part string) int {
	return slices.IndexFunc(s.rule.slots(), func(slot slot) bool { return slot.name == part })
}

// declare makes the parameters of a file that has these tensors: of each a step and every slot of the rule.
func (s *Solver) declare(tensors []safetensors.Tensor) (map[string]*param, error) {
	params, parts := map[string]*param{}, map[string]int{}
	for _, t := range tensors {
		name, part := split(t.Name)
		if _, known := s.params[name]; !known && s.steps > 0 {
			return nil, errors.Errorf("unknown parameter %q: this solver's are %q", name, slices.Sorted(maps.Keys(s.params)))
		}
		p := params[name]
		if p == nil {
			p = s.newParam(name)
			p.resumed = true
			params[name] = p
		}
		if err := s.declarePart(p, part, t); err != nil {
			return nil, err
		}
		parts[name]++
	}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if want := 1 + len(s.rule.slots()); parts[name] != want {
			return nil, errors.Errorf("parameter %q has %d tensors, and %s with this solver's settings has %d", name, parts[name], s.rule.name(), want)
		}
	}
	return params, nil
}

// declarePart gives p the shape and type of t, its step or slot.
func (s *Solver) declarePart(p *param, part string, t safetensors.Tensor) error {
	dt := map[string]tensor.Dtype{"F32": tensor.Float32, "F64": tensor.Float64}[t.Dtype]
	switch {
	case part == "step" && t.Dtype == "I64" && len(t.Shape) == 0:
		return nil
	case s.slotOf(part) < 0 || dt == (tensor.Dtype{}):
		return errors.Errorf("tensor %q of %s %v is none of %s with this solver's settings", t.Name, t.Dtype, t.Shape, s.rule.name())
	case p.memory == nil:
		p.memory, p.shape = newMemory(dt), t.Shape
	}
	model := s.params[p.name]
	if model == nil || model.memory == nil {
		model = p
	}
	if !model.is(t.Shape, dt) {
		return errors.Errorf("tensor %q is %v of %v: want %v of %v", t.Name, tensor.Shape(t.Shape), dt, model.shape, model.dtype())
	}
	return nil
}
