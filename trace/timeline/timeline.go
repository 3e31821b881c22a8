package timeline

// This file defines the model: Timeline, Loop, Coroutine and what they have.

import (
	"strconv"
	"time"

	"coroscope/trace/protocol"
)

// A Timeline is what was read out of a trace. All instants are durations
// since the trace's first event.
type Timeline struct {
	Duration    time.Duration // from the first event to the last
	Loops       []*Loop       // in order of appearance
	Coroutines  []*Coroutine  // by id
	Contentions []*Contention // what coroutines stood in line for; the most waited for first
	Epochs      []Epoch
	Slow        []SlowStep   // all of them with Options.Full, else the slowest ten
	SlowSteps   int          // how many there were
	Goroutines  []*Goroutine // by id, without those of Pulls; with Options.Goroutines
	Pulls       []*Pull      // in order of appearance; with Options.Goroutines
	Logs        []Log        // in order; with Options.Logs
	Notes       []string     // remarks of who wrote the trace
	Lost        []string     // sentences that say what is missing

	Full  bool        // runs, suspensions, frames and ready edges were kept
	Ready []ReadyEdge // with Options.Full
}

// Speaks reports whether anything in the trace is of the protocol.
func (t *Timeline) Speaks() bool {
	return len(t.Epochs) > 0 || len(t.Loops) > 0 || len(t.Coroutines) > 0
}

// An Epoch is a stretch of the trace that can be understood alone.
type Epoch struct {
	T       time.Duration
	N       uint64
	Version int // of the protocol
}

// A Span is a stretch of time.
type Span struct {
	Start, End time.Duration
	Open       bool // it had not ended when the trace did
}

// Len returns how long s is.
func (s Span) Len() time.Duration { return s.End - s.Start }

// A Loop is an event loop.
type Loop struct {
	Name      string
	ID        uint64 // 0 if not known
	Task      uint64 // its root task: the page to open is /trace?taskid=<Task>
	Pages     []Page // one for its root task in each epoch, in order; Task's is the longest
	Goroutine int64  // the one it ran on last; 0 if not known
	Turns     int
	Busy      time.Duration // running and not idle
	Idle      time.Duration
	Longest   Step // the longest step; zero if there was none

	Running []Span // with Options.Full
	Idles   []Span // with Options.Full
	TurnLog []Turn // with Options.Full
}

// A Turn is one pass of a loop through its ready queue. It lasts until the next
// one begins or the loop is idle.
type Turn struct {
	T      time.Duration // when it began
	N      uint64        // which one of its loop's it was, from 1
	Ready  int           // how many callbacks were ready
	Timers int           // how many timers were set
}

// A Page is what go tool trace shows of a loop at /trace?taskid=<Task>: one of
// its epochs.
type Page struct {
	Task uint64
	Span
	Older bool // the task began before the trace did
}

// When returns "8.6ms to 109ms", from the page's beginning to its end.
func (p Page) When() string {
	start, end := apart(p.Start, p.End)
	return start + " to " + end
}

// Utilization returns which part of its running time the loop, which is a
// single thread, was busy: from 0 to 1.
func (l *Loop) Utilization() float64 {
	if l.Busy+l.Idle <= 0 {
		return 0
	}
	return float64(l.Busy) / float64(l.Busy+l.Idle)
}

// A Step is what a loop did without being able to do anything else: a run of
// one of its coroutines, or a callback.
type Step struct {
	Who      protocol.Ref // zero for a callback
	Callback string       // the callback's function if Who is zero
	At       string       // where Who was resumed; empty if it started, or if not known
	Start    time.Duration
	Took     time.Duration
}

// String returns "guest#2, resumed at bar.go:44" or "callback main.hog", and
// "" for the zero Step.
func (s Step) String() string {
	switch {
	case !s.Who.IsZero() && s.At != "":
		return s.Who.String() + ", resumed at " + s.At
	case !s.Who.IsZero():
		return s.Who.String()
	case s.Callback != "":
		return "callback " + s.Callback
	}
	return ""
}

// A SlowStep is a step that its loop reported as slow.
type SlowStep struct {
	Loop *Loop // nil if not known
	Step
}

// A Coroutine is one coroutine.
type Coroutine struct {
	ID        uint64
	Name      string
	Func      string // the body's function or the machine's type
	Shape     string
	Task      uint64 // the trace's task id; 0 if not known
	Parent    uint64 // id of the coroutine that made it; 0 if none did
	Loop      *Loop  // nil if it stands alone
	Goroutine int64  // the one it logged from last

	Made    string        // where it was made, "bar.go:31"; empty if not known
	Spawned time.Duration // when; or when it was first seen if Older
	Older   bool          // it is older than the trace, or than what is left of it
	Status  Status        // at the trace's end
	Ended   time.Duration // when, if Status is Done
	Outcome string        // "returned", "failed", ...; empty if it has not ended
	Detail  string        // the error or the panic's value

	RunCount        int
	Run             time.Duration // in all
	SuspensionCount int
	Suspended       time.Duration // in all
	Longest         time.Duration // the longest suspension; what was before the trace is in no total
	LongestOn       string        // what it was on: "await lock oven"
	LongestAt       string        // and where
	Waited          time.Duration // for its turn: ready, and not yet resumed
	FrameCount      int           // values of frame slots that were recorded

	Runs        []Run        // with Options.Full
	Suspensions []Suspension // with Options.Full
	Frames      []FrameValue // with Options.Full
}

func (c *Coroutine) String() string { return c.Name + "#" + strconv.FormatUint(c.ID, 10) }

// Ref returns the coroutine's name and id.
func (c *Coroutine) Ref() protocol.Ref { return protocol.Ref{Name: c.Name, ID: c.ID} }

// A Status is what a coroutine is doing.
type Status uint8

const (
	Unknown Status = iota // silent, and older than the trace, or from when its loop was observed before
	Created               // it has not started
	Running
	Suspended
	Done
)

var statusNames = [...]string{"unknown", "created", "running", "suspended", "done"}

func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return "Status(" + strconv.Itoa(int(s)) + ")"
}

// A Run is a stretch of time in which a coroutine ran.
type Run struct {
	Span
	At     string // where it was resumed; empty if it started there, or if not known
	Thrown string // the error that was thrown in; empty if none was
}

// A Suspension is a stretch of time in which a coroutine was suspended.
type Suspension struct {
	Span          // Start is negative if it is known to be older than the trace
	Older  bool   // it began before it was seen
	On     string // "await lock oven"
	State  int    // number of the state; protocol.NoState if the shape has none
	At     string // "bar.go:44"; empty if not known
	Detail string

	Ready   time.Duration // when it was made ready, for the last time; negative if it was not
	ReadyBy protocol.Ref  // by whom; zero if no coroutine did it
	Cause   string        // how; may be empty
}

// A FrameValue is the value that a slot of a coroutine's frame had at a
// suspension.
type FrameValue struct {
	T          time.Duration
	Suspension int // index in Coroutine.Suspensions
	Slot       string
	Value      string
}

// A ReadyEdge says that By made Who ready.
type ReadyEdge struct {
	T     time.Duration
	Who   protocol.Ref
	By    protocol.Ref // zero if no coroutine did it
	Cause string       // how; may be empty
}
