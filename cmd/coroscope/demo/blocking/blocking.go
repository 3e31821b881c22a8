// Package blocking is the demo blocking: a coroutine makes a call that blocks,
// and then the same call off the loop.
//
// A loop is one thread. While a coroutine on it waits in a call that knows
// nothing of coroutines (a database's driver, a file, a lock), the loop waits
// with it: nobody else goes on, however little there is to be done. Here three
// streams show a frame every few milliseconds, and a report asks a database.
// Asked inside of the loop, all streams stand still until the answer is there,
// and the loop reports the slow step with its place. Asked off the loop, on a
// goroutine of its own, the report is suspended meanwhile, and the streams go
// on as before.
package blocking

import (
	"context"
	"fmt"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
)

// Demo is the demo blocking.
var Demo = demo.Demo{
	Name:    "blocking",
	About:   "a call that blocks, inside of the loop, where everybody stalls, and off it, where nobody does",
	Shapes:  demo.ShapeNames(),
	Run:     run,
	Figures: figures,
	Parts:   parts,
	Windows: true,
}

const (
	gather = 150 * time.Millisecond // what the report does before it asks
	hold   = 150 * time.Millisecond // how long the database takes
	write  = 100 * time.Millisecond // what the report does afterwards

	// gatherLong is gather where a flight recorder is on: by then everybody
	// has been there for longer than its window.
	gatherLong = 1200 * time.Millisecond

	// rows is what the database answers.
	rows = 42
)

// streams are who goes on, or does not, meanwhile: how long each frame is
// shown.
var streams = []struct {
	name  string
	frame time.Duration
}{
	{"video", 20 * time.Millisecond},
	{"music", 15 * time.Millisecond},
	{"chat", 35 * time.Millisecond},
}

// What the trace calls them: the time for which a frame is shown, and the call,
// where it is made off the loop.
const (
	frameLabel = "frame"
	queryLabel = "query"
)

// The loops of the two scenes.
const (
	inside  = "inside"
	offLoop = "off the loop"
)

func run(ctx context.Context, env *demo.Env) error {
	longer := gather
	if env.Flight {
		longer = gatherLong
	}
	for _, scene := range []struct {
		loop, title string
		gather      time.Duration
		off         bool
	}{
		{inside, fmt.Sprintf("Three streams, and a report (%s) that asks a database inside of the loop.", env.Shape), longer, false},
		{offLoop, "The same streams, and a report that has the same question asked off the loop.", gather, true},
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		env.Title("%s", scene.title)
		l := env.NewLoop(scene.loop, newStalls(env.Say))
		q := question{gather: scene.gather, off: scene.off, ask: func() (int, error) {
			env.Say("the database is asked, which takes %v, %s", hold, where(scene.off))
			time.Sleep(hold) // as a driver does that knows nothing of coroutines
			env.Say("the database has answered")
			return rows, nil
		}}
		_, err := demo.RunAll(l, begin(l, demo.ShapesIn(env.Shape)[0], q))
		l.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func where(off bool) string {
	if off {
		return "on a goroutine of its own"
	}
	return "and the loop waits with the report"
}

// begin spawns the streams, which last as long as the report, and the report.
func begin(l *coro.Loop, shape coro.Shape, q question) []*coro.Task[int] {
	var tasks []*coro.Task[int]
	for _, s := range streams {
		frames := int((q.gather + hold + write) / s.frame)
		tasks = append(tasks, coro.Spawn(l, streamIn(shape, s.frame, frames), coro.Named(s.name), coro.InFunc(streamMachine.Func)))
	}
	return append(tasks, coro.Spawn(l, reportIn(shape, l, q), coro.Named("report"), coro.InFunc(reportMachine.Func)))
}

// parts is the scene that can be stepped: the other one has a goroutine in it.
func parts(s *demo.Stage) []demo.Part {
	return []demo.Part{{
		Title: "A report asks a database inside of the loop: the timers of the streams are due meanwhile, and have to wait.",
		Begin: func() {
			begin(s.Loop, s.Shape, question{gather: gather, ask: func() (int, error) {
				s.Say("the database is asked, and the loop waits with the report")
				s.Work(hold)
				return rows, nil
			}})
		},
	}}
}

// stalls tells when a frame was late.
type stalls struct {
	coro.NopObserver
	say   func(format string, args ...any)
	since map[*coro.Info]time.Time // when each frame began
}

func newStalls(say func(format string, args ...any)) *stalls {
	return &stalls{say: say, since: make(map[*coro.Info]time.Time)}
}

// Suspend implements [coro.Observer].
func (o *stalls) Suspend(c *coro.Info, s coro.Suspension) {
	if s.Label == frameLabel {
		o.since[c] = time.Now()
	}
}

// Resume implements [coro.Observer].
func (o *stalls) Resume(c *coro.Info, s coro.Suspension, start bool, _ error) {
	if start || s.Label != frameLabel {
		return
	}
	took := time.Since(o.since[c])
	if late, ok := lateness(took, s.Detail); ok && late >= demo.SlowStep {
		o.say("%s stalls: a frame of %s was there for %v", c.Name, s.Detail, took.Round(100*time.Microsecond))
	}
}

// lateness returns by how much a sleep was too long that took so long; detail
// says how long it was meant to be.
func lateness(took time.Duration, detail string) (time.Duration, bool) {
	meant, err := time.ParseDuration(detail)
	return took - meant, err == nil
}
