package specimen

// This file defines echoserver, which writes each line back that it reads.

import (
	"errors"
	"io"

	"coroscope/coro"
	"coroscope/statemachine"
)

// EchoServerBody writes each line that comes through in back through out, until
// in has ended. It returns how many lines that were. However it ends, it closes
// both pipes, so that nobody waits for it.
//
//coro:lower
func EchoServerBody(in, out *Pipe) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		defer in.Close()
		defer out.Close()
		for lines := 0; ; lines++ {
			line, err := readLine(y, in)
			if errors.Is(err, io.EOF) {
				return lines, nil
			}
			if err != nil {
				return lines, err
			}
			if err := writeAll(y, out, line); err != nil {
				return lines, err
			}
		}
	}
}

// EchoServer is EchoServerBody as a machine. Its states are activities: when
// it is resumed it goes on with what it was doing, as far as that goes.
type EchoServer struct {
	state echoServerState
	in    *Pipe
	out   *Pipe
	line  []byte
	sent  int
	lines int
	err   error
}

type echoServerState uint8

const (
	echoServerStart echoServerState = iota
	echoServerRead
	echoServerWrite
	echoServerDone
)

var echoServerMachine = statemachine.Description{
	Name:  "echoserver",
	Func:  "specimen.EchoServer",
	File:  statemachine.ThisFile(),
	Frame: "EchoServer",
	States: []statemachine.State{
		echoServerStart: {Name: "start", Role: statemachine.Start, Means: "nothing has run yet"},
		echoServerRead:  {Name: "read", On: coro.OnIO, Label: "read", Line: 114, Means: "line is not complete, and the pipe is empty"},
		echoServerWrite: {Name: "write", On: coro.OnIO, Label: "write", Line: 123, Means: "line is not sent to its end, and the pipe is full"},
		echoServerDone:  {Name: "done", Role: statemachine.End, Means: "the input has ended, or an error was thrown in"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "read"},
		{From: "start", To: "write", When: "a line is there, which does not fit"},
		{From: "start", To: "done", When: "the end is there"},
		{From: "read", To: "read", When: "not all has come"},
		{From: "read", To: "write", When: "it does not all fit"},
		{From: "read", To: "done", When: "the end, or thrown"},
		{From: "write", To: "write", When: "it still does not all fit"},
		{From: "write", To: "read", When: "sent"},
		{From: "write", To: "done", When: "nobody reads, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "in", Type: "*Pipe", Means: "what is read from"},
		{Name: "out", Type: "*Pipe", Means: "what is written to"},
		{Name: "line", Type: "[]byte", Means: "as much of it as has come"},
		{Name: "sent", Type: "int", Means: "how much of it was sent back"},
		{Name: "lines", Type: "int", Means: "how many were sent back"},
	},
}

// lineRoom is how long a line may be before reading it allocates.
const lineRoom = 256

// NewEchoServer returns the machine that does what EchoServerBody does. Its
// frame has room for a line of 256 bytes; a longer one allocates.
func NewEchoServer(in, out *Pipe) *EchoServer {
	return &EchoServer{in: in, out: out, line: make([]byte, 0, lineRoom)}
}

// Resume implements [coro.Resumable].
func (m *EchoServer) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if thrown != nil && m.state != echoServerDone {
		return m.end(thrown) // wherever it is suspended: the pipes are closed, that is all
	}
	for {
		switch m.state {
		case echoServerStart:
			m.state = echoServerRead
		case echoServerRead:
			line, err := m.in.TryRead(m.line)
			m.line = line
			if err != nil {
				return m.end(nil) // io.EOF: there is no other
			}
			if !endsLine(line) {
				return m.in.Readable(), true
			}
			m.state = echoServerWrite
		case echoServerWrite:
			n, err := m.out.TryWrite(m.line[m.sent:])
			if err != nil {
				return m.end(err)
			}
			if m.sent += n; m.sent < len(m.line) {
				return m.out.Writable(), true
			}
			m.lines++
			m.line, m.sent = m.line[:0], 0
			m.state = echoServerRead
		case echoServerDone:
			return coro.Await{}, false
		}
	}
}

// end is on every way out, so it does what is deferred.
func (m *EchoServer) end(err error) (coro.Await, bool) {
	m.out.Close()
	m.in.Close()
	m.state, m.err = echoServerDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *EchoServer) Result() int { return m.lines }

// Err implements [coro.Resumable].
func (m *EchoServer) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *EchoServer) Func() string { return echoServerMachine.Func }

// Point implements [coro.Pointer].
func (m *EchoServer) Point() coro.Point { return echoServerMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *EchoServer) Frame() []coro.Slot {
	return []coro.Slot{
		{Name: "in", Value: m.in},
		{Name: "out", Value: m.out},
		{Name: "line", Value: string(m.line)},
		{Name: "sent", Value: m.sent},
		{Name: "lines", Value: m.lines},
	}
}
