package main

// This file defines how a demo is traced: as a whole, or with a flight recorder
// that keeps the last moments of it.

import (
	"fmt"
	"io"
	"runtime/trace"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/internal/outfile"
	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"
)

// A tracing is how a demo is traced.
type tracing interface {
	start() error
	stop(demoErr error) // the demo has ended
	keep() error        // puts what was written in its place
}

// A wholeTrace is a trace of everything.
type wholeTrace struct{ out *outfile.File }

func (w wholeTrace) start() error { return cotrace.Start(w.out) }
func (w wholeTrace) stop(error)   { cotrace.Stop() }
func (w wholeTrace) keep() error  { return w.out.Commit() }

const (
	// flightWindow is how long at least a demo's flight recorder remembers.
	flightWindow = 400 * time.Millisecond

	// flightAfter is how long it goes on after a slow step.
	flightAfter = 60 * time.Millisecond
)

// A flight is a demo with a flight recorder. Its window is written when a step
// was slow, each time one is slower than those before, so that the slowest's
// is there in the end; or when there is a deadlock; or else when the demo has
// ended.
type flight struct {
	path     string
	out      *outfile.File // for the first window
	began    time.Time
	say      func(format string, args ...any)
	recorder *cotrace.FlightRecorder
	trigger  *cotrace.Trigger

	mu      sync.Mutex
	slowest time.Duration

	written cotrace.Written // what became of the last window; zero if there was none
	at      time.Duration   // when, since the demo began
}

// newFlight returns a flight whose window goes to path, for which out is open
// already, and has env's slow steps reported to it.
func newFlight(out *outfile.File, path string, env *demo.Env) *flight {
	f := &flight{path: path, out: out, began: time.Now(), say: env.Say}
	f.recorder = cotrace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: flightWindow})
	f.trigger = cotrace.NewTrigger(f.recorder, cotrace.TriggerConfig{
		Write: f.write, Report: f.report, Every: -1, After: flightAfter,
	})
	env.Flight, env.Slow = true, f.slow
	return f
}

func (f *flight) start() error { return f.recorder.Start() }

// slow is told of slow steps.
func (f *flight) slow(s coro.SlowStep) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.Took > f.slowest {
		f.slowest = s.Took
		f.trigger.SlowStep(s)
	}
}

func (f *flight) stop(demoErr error) {
	f.trigger.Wait()
	f.trigger.Deadlock(demoErr)
	if f.written.Why == "" {
		f.trigger.Request("the demo has ended")
	}
	f.recorder.Stop()
}

// write writes the window in place of the one there may be.
func (f *flight) write(window io.WriterTo, _ string) (err error) {
	out := f.out
	if f.written.Why != "" {
		if out, err = outfile.Create(f.path); err != nil {
			return err
		}
	}
	defer out.Abort()
	if _, err := window.WriteTo(out); err != nil {
		return err
	}
	return out.Commit()
}

// report is called after write, on the same goroutine.
func (f *flight) report(w cotrace.Written) {
	f.written, f.at = w, time.Since(f.began)
	if w.Err == nil {
		f.say("the flight recorder's window is written to %s (%d kB)", f.path, (w.Bytes+999)/1000)
	}
}

func (f *flight) keep() error { return f.written.Err }

// maxNamed is how many coroutines are listed that began before a window.
const maxNamed = 12

// show says what the window holds, and what began before it.
func (f *flight) show(w io.Writer, tl *timeline.Timeline) error {
	var older []*timeline.Coroutine
	for _, c := range tl.Coroutines {
		if c.Older {
			older = append(older, c)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nThe flight recorder's window was written %s after the demo began, because\n%s.\n", rounded(f.at), f.written.Why)
	fmt.Fprintf(&b, "It holds the last %s of that", rounded(tl.Duration))
	switch {
	case len(older) == 0:
		b.WriteString(", and nothing in it began before.\n")
	case len(older) == 1:
		b.WriteString(". One coroutine in it began before, and is named:\n")
	default:
		fmt.Fprintf(&b, ". %d coroutines in it began before, and are named:\n", len(older))
	}
	rows := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for i, c := range older {
		if i == maxNamed {
			fmt.Fprintf(rows, "  and %d more\n", len(older)-maxNamed)
			break
		}
		fmt.Fprintf(rows, "  %s\t%s\t%s\t%s\n", timeline.Clean(c.String()), timeline.Clean(c.Func), timeline.Clean(c.Shape), timeline.Clean(stoodAt(c)))
	}
	rows.Flush()
	_, err := io.WriteString(w, b.String())
	return err
}

// stoodAt says what a coroutine was doing where the window begins.
func stoodAt(c *timeline.Coroutine) string {
	if len(c.Runs)+len(c.Suspensions) == 0 {
		return "nothing is heard of it"
	}
	if len(c.Suspensions) == 0 || !c.Suspensions[0].Older {
		return "ran"
	}
	s := c.Suspensions[0]
	on := strings.TrimPrefix(s.On, "await ")
	if s.Start >= 0 {
		return "suspended on " + on
	}
	return fmt.Sprintf("suspended on %s, for %s by then", on, rounded(-s.Start))
}

// rounded returns d as people want it.
func rounded(d time.Duration) string {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(time.Millisecond).String()
}
