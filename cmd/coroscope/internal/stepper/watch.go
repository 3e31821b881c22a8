package stepper

// This file defines the observer of a stepped loop.

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"coroscope/coro"
)

// A watch writes down what happens on a loop during one step. Tasks are
// numbered from 1, and not as in the process, so that going back shows the
// same numbers. It is called by one goroutine at a time: the loop's, or that of
// the body that runs.
type watch struct {
	coro.NopObserver
	loop    *coro.Loop
	numbers map[*coro.Info]int
	why     map[*coro.Info]string // who made it ready
	ran     []string              // what this turn found ready
	saw     []string              // what happened in it
	idled   time.Duration         // before it
	blind   bool                  // nothing more is written down
}

func newWatch() *watch {
	return &watch{numbers: make(map[*coro.Info]int), why: make(map[*coro.Info]string)}
}

func (w *watch) turnBegins() { w.ran, w.saw, w.idled = nil, nil, 0 }

// note writes down something that happened.
func (w *watch) note(format string, args ...any) {
	if !w.blind {
		w.saw = append(w.saw, w.renumber(clean(fmt.Sprintf(format, args...))))
	}
}

// say is what the demo says.
func (w *watch) say(format string, args ...any) {
	w.note("| %s", strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (w *watch) exception(_ *coro.Loop, e coro.Exception) {
	text := e.Message
	if e.Of != nil {
		text += ": " + e.Of.String()
	}
	if e.Err != nil {
		text += ": " + firstLine(e.Err)
	}
	w.note("! %s", text)
}

// name returns what a task is called here.
func (w *watch) name(c *coro.Info) string { return fmt.Sprintf("%s#%d", c.Name, w.number(c)) }

func (w *watch) number(c *coro.Info) int {
	n, ok := w.numbers[c]
	if !ok {
		n = len(w.numbers) + 1
		w.numbers[c] = n
	}
	return n
}

// renumber returns a text in which tasks are called as they are here.
func (w *watch) renumber(text string) string {
	var pairs [][2]string
	for c := range w.numbers {
		pairs = append(pairs, [2]string{c.String(), w.name(c)})
	}
	// The longer first: Ann#1 is the beginning of Ann#12.
	slices.SortFunc(pairs, func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(len(b[0]), len(a[0])), cmp.Compare(a[0], b[0]))
	})
	var flat []string
	for _, p := range pairs {
		flat = append(flat, p[0], p[1])
	}
	return strings.NewReplacer(flat...).Replace(text)
}

// inlinedHere is the name of a function literal that the compiler has inlined
// into another one: "show.timers.func1.show.over.1" where it would be
// "show.over.func1".
var inlinedHere = regexp.MustCompile(`^([^.]+)\..*\.func[\d.]+\.(.+)\.(\d+)$`)

// callback says which callback has the given function.
func callback(fn string) string {
	return "callback " + inlinedHere.ReplaceAllString(fn, "$1.$2.func$3")
}

// pending says what a loop will run.
func (w *watch) pending(p coro.Pending) string {
	text := callback(p.Callback)
	switch {
	case p.SleepEnd:
		text = "the end of " + w.name(p.Task) + "'s sleep"
	case p.Task != nil:
		text = w.name(p.Task)
	}
	if p.Canceled {
		text += ", canceled"
	}
	return text
}

// readied is pending with who made it ready.
func (w *watch) readied(p coro.Pending) string {
	text := w.pending(p)
	if p.Task != nil && !p.SleepEnd && w.why[p.Task] != "" {
		text += ", " + w.why[p.Task]
	}
	return text
}

// tree returns who awaits whom.
func (w *watch) tree() []string {
	var b strings.Builder
	w.loop.WriteAwaitTree(&b) // a Builder does not fail
	var lines []string
	for line := range strings.Lines(b.String()) {
		text := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(text)]
		lines = append(lines, indent+w.renumber(clean(strings.TrimRight(text, "\n"))))
	}
	return lines
}

// Spawn implements [coro.Observer].
func (w *watch) Spawn(c *coro.Info) {
	name := w.name(c)
	if c.Parent != nil {
		w.note("%s is spawned by %s", name, w.name(c.Parent))
		return
	}
	w.note("%s is spawned", name)
}

// Ready implements [coro.Observer].
func (w *watch) Ready(c *coro.Info, why coro.Cause) {
	switch {
	case why.What == "spawn":
		w.why[c] = "new"
	case why.What == "turn":
		w.why[c] = "which waited for a turn"
	case why.What == "timer":
		w.why[c] = "which has slept"
	case why.By != nil:
		w.why[c] = fmt.Sprintf("because of %s (%s)", w.name(why.By), why.What)
	default:
		w.why[c] = "because of a " + why.What
	}
}

// Resume implements [coro.Observer].
func (w *watch) Resume(c *coro.Info, s coro.Suspension, start bool, thrown error) {
	switch {
	case start:
		w.note("%s starts", w.name(c))
	case thrown != nil:
		w.note("%s gets an error at %s: %s", w.name(c), s.On(), firstLine(thrown))
	default:
		w.note("%s goes on from %s", w.name(c), s.On())
	}
}

// Suspend implements [coro.Observer].
func (w *watch) Suspend(c *coro.Info, s coro.Suspension) {
	text := s.On()
	if s.Detail != "" {
		text += " " + s.Detail
	}
	w.note("%s -> %s (%s)", w.name(c), text, s.Place)
}

// End implements [coro.Observer].
func (w *watch) End(c *coro.Info, o coro.Outcome) {
	text := w.name(c) + " has " + o.Kind.String()
	if o.Err != nil {
		text += ": " + firstLine(o.Err)
	}
	w.note("%s", text)
}

// Timer implements [coro.Observer].
func (w *watch) Timer(c *coro.Info, fn string, op coro.TimerOp, d time.Duration) {
	of := callback(fn)
	if c != nil {
		of = w.name(c)
	}
	switch op {
	case coro.TimerSet:
		w.note("timer of %s set to %v from now", of, d)
	case coro.TimerFired:
		w.note("timer of %s goes off", of)
	case coro.TimerCanceled:
		w.note("timer of %s canceled", of)
	}
}

// Turn implements [coro.Observer].
func (w *watch) Turn(l *coro.Loop, _ uint64, _, _ int) {
	for _, p := range l.Ready() {
		w.ran = append(w.ran, w.readied(p))
	}
}
