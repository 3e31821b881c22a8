package stepper

// This file defines the session of a coroutine that stands alone.

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

// A coroutine is the session of a specimen in a shape.
type coroutine struct {
	of    *specimen.Specimen
	shape coro.Shape
	taker taker

	stepper specimen.Stepper
	inputs  []specimen.Input // what was done
	undone  []specimen.Input // what was taken back, the last first done
	history []*Snapshot
	log     []Entry
}

// NewCoroutine returns the session of a specimen in a shape, which must be one
// that does not run on a loop.
func NewCoroutine(s *specimen.Specimen, shape coro.Shape) Session {
	c := &coroutine{of: s, shape: shape, taker: takerOf(s)}
	c.begin()
	return c
}

// begin makes everything anew.
func (c *coroutine) begin() {
	c.stepper = c.of.New(c.shape)
	c.inputs, c.history, c.log = nil, nil, nil
	c.look(Entry{}, nil)
}

// Verbs implements [Session].
func (c *coroutine) Verbs() []Verb {
	verbs := []Verb{{"next", "", "start it, or resume it without a value"}}
	if c.taker.takes != "" {
		verbs = append(verbs, Verb{"send", "VALUE", "resume it with a value: " + c.taker.takes})
	}
	return append(verbs,
		Verb{"throw", "MESSAGE", "resume it with an error; timeout and reset are errors that some know"},
		Verb{"close", "", "ask it to clean up and end"})
}

// Do implements [Session].
func (c *coroutine) Do(verb, arg string) error {
	var inputs []specimen.Input
	switch verb {
	case "next":
		inputs = []specimen.Input{specimen.Next()}
	case "close":
		inputs = []specimen.Input{specimen.Close()}
	case "throw":
		if arg == "" {
			return errors.New("throw what? Expected a message behind it")
		}
		inputs = []specimen.Input{specimen.Throw(thrown(arg))}
	case "send":
		var err error
		if inputs, err = c.taker.sends(c.of.Name, arg); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%s is no verb of a coroutine", verb)
	}
	c.undone = nil
	for i, in := range inputs {
		if i > 0 && c.stepper.Status() == coro.Done {
			break // the rest of what was typed has nobody to go to
		}
		c.do(in)
	}
	return nil
}

// Upcoming implements [Session].
func (c *coroutine) Upcoming() string {
	in, ok := c.upcoming()
	if !ok {
		return ""
	}
	return describe(in)
}

// upcoming returns what comes next: what was taken back, or what the first
// script says. Behind its end, the specimen is closed; off its course, it is
// resumed.
func (c *coroutine) upcoming() (in specimen.Input, ok bool) {
	script := c.of.Scripts[0]
	switch {
	case len(c.undone) > 0:
		return c.undone[len(c.undone)-1], true
	case c.stepper.Status() == coro.Done:
		return specimen.Input{}, false
	case !c.onCourse():
		return specimen.Next(), true
	case len(c.inputs) == len(script):
		return specimen.Close(), true
	}
	return script[len(c.inputs)], true
}

// onCourse reports whether what was done is what the script says.
func (c *coroutine) onCourse() bool {
	script := c.of.Scripts[0]
	if len(c.inputs) > len(script) {
		return false
	}
	for i, in := range c.inputs {
		if in != script[i] {
			return false
		}
	}
	return true
}

// Forward implements [Session].
func (c *coroutine) Forward() {
	in, ok := c.upcoming()
	if !ok {
		return
	}
	c.undone = c.undone[:max(0, len(c.undone)-1)]
	c.do(in)
}

// Back implements [Session].
func (c *coroutine) Back(steps int) bool {
	n := len(c.inputs)
	if n == 0 {
		return false
	}
	again, taken := c.inputs[:max(0, n-steps)], c.inputs[max(0, n-steps):]
	c.Close()
	c.begin()
	for _, in := range again {
		c.do(in)
	}
	for _, in := range slices.Backward(taken) {
		c.undone = append(c.undone, in)
	}
	return true
}

// History implements [Session].
func (c *coroutine) History() []*Snapshot { return c.history }

// Close implements [Session].
func (c *coroutine) Close() { c.stepper.Close() }

// do does one thing, and looks at what came of it.
func (c *coroutine) do(in specimen.Input) {
	before := c.stepper.Status()
	at, _ := c.stepper.Point()
	e, err := c.resume(in)
	c.inputs = append(c.inputs, in)
	c.look(e, c.taken(at, before, in, err))
}

// resume does one thing, and says what came of it.
func (c *coroutine) resume(in specimen.Input) (e Entry, err error) {
	e.Did = describe(in)
	var out any
	var ok bool
	switch in.Op {
	case specimen.OpNext:
		out, ok, err = c.stepper.Next()
	case specimen.OpSend:
		out, ok, err = c.stepper.Send(in.Value)
	case specimen.OpThrow:
		out, ok, err = c.stepper.Throw(in.Err)
	case specimen.OpClose:
		out, err = c.stepper.Close()
	}
	switch {
	case ok:
		e.Came = "-> " + show(out)
	case errors.Is(err, coro.ErrIgnoredClose):
		e.Came, e.Failed = "failed: "+coro.ErrIgnoredClose.Error(), true
	case c.refused(err):
		misuse, _ := errors.AsType[*coro.MisuseError](err)
		e.Came, e.Failed = "refused: "+misuse.Err.Error(), true
	case err != nil:
		e.Came, e.Failed = "failed: "+firstLine(err), true
	case in.Op == specimen.OpClose:
		e.Came = "returned " + show(out)
	default:
		result, _ := c.stepper.Result()
		e.Came = "returned " + show(result)
	}
	return e, err
}

// refused reports whether an error says that the coroutine's status does not
// allow what was done, so that nothing was. A body may end with such an error
// of another coroutine.
func (c *coroutine) refused(err error) bool {
	misuse, ok := errors.AsType[*coro.MisuseError](err)
	return ok && misuse.Of == c.stepper.Info() && !errors.Is(err, coro.ErrIgnoredClose)
}

// describe says what an input is.
func describe(in specimen.Input) string {
	switch in.Op {
	case specimen.OpSend:
		return "send " + show(in.Value)
	case specimen.OpThrow:
		return "throw " + clean(in.Err.Error())
	}
	return in.String()
}

// taken returns the edge that the machine took when in was done while it stood
// at from; nil if it took none.
func (c *coroutine) taken(from coro.Point, before coro.Status, in specimen.Input, err error) *Edge {
	to, isMachine := c.stepper.Point()
	switch {
	case !isMachine,
		c.refused(err),
		before == coro.Done,
		before == coro.Created && in.Op != specimen.OpNext: // the body never runs
		return nil
	case errors.Is(err, coro.ErrIgnoredClose):
		return &Edge{From: from.State, To: to.State, When: "it yielded after its close, and was unwound"}
	}
	e := &Edge{From: from.State, To: to.State}
	for _, d := range c.of.MachinesIn(c.shape)[0].Edges {
		if d.From == from.Name && d.To == to.Name {
			e.When = d.When
		}
	}
	return e
}

// look adds the snapshot of what there is to see now. e is the last step, and
// taken the edge that it took.
func (c *coroutine) look(e Entry, taken *Edge) {
	before := &Coroutine{}
	if len(c.history) > 0 {
		before = Now(c).Coroutine
		c.log = append(c.log, e)
	}
	at, suspended := c.stepper.Suspension()
	s := &Snapshot{
		Title:  c.of.Name + ", " + c.shape.String(),
		About:  c.of.About,
		Step:   len(c.inputs),
		Status: c.status(),
		Ended:  c.stepper.Status() == coro.Done,
		Log:    c.log[:len(c.log):len(c.log)],
	}
	s.Coroutine = c.see(at, suspended, before)
	if taken == nil {
		taken = before.Taken
	}
	s.Coroutine.Taken = taken
	c.history = append(c.history, s)
}

// see returns what there is to see of the coroutine, suspended at s or not.
func (c *coroutine) see(s coro.Suspension, suspended bool, before *Coroutine) *Coroutine {
	v := &Coroutine{Notes: cleanAll(c.stepper.Notes()), Noted: len(before.Notes)}
	if suspended {
		v.Place, v.On = s.Place.String(), s.On()
		for _, inner := range coro.Chain(c.stepper)[1:] {
			v.Inside = append(v.Inside, inner.Info().Name)
		}
	}
	machines := c.of.MachinesIn(c.shape)
	d := machines[0]
	v.Source = sourceOf(s.Place, d, c.shape)
	if p, ok := c.stepper.Point(); ok {
		v.Machine, v.State = d, p.State
		v.Frame = frameSlots(c.stepper.Frame(), machines, before.Frame)
	} else {
		v.Stack = stackOf(c.stepper)
	}
	return v
}

func cleanAll(texts []string) []string {
	var all []string
	for _, t := range texts {
		all = append(all, clean(t))
	}
	return all
}

// status says in a few words where the coroutine is in its life.
func (c *coroutine) status() string {
	switch c.stepper.Status() {
	case coro.Created:
		return "not started"
	case coro.Suspended:
		return "suspended"
	}
	result, err := c.stepper.Result()
	if err != nil {
		return "ended: " + firstLine(err)
	}
	return "returned " + show(result)
}

// firstLine returns the first line of an error's text: that of a panic has the
// stack behind it.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return clean(line)
}
