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
	Pulls      []PullSummary      `json:"pulls"`
	Goroutines []GoroutineSummary `json:"goroutines"`
	Lost       []string           `json:"lost"` // sentences that say what could not be read

	Contentions []ContentionSummary `json:"contentions"` // the most waited for first
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

// A PullSummary is the totals of one coroutine of iter.Pull that nothing was
// written of. See [Pull].
type PullSummary struct {
	Goroutine   int64   `json:"goroutine"`
	CreatedAt   *string `json:"created_at"` // "main.words (main.go:31)"; null if it is older than the trace
	Switches    int     `json:"switches"`   // to it
	RunNS       int64   `json:"run_ns"`
	SuspendedNS int64   `json:"suspended_ns"`
	Open        bool    `json:"open"` // it was still suspended when the trace ended
	RunnableNS  int64   `json:"runnable_ns"`
	BlockedNS   int64   `json:"blocked_ns"` // blocked, or in system calls, while it had been resumed
	Guessed     bool    `json:"guessed"`    // whether it resumed others or they it is not known
}

// A GoroutineSummary is the totals of one goroutine that is not a coroutine's
// and not the runtime's own. See [Goroutine].
type GoroutineSummary struct {
	Goroutine  int64            `json:"goroutine"`
	Func       *string          `json:"func"` // where it began, "main.worker"
	RunNS      int64            `json:"run_ns"`
	RunnableNS int64            `json:"runnable_ns"`
	Blocked    []BlockedSummary `json:"blocked"` // longest first
}

// A BlockedSummary is how often and how long a goroutine was blocked for one
// reason. System calls are among them, whether they block or not. See [Wait].
type BlockedSummary struct {
	Reason    string  `json:"reason"` // "sync", "chan receive", "network", "syscall", ...
	Call      *string `json:"call"`   // "sync.(*Mutex).Lock"
	Count     int     `json:"count"`
	NS        int64   `json:"ns"`
	LongestNS int64   `json:"longest_ns"`
	At        *string `json:"at"` // from where it was called, at the longest: "main.worker (bar.go:31)"
}

// A ContentionSummary is the waiting for one thing that several may wait for.
// See [Contention].
type ContentionSummary struct {
	Loop          *string           `json:"loop"`  // its name; null if not known
	Task          uint64            `json:"task"`  // that of the loop; 0 if not known
	Kind          string            `json:"kind"`  // "lock", "semaphore", "queue", ...
	Label         string            `json:"label"` // which one
	Lack          *string           `json:"lack"`  // of a queue: "empty", "full" or "unfinished"; null for others
	Waits         int               `json:"waits"`
	Open          int               `json:"open"`    // waits that had not ended
	GaveUp        int               `json:"gave_up"` // waits that were canceled, timed out, or failed
	TotalNS       int64             `json:"total_ns"`
	MedianNS      int64             `json:"median_ns"`
	P99NS         int64             `json:"p99_ns"`
	LongestNS     int64             `json:"longest_ns"`
	LongestWho    *RefSummary       `json:"longest_who"`    // who waited longest
	LongestBy     *RefSummary       `json:"longest_by"`     // who let it go on; null if no coroutine did
	MostWaiting   int               `json:"most_waiting"`   // how many waited at once
	MostAtNS      int64             `json:"most_at_ns"`     // since when, from the trace's first event
	HandedOn      int               `json:"handed_on"`      // waits that a coroutine ended
	Handovers     []HandoverSummary `json:"handovers"`      // most often first
	MoreHandovers int               `json:"more_handovers"` // how often it was others than those
	Holders       []HolderSummary   `json:"holders"`        // the most waited for first
}

// A RefSummary names a coroutine.
type RefSummary struct {
	Name string `json:"name"`
	ID   uint64 `json:"id"`
}

// A HandoverSummary is how often one coroutine let another go on. See
// [Handover].
type HandoverSummary struct {
	By        RefSummary `json:"by"`
	To        RefSummary `json:"to"`
	Count     int        `json:"count"`
	WaitedNS  int64      `json:"waited_ns"`
	LongestNS int64      `json:"longest_ns"`
}

// A HolderSummary is a coroutine that others waited for. See [Holder].
type HolderSummary struct {
	Who       RefSummary `json:"who"`
	Count     int        `json:"count"`
	WaitedNS  int64      `json:"waited_ns"`
	LongestNS int64      `json:"longest_ns"`
}

// Summary returns t's totals. There are pulls and goroutines if it was read
// with Options.Goroutines.
func (t *Timeline) Summary() *Summary {
	s := &Summary{
		Format:     SummaryFormat,
		Loops:      make([]LoopSummary, 0, len(t.Loops)),
		Coroutines: make([]CoroutineSummary, 0, len(t.Coroutines)),
		Pulls:      make([]PullSummary, 0, len(t.Pulls)),
		Goroutines: make([]GoroutineSummary, 0, len(t.Goroutines)),
		Lost:       append([]string{}, t.Lost...),

		Contentions: make([]ContentionSummary, 0, len(t.Contentions)),
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
	for _, p := range t.Pulls {
		s.Pulls = append(s.Pulls, PullSummary{
			Goroutine: p.Goroutine, CreatedAt: notEmpty(&p.Made), Switches: p.Switches,
			RunNS: int64(p.Run), RunnableNS: int64(p.Runnable), BlockedNS: int64(p.Blocked()), SuspendedNS: int64(p.Suspended),
			Open: p.Open(), Guessed: p.Guessed,
		})
	}
	var blocked pool[BlockedSummary]
	for _, g := range t.Goroutines {
		if g.ordinary() {
			s.Goroutines = append(s.Goroutines, g.summary(&blocked))
		}
	}
	for _, c := range t.Contentions {
		s.Contentions = append(s.Contentions, c.summary())
	}
	return s
}

func (c *Contention) summary() ContentionSummary {
	s := ContentionSummary{
		Kind: c.Kind, Label: c.Label, Lack: orNull(c.Lack),
		Waits: c.Waits, Open: c.Open, GaveUp: c.GaveUp,
		TotalNS: int64(c.Total), MedianNS: int64(c.Median), P99NS: int64(c.P99), LongestNS: int64(c.Longest),
		LongestWho: orNull(RefSummary(c.LongestWho)), LongestBy: orNull(RefSummary(c.LongestBy)),
		MostWaiting: c.MostWaiting, MostAtNS: int64(c.MostAt),
		HandedOn: c.HandedOn, MoreHandovers: c.MoreHandovers,
		Handovers: make([]HandoverSummary, 0, len(c.Handovers)),
		Holders:   []HolderSummary{},
	}
	if c.Loop != nil {
		s.Loop, s.Task = &c.Loop.Name, c.Loop.Task
	}
	for _, h := range c.Handovers {
		s.Handovers = append(s.Handovers, HandoverSummary{
			By: RefSummary(h.By), To: RefSummary(h.To), Count: h.Count, WaitedNS: int64(h.Waited), LongestNS: int64(h.Longest),
		})
	}
	for _, h := range c.Holders() {
		s.Holders = append(s.Holders, HolderSummary{
			Who: RefSummary(h.Who), Count: h.Count, WaitedNS: int64(h.Waited), LongestNS: int64(h.Longest),
		})
	}
	return s
}

// summary returns g's totals; those of its waits are taken from the pool.
func (g *Goroutine) summary(blocked *pool[BlockedSummary]) GoroutineSummary {
	s := GoroutineSummary{
		Goroutine: g.ID, Func: notEmpty(&g.Func), RunNS: int64(g.Running), RunnableNS: int64(g.Runnable),
	}
	all := g.Waits
	if len(g.Syscalls) > 0 {
		all = g.Blocked()
	}
	s.Blocked = blocked.take(len(all))
	for i := range all {
		w := &all[i]
		s.Blocked[i] = BlockedSummary{
			Reason: w.Reason, Call: notEmpty(&w.Call), Count: w.Count,
			NS: int64(w.Total), LongestNS: int64(w.Longest), At: notEmpty(&w.At),
		}
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

// notEmpty returns nil for an empty string.
func notEmpty(s *string) *string {
	if *s == "" {
		return nil
	}
	return s
}
