package specimen

// This file defines squasher, the whole of Conway's example: its printer, with
// the squasher and the reader behind it.

import (
	"coroscope/coro"
	"coroscope/statemachine"
)

// A Line is what the printer prints at once.
type Line [24]byte

func (l Line) String() string { return string(l[:]) }

// PrinterBody hands out what the squasher makes of cards in lines of equal
// length, the last filled up with spaces. The squasher is a coroutine of the
// given shape. It returns the number of lines.
//
//coro:lower
func PrinterBody(cards []string, shape coro.Shape) coro.Body[struct{}, Line, int] {
	return func(y *coro.Yielder[struct{}, Line]) (int, error) {
		squash := coro.New(SquashIn(shape, cards), coro.InFunc(squashMachine.Func), coro.Named("squash"))
		defer squash.Close()
		var line Line
		column, lines := 0, 0
		for c, more, _ := squash.Next(); more; c, more, _ = squash.Next() {
			line[column] = c
			column++
			if column == len(line) {
				column = 0
				lines++
				if _, err := y.YieldAs("line", line); err != nil {
					return lines, err
				}
			}
		}
		if column > 0 {
			for ; column < len(line); column++ {
				line[column] = ' '
			}
			lines++
			if _, err := y.YieldAs("last line", line); err != nil {
				return lines, err
			}
		}
		return lines, nil
	}
}

// Printer is PrinterBody as a machine. All three coroutines are one struct:
// the squasher's frame is in it, and the reader's in the squasher's.
type Printer struct {
	state  printerState
	squash Squash
	line   Line
	lines  int
	err    error
}

type printerState uint8

const (
	printerStart printerState = iota
	printerLine
	printerLast
	printerDone
)

var printerMachine = statemachine.Description{
	Name:  "squasher",
	Func:  "specimen.Printer",
	File:  statemachine.ThisFile(),
	Frame: "Printer",
	States: []statemachine.State{
		printerStart: {Name: "start", Role: statemachine.Start, Means: "nothing was printed"},
		printerLine:  {Name: "line", Label: "line", Line: 129, Means: "a full line was handed out"},
		printerLast:  {Name: "last", Label: "last line", Line: 135, Means: "the line that was filled up was handed out; there is no more"},
		printerDone:  {Name: "done", Role: statemachine.End, Means: "all was printed, or an error was thrown in"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "line"},
		{From: "start", To: "last", When: "it all fits on one line"},
		{From: "start", To: "done", When: "there are no cards"},
		{From: "line", To: "line", When: "another is full"},
		{From: "line", To: "last", When: "something is left"},
		{From: "line", To: "done", When: "nothing is left, or thrown"},
		{From: "last", To: "done", When: "resumed, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "squash", Type: "Squash", Means: "a frame in this one"},
		{Name: "line", Type: "Line", Means: "what was handed out"},
		{Name: "lines", Type: "int", Means: "how many were handed out"},
	},
}

// NewPrinter returns the machine that does what PrinterBody does.
func NewPrinter(cards []string) *Printer {
	return &Printer{squash: Squash{reader: Reader{cards: cards}}}
}

// Resume implements [coro.Resumable].
func (m *Printer) Resume(_ struct{}, thrown error) (Line, bool) {
	switch m.state {
	case printerStart:
	case printerLine: // a new line begins, so no column is kept
		if thrown != nil {
			return m.end(thrown)
		}
	case printerLast:
		return m.end(thrown)
	case printerDone:
		return Line{}, false
	}
	column := 0
	for ; column < len(m.line); column++ {
		c, ok := m.squash.Resume(struct{}{}, nil)
		if !ok {
			break
		}
		m.line[column] = c
	}
	if column == 0 {
		return m.end(nil)
	}
	m.lines++
	if column == len(m.line) {
		m.state = printerLine
		return m.line, true
	}
	for ; column < len(m.line); column++ {
		m.line[column] = ' '
	}
	m.state = printerLast
	return m.line, true
}

func (m *Printer) end(err error) (Line, bool) {
	m.state, m.err = printerDone, err
	return Line{}, false
}

// Result implements [coro.Resumable].
func (m *Printer) Result() int { return m.lines }

// Err implements [coro.Resumable].
func (m *Printer) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *Printer) Func() string { return printerMachine.Func }

// Point implements [coro.Pointer].
func (m *Printer) Point() coro.Point { return printerMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *Printer) Frame() []coro.Slot {
	return []coro.Slot{{Name: "squash", Value: statemachine.Inside(&m.squash)}, {Name: "line", Value: m.line}, {Name: "lines", Value: m.lines}}
}
