package specimen_test

// This file defines the lessons of specimens that are several coroutines, one
// of which resumes the others.

import (
	"testing"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

// Two trees of other shapes with the same leaves, and one that has others.
var (
	oneTwoThree     = specimen.NewTree(specimen.NewTree(specimen.Leaf(1), 0, specimen.Leaf(2)), 0, specimen.Leaf(3))
	oneTwoThreeToo  = specimen.NewTree(specimen.Leaf(1), 0, specimen.NewTree(specimen.Leaf(2), 0, specimen.Leaf(3)))
	oneTwoFourRight = specimen.NewTree(specimen.Leaf(1), 0, specimen.NewTree(specimen.Leaf(2), 0, specimen.Leaf(4)))
)

// Two walks, each in the middle of its tree: their frames are fields of the
// frame of the machine that resumes them.
func TestLessonSameFringeMachine(t *testing.T) {
	m := specimen.NewSameFringe(oneTwoThree, oneTwoThreeToo)

	leaf, _ := m.Resume(struct{}{}, nil) // step in: it resumes a, then b
	learned(t, "the first leaf of both", 1, leaf)
	learned(t, "what is left of the first walk", "leaf{stack=[node 3 node 2] count=1}", slot(t, m, "a"))
	learned(t, "what is left of the second walk", "leaf{stack=[node 0] count=1}", slot(t, m, "b"))

	leaf, _ = m.Resume(struct{}{}, nil)
	learned(t, "the second leaf of both", 2, leaf)
	leaf, _ = m.Resume(struct{}{}, nil)
	learned(t, "the third leaf of both", 3, leaf)

	_, ok := m.Resume(struct{}{}, nil) // both walks end
	learned(t, "it is suspended", false, ok)
	learned(t, "the fringes are the same", true, m.Result())
}

// The same with three stacks: of the comparison, and of each of the walks,
// which it closes when it has seen enough.
func TestLessonSameFringePull(t *testing.T) {
	coro.CheckLeaks(t)
	c := coro.New(specimen.SameFringeIn(coro.ShapePull, oneTwoThree, oneTwoFourRight), coro.Named("samefringe"))

	leaf, _, _ := c.Next() // this body resumes two others
	learned(t, "the first leaf of both", 1, leaf)
	leaf, _, _ = c.Next()
	learned(t, "the second leaf of both", 2, leaf)

	_, ok, _ := c.Next() // 3 is not 4
	learned(t, "it is suspended", false, ok)
	same, err := c.Result()
	learned(t, "the fringes are the same", false, same)
	learned(t, "its error", nil, err)
}

// Conway's three coroutines in a row, as one struct: the printer's frame has
// the squasher's in it, and that the reader's. There is nothing to close.
func TestLessonSquasherMachine(t *testing.T) {
	m := specimen.NewPrinter([]string{"A**B, AND THIS IS ENOUGH FOR A LINE"})

	line, _ := m.Resume(struct{}{}, nil) // step in, and in again: 24 times the squasher, 25 times the reader
	learned(t, "the first line", "A^B, AND THIS IS ENOUGH ", line.String())
	learned(t, "the squasher's frame",
		"char{reader=char{cards=[A**B, AND THIS IS ENOUGH FOR A LINE] card=0 column=24} next=42 pairs=1}",
		slot(t, m, "squash"))

	line, _ = m.Resume(struct{}{}, nil)
	learned(t, "the last line", "FOR A LINE              ", line.String())

	_, ok := m.Resume(struct{}{}, nil)
	learned(t, "it is suspended", false, ok)
	learned(t, "how many lines were printed", 2, m.Result())
}

// As Conway wrote it: each of the three as if it were the main program, and
// whoever needs a character resumes the one before.
func TestLessonSquasherPull(t *testing.T) {
	coro.CheckLeaks(t)
	c := coro.New(specimen.PrinterIn(coro.ShapePull, []string{"A**B, AND THIS IS ENOUGH FOR A LINE"}), coro.Named("printer"))

	line, _, _ := c.Next()
	learned(t, "the first line", "A^B, AND THIS IS ENOUGH ", line.String())

	_, err := c.Close() // closes the squasher, which closes the reader
	learned(t, "the error of Close", nil, err)
	learned(t, "its status", coro.Done, c.Status())
}

// A tokenizer that is sent characters resumes a parser with tokens. When the
// characters end for now, both stand in the middle of something.
func TestLessonTokenizerMachine(t *testing.T) {
	m := specimen.NewTokenizer()
	m.Resume(0, nil)

	m.Resume('1', nil)
	learned(t, "in the middle of a number it stands at", "digit", m.Point().Name)
	m.Resume('2', nil)
	learned(t, "the number so far", "12", slot(t, m, "number"))

	m.Resume('+', nil) // step in: now the number has ended, and the parser gets two tokens
	learned(t, "between tokens it stands at", "char", m.Point().Name)
	learned(t, "the parser", "operand{value=12 stack=[12+] statements=0}", slot(t, m, "parser"))

	m.Resume('3', nil)
	answer, _ := m.Resume(';', nil)
	learned(t, "the value of 12+3;", "15", answer.String())
}

// The same with the parser as recursive descent, which is suspended as deep as
// the expression is nested.
func TestLessonTokenizerPull(t *testing.T) {
	coro.CheckLeaks(t)
	c := coro.New(specimen.TokenizerIn(coro.ShapePull), coro.Named("tokenizer"))
	c.Next()

	c.Resume('(') // this body resumes the parser's, whose factor asks for more
	c.Resume('2')
	c.Resume('*')
	c.Resume('3')
	answer, _, _ := c.Resume(')')
	learned(t, "the value so far", "none yet", answer.String())
	answer, _, _ = c.Resume(';')
	learned(t, "the value of (2*3);", "6", answer.String())

	_, ok, _ := c.Resume('.') // the parser ends, and so does the tokenizer
	learned(t, "it is suspended", false, ok)
	statements, err := c.Result()
	learned(t, "how many statements there were", 1, statements)
	learned(t, "its error", nil, err)
}
