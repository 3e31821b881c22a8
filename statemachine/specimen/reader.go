package specimen

// This file defines reader, the first of the three coroutines of M. E. Conway's
// example in "Design of a separable transition-diagram compiler", Communications
// of the ACM 6 (7), 1963: cards are read, pairs of asterisks are squashed, lines
// are printed, and each of the three programs is written as if it were the main
// one.

import (
	"coroscope/coro"
	"coroscope/statemachine"
)

// ReaderBody hands out the characters of cards, and a space after each card.
// It returns how many cards were read to their ends.
//
//coro:lower
func ReaderBody(cards []string) coro.Body[struct{}, byte, int] {
	return func(y *coro.Yielder[struct{}, byte]) (int, error) {
		for read, card := range cards {
			for column := range len(card) {
				if _, err := y.YieldAs("char", card[column]); err != nil {
					return read, err
				}
			}
			if _, err := y.YieldAs("gap", ' '); err != nil {
				return read, err
			}
		}
		return len(cards), nil
	}
}

// Reader is ReaderBody as a machine. Two nested loops have become two counters.
type Reader struct {
	state  readerState
	cards  []string
	card   int
	column int
	err    error
}

type readerState uint8

const (
	readerStart readerState = iota
	readerChar
	readerGap
	readerDone
)

var readerMachine = statemachine.Description{
	Name:  "reader",
	Func:  "specimen.Reader",
	File:  statemachine.ThisFile(),
	Frame: "Reader",
	States: []statemachine.State{
		readerStart: {Name: "start", Role: statemachine.Start, Means: "no card was touched"},
		readerChar:  {Name: "char", Label: "char", Line: 108, Means: "the character in this column was handed out"},
		readerGap:   {Name: "gap", Label: "gap", Line: 111, Means: "the space behind this card was handed out"},
		readerDone:  {Name: "done", Role: statemachine.End, Means: "all cards were read, or an error was thrown in"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "char"},
		{From: "start", To: "gap", When: "the first card is empty"},
		{From: "start", To: "done", When: "there are no cards"},
		{From: "char", To: "char", When: "the card goes on"},
		{From: "char", To: "gap", When: "that was its last column"},
		{From: "char", To: "done", When: "thrown"},
		{From: "gap", To: "char", When: "there is another card"},
		{From: "gap", To: "gap", When: "the next card is empty"},
		{From: "gap", To: "done", When: "that was the last card, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "cards", Type: "[]string", Means: "all of them"},
		{Name: "card", Type: "int", Means: "the index of the card that is read"},
		{Name: "column", Type: "int", Means: "the index of the character that was handed out"},
	},
}

// NewReader returns the machine that does what ReaderBody(cards) does.
func NewReader(cards []string) *Reader { return &Reader{cards: cards} }

// Resume implements [coro.Resumable].
func (m *Reader) Resume(_ struct{}, thrown error) (byte, bool) {
	switch m.state {
	case readerStart:
		m.card, m.column = 0, 0
	case readerChar: // the inner loop's next round
		if thrown != nil {
			return m.end(thrown)
		}
		m.column++
	case readerGap: // the outer loop's next round
		if thrown != nil {
			return m.end(thrown)
		}
		m.card++
		m.column = 0
	case readerDone:
		return 0, false
	}
	if m.card == len(m.cards) {
		return m.end(nil)
	}
	if card := m.cards[m.card]; m.column < len(card) {
		m.state = readerChar
		return card[m.column], true
	}
	m.state = readerGap
	return ' ', true
}

func (m *Reader) end(err error) (byte, bool) {
	m.state, m.err = readerDone, err
	return 0, false
}

// Result implements [coro.Resumable].
func (m *Reader) Result() int { return m.card }

// Err implements [coro.Resumable].
func (m *Reader) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *Reader) Func() string { return readerMachine.Func }

// Point implements [coro.Pointer].
func (m *Reader) Point() coro.Point { return readerMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *Reader) Frame() []coro.Slot {
	return []coro.Slot{{Name: "cards", Value: m.cards}, {Name: "card", Value: m.card}, {Name: "column", Value: m.column}}
}
