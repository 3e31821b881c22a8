package timeline

// This file defines Summary, the totals of a timeline in a form for programs.

// SummaryFormat names the form of a Summary.
const SummaryFormat = "coroscope.summary/1"

// A Summary is the totals of a timeline. Its JSON form is stable; what there
// is none of is null, but lists are never null.
type Summary struct {
	Format     string             `json:"format"`
	Loops      []LoopSummary      `json:"loops"`
	Coroutines []CoroutineSummary `json:"coroutines"`
	Lost       []string           `json:"lost"` // sentences that say what could not be read
}

// A LoopSummary is the totals of one loop.
type LoopSummary struct {
	Name          string  `json:"name"`
	Task          uint64  `json:"task"` // id of its root task in the trace
	Turns         int     `json:"turns"`
	BusyNS        int64   `json:"busy_ns"`
	IdleNS        int64   `json:"idle_ns"`
	Utilization   float64 `json:"utilization"` // busy / (busy + idle)
	LongestStepNS int64   `json:"longest_step_ns"`
	LongestStep   *string `json:"longest_step"` // "guest#2, resumed at bar.go:44" or "callback main.hog"
}

// A CoroutineSummary is the totals of one coroutine.
type CoroutineSummary struct {
	ID                  uint64  `json:"id"`
	Name                string  `json:"name"`
	Func                string  `json:"func"`
	Shape               string  `json:"shape"`
	Task                uint64  `json:"task"`   // id of its task in the trace; 0 if it has none
	Parent              *uint64 `json:"parent"` // id of the coroutine that made it
	Runs                int     `json:"runs"`
	RunNS               int64   `json:"run_ns"`
	Suspensions         int     `json:"suspensions"`
	SuspendedNS         int64   `json:"suspended_ns"`
	LongestSuspensionNS int64   `json:"longest_suspension_ns"`
	LongestOn           *string `json:"longest_on"` // "await lock oven"
	Outcome             *string `json:"outcome"`    // "returned", "failed", ...; null if it has not ended
}

// Summary returns t's totals.
func (t *Timeline) Summary() *Summary {
	s := &Summary{
		Format:     SummaryFormat,
		Loops:      make([]LoopSummary, 0, len(t.Loops)),
		Coroutines: make([]CoroutineSummary, 0, len(t.Coroutines)),
		Lost:       append([]string{}, t.Lost...),
	}
	for _, l := range t.Loops {
		s.Loops = append(s.Loops, LoopSummary{
			Name: l.Name, Task: l.Task, Turns: l.Turns,
			BusyNS: int64(l.Busy), IdleNS: int64(l.Idle), Utilization: l.Utilization(),
			LongestStepNS: int64(l.Longest.Took), LongestStep: orNull(l.Longest.String()),
		})
	}
	for _, c := range t.Coroutines {
		s.Coroutines = append(s.Coroutines, CoroutineSummary{
			ID: c.ID, Name: c.Name, Func: c.Func, Shape: c.Shape, Task: c.Task, Parent: orNull(c.Parent),
			Runs: c.RunCount, RunNS: int64(c.Run),
			Suspensions: c.SuspensionCount, SuspendedNS: int64(c.Suspended),
			LongestSuspensionNS: int64(c.Longest), LongestOn: orNull(c.LongestOn),
			Outcome: orNull(c.Outcome),
		})
	}
	return s
}

// orNull returns nil for the zero value.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
