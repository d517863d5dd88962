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

// format names what Save writes; a file of other content gets another number.
const format = "gorgonia-embedding optim 2"

// Save writes the state of all parameters, without their weights, as a safetensors file. It holds for each parameter
// its number of steps and the rule's arrays, such as words.weight.step, words.weight.exp_avg and
// words.weight.exp_avg_sq. Equal states give equal bytes. It fails if w does.
func (s *Solver) Save(w io.Writer) error {
	meta := map[string]string{"format": format, "rule": s.rule.Name(), "steps": strconv.Itoa(s.steps)}
	var tensors []safetensors.Tensor
	for _, name := range slices.Sorted(maps.Keys(s.params)) {
		p := s.params[name]
		if p.steps == 0 {
			continue
		}
		tensors = append(tensors, safetensors.Tensor{Name: name + ".step", Data: []int64{int64(p.steps)}})
		if p.memory == nil {
			continue // loaded, and its rule has no arrays
		}
		for i, array := range p.stateArrays() {
			tensors = append(tensors, safetensors.Tensor{Name: name + "." + s.rule.slots()[i].name, Shape: p.shape, Data: array})
		}
	}
	return errors.WithMessage(safetensors.Write(w, meta, tensors), "optim: saving the state")
}

// Load replaces the state with one that Save wrote: the solver then goes on, to the bit, as the saved one would have.
// The file has neither the fields of the rule nor the Config: they should be those of the saved solver. In a solver
// that has made no step yet, the first steps compare names, shapes and types with what was loaded.
//
// It fails, and has then changed nothing, if r is cut off, is no such file or is of another rule, or if it has a
// parameter that this solver's steps did not have, or had with another shape or type.
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
	steps, err := s.checkHeader(f.Metadata)
	if err != nil {
		return nil, 0, err
	}
	params, parts := map[string]*param{}, map[string]int{}
	for {
		t, err := f.Next()
		if err == io.EOF {
			return params, steps, s.checkParts(parts)
		}
		if err != nil {
			return nil, 0, err
		}
		i := max(0, strings.LastIndexByte(t.Name, '.'))
		name, part := t.Name[:i], strings.TrimPrefix(t.Name[i:], ".")
		if params[name] == nil {
			params[name] = &param{name: name, Group: s.cfg.of(name), resumed: true}
		}
		if err := s.loadPart(params[name], part, t, steps); err != nil {
			return nil, 0, err
		}
		parts[name]++
	}
}

// checkHeader returns the number of steps that a file has in its header.
func (s *Solver) checkHeader(meta map[string]string) (int, error) {
	if meta["format"] != format {
		return 0, errors.Errorf("the file's format is %q: want %q", meta["format"], format)
	}
	if meta["rule"] != s.rule.Name() {
		return 0, errors.Errorf("its rule is %s, and that of this solver is %s", meta["rule"], s.rule.Name())
	}
	steps, err := strconv.Atoi(meta["steps"])
	if err != nil || steps < 0 {
		return 0, errors.Errorf("its number of steps is %q", meta["steps"])
	}
	return steps, nil
}

// checkParts returns an error unless each parameter has a step and every slot of the rule.
func (s *Solver) checkParts(parts map[string]int) error {
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if want := 1 + len(s.rule.slots()); parts[name] != want {
			return errors.Errorf("parameter %q has %d tensors, and %s with this solver's settings has %d", name, parts[name], s.rule.Name(), want)
		}
	}
	return nil
}

// loadPart gives p the tensor t, its step or a slot, from a file of so many steps.
func (s *Solver) loadPart(p *param, part string, t safetensors.Tensor, steps int) error {
	model := s.params[p.name]
	if model == nil && s.steps > 0 {
		return errors.Errorf("unknown parameter %q: this solver's are %q", p.name, slices.Sorted(maps.Keys(s.params)))
	}
	if part == "step" && t.Dtype == "I64" && len(t.Shape) == 0 {
		if p.steps = int(t.Data.([]int64)[0]); p.steps < 1 || p.steps > steps {
			return errors.Errorf("parameter %q has had %d steps of %d", p.name, p.steps, steps)
		}
		return nil
	}
	slots := s.rule.slots()
	k := slices.IndexFunc(slots, func(slot slot) bool { return slot.name == part })
	dt := map[string]tensor.Dtype{"F32": tensor.Float32, "F64": tensor.Float64}[t.Dtype]
	if k < 0 || dt == (tensor.Dtype{}) {
		return errors.Errorf("tensor %q of %s %v is none that %s has with this solver's settings", t.Name, t.Dtype, t.Shape, s.rule.Name())
	}
	if p.memory == nil {
		p.memory, p.shape = newMemory(dt), t.Shape
	}
	if model == nil || model.memory == nil {
		model = p
	}
	if !model.is(t.Shape, dt) {
		return errors.Errorf("tensor %q is %v of %v: want %v of %v", t.Name, tensor.Shape(t.Shape), dt, model.shape, model.dtype())
	}
	p.setArray(k, len(slots), t.Data)
	return nil
}

// checkResumed fails if this step has new parameters, and lacks some that were loaded.
func (s *Solver) checkResumed() error {
	if !s.resuming {
		return nil
	}
	missing := ""
	for name, p := range s.params {
		if p.resumed && p.turn != s.turn && (missing == "" || name < missing) {
			missing = name
		}
	}
	for _, p := range s.now {
		if missing != "" && p.steps == 0 && !p.Frozen {
			return errors.Errorf("optim: what was loaded has no parameter %q, but has %q, which the model has not: load the state of this model", p.name, missing)
		}
	}
	s.resuming = missing != ""
	return nil
}
