package specimen

// This file defines the parser half of the specimen tokenizer: recursive
// descent that is suspended in the middle of its recursion.

import (
	"strconv"

	"coroscope/coro"
	"coroscope/statemachine"
)

// ParserBody is sent the tokens of statements and hands out the value of each
// when its end has come. Whenever it needs a token it suspends, however deep it
// is in an expression:
//
//	text       = { expression ";" } "." .
//	expression = term { ( "+" | "-" ) term } .
//	term       = factor { ( "*" | "/" ) factor } .
//	factor     = number | "(" expression ")" .
//
// It returns the number of statements, and a [*SyntaxError] or [ErrDivision]
// where it could not go on.
//
//coro:lower
func ParserBody() coro.Body[Token, Answer, int] {
	return func(y *coro.Yielder[Token, Answer]) (int, error) {
		p := &descent{}
		var answer Answer
		for statements := 0; ; statements++ {
			var err error
			if p.token, err = y.YieldAs("statement", answer); err != nil {
				return statements, err
			}
			if p.token.Kind == '.' {
				return statements, nil
			}
			value, err := p.expression(y)
			if err != nil {
				return statements, err
			}
			if p.token.Kind != ';' {
				return statements, &SyntaxError{p.token, operatorExpected}
			}
			answer = Answer{Value: value, Known: true}
		}
	}
}

// A descent is what the functions of the recursive descent share.
type descent struct {
	token Token // the one that was not used yet
}

func (p *descent) next(y *coro.Yielder[Token, Answer], label string) (err error) {
	p.token, err = y.YieldAs(label, Answer{})
	return err
}

func (p *descent) expression(y *coro.Yielder[Token, Answer]) (int, error) {
	value, err := p.term(y)
	for err == nil && isSum(p.token.Kind) {
		operator, right := p.token.Kind, 0
		if err = p.next(y, "operand"); err != nil {
			return 0, err
		}
		if right, err = p.term(y); err == nil {
			value, err = calculate(value, operator, right)
		}
	}
	return value, err
}

func (p *descent) term(y *coro.Yielder[Token, Answer]) (int, error) {
	value, err := p.factor(y)
	for err == nil && isProduct(p.token.Kind) {
		operator, right := p.token.Kind, 0
		if err = p.next(y, "operand"); err != nil {
			return 0, err
		}
		if right, err = p.factor(y); err == nil {
			value, err = calculate(value, operator, right)
		}
	}
	return value, err
}

func (p *descent) factor(y *coro.Yielder[Token, Answer]) (int, error) {
	switch p.token.Kind {
	case Number:
		value := p.token.Value
		return value, p.next(y, "operator")
	case '(':
		if err := p.next(y, "operand"); err != nil {
			return 0, err
		}
		value, err := p.expression(y)
		if err != nil {
			return 0, err
		}
		if p.token.Kind != ')' {
			return 0, &SyntaxError{p.token, operatorInParens}
		}
		return value, p.next(y, "operator")
	}
	return 0, &SyntaxError{p.token, operandExpected}
}

// Parser is ParserBody as a machine: the recursion has become a stack of what
// is waiting for its right operand.
type Parser struct {
	state      parserState
	value      int
	stack      []pending
	statements int
	err        error
}

// A pending operation waits for its right operand, or, if its operator is '(',
// for the parenthesis to be closed.
type pending struct {
	left     int
	operator byte
}

// String returns what waits as it stands in the text: "12+", or "(".
func (p pending) String() string {
	if p.operator == '(' {
		return "("
	}
	return strconv.Itoa(p.left) + string(rune(p.operator))
}

type parserState uint8

const (
	parserStart parserState = iota
	parserStatement
	parserOperand
	parserOperator
	parserDone
)

var parserMachine = statemachine.Description{
	Name:  "parser",
	Func:  "specimen.Parser",
	File:  statemachine.ThisFile(),
	Frame: "Parser",
	States: []statemachine.State{
		parserStart:     {Name: "start", Role: statemachine.Start, Means: "nothing has run yet"},
		parserStatement: {Name: "statement", Label: "statement", Line: 259, Means: "between statements; the value of the one before was handed out"},
		parserOperand:   {Name: "operand", Label: "operand", Line: 267, Means: "a number or a parenthesis must come"},
		parserOperator:  {Name: "operator", Label: "operator", Line: 273, Means: "value is complete; an operator, or an end, must come"},
		parserDone:      {Name: "done", Role: statemachine.End, Means: "the text has ended, or made no sense, or an error was thrown in"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "statement"},
		{From: "statement", To: "operand", When: "sent ("},
		{From: "statement", To: "operator", When: "sent a number"},
		{From: "statement", To: "done", When: "sent a period, or nonsense, or thrown"},
		{From: "operand", To: "operand", When: "sent ("},
		{From: "operand", To: "operator", When: "sent a number"},
		{From: "operand", To: "done", When: "sent nonsense, or thrown"},
		{From: "operator", To: "statement", When: "sent ;"},
		{From: "operator", To: "operand", When: "sent + - * or /"},
		{From: "operator", To: "operator", When: "sent )"},
		{From: "operator", To: "done", When: "sent nonsense, or divided by zero, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "value", Type: "int", Means: "of what is complete"},
		{Name: "stack", Type: "[]pending", Means: "operations that wait for their right operand, open parentheses among them"},
		{Name: "statements", Type: "int", Means: "how many have ended"},
	},
}

// parserDepth is how many operations may wait before the stack grows.
const parserDepth = 16

// NewParser returns the machine that does what ParserBody() does. Its stack
// has room for 16 operations that wait for their right operand; a resumption
// that needs more allocates.
func NewParser() *Parser {
	m := makeParser()
	return &m
}

// makeParser returns the machine by value, for frames that contain it.
func makeParser() Parser { return Parser{stack: make([]pending, 0, parserDepth)} }

// Resume implements [coro.Resumable].
func (m *Parser) Resume(token Token, thrown error) (Answer, bool) {
	if thrown != nil && m.state != parserDone {
		return m.end(thrown) // wherever it is suspended: nothing is to be cleaned up
	}
	switch m.state {
	case parserStart:
		return m.statement(Answer{})
	case parserStatement:
		if token.Kind == '.' {
			return m.end(nil)
		}
		return m.factor(token)
	case parserOperand:
		return m.factor(token)
	case parserOperator: // value may be the right operand of what waits
		if err := m.settle(isProduct); err != nil {
			return m.end(err)
		}
		if isProduct(token.Kind) {
			return m.operand(pending{m.value, token.Kind})
		}
		_ = m.settle(isSum) // which cannot fail
		inParens := len(m.stack) > 0
		switch {
		case isSum(token.Kind):
			return m.operand(pending{m.value, token.Kind})
		case token.Kind == ')' && inParens:
			m.stack = m.stack[:len(m.stack)-1]
			return m.operator()
		case inParens:
			return m.end(&SyntaxError{token, operatorInParens})
		case token.Kind == ';':
			m.statements++
			return m.statement(Answer{Value: m.value, Known: true})
		}
	case parserDone:
		return Answer{}, false
	}
	return m.end(&SyntaxError{token, operatorExpected})
}

// factor takes the token that an operand begins with.
func (m *Parser) factor(token Token) (Answer, bool) {
	switch token.Kind {
	case Number:
		m.value = token.Value
		return m.operator()
	case '(':
		return m.operand(pending{operator: '('})
	}
	return m.end(&SyntaxError{token, operandExpected})
}

// settle does the operations on top of the stack that are of a kind, with value
// as the right operand of the last.
func (m *Parser) settle(kind func(byte) bool) (err error) {
	for top := len(m.stack) - 1; top >= 0 && kind(m.stack[top].operator); top-- {
		if m.value, err = calculate(m.stack[top].left, m.stack[top].operator, m.value); err != nil {
			return err
		}
		m.stack = m.stack[:top]
	}
	return nil
}

// statement suspends between statements.
func (m *Parser) statement(a Answer) (Answer, bool) {
	m.state = parserStatement
	return a, true
}

// operand suspends until the right operand of p, or what is in parentheses,
// begins.
func (m *Parser) operand(p pending) (Answer, bool) {
	m.stack = append(m.stack, p)
	m.state = parserOperand
	return Answer{}, true
}

// operator suspends behind an operand.
func (m *Parser) operator() (Answer, bool) {
	m.state = parserOperator
	return Answer{}, true
}

func (m *Parser) end(err error) (Answer, bool) {
	m.state, m.err = parserDone, err
	return Answer{}, false
}

// Result implements [coro.Resumable].
func (m *Parser) Result() int { return m.statements }

// Err implements [coro.Resumable].
func (m *Parser) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *Parser) Func() string { return parserMachine.Func }

// Point implements [coro.Pointer].
func (m *Parser) Point() coro.Point { return parserMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *Parser) Frame() []coro.Slot {
	return []coro.Slot{{Name: "value", Value: m.value}, {Name: "stack", Value: m.stack}, {Name: "statements", Value: m.statements}}
}
