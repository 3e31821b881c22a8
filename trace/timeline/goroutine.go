package timeline

// This file defines the accounting of ordinary goroutines: what they did with
// their time.

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"coroscope/trace/protocol"

	"golang.org/x/exp/trace"
)

// A Goroutine is one goroutine, of a coroutine or not. Those that are Pulls are
// not among the Goroutines.
type Goroutine struct {
	ID        int64
	Func      string       // where it began, "main.worker", or what sync.WaitGroup.Go was given; empty if not known
	Coroutine protocol.Ref // the one whose outer region it had; zero if none
	Holder    bool         // it is that of a coroutine, or holds regions for one
	System    bool         // it is the runtime's own, or one of package coroscope/trace or coro that helps it to work

	Created time.Duration // 0 if it is older than the trace
	Ended   time.Duration // the trace's end if it has not
	Alive   bool          // it had not ended when the trace did

	Running  time.Duration // on a processor
	Runnable time.Duration // ready, and waiting for a processor
	Waits    []Wait        // by reason and function, longest first
	Syscall  time.Duration // in system calls, whether these block or not
	Syscalls []Wait        // by function, longest first; their Reason is ReasonSyscall
	Regions  []RegionTotal // regions that are not the protocol's, by name

	Phases []Phase // with Options.Full
}

// Reasons for waiting that are not the runtime's own words.
const (
	ReasonSwitch     = "coroutine switch" // it resumed a coroutine, or is one that is suspended
	ReasonNotStarted = "not started"
	ReasonUnknown    = "unknown" // it waited before the trace began
	ReasonSyscall    = "syscall"
)

// A Wait is how long a goroutine waited for one reason, in the runtime's
// words: "sync" (mutexes, wait groups and the like), "chan receive", "chan
// send", "select", "sleep", "network", ... Call tells more where there is more
// to tell: a mutex from a wait group, for one. Total and Longest are those of
// the trace, Count has the waits that are older than it too.
type Wait struct {
	Reason  string
	Call    string // the function of Go's own packages that was called: "sync.(*Mutex).Lock"; may be empty
	Count   int
	Total   time.Duration
	Longest time.Duration
	At      string // from where it was called, at the longest wait: "main.worker (bar.go:31)"; may be empty
}

// A Phase is what a goroutine does from Start to the next Phase, or to its end.
type Phase struct {
	Start  time.Duration
	State  GoroutineState
	Reason string // of a Waiting one, as in Wait
	Call   string
}

// A GoroutineState is what a goroutine is doing.
type GoroutineState uint8

const (
	GoRunnable GoroutineState = iota
	GoRunning
	GoSyscall
	GoWaiting
)

// Waiting returns how long g waited for one of the reasons; for any if none
// are given. System calls are not among them.
func (g *Goroutine) Waiting(reasons ...string) time.Duration {
	var total time.Duration
	for _, w := range g.Waits {
		if len(reasons) == 0 || slices.Contains(reasons, w.Reason) {
			total += w.Total
		}
	}
	return total
}

// Blocked returns g's waits and system calls, longest first. Together with
// Running and Runnable they make up the time from Created to Ended.
func (g *Goroutine) Blocked() []Wait {
	all := slices.Concat(g.Waits, g.Syscalls)
	sortWaits(all)
	return all
}

// ordinary returns the goroutines that are neither a coroutine's nor the
// runtime's own.
func (t *Timeline) ordinary() []*Goroutine {
	gs := make([]*Goroutine, 0, len(t.Goroutines))
	for _, g := range t.Goroutines {
		if g.ordinary() {
			gs = append(gs, g)
		}
	}
	return gs
}

// ordinary reports whether g is neither a coroutine's nor the runtime's own.
func (g *Goroutine) ordinary() bool { return !g.Holder && !g.System }

func sortWaits(ws []Wait) {
	slices.SortStableFunc(ws, func(x, y Wait) int { return cmp.Compare(y.Total, x.Total) })
}

// A goroutineState is a Goroutine while it is read.
type goroutineState struct {
	*Goroutine // which may be kept; without waits and system calls
	kept       bool
	state      trace.GoState
	since      time.Duration
	waits      []Wait // and system calls
	current    int    // index of the current one in waits
	place      string // where that was begun
	open       []openRegion

	role      role
	older     bool          // it is older than the trace, or than what is left of it
	ours      bool          // it is that of a coroutine of the protocol's, or holds regions for one
	made      string        // where it was made, if it is a coroutine's; where it was suspended first if it is older
	library   library       // whose coroutine it is, as its stacks tell
	unstarted bool          // it is older, and was never resumed before
	handed    time.Duration // the part of Runnable that belongs to switches
	switched  *switchState  // nil if it never was
}

// mainID is the number of the goroutine on which main runs.
const mainID = 1

// A recentGoroutine is one that was asked for. Its state is nil if there is none.
type recentGoroutine struct {
	id    trace.GoID
	state *goroutineState
}

func (b *builder) goroutine(id trace.GoID) *goroutineState {
	// Where coroutines switch, two goroutines take turns.
	for i := range b.recent {
		if b.recent[i].id == id && b.recent[i].state != nil {
			return b.recent[i].state
		}
	}
	g := b.goroutines.get(id)
	if g == nil {
		if n := len(b.spare); n > 0 {
			g, b.spare = b.spare[n-1], b.spare[:n-1]
		} else {
			g = &b.states.take(1)[0]
		}
		if g.Goroutine == nil {
			g.Goroutine = &b.goroutinePool.take(1)[0]
		}
		g.state, g.since, g.older = trace.GoUndetermined, b.begin, true
		g.ID = int64(id)
		if id == mainID {
			g.role = roleOrdinary
		}
		b.goroutines.add(id, g)
	}
	b.recent[b.stale] = recentGoroutine{id, g}
	b.stale = 1 - b.stale
	return g
}

// transition takes a change of a goroutine's state.
func (b *builder) transition(t time.Duration, rec *record) {
	c := rec.change
	part := c.part
	g := b.goroutine(c.of)
	from, to := c.from, c.to
	if from == to {
		// The status of all goroutines is repeated in each generation.
		if c.hasStack() {
			b.learn(g, b.sites.site(c.stack))
		}
		return
	}
	if (from == trace.GoNotExist || to == trace.GoRunnable && from == trace.GoWaiting) && c.maker != trace.NoStack {
		b.learnMaker(rec.goroutine, c)
	}
	switch from {
	case trace.GoNotExist:
		b.create(g, t, c)
	case trace.GoUndetermined:
		b.older(g, c)
	default:
		if part == switchDone {
			g.handed += t - g.since
		}
		g.account(t)
		switch to {
		case trace.GoRunnable:
			if from == trace.GoRunning && (g.Func == "" || wrapper(g.Func)) {
				b.learn(g, b.sites.site(c.stack))
			}
		case trace.GoWaiting:
			reason := c.reason
			switch {
			case part == switchLeft:
				reason = ReasonSwitch
			case reason == "":
				reason = ReasonUnknown
			}
			b.block(g, reason, c.stack)
		case trace.GoSyscall:
			b.block(g, ReasonSyscall, c.stack)
		}
	}
	g.state = to
	if b.opt.Full && (g.role != roleCoroutine || part == switchNone && from != trace.GoNotExist) {
		g.phase(t, to)
	}
	switch {
	case part == switchReady:
		b.next = g
	case part == switchLeft:
		b.left = g
		if c.ends {
			setRole(g, roleCoroutine)
			if g.switched != nil && len(g.switched.links) > 0 {
				settleBelow(g, b.next)
			}
		}
	case part == switchDone:
		b.switched(b.left, g, c.ends, t)
		if c.ends {
			b.reuse(b.left)
		}
		b.left = nil
	}
	if to == trace.GoNotExist {
		if part != switchLeft {
			setRole(g, roleOrdinary) // coroutines end by a switch
		}
		b.closeRegions(g, t)
		b.keep(g, t, true)
		b.goroutines.remove(c.of)
		b.recent = [2]recentGoroutine{}
		if g.switched == nil && part != switchLeft {
			b.reuse(g) // there is nobody who refers to it
		}
	}
}

// reuse keeps the memory of g, which has ended.
func (b *builder) reuse(g *goroutineState) {
	again := goroutineState{waits: g.waits[:0], switched: g.switched}
	if s := g.switched; s != nil {
		*s = switchState{}
	}
	if !g.kept {
		*g.Goroutine = Goroutine{}
		again.Goroutine = g.Goroutine
	}
	*g = again
	b.spare = append(b.spare, g)
}

// create takes the beginning of g.
func (b *builder) create(g *goroutineState, t time.Duration, c *change) {
	g.Created, g.since, g.older = t, t, false
	b.learn(g, b.sites.site(c.stack))
	switch c.to {
	case trace.GoWaiting:
		if g.role == roleCoroutine {
			b.madePull(g, b.sites.site(c.maker))
		}
		b.block(g, ReasonNotStarted, trace.NoStack)
	case trace.GoSyscall: // a thread that is not Go's calls into Go
		b.block(g, ReasonSyscall, trace.NoStack)
	}
}

// older takes what g has been doing since the trace's beginning, which is only
// said late.
func (b *builder) older(g *goroutineState, c *change) {
	g.since = b.begin
	at := b.sites.site(c.stack)
	b.learn(g, at)
	switch c.to {
	case trace.GoWaiting:
		if at.unstarted {
			setRole(g, roleCoroutine)
		}
		if g.role == roleCoroutine && at != noSite {
			b.olderPull(g, at)
		}
		reason := at.reason
		if reason == "" {
			reason = ReasonUnknown
		}
		b.block(g, reason, c.stack)
	case trace.GoSyscall:
		b.block(g, ReasonSyscall, c.stack)
	}
}

// learn takes where g began, if the stack tells it.
func (b *builder) learn(g *goroutineState, at *site) {
	if at.library != libraryNone {
		g.library = at.library
	}
	if at.entry == "" || g.Func != "" && !wrapper(g.Func) {
		return
	}
	g.Func = at.entry
	if at.entry == entryCoroutine {
		setRole(g, roleCoroutine)
	} else {
		setRole(g, roleOrdinary)
	}
}

// learnMaker takes where the goroutine began on which c happened.
func (b *builder) learnMaker(on trace.GoID, c *change) {
	if on == trace.NoGoroutine {
		return
	}
	if g := b.goroutine(on); g.Func == "" {
		b.learn(g, b.sites.site(c.maker))
	}
}

// block begins a wait or a system call.
func (b *builder) block(g *goroutineState, reason string, s trace.Stack) {
	at := b.sites.site(s)
	b.learn(g, at)
	g.place = at.place
	for i := range g.waits {
		if w := &g.waits[i]; w.Reason == reason && w.Call == at.call {
			w.Count++
			g.current = i
			return
		}
	}
	g.current = len(g.waits)
	if reason != ReasonSwitch && reason != ReasonNotStarted { // of which there may be one for each goroutine
		reason = b.sites.text(reason)
	}
	g.waits = append(g.waits, Wait{Reason: reason, Call: at.call, Count: 1})
}

// account adds the time since the last change to what it was spent on.
func (g *goroutineState) account(t time.Duration) {
	d := t - g.since
	g.since = t
	switch g.state {
	case trace.GoRunning:
		g.Running += d
	case trace.GoRunnable:
		g.Runnable += d
	case trace.GoWaiting, trace.GoSyscall:
		if g.current >= len(g.waits) {
			return // it is not known on what
		}
		w := &g.waits[g.current]
		w.Total += d
		if d >= w.Longest {
			w.Longest, w.At = d, g.place
		}
	}
}

// phase notes that g is in another state.
func (g *goroutineState) phase(t time.Duration, to trace.GoState) {
	p := Phase{Start: t}
	switch to {
	case trace.GoRunnable:
		p.State = GoRunnable
	case trace.GoRunning:
		p.State = GoRunning
	case trace.GoSyscall, trace.GoWaiting:
		p.State = GoWaiting
		if to == trace.GoSyscall {
			p.State = GoSyscall
		}
		p.Reason, p.Call = g.waits[g.current].Reason, g.waits[g.current].Call // block was called
	default:
		return
	}
	if len(g.Phases) == 0 && g.older {
		p.Start = g.since
	}
	g.Phases = append(g.Phases, p)
}

// keep adds g, which ended at t or with the trace, to the Timeline.
func (b *builder) keep(g *goroutineState, t time.Duration, ended bool) {
	if g.isForeign() {
		b.keepPull(g, t, ended)
		return
	}
	b.logsCoro = b.logsCoro || g.ours && g.library == libraryCoro
	g.Ended, g.Alive = t, !ended
	g.Holder = g.ours || !g.Coroutine.IsZero() || g.role == roleCoroutine
	if g.Func == "" && g.ID == mainID {
		g.Func = "main.main"
	}
	g.System = systemFunc(g.Func) || helperFunc(g.Func)
	g.Waits, g.Syscalls = b.keepWaits(g.waits)
	for _, w := range g.Syscalls {
		g.Syscall += w.Total
	}
	slices.SortFunc(g.Regions, func(x, y RegionTotal) int { return cmp.Compare(x.Name, y.Name) })
	g.kept = true
	b.tl.Goroutines = append(b.tl.Goroutines, g.Goroutine)
}

// keepWaits returns copies of the waits and of the system calls among ws, each
// longest first.
func (b *builder) keepWaits(ws []Wait) (waits, syscalls []Wait) {
	if len(ws) == 0 {
		return nil, nil
	}
	all := b.waitPool.take(len(ws))
	n := 0
	for _, w := range ws {
		if w.Reason != ReasonSyscall {
			all[n] = w
			n++
		}
	}
	waits, syscalls = all[:n:n], all[n:]
	for _, w := range ws {
		if w.Reason == ReasonSyscall {
			all[n] = w
			n++
		}
	}
	sortWaits(waits)
	sortWaits(syscalls)
	return waits, syscalls
}

// systemFunc reports whether goroutines that begin in fn are the runtime's own:
// those of the collector, and those that write traces.
func systemFunc(fn string) bool {
	return strings.HasPrefix(fn, "runtime.") && fn != "runtime.main" && fn != entryCoroutine ||
		strings.HasPrefix(fn, "runtime/trace.")
}

// helperFunc reports whether goroutines that begin in fn help packages
// coroscope/trace and coroscope/coro to work.
func helperFunc(fn string) bool {
	return packageOf(fn) == traceImport || strings.HasPrefix(fn, coroImport+".watchAbandoned")
}

func (b *builder) finishGoroutines() {
	for g := range b.goroutines.all() {
		if g.switched != nil && len(g.switched.links) > 0 {
			guess(g)
		}
	}
	for g := range b.goroutines.all() {
		if g.state == trace.GoUndetermined {
			continue
		}
		g.account(b.last)
		b.closeRegions(g, b.last)
		b.keep(g, b.last, false)
	}
	sortByID(b.tl.Goroutines)
	b.finishPulls()
}
