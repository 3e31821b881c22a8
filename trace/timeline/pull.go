package timeline

// This file defines Pull, a coroutine of iter.Pull that nothing was written of,
// and how a builder follows it from switch to switch.

import (
	"cmp"
	"slices"
	"time"
)

// A Pull is a coroutine that a program made with iter.Pull or iter.Pull2 and
// wrote nothing about: all that the trace has of it are the switches from one
// goroutine to another. Coroutines that the protocol's logs are about, those of
// package coroscope/trace, and the goroutines that hold regions for them, are
// not among the Pulls.
//
// A Pull that resumes another one runs while that does, as a [Coroutine] does:
// it is suspended while whoever resumed it goes on. Until it is resumed for the
// first time it is suspended too. Of one that is older than the trace, and never
// switches in it, only the stack on which it is suspended tells whose it is: one
// that runs, or was never resumed, is not among the Pulls where package
// coroscope/trace wrote about others. One that is older than the trace counts from
// the trace's beginning. Run, Runnable, Blocked and Suspended make up the time
// from Created to Ended.
type Pull struct {
	Goroutine int64         // its own
	Made      string        // where iter.Pull was called, "main.words (main.go:31)"; empty if Older
	At        string        // where one that is Older was suspended when it was first seen, as Made; may be empty
	Created   time.Duration // when; the trace's beginning if Older
	Ended     time.Duration // when; the trace's end if it has not
	Older     bool          // it is older than the trace, or than what is left of it
	Guessed   bool          // the trace does not tell whether it resumes those that it switches with, or these resume it
	Status    Status        // at the trace's end

	Switches  int           // how often it was switched to, by its resumer or by one that it had resumed
	Run       time.Duration // from being resumed to being suspended, without the next two
	Runnable  time.Duration // meanwhile: ready, and waiting for a processor
	Waits     []Wait        // meanwhile: blocked, or in a system call; longest first
	Suspended time.Duration

	Runs   []Span  // from being resumed to being suspended; with Options.Full
	Blocks []Block // what it was kept by within these; with Options.Full
}

// A Block is a stretch of time in which a Pull had been resumed, and did not
// run.
type Block struct {
	Span
	State  GoroutineState
	Reason string // as in Wait
	Call   string
}

// Open reports whether p waited to be resumed when the trace ended. If it still
// did when the program had no more use for it, a call of stop was forgotten.
func (p *Pull) Open() bool { return p.Status == Suspended || p.Status == Created }

// Blocked returns how long p was blocked or in a system call, in all.
func (p *Pull) Blocked() time.Duration {
	var total time.Duration
	for _, w := range p.Waits {
		total += w.Total
	}
	return total
}

// entryCoroutine is the function in which a coroutine of iter.Pull begins.
const entryCoroutine = "runtime.corostart"

// A switchState is what is known of a goroutine that was switched to or from.
type switchState struct {
	// resumer waits for the goroutine, which it has resumed. It is nil while the
	// goroutine is suspended, and where it is not known.
	resumer *goroutineState
	links   []*link // those that are open

	used     bool
	since    time.Duration // when it was last switched to or from
	gaps     int           // how many there were then
	switches int           // to it
	first    time.Duration // when it was first switched to
	before   time.Duration // when who resumed it last had switched before
	out      bool          // it was switched from
	resumes  bool          // in order to resume another one
	via      *link         // whether it was is open
	guessed  bool

	// The time between the switches, which is that of a run, that of a
	// suspension, and that of the runs of others that it resumed.
	in, off, away time.Duration

	run   time.Duration // when the current run began
	split bool          // it was ended when the goroutine was switched from
	runs  []stint       // with Options.Full
}

// A stint is a run, or a part of one: it goes on with the next stint if via's
// resumer is the goroutine that left by it.
type stint struct {
	Span
	via *link // nil if it is a whole run
}

// switching returns g's switchState.
func (b *builder) switching(g *goroutineState) *switchState {
	s := g.switched
	if s == nil {
		s = &b.switchPool.take(1)[0]
		g.switched = s
	}
	if !s.used {
		s.used = true
		s.since, s.gaps = max(g.Created, b.begin), b.gaps
		s.run = s.since
	}
	if s.gaps != b.gaps {
		if len(s.links) > 0 {
			guess(g) // what is learned from here on is not of these
		}
		if n := len(s.runs); n > 0 {
			s.runs[n-1].via = nil
		}
		s.gaps = b.gaps
		s.since, s.run = b.begin, b.begin
		s.resumer, s.out, s.split = nil, false, false
	}
	return s
}

// leave adds the time since the last switch, which was to it.
func (s *switchState) leave(t time.Duration) {
	s.in += t - s.since
	s.since = t
}

// comeBack adds the time since the last switch, which was from it.
func (s *switchState) comeBack(t time.Duration, resumed bool) {
	d := t - s.since
	s.since = t
	if resumed {
		s.away += d
	} else {
		s.off += d
	}
}

// endRun ends a run, or a part of one.
func (b *builder) endRun(s *switchState, t time.Duration, open bool, via *link) {
	if b.opt.Full {
		s.runs = append(s.runs, stint{Span{s.run, t, open}, via})
		s.run = t
	}
}

// switched takes a switch.
func (b *builder) switched(from, to *goroutineState, ends bool, t time.Duration) {
	f, s := b.switching(from), b.switching(to)
	before := f.since
	d := yields
	if !ends {
		d = directionOf(from, to)
	}
	var via *link
	switch d {
	case yields:
		if len(f.links) > 0 && !ends {
			settleBelow(from, to)
		}
		setRole(from, roleCoroutine)
	case resumes:
		if s.via != nil {
			settleBelow(to, s.via.other(to)) // which it was suspended by
		}
		setRole(to, roleCoroutine)
	default:
		via = linkOf(from, to)
		via.at = to
	}

	if !ends {
		f.leave(t)
		f.out, f.resumes, f.via = true, d == resumes, via
		if f.split = d != resumes; f.split {
			b.endRun(f, t, false, via)
		}
	}
	switch d {
	case yields:
		f.resumer = nil
	case resumes:
		s.resumer = from
	}

	switch {
	case d == unclear:
		if !s.out {
			b.endRun(s, s.run, false, via) // it may have run
		}
		via.add(to, t-s.since)
		s.since, s.run = t, t
	default:
		s.comeBack(t, d == yields)
		if d == resumes || s.split {
			s.run = t
		}
	}
	s.out, s.via, s.split = false, nil, false
	if s.switches == 0 {
		s.first = t
	}
	if d != yields {
		s.before = before
	}
	s.switches++
	// What one waited for that waited before the trace began is known now.
	if i := to.current; i < len(to.waits) && to.waits[i].Reason == ReasonUnknown {
		to.waits[i].Reason = ReasonSwitch
	}
}

// madePull notes that g is a coroutine that was made just now.
func (b *builder) madePull(g *goroutineState, at *site) {
	setRole(g, roleCoroutine)
	g.made, g.library = at.made, at.maker
	b.switching(g).out = true
}

// olderPull notes that g, which waits, is a coroutine that is older than the
// trace. at is where it waits.
func (b *builder) olderPull(g *goroutineState, at *site) {
	s := b.switching(g)
	s.out = at.reason == ""
	s.resumes = at.resumes
	if s.out && !s.resumes {
		g.made = at.made
	}
	g.unstarted = at.unstarted
}

// isForeign reports whether g is a coroutine that nothing was written of.
func (g *goroutineState) isForeign() bool {
	return g.role == roleCoroutine && !g.ours && g.library != libraryTrace && g.Coroutine.IsZero()
}

// keepPull adds g, which ended at t or with the trace, to the Pulls.
func (b *builder) keepPull(g *goroutineState, t time.Duration, ended bool) {
	s := b.switching(g)
	out := s.out
	if out {
		s.comeBack(t, s.resumes)
	} else {
		s.leave(t)
	}
	p := &b.pullPool.take(1)[0]
	*p = Pull{
		Goroutine: g.ID, Created: max(g.Created, 0), Ended: t, Older: g.older, Guessed: s.guessed,
		Switches: s.switches, Run: s.in + s.away, Suspended: s.off,
	}
	if g.older {
		p.At = g.made
	} else {
		p.Made = g.made
	}
	switch {
	case ended:
		p.Status = Done
	case !out || s.resumes:
		p.Status = Running
	case s.switches == 0 && (!g.older || g.unstarted):
		p.Status = Created
	default:
		p.Status = Suspended
	}
	p.Runnable = g.Runnable - g.handed
	for _, w := range g.waits {
		if w.blocks() {
			p.Waits = append(p.Waits, w)
		}
	}
	sortWaits(p.Waits)
	// Of a damaged trace the times need not be those of one life.
	p.Run = max(0, p.Run-p.Runnable-p.Blocked())
	if b.opt.Full {
		if p.Status == Running || ended && !out {
			b.endRun(s, t, !ended, nil)
		}
		p.Runs = g.wholeRuns()
		p.Blocks = g.blocks(t, ended)
	}
	if g.library != libraryNone || g.older && g.made == "" && (ended || s.switches == 0) {
		b.uncertain = append(b.uncertain, uncertainPull{p, g.library, max(s.first, p.Created), s.before})
		return
	}
	b.tl.Pulls = append(b.tl.Pulls, p)
}

// wholeRuns returns g's runs, after everything that was open of it is settled.
func (g *goroutineState) wholeRuns() []Span {
	var runs []Span
	from := time.Duration(-1) // where the stint at hand began, if it is a later part of a run
	for _, r := range g.switched.runs {
		if from >= 0 {
			r.Start, from = from, -1
		}
		switch {
		case r.via != nil && r.via.resumer == g:
			from = r.Start
		case r.via != nil && r.Start == r.End: // it did not run before it was resumed
		default:
			runs = append(runs, r.Span)
		}
	}
	return runs
}

// blocks reports whether one who waits so neither waits for a coroutine nor, as
// a coroutine, to be resumed.
func (w *Wait) blocks() bool { return blocks(w.Reason) }

func blocks(reason string) bool {
	return reason != ReasonSwitch && reason != ReasonNotStarted && reason != ReasonUnknown
}

// blocks returns what kept g, a coroutine, from running.
func (g *goroutineState) blocks(end time.Duration, ended bool) []Block {
	var all []Block
	waited := false // as a coroutine does, so that being ready is the end of that
	for i, p := range g.Phases {
		span := Span{p.Start, end, !ended}
		if i+1 < len(g.Phases) {
			span.End, span.Open = g.Phases[i+1].Start, false
		}
		switch {
		case p.State == GoRunning:
			waited = false
			continue
		case p.State == GoRunnable && waited:
			continue
		case p.State == GoWaiting && !blocks(p.Reason):
			waited = true
			continue
		}
		waited = false
		all = append(all, Block{Span: span, State: p.State, Reason: p.Reason, Call: p.Call})
	}
	return all
}

// An uncertainPull is a Pull that may have been one of the coroutines that the
// protocol's logs are about.
type uncertainPull struct {
	*Pull
	library library
	first   time.Duration // when it was made, or first switched to
	before  time.Duration // as in switchState
}

// finishPulls adds the uncertain ones to the Pulls, but for those of which
// nothing could be written.
//
// A trace begins a little before its first epoch, and that is known only a
// little before the first of all coroutines writes. Whoever resumes one has
// looked for an epoch before, and may have been kept from going on since. So one
// that has ended is not added if it was made before that first log, and who
// resumed it last had not switched since.
//
// In any part of the trace there may be some that have not come to their first
// log. It also goes on a little after the last log: those that were resumed only
// then are not added if others like them were written about.
func (b *builder) finishPulls() {
	for _, p := range b.uncertain {
		early := p.Status == Done && b.silent > 0 && p.Created <= b.silent && p.before <= b.silent
		alike := b.logsCoro || p.library == libraryNone && len(b.order) > 0
		begins := p.Switches <= 1 && p.Status != Done && (p.Status != Suspended || p.Older && p.Switches == 0)
		late := begins && len(b.tl.Epochs)+len(b.order) > 0 || alike && p.first > b.marked
		if !early && !late {
			b.tl.Pulls = append(b.tl.Pulls, p.Pull)
		}
	}
	slices.SortFunc(b.tl.Pulls, func(x, y *Pull) int {
		return cmp.Or(cmp.Compare(x.Created, y.Created), cmp.Compare(x.Goroutine, y.Goroutine))
	})
}
