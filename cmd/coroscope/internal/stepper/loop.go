package stepper

// This file defines the session of a loop, to which each step is one turn.

import (
	"fmt"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
)

// A Scenario is what a loop does that can be stepped.
type Scenario struct {
	Name  string
	About string
	Parts func(s *demo.Stage) []demo.Part
}

// A loop is the session of a scenario in a shape.
type loop struct {
	of    Scenario
	shape coro.Shape

	*world
	history []*Snapshot
	log     []Entry
}

// A world is what a scenario is stepped in. It is made anew to go back.
type world struct {
	*watch
	clock *clock
	loop  *coro.Loop
	parts []demo.Part
	part  int // the index of the present one
	dead  bool
}

// NewLoop returns the session of a scenario's loop, with its coroutines in a
// shape.
func NewLoop(of Scenario, shape coro.Shape) Session {
	l := &loop{of: of, shape: shape}
	l.begin()
	return l
}

// begin makes everything anew.
func (l *loop) begin() {
	w := &world{watch: newWatch(), clock: &clock{}}
	w.loop = coro.NewLoop(
		coro.WithName(l.of.Name),
		coro.WithClock(w.clock),
		coro.WithObserver(w.watch),
		coro.WithExceptionHandler(w.exception),
	)
	w.clock.loop, w.watch.loop = w.loop, w.loop
	w.parts = l.of.Parts(&demo.Stage{Loop: w.loop, Shape: l.shape, Say: w.say, Work: w.clock.work})
	w.parts[0].Begin()
	l.world, l.history, l.log = w, nil, nil
	l.look(nil)
}

// Verbs implements [Session].
func (l *loop) Verbs() []Verb { return []Verb{{"next", "", "take a turn"}} }

// Do implements [Session].
func (l *loop) Do(verb, _ string) error {
	switch verb {
	case "next":
		l.Forward()
		return nil
	case "send", "throw", "close":
		return fmt.Errorf("%s is for a coroutine that stands alone; a loop resumes its tasks itself, one turn with each next", verb)
	}
	return fmt.Errorf("%s is no verb of a loop", verb)
}

// Upcoming implements [Session].
func (l *loop) Upcoming() string {
	switch {
	case !l.idle():
		return "turn " + fmt.Sprint(l.loop.Turns()+1)
	case l.part+1 < len(l.parts):
		return "part " + fmt.Sprint(l.part+2)
	}
	return ""
}

// idle reports whether nothing is left to do, as far as is known: a loop with
// tasks and without anything else is asked once more.
func (w *world) idle() bool {
	return w.dead || len(w.loop.Ready()) == 0 && len(w.loop.Timers()) == 0 && len(w.loop.Tasks()) == 0
}

// Forward implements [Session].
func (l *loop) Forward() {
	if l.Upcoming() == "" {
		return
	}
	l.step()
}

// Back implements [Session].
func (l *loop) Back(steps int) bool {
	done := len(l.history) - 1
	if done == 0 {
		return false
	}
	l.Close()
	l.begin()
	for range done - steps {
		l.step()
	}
	return true
}

// History implements [Session].
func (l *loop) History() []*Snapshot { return l.history }

// Close implements [Session].
func (l *loop) Close() {
	l.watch.blind = true
	l.loop.Close()
}

// step takes a turn, or begins the next part.
func (l *loop) step() {
	l.watch.turnBegins()
	if l.idle() {
		l.part++
		l.dead = false
		l.parts[l.part].Begin()
		l.look(&Entry{Did: fmt.Sprintf("part %d", l.part+1), Came: l.parts[l.part].Title})
		return
	}
	e := l.turn()
	l.look(&e)
}

// turn takes one turn and says what came of it.
func (w *world) turn() Entry {
	before := w.clock.Now()
	if len(w.loop.Ready()) > 0 {
		w.loop.Stop() // at the end of the turn that begins now
	} else {
		w.clock.stop = true // when it knows what it waits for
	}
	w.idled = 0
	if err := w.loop.RunForever(); err != nil {
		w.dead = true
		return Entry{Did: "turn", Came: firstLine(err), Failed: true}
	}
	w.idled = w.clock.waited
	w.clock.waited = 0
	e := Entry{Did: fmt.Sprintf("turn %d", w.loop.Turns())}
	switch {
	case w.clock.never:
		w.dead, w.clock.never = true, false
		e.Came, e.Failed = fmt.Sprintf("nothing can ever become ready; %s left waiting", plural(len(w.loop.Tasks()), "task")), true
	case w.idled > 0:
		e.Came = fmt.Sprintf("idle from %v to %v, then ran %d", before, before+w.idled, len(w.ran))
	default:
		e.Came = fmt.Sprintf("at %v, ran %d", before, len(w.ran))
	}
	return e
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// look adds the snapshot of what there is to see now. e is the last step.
func (l *loop) look(e *Entry) {
	if e != nil {
		l.log = append(l.log, *e)
	}
	part := l.parts[l.part].Title
	if len(l.parts) > 1 {
		part = fmt.Sprintf("part %d of %d: %s", l.part+1, len(l.parts), part)
	}
	v := &Loop{Part: part, Time: l.clock.Now(), Idle: l.idled, Ran: l.ran, Saw: l.saw}
	l.see(v)
	s := &Snapshot{
		Title:  "loop " + l.of.Name + ", " + l.shape.String(),
		About:  l.of.About,
		Step:   len(l.history),
		Status: fmt.Sprintf("at %v, %d ready, %s, %s", v.Time, len(v.Ready), plural(len(v.Timer), "timer"), plural(len(l.loop.Tasks()), "task")),
		Log:    l.log[:len(l.log):len(l.log)],
		Loop:   v,
	}
	l.history = append(l.history, s)
	s.Ended = l.Upcoming() == ""
}

// see fills in what the loop holds.
func (w *world) see(v *Loop) {
	for _, p := range w.loop.Ready() {
		v.Ready = append(v.Ready, w.readied(p))
	}
	for _, t := range w.loop.Timers() {
		v.Timer = append(v.Timer, Timer{At: t.When, What: w.pending(t.Pending)})
	}
	v.Tree = w.tree()
}

// A clock stands still while anything runs, and jumps to the next deadline
// when nothing does. It has the loop stop after a turn for which it waited.
type clock struct {
	loop   *coro.Loop
	now    time.Duration
	stop   bool          // the loop is to be stopped by Wait
	waited time.Duration // by the last Wait
	never  bool          // nothing would ever have ended the last Wait
}

// Now implements [coro.Clock].
func (c *clock) Now() time.Duration { return c.now }

// Wait implements [coro.Clock].
func (c *clock) Wait(until time.Duration, signal <-chan struct{}, still bool) {
	switch {
	case still:
		<-signal // from work that is under way outside of the loop
	case until < 0:
		c.never = true
	default:
		c.waited = max(0, until-c.now)
		c.now += c.waited
	}
	if c.stop {
		c.stop = false
		c.loop.Stop()
	}
}

// work is what a step does that holds the loop for d.
func (c *clock) work(d time.Duration) { c.now += d }
