package specimen

// This file defines tokenizer, which is sent characters and sends tokens on to
// a parser: neither is the other's subroutine, and each may be in the middle of
// something when its input ends for now.

import (
	"coroscope/coro"
	"coroscope/statemachine"
)

// TokenizerBody is sent the characters of a text and hands out the value of
// each statement when its last one has come; see [ParserBody] for the grammar.
// The parser is a coroutine of the given shape. What it returns is the
// parser's, 0 if an error was thrown in.
//
//coro:lower
func TokenizerBody(shape coro.Shape) coro.Body[byte, Answer, int] {
	return func(y *coro.Yielder[byte, Answer]) (int, error) {
		parser := coro.New(ParserIn(shape), coro.InFunc(parserMachine.Func), coro.Named("parser"))
		defer parser.Close()
		answer, _, _ := parser.Next() // it now waits for its first token
		c, err := y.YieldAs("char", answer)
		for err == nil {
			answer = Answer{}
			switch {
			case isDigit(c):
				number := 0
				for isDigit(c) {
					number = 10*number + int(c-'0')
					if c, err = y.YieldAs("digit", Answer{}); err != nil {
						return 0, err
					}
				}
				if _, more, _ := parser.Resume(Token{Number, number}); !more {
					return parser.Result()
				}
				continue // c is the character behind the number
			case c != ' ':
				var more bool
				if answer, more, _ = parser.Resume(Token{Kind: c}); !more {
					return parser.Result()
				}
			}
			c, err = y.YieldAs("char", answer)
		}
		return 0, err
	}
}

// Tokenizer is TokenizerBody as a machine. The parser is a frame in its own.
type Tokenizer struct {
	state  tokenizerState
	parser Parser
	number int
	result int
	err    error
}

type tokenizerState uint8

const (
	tokenizerStart tokenizerState = iota
	tokenizerChar
	tokenizerDigit
	tokenizerDone
)

var tokenizerMachine = statemachine.Description{
	Name:  "tokenizer",
	Func:  "specimen.Tokenizer",
	File:  statemachine.ThisFile(),
	Frame: "Tokenizer",
	States: []statemachine.State{
		tokenizerStart: {Name: "start", Role: statemachine.Start, Means: "nothing has run yet"},
		tokenizerChar:  {Name: "char", Label: "char", Line: 145, Means: "between tokens; the parser has them all"},
		tokenizerDigit: {Name: "digit", Label: "digit", Line: 135, Means: "in the middle of a number, which may go on"},
		tokenizerDone:  {Name: "done", Role: statemachine.End, Means: "the parser has ended, or an error was thrown in"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "char"},
		{From: "char", To: "char", When: "sent a space, or a token of one character"},
		{From: "char", To: "digit", When: "sent a digit"},
		{From: "char", To: "done", When: "the parser ends, or thrown"},
		{From: "digit", To: "digit", When: "sent a digit"},
		{From: "digit", To: "char", When: "the number has ended"},
		{From: "digit", To: "done", When: "the parser ends, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "parser", Type: "Parser", Means: "a frame in this one"},
		{Name: "number", Type: "int", Means: "the value of the digits so far"},
		{Name: "result", Type: "int", Means: "the parser's"},
	},
}

// NewTokenizer returns the machine that does what TokenizerBody does.
func NewTokenizer() *Tokenizer { return &Tokenizer{parser: makeParser()} }

// Resume implements [coro.Resumable].
func (m *Tokenizer) Resume(c byte, thrown error) (Answer, bool) {
	switch m.state {
	case tokenizerStart:
		return m.char(m.parser.Resume(Token{}, nil)) // it now waits for its first token
	case tokenizerDigit: // has the number ended?
		if thrown != nil {
			return m.end(thrown)
		}
		if isDigit(c) {
			return m.digit(c)
		}
		if _, more := m.parser.Resume(Token{Number, m.number}, nil); !more {
			return m.parserEnded()
		}
		m.number = 0
	case tokenizerChar:
		if thrown != nil {
			return m.end(thrown)
		}
	case tokenizerDone:
		return Answer{}, false
	}
	switch { // c begins something
	case isDigit(c):
		return m.digit(c)
	case c == ' ':
		return m.char(Answer{}, true)
	}
	return m.char(m.parser.Resume(Token{Kind: c}, nil))
}

// digit suspends in the middle of a number.
func (m *Tokenizer) digit(c byte) (Answer, bool) {
	m.number = 10*m.number + int(c-'0')
	m.state = tokenizerDigit
	return Answer{}, true
}

// char suspends between tokens with what the parser answered, if there is one
// still.
func (m *Tokenizer) char(answer Answer, more bool) (Answer, bool) {
	if !more {
		return m.parserEnded()
	}
	m.state = tokenizerChar
	return answer, true
}

func (m *Tokenizer) parserEnded() (Answer, bool) {
	m.result = m.parser.Result()
	return m.end(m.parser.Err())
}

func (m *Tokenizer) end(err error) (Answer, bool) {
	m.state, m.err = tokenizerDone, err
	return Answer{}, false
}

// Result implements [coro.Resumable].
func (m *Tokenizer) Result() int { return m.result }

// Err implements [coro.Resumable].
func (m *Tokenizer) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *Tokenizer) Func() string { return tokenizerMachine.Func }

// Point implements [coro.Pointer].
func (m *Tokenizer) Point() coro.Point { return tokenizerMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *Tokenizer) Frame() []coro.Slot {
	return []coro.Slot{{Name: "parser", Value: statemachine.Inside(&m.parser)}, {Name: "number", Value: m.number}, {Name: "result", Value: m.result}}
}
