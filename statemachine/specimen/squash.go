package specimen

// This file defines squash, the middle one of Conway's three coroutines, which
// both takes and hands out.

import (
	"coroscope/coro"
	"coroscope/statemachine"
)

// SquashBody hands out the characters of cards, with each pair of asterisks
// turned into an up arrow, for which ASCII has a circumflex. The reader of the
// cards is a coroutine of the given shape. It returns how many pairs there were.
//
//coro:lower
func SquashBody(cards []string, shape coro.Shape) coro.Body[struct{}, byte, int] {
	return func(y *coro.Yielder[struct{}, byte]) (int, error) {
		reader := coro.New(ReaderIn(shape, cards), coro.InFunc(readerMachine.Func), coro.Named("reader"))
		defer reader.Close()
		pairs := 0
		for c, more, _ := reader.Next(); more; c, more, _ = reader.Next() {
			if c == '*' {
				next, _, _ := reader.Next() // there is one: a card ends with a space
				if next == '*' {
					pairs++
					c = '^'
				} else {
					if _, err := y.YieldAs("star", c); err != nil {
						return pairs, err
					}
					c = next
				}
			}
			if _, err := y.YieldAs("char", c); err != nil {
				return pairs, err
			}
		}
		return pairs, nil
	}
}

// Squash is SquashBody as a machine. The reader is a frame in its own.
type Squash struct {
	state  squashState
	reader Reader
	next   byte
	pairs  int
	err    error
}

type squashState uint8

const (
	squashStart squashState = iota
	squashChar
	squashStar
	squashDone
)

var squashMachine = statemachine.Description{
	Name:  "squash",
	Func:  "specimen.Squash",
	File:  statemachine.ThisFile(),
	Frame: "Squash",
	States: []statemachine.State{
		squashStart: {Name: "start", Role: statemachine.Start, Means: "nothing was read"},
		squashChar:  {Name: "char", Label: "char", Line: 126, Means: "all that was read was handed out"},
		squashStar:  {Name: "star", Label: "star", Line: 120, Means: "a single asterisk was handed out; next, which was read to know that, was not"},
		squashDone:  {Name: "done", Role: statemachine.End, Means: "all was handed out, or an error was thrown in"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "char"},
		{From: "start", To: "star", When: "the first is a single *"},
		{From: "start", To: "done", When: "there are no cards"},
		{From: "char", To: "char"},
		{From: "char", To: "star", When: "a single * follows"},
		{From: "char", To: "done", When: "that was the last, or thrown"},
		{From: "star", To: "char", When: "resumed: hand out next"},
		{From: "star", To: "done", When: "thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "reader", Type: "Reader", Means: "a frame in this one"},
		{Name: "next", Type: "byte", Means: "the character behind a single asterisk"},
		{Name: "pairs", Type: "int", Means: "how many were squashed"},
	},
}

// NewSquash returns the machine that does what SquashBody does.
func NewSquash(cards []string) *Squash { return &Squash{reader: Reader{cards: cards}} }

// Resume implements [coro.Resumable].
func (m *Squash) Resume(_ struct{}, thrown error) (byte, bool) {
	switch m.state {
	case squashStart: // so is the reader
	case squashStar: // what was read in advance comes before what is read now
		if thrown != nil {
			return m.end(thrown)
		}
		return m.char(m.next)
	case squashChar:
		if thrown != nil {
			return m.end(thrown)
		}
	case squashDone:
		return 0, false
	}
	c, ok := m.reader.Resume(struct{}{}, nil)
	if !ok {
		return m.end(nil)
	}
	if c != '*' {
		return m.char(c)
	}
	m.next, _ = m.reader.Resume(struct{}{}, nil) // there is one: a card ends with a space
	if m.next == '*' {
		m.pairs++
		return m.char('^')
	}
	m.state = squashStar
	return '*', true
}

// char suspends with c, from three places.
func (m *Squash) char(c byte) (byte, bool) {
	m.state = squashChar
	return c, true
}

func (m *Squash) end(err error) (byte, bool) {
	m.state, m.err = squashDone, err
	return 0, false
}

// Result implements [coro.Resumable].
func (m *Squash) Result() int { return m.pairs }

// Err implements [coro.Resumable].
func (m *Squash) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *Squash) Func() string { return squashMachine.Func }

// Point implements [coro.Pointer].
func (m *Squash) Point() coro.Point { return squashMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *Squash) Frame() []coro.Slot {
	return []coro.Slot{{Name: "reader", Value: statemachine.Inside(&m.reader)}, {Name: "next", Value: m.next}, {Name: "pairs", Value: m.pairs}}
}
