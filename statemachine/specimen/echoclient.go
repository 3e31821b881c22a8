package specimen

// This file defines echo: a client that talks to the echo server over a pipe
// each way.

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"coroscope/coro"
	"coroscope/statemachine"
)

// pipeSize is how many bytes the specimen's pipes hold: fewer than a line, so
// that writing has to wait, too.
const pipeSize = 8

// EchoClientBody makes a task of the server, in the given shape, thinks, which
// takes that long, before each line, sends it and reads it back. It returns how
// many lines came back. At the end, however that came, it hangs up and waits
// for the server.
//
//coro:lower
func EchoClientBody(l *coro.Loop, shape coro.Shape, think time.Duration, lines [][]byte) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		to, from := NewPipe(l, pipeSize), NewPipe(l, pipeSize)
		server := spawnServer(l, shape, to, from)
		echoed, err := talk(y, to, from, think, lines)
		to.Close()
		from.Close()
		if errors.Is(err, coro.ErrClosed) {
			return echoed, err // the loop closes; the server is told by it
		}
		if thrown := coro.Wait(y, coro.On(server).As("server")); err == nil {
			err = thrown
		}
		return echoed, err
	}
}

func talk(y *coro.Async, to, from *Pipe, think time.Duration, lines [][]byte) (int, error) {
	for i, line := range lines {
		if err := coro.Wait(y, coro.Sleep(think).As("think")); err != nil {
			return i, err
		}
		if err := writeAll(y, to, line); err != nil {
			return i, err
		}
		back, err := readLine(y, from)
		if err != nil {
			return i, err
		}
		if !bytes.Equal(back, line) {
			return i, wrongEcho(line, back)
		}
	}
	return len(lines), nil
}

func spawnServer(l *coro.Loop, shape coro.Shape, in, out *Pipe) *coro.Task[int] {
	return coro.Spawn(l, EchoServerIn(shape, in, out), coro.Named("server"), coro.InFunc(echoServerMachine.Func))
}

func wrongEcho(sent, back []byte) error { return fmt.Errorf("sent %q, got %q back", sent, back) }

// EchoClient is EchoClientBody as a machine.
type EchoClient struct {
	state  echoClientState
	loop   *coro.Loop
	shape  coro.Shape
	think  time.Duration
	lines  [][]byte
	to     *Pipe
	from   *Pipe
	server *coro.Task[int]
	echoed int
	sent   int
	back   []byte
	err    error
}

type echoClientState uint8

const (
	echoClientStart echoClientState = iota
	echoClientThink
	echoClientWrite
	echoClientRead
	echoClientServer
	echoClientDone
)

var echoClientMachine = statemachine.Description{
	Name:  "echo",
	Func:  "specimen.EchoClient",
	File:  statemachine.ThisFile(),
	Frame: "EchoClient",
	States: []statemachine.State{
		echoClientStart:  {Name: "start", Role: statemachine.Start, Means: "there is no server yet"},
		echoClientThink:  {Name: "think", On: coro.OnSleep, Label: "think", Line: 196, Means: "between two lines"},
		echoClientWrite:  {Name: "write", On: coro.OnIO, Label: "write", Line: 161, Means: "the line is not sent to its end, and the pipe is full"},
		echoClientRead:   {Name: "read", On: coro.OnIO, Label: "read", Line: 171, Means: "the line is sent, and not all of it has come back"},
		echoClientServer: {Name: "server", On: coro.OnTask, Label: "server", Line: 208, Means: "hung up; the server has not ended"},
		echoClientDone:   {Name: "done", Role: statemachine.End, Means: "the server has ended, or the loop was closed"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "think"},
		{From: "start", To: "server", When: "there are no lines"},
		{From: "think", To: "write", When: "it does not all fit"},
		{From: "think", To: "read", When: "sent"},
		{From: "think", To: "server", When: "thrown"},
		{From: "think", To: "done", When: "closed"},
		{From: "write", To: "write", When: "it still does not all fit"},
		{From: "write", To: "read", When: "sent"},
		{From: "write", To: "server", When: "thrown"},
		{From: "write", To: "done", When: "closed"},
		{From: "read", To: "read", When: "not all has come"},
		{From: "read", To: "think", When: "the line is back"},
		{From: "read", To: "server", When: "the last line is back, or thrown"},
		{From: "read", To: "done", When: "closed"},
		{From: "server", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "think", Type: "time.Duration", Means: "how long, before each line"},
		{Name: "lines", Type: "[][]byte", Means: "all of them"},
		{Name: "to", Type: "*Pipe", Means: "to the server"},
		{Name: "from", Type: "*Pipe", Means: "from the server"},
		{Name: "server", Type: "*coro.Task[int]", Means: "the task at the other end"},
		{Name: "echoed", Type: "int", Means: "how many lines have come back"},
		{Name: "sent", Type: "int", Means: "how much of the line was sent"},
		{Name: "back", Type: "[]byte", Means: "how much of it has come back"},
	},
}

// NewEchoClient returns the machine that does what EchoClientBody does.
func NewEchoClient(l *coro.Loop, shape coro.Shape, think time.Duration, lines [][]byte) *EchoClient {
	return &EchoClient{loop: l, shape: shape, think: think, lines: lines, back: make([]byte, 0, lineRoom)}
}

// Resume implements [coro.Resumable].
func (m *EchoClient) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if thrown != nil && m.state != echoClientServer && m.state != echoClientDone {
		return m.hangUp(thrown)
	}
	for {
		switch m.state {
		case echoClientStart:
			m.to, m.from = NewPipe(m.loop, pipeSize), NewPipe(m.loop, pipeSize)
			m.server = spawnServer(m.loop, m.shape, m.to, m.from)
			return m.thinkOrHangUp()
		case echoClientThink: // thought
			m.state = echoClientWrite
		case echoClientWrite:
			n, err := m.to.TryWrite(m.lines[m.echoed][m.sent:])
			if err != nil {
				return m.hangUp(err)
			}
			if m.sent += n; m.sent < len(m.lines[m.echoed]) {
				return m.to.Writable(), true
			}
			m.state = echoClientRead
		case echoClientRead:
			back, err := m.from.TryRead(m.back)
			m.back = back
			if err != nil {
				return m.hangUp(err)
			}
			if !endsLine(back) {
				return m.from.Readable(), true
			}
			if line := m.lines[m.echoed]; !bytes.Equal(back, line) {
				return m.hangUp(wrongEcho(line, back))
			}
			m.echoed++
			m.sent, m.back = 0, m.back[:0]
			return m.thinkOrHangUp()
		case echoClientServer: // the server has ended
			if m.err == nil {
				m.err = thrown
			}
			return m.end(m.err)
		case echoClientDone:
			return coro.Await{}, false
		}
	}
}

// thinkOrHangUp suspends before the next line, if there is one.
func (m *EchoClient) thinkOrHangUp() (coro.Await, bool) {
	if m.echoed == len(m.lines) {
		return m.hangUp(nil)
	}
	m.state = echoClientThink
	return coro.Sleep(m.think).As("think"), true
}

// hangUp suspends until the server has ended, unless the loop closes.
func (m *EchoClient) hangUp(err error) (coro.Await, bool) {
	m.to.Close()
	m.from.Close()
	if errors.Is(err, coro.ErrClosed) {
		return m.end(err) // the server is told by the loop
	}
	m.err = err
	m.state = echoClientServer
	return coro.On(m.server).As("server"), true
}

func (m *EchoClient) end(err error) (coro.Await, bool) {
	m.state, m.err = echoClientDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *EchoClient) Result() int { return m.echoed }

// Err implements [coro.Resumable].
func (m *EchoClient) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *EchoClient) Func() string { return echoClientMachine.Func }

// Point implements [coro.Pointer].
func (m *EchoClient) Point() coro.Point { return echoClientMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *EchoClient) Frame() []coro.Slot {
	return []coro.Slot{
		{Name: "think", Value: m.think},
		{Name: "lines", Value: m.lines},
		{Name: "to", Value: m.to},
		{Name: "from", Value: m.from},
		{Name: "server", Value: m.server},
		{Name: "echoed", Value: m.echoed},
		{Name: "sent", Value: m.sent},
		{Name: "back", Value: string(m.back)},
	}
}
