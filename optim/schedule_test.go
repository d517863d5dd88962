package optim_test

import (
	"math"
	"testing"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

func TestSchedules(t *testing.T) {
	for _, tt := range []struct {
		name     string
		schedule optim.Schedule
		want     []float64 // from step 0
	}{
		{"constant", optim.Constant(), []float64{1, 1, 1}},
		{"none", nil, []float64{1, 1, 1}},
		{"linear", optim.Linear(2, 6), []float64{0.5, 1, 1, 0.75, 0.5, 0.25, 0, 0}},
		{"linear without warm-up", optim.Linear(0, 2), []float64{1, 0.5, 0, 0}},
		{"cosine", optim.Cosine(2, 6, 0), []float64{0.5, 1, 1, 0.5 + math.Sqrt2/4, 0.5, 0.5 - math.Sqrt2/4, 0, 0}},
		{"cosine to a floor", optim.Cosine(0, 2, 0.2), []float64{1, 0.6, 0.2, 0.2}},
		{"steps", optim.StepDecay(2, 0.1), []float64{1, 1, 0.1, 0.1, 0.01}},
		{"own", optim.ScheduleFunc(func(step int) float64 { return float64(step) }), []float64{0, 1, 2}},
	} {
		s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.5, Schedule: tt.schedule}))
		p := &param{name: "w", value: testkit.Dense([]float64{0, 0}, 2)}
		for i, want := range tt.want {
			if got := s.LearningRate(); math.Abs(got-0.5*want) > 1e-15 {
				t.Errorf("%s at step %d: learning rate %v, want %v", tt.name, i, got, 0.5*want)
			}
			before := p.floats()[0]
			p.grad = testkit.Dense([]float64{1, 1}, 2)
			step(t, s, p)
			if got := before - p.floats()[0]; math.Abs(got-0.5*want) > 1e-14 {
				t.Errorf("%s: step %d took %v, want %v", tt.name, i, got, 0.5*want)
			}
		}
		if s.Steps() != len(tt.want) {
			t.Errorf("%s: %d steps, want %d", tt.name, s.Steps(), len(tt.want))
		}
	}
}
