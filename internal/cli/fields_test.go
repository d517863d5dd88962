package cli

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"

	"gorgonia-embedding/internal/choice"
)

type settings struct {
	Epochs  int     `json:"epochs" help:"passes over train"`
	Decay   float64 `json:"weight_decay,omitempty" help:"{share} that is lost"`
	Seed    uint64  `help:"of everything random"`
	Sparse  bool    `json:"sparse" help:"rows alone"`
	Name    string  `json:"name" help:"of it"`
	Hidden  []int   `json:"hidden" help:"{sizes} of layers"`
	Dropped float64 `json:"dropped"`
}

// newFlags returns a set that prints nothing.
func newFlags() *flag.FlagSet {
	fs := flag.NewFlagSet("x", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	return fs
}

func help(fs *flag.FlagSet) string {
	var b bytes.Buffer
	fs.SetOutput(&b)
	fs.PrintDefaults()
	return b.String()
}

func TestFields(t *testing.T) {
	s := settings{Epochs: 20, Sparse: true, Hidden: []int{8, 4}}
	old := s.Hidden
	fs := newFlags()
	if err := Fields(fs, &s); err != nil {
		t.Fatal(err)
	}
	want := `  -epochs int
    	passes over train (default 20)
  -hidden sizes
    	sizes of layers (default 8,4)
  -name string
    	of it
  -seed uint
    	of everything random
  -sparse
    	rows alone (default true)
  -weight-decay share
    	share that is lost
`
	if got := help(fs); got != want {
		t.Errorf("got\n%s", got)
	}
	err := fs.Parse(strings.Fields("-epochs 3 -weight-decay 0.1 -seed 7 -sparse=false -name a -hidden 64,32"))
	if err != nil || s.Epochs != 3 || s.Decay != 0.1 || s.Seed != 7 || s.Sparse || s.Name != "a" || !slices.Equal(s.Hidden, []int{64, 32}) {
		t.Errorf("%+v, %v", s, err)
	}
	if !slices.Equal(old, []int{8, 4}) {
		t.Errorf("the defaults are %v now", old)
	}
}

func TestFieldErrors(t *testing.T) {
	var s settings
	fs := newFlags()
	if err := Fields(fs, &s); err != nil {
		t.Fatal(err)
	}
	if err := fs.Parse([]string{"-hidden", "1", "-hidden", ""}); err != nil || s.Hidden != nil {
		t.Errorf("%v, %v", s.Hidden, err)
	}
	for _, bad := range []string{"3,x", ","} {
		if err := fs.Parse([]string{"-hidden", bad}); err == nil || err.Error() != `invalid value "`+bad+`" for flag -hidden: want whole numbers, separated by commas` {
			t.Error(err)
		}
	}
	err := Fields(newFlags(), &struct {
		Rate float32 `help:"of it"`
	}{})
	if err == nil || !strings.Contains(err.Error(), "the field Rate of ") || !strings.HasSuffix(err.Error(), "got float32") {
		t.Error(err)
	}
}

func TestInvalid(t *testing.T) {
	for text, want := range map[string]string{
		"optim: SGD.Momentum must be in [0, 1), got 1":            "-momentum must be in [0, 1), got 1",
		"Epochs must be in [0, Hidden], got 33 of a Dim":          "-epochs must be in [0, -hidden], got 33 of a Dim",
		"optim: Config.WeightDecay must be at least 0":            "optim: Config.WeightDecay must be at least 0",
		`label "2": is none of the training data's`:               `label "2": is none of the training data's`,
		"Decay is for the schedules linear and cosine: -1 is not": "-weight-decay is for the schedules linear and cosine: -1 is not",
	} {
		var misuse *UsageError
		err := Invalid(errors.New(text), settings{}, &sgd{})
		if !errors.As(err, &misuse) || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	if err := Invalid(nil, settings{}); err != nil {
		t.Error(err)
	}
}

type rule interface{ Name() string }

type adam struct {
	Beta float64 `json:"beta" help:"of the mean"`
}

type sgd struct {
	Momentum float64 `json:"momentum" help:"in [0, 1)"`
	Nesterov bool    `json:"nesterov" help:"look ahead"`
}

type rmsprop struct {
	Momentum float64 `json:"momentum" help:"in [0, 1)"`
	Beta     float64 `json:"beta" help:"of the mean"`
}

func (adam) Name() string    { return "adam" }
func (sgd) Name() string     { return "sgd" }
func (rmsprop) Name() string { return "rmsprop" }

func rules() choice.Of[rule] {
	return choice.Of[rule]{adam{Beta: 0.9}, rmsprop{Beta: 0.99}, sgd{}}
}

func TestChooseHelp(t *testing.T) {
	fs := newFlags()
	Choose(fs, "optimizer", "`name` of the rule", rules())
	want := `  -beta float
    	of the mean; 0.99 for rmsprop; of adam and rmsprop (default 0.9)
  -momentum float
    	in [0, 1); of rmsprop and sgd
  -nesterov
    	look ahead; of sgd
  -optimizer name
    	name of the rule: adam, rmsprop or sgd (default "adam")
`
	if got := help(fs); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestChoose(t *testing.T) {
	for args, want := range map[string]any{
		"":                             adam{Beta: 0.9},
		"-beta 0.5":                    adam{Beta: 0.5},
		"-optimizer rmsprop":           rmsprop{Beta: 0.99},
		"-momentum 0.9 -optimizer sgd": sgd{Momentum: 0.9},
		"-optimizer sgd -nesterov":     sgd{Nesterov: true},
		"-optimizer rmsprop -beta 0.9": rmsprop{Beta: 0.9},
		"-epochs 2 -optimizer sgd":     sgd{},
		"-optimizer x":                 `-optimizer must be adam, rmsprop or sgd, got "x"`,
		"-momentum 0.9":                "-momentum is of rmsprop and sgd, not of adam",
		"-optimizer rmsprop -nesterov": "-nesterov is of sgd, not of rmsprop",
		"-optimizer sgd -beta 0.9":     "-beta is of adam and rmsprop, not of sgd",
	} {
		fs, s := newFlags(), settings{}
		pick := Choose(fs, "optimizer", "`name` of the rule", rules())
		if err := Fields(fs, &s); err != nil {
			t.Fatal(err)
		}
		if err := fs.Parse(strings.Fields(args)); err != nil {
			t.Errorf("%s: %v", args, err)
		}
		got, err := pick()
		var misuse *UsageError
		if text, ok := want.(string); ok {
			if !errors.As(err, &misuse) || err.Error() != text {
				t.Errorf("%s: got %v", args, err)
			}
		} else if err != nil || got != want {
			t.Errorf("%s: got %+v, %v", args, got, err)
		}
	}
}

type broken struct {
	Rate float32 `help:"of it"`
}

func (broken) Name() string { return "broken" }

func TestChooseReturnsWhatIsNoFlag(t *testing.T) {
	if _, err := Choose(newFlags(), "rule", "name", choice.Of[rule]{broken{}})(); err == nil {
		t.Error("no error")
	}
}
