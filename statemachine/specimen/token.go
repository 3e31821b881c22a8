package specimen

// This file defines what the tokenizer and the parser say to each other.

import (
	"errors"
	"fmt"
	"strconv"
)

// A Token is what the tokenizer sends to the parser.
type Token struct {
	Kind  byte // Number, or the character itself
	Value int  // of a number
}

// Number is the Kind of a token that is a number.
const Number byte = '0'

func (t Token) String() string {
	if t.Kind == Number {
		return strconv.Itoa(t.Value)
	}
	return strconv.QuoteRune(rune(t.Kind))
}

// An Answer is the value of a statement, or says that there is none yet.
type Answer struct {
	Value int
	Known bool
}

func (a Answer) String() string {
	if !a.Known {
		return "none yet"
	}
	return strconv.Itoa(a.Value)
}

// A SyntaxError says what the parser cannot go on with.
type SyntaxError struct {
	Found    Token
	Expected string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("expected %s, found %s", e.Expected, e.Found)
}

// What is expected where.
const (
	operandExpected  = "a number or '('"
	operatorExpected = "an operator or ';'"
	operatorInParens = "an operator or ')'"
)

// ErrDivision is what a division by zero ends the parser with.
var ErrDivision = errors.New("division by zero")

// calculate applies an operator; [ErrDivision] if it cannot.
func calculate(left int, operator byte, right int) (int, error) {
	switch operator {
	case '+':
		return left + right, nil
	case '-':
		return left - right, nil
	case '*':
		return left * right, nil
	}
	if right == 0 {
		return 0, ErrDivision
	}
	return left / right, nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isSum(kind byte) bool     { return kind == '+' || kind == '-' }
func isProduct(kind byte) bool { return kind == '*' || kind == '/' }
