package eventloop

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"coroscope/coro"
	"coroscope/statemachine"

	"github.com/google/go-cmp/cmp"
)

// steps runs a runner on a virtual clock and returns what was seen of it.
func steps(t *testing.T, r coro.Resumable[struct{}, coro.Await, int]) []string {
	t.Helper()
	rec := &recorder{}
	got, err := coro.Run(r, coro.WithClock(new(coro.VirtualClock)), coro.WithObserver(rec))
	if got != laps || err != nil {
		t.Errorf("result %d, %v; want %d", got, err, laps)
	}
	return rec.seen
}

type recorder struct {
	coro.NopObserver
	seen []string
}

func (r *recorder) Suspend(_ *coro.Info, s coro.Suspension) {
	r.seen = append(r.seen, s.On()+" "+s.Detail)
}

func TestRunnerIsTheSameInEveryShape(t *testing.T) {
	want := steps(t, statemachine.Check(&runnerMachine, runnerIn(coro.ShapeStateMachine, laps), func(err error) { t.Error(err) }))
	if len(want) != laps+1 {
		t.Errorf("suspensions %q, want %d laps and a rest", want, laps)
	}
	for _, shape := range []coro.Shape{coro.ShapePull, coro.ShapeGoroutine} {
		if diff := cmp.Diff(want, steps(t, runnerIn(shape, laps))); diff != "" {
			t.Errorf("%s (-statemachine +%s):\n%s", shape, shape, diff)
		}
	}
}

func TestRunnerMachineIsDescribed(t *testing.T) {
	if err := runnerMachine.Validate(); err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(runnerMachine.File)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(source), "\n")
	for _, s := range runnerMachine.States {
		if s.Role != statemachine.Suspended {
			continue
		}
		if line := lines[s.Line-1]; !strings.Contains(line, fmt.Sprintf(".As(%q), true", s.Label)) {
			t.Errorf("%s:%d, where state %s is said to be suspended, is %q", runnerMachine.File, s.Line, s.Name, strings.TrimSpace(line))
		}
	}
}
