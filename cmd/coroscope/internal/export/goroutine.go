package export

// This file defines how goroutines are drawn: coroutines of iter.Pull that
// nothing was written about, and ordinary ones.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"coroscope/trace/timeline"
)

// A goroutineRow is a goroutine and its track.
type goroutineRow struct {
	*timeline.Goroutine
	track *track
}

// A pullRow is a coroutine of iter.Pull and its track.
type pullRow struct {
	*timeline.Pull
	track *track
}

// addGoroutines lays out the coroutines of iter.Pull and the goroutines that
// are neither a coroutine's nor the runtime's own.
func (p *picture) addGoroutines() {
	if len(p.t.Pulls) > 0 {
		proc := p.newProcess("iter.Pull")
		for _, pull := range p.t.Pulls {
			name, _, _ := strings.Cut(cmp.Or(pull.Made, pull.At), " (")
			p.pulls = append(p.pulls, pullRow{pull, p.newTrack(proc, goroutineName(pull.Goroutine, name))})
		}
	}
	var proc *process
	for _, g := range p.t.Goroutines {
		if g.Holder || g.System {
			continue
		}
		if proc == nil {
			proc = p.newProcess("goroutines")
		}
		p.goroutines = append(p.goroutines, goroutineRow{g, p.newTrack(proc, goroutineName(g.ID, g.Func))})
	}
}

// goroutineName returns "G12 worker.run" for goroutine 12 of the function
// example.org/worker.run.
func goroutineName(id int64, fn string) string {
	name := fmt.Sprintf("G%d", id)
	if fn != "" {
		name += " " + fn[strings.LastIndexByte(fn, '/')+1:]
	}
	return name
}

// drawPull draws a coroutine of iter.Pull: its life, in that its runs, and
// between these its suspensions.
func (p *picture) drawPull(r *pullRow) {
	start, end, open := max(r.Created, 0), r.Ended, r.Status != timeline.Done
	end = max(end, start)
	p.args.text("made", r.Made)
	p.args.text("status", r.Status.String())
	p.args.number("switches", int64(r.Switches))
	p.args.duration("ran", r.Run)
	p.args.duration("runnable", r.Runnable)
	p.args.duration("blocked", r.Blocked())
	p.args.duration("suspended", r.Suspended)
	if r.Older {
		p.args.text("since", "before the trace")
		p.args.text("seen", r.At)
	}
	if r.Guessed {
		p.args.text("guessed", "who resumes whom")
	}
	p.begin(r.track, slice{cat: catLife, name: r.track.name, start: start, end: end, open: open})
	at := start
	suspended := func(until time.Duration, open bool) {
		if until > at {
			p.leaf(r.track, slice{cat: catAwait, name: "await resumer", start: at, end: until, open: open})
		}
	}
	for _, run := range r.Runs {
		from := min(max(run.Start, at), end)
		to := min(max(run.End, from), end)
		suspended(from, false)
		p.drawRun(r, slice{cat: catRun, name: "run", start: from, end: to, open: run.Open})
		at = to
	}
	suspended(end, open)
	p.sink.end(r.track, end, open)
}

// drawRun draws a run of a coroutine of iter.Pull, and in it what kept it.
func (p *picture) drawRun(r *pullRow, run slice) {
	i, _ := slices.BinarySearchFunc(r.Blocks, run.start, func(b timeline.Block, t time.Duration) int { return cmp.Compare(b.Start, t) })
	if i == len(r.Blocks) || r.Blocks[i].Start >= run.end {
		p.leaf(r.track, run)
		return
	}
	p.begin(r.track, run)
	at := run.start
	for _, b := range r.Blocks[i:] {
		if b.Start >= run.end {
			break
		}
		from := min(max(b.Start, at), run.end)
		at = min(max(b.End, from), run.end)
		s := stateSlice(b.State, b.Reason)
		s.start, s.end, s.open = from, at, b.Open
		p.args.text("call", b.Call)
		p.leaf(r.track, s)
	}
	p.sink.end(r.track, run.end, run.open)
}

// stateSlice returns a slice for what a goroutine does.
func stateSlice(state timeline.GoroutineState, reason string) slice {
	switch state {
	case timeline.GoRunning:
		return slice{cat: catRun, name: "running"}
	case timeline.GoRunnable:
		return slice{cat: catReady, name: "runnable"}
	case timeline.GoSyscall:
		return slice{cat: catAwait, name: timeline.ReasonSyscall}
	}
	return slice{cat: catAwait, name: reason}
}

// drawGoroutine draws an ordinary goroutine: its life, and in that what it did.
func (p *picture) drawGoroutine(r *goroutineRow) {
	start := max(r.Created, 0)
	end := max(r.Ended, start)
	p.args.text("function", r.Func)
	p.args.duration("running", r.Running)
	p.args.duration("runnable", r.Runnable)
	p.args.duration("syscalls", r.Syscall)
	p.args.duration("waiting", r.Waiting())
	p.begin(r.track, slice{cat: catLife, name: r.track.name, start: start, end: end, open: r.Alive})
	at := start
	for i, phase := range r.Phases {
		until, open := end, r.Alive
		if i+1 < len(r.Phases) {
			until, open = r.Phases[i+1].Start, false
		}
		from := min(max(phase.Start, at), end)
		at = min(max(until, from), end)
		s := stateSlice(phase.State, phase.Reason)
		s.start, s.end, s.open = from, at, open
		p.args.text("call", phase.Call)
		p.leaf(r.track, s)
	}
	p.sink.end(r.track, end, r.Alive)
}
