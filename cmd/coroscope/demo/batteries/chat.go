package batteries

// This file defines chat: one side of a conversation over two streams of lines.

import (
	"errors"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// thinkTime is how long it takes to think of what to say.
const thinkTime = 25 * time.Millisecond

// A talk is what one side says, a line for each that it hears.
type talk struct {
	say   func(format string, args ...any)
	name  string
	lines []string
	first bool // it begins the conversation
}

func (t talk) speak(line string) { t.say("%-12s  “%s”", t.name, line) }

// chatIn returns a task that talks: it hears what comes in, and says its lines.
// After its last it closes out. It returns how many lines it has said.
func chatIn(shape coro.Shape, t talk, in, out *coro.Queue[string]) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &chat{talk: t, in: in, out: out}, loweredChatBody(t, in, out), chatBody(t, in, out))
}

//coro:lower
func chatBody(t talk, in, out *coro.Queue[string]) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		for said, line := range t.lines {
			if said > 0 || !t.first {
				if _, err := in.Get(y); errors.Is(err, coro.ErrQueueShutDown) {
					return said, nil
				} else if err != nil {
					return said, err
				}
			}
			if err := coro.Wait(y, coro.Sleep(thinkTime).As("think")); err != nil {
				return said, err
			}
			t.speak(line)
			if err := out.Put(y, line); err != nil {
				return said, err
			}
		}
		out.Shutdown()
		return len(t.lines), nil
	}
}

// chat is chatBody as a machine.
type chat struct {
	state   chatState
	talk    talk
	in, out *coro.Queue[string]
	said    int
	err     error
}

type chatState uint8

const (
	chatStart chatState = iota
	chatHear
	chatThink
	chatRoom
	chatDone
)

var chatMachine = statemachine.Description{
	Name:  "chat",
	Func:  "batteries.chat",
	File:  statemachine.ThisFile(),
	Frame: "chat",
	States: []statemachine.State{
		chatStart: {Name: "start", Role: statemachine.Start, Means: "nobody has said anything"},
		chatHear:  {Name: "hear", On: coro.OnQueue, Line: 163, Means: "the other is to say something"},
		chatThink: {Name: "think", On: coro.OnSleep, Label: "think", Line: 168, Means: "thinks of what to say"},
		chatRoom:  {Name: "room", On: coro.OnQueue, Line: 127, Means: "has said it, and the other does not listen"},
		chatDone:  {Name: "done", Role: statemachine.End, Means: "all is said, or there is nobody to hear it"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "think", When: "it begins"},
		{From: "start", To: "hear"},
		{From: "hear", To: "think"},
		{From: "hear", To: "done", When: "the other has said all, or thrown"},
		{From: "think", To: "hear"},
		{From: "think", To: "think", When: "the other has said something meanwhile"},
		{From: "think", To: "room", When: "the other does not listen"},
		{From: "think", To: "done", When: "that was the last line, or thrown"},
		{From: "room", To: "hear"},
		{From: "room", To: "think", When: "the other has said something before"},
		{From: "room", To: "done", When: "that was the last line, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "said", Type: "int", Means: "how many lines it has said, the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *chat) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if thrown != nil && m.state != chatHear {
		return m.end(thrown)
	}
	switch m.state {
	case chatStart:
		if m.talk.first {
			return m.think()
		}
		return m.hear()
	case chatHear:
		return m.heard(thrown)
	case chatThink:
		m.talk.speak(m.talk.lines[m.said])
		fallthrough
	case chatRoom:
		switch err := m.out.TryPut(m.talk.lines[m.said]); err {
		case nil:
		case coro.ErrQueueFull:
			m.state = chatRoom
			return m.out.Putting(), true
		default:
			return m.end(err)
		}
		if m.said++; m.said < len(m.talk.lines) {
			return m.hear()
		}
		m.out.Shutdown()
		return m.end(nil)
	case chatDone:
	}
	return coro.Await{}, false
}

// heard takes what the other has said, if there is something.
func (m *chat) heard(thrown error) (coro.Await, bool) {
	if thrown == nil {
		_, thrown = m.in.TryGet()
	}
	switch {
	case thrown == nil:
		return m.think()
	case errors.Is(thrown, coro.ErrQueueShutDown):
		return m.end(nil)
	}
	return m.end(thrown)
}

func (m *chat) hear() (coro.Await, bool) {
	switch _, err := m.in.TryGet(); err {
	case nil:
		return m.think()
	case coro.ErrQueueShutDown:
		return m.end(nil)
	}
	m.state = chatHear
	return m.in.Getting(), true
}

func (m *chat) think() (coro.Await, bool) {
	m.state = chatThink
	return coro.Sleep(thinkTime).As("think"), true
}

func (m *chat) end(err error) (coro.Await, bool) {
	m.state, m.err = chatDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *chat) Result() int { return m.said }

// Err implements [coro.Resumable].
func (m *chat) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *chat) Func() string { return chatMachine.Func }

// Point implements [coro.Pointer].
func (m *chat) Point() coro.Point { return chatMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *chat) Frame() []coro.Slot { return []coro.Slot{{Name: "said", Value: m.said}} }
