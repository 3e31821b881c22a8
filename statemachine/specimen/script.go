package specimen

// This file defines scripts, what is done to a specimen, and transcripts, what
// comes of it.

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"coroscope/coro"
)

// errLine is an error that means nothing in particular to any specimen.
var errLine = errors.New("the line is down")

// A Script is what is done to a specimen, one input after the other. To one
// that stands alone, each input is a resumption. On a loop, the first input is
// done at the first suspension of any task, the second at the second, and so
// on: Next lets the task be, Throw cancels it with that cause, and Close closes
// the loop; Send does not apply.
type Script []Input

// An Input is one thing that is done to a specimen.
type Input struct {
	Op    Op
	Value any   // what OpSend sends
	Err   error // what OpThrow throws
}

// An Op says what is done.
type Op uint8

const (
	OpNext  Op = iota // start it, or resume it without a value
	OpSend            // resume it with a value
	OpThrow           // resume it with an error
	OpClose           // close it
)

// Next starts the specimen, or resumes it without a value.
func Next() Input { return Input{Op: OpNext} }

// Send resumes the specimen with a value, which must be of its input type.
func Send(v any) Input { return Input{Op: OpSend, Value: v} }

// Throw throws an error into the specimen.
func Throw(err error) Input { return Input{Op: OpThrow, Err: err} }

// Close closes the specimen.
func Close() Input { return Input{Op: OpClose} }

func (i Input) String() string {
	switch i.Op {
	case OpNext:
		return "next"
	case OpSend:
		return "send " + show(i.Value)
	case OpThrow:
		return fmt.Sprintf("throw %v", i.Err)
	case OpClose:
		return "close"
	}
	return fmt.Sprintf("op(%d)", i.Op)
}

// show writes a value as a person would: a character as one.
func show(v any) string {
	if c, ok := v.(byte); ok {
		return fmt.Sprintf("%q", c)
	}
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprint(v)
}

// nexts is a script of n times Next.
func nexts(n int) Script { return make(Script, n) }

// typed is a script that sends the characters of a text.
func typed(text string) Script {
	s := Script{Next()}
	for i := range len(text) {
		s = append(s, Send(text[i]))
	}
	return s
}

// A Transcript is what happened while a specimen was played a script. Those of
// one specimen and one script are equal in all shapes.
type Transcript struct {
	Steps  []Step
	Result any      // what was returned; nil if it did not end
	Err    string   // the error that it ended with
	Notes  []string // what it did beside what it handed out
}

// A Step is one resumption of a specimen that stands alone, or, on a loop, one
// thing that happened to one of its tasks.
type Step struct {
	At    time.Duration // on the loop's clock
	Who   string        // the task's name
	Input string        // what was done: on a loop, only if an error was thrown in
	Out   any           // what was handed out; for a close that came to a result, that
	On    string        // what it was suspended on afterwards; empty if it was not
	End   string        // how it ended, if it did
	Err   string        // what the call answered
}

// String returns a line a step.
func (t Transcript) String() string {
	var b strings.Builder
	for _, s := range t.Steps {
		fmt.Fprintln(&b, s)
	}
	for _, n := range t.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	fmt.Fprintf(&b, "result: %s", show(t.Result))
	if t.Err != "" {
		fmt.Fprintf(&b, ", error: %s", t.Err)
	}
	return b.String() + "\n"
}

func (s Step) String() string {
	var parts []string
	if s.Who != "" {
		parts = append(parts, fmt.Sprintf("%6v %s", s.At, s.Who))
	}
	if s.Input != "" {
		parts = append(parts, s.Input)
	}
	if s.Out != nil {
		parts = append(parts, "-> "+show(s.Out))
	}
	if s.Err != "" {
		parts = append(parts, "error: "+s.Err)
	}
	if s.On != "" {
		parts = append(parts, "| "+s.On)
	}
	if s.End != "" {
		parts = append(parts, "| "+s.End)
	}
	return strings.Join(parts, " ")
}

// errText returns an error's text without the coroutine's name and number,
// which differ from run to run.
func errText(err error) string {
	if err == nil {
		return ""
	}
	for _, known := range []error{
		coro.ErrRunning, coro.ErrDone, coro.ErrNotStarted, coro.ErrNotDone, coro.ErrNilThrow, coro.ErrIgnoredClose,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}

// play plays a script to a specimen that stands alone.
func play(st Stepper, script Script) Transcript {
	var t Transcript
	for _, in := range script {
		t.Steps = append(t.Steps, step(st, in))
	}
	if st.Status() != coro.Done {
		t.Steps = append(t.Steps, step(st, Close()))
	}
	result, err := st.Result()
	t.Result, t.Err, t.Notes = result, errText(err), st.Notes()
	return t
}

// step does one thing to a specimen and writes down what it answers.
func step(st Stepper, in Input) Step {
	s := Step{Input: in.String()}
	var ok bool
	var err error
	switch in.Op {
	case OpNext:
		s.Out, ok, err = st.Next()
	case OpSend:
		s.Out, ok, err = st.Send(in.Value)
	case OpThrow:
		s.Out, ok, err = st.Throw(in.Err)
	case OpClose:
		s.Out, err = st.Close()
		ok = err == nil
	}
	if !ok {
		s.Out = nil
	}
	s.Err = errText(err)
	if at, suspended := st.Suspension(); suspended {
		s.On = at.On()
	} else {
		s.End = st.Status().String()
	}
	return s
}
