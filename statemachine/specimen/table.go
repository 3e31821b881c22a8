package specimen

// This file defines the table of all specimens in all shapes. A shape is added
// by giving pick, and each row of the first part, one argument more.

import (
	"fmt"
	"time"

	"coroscope/coro"
	"coroscope/statemachine"
)

// checking, when not nil, has a checker put around each machine that pick
// makes. The tests set it.
var checking *struct {
	report func(error)
	made   func(d *statemachine.Description, c interface{ Taken() []statemachine.Edge })
}

// pick returns one computation in the shape that is wanted. The machine and
// the body have cost nothing but their frames so far.
func pick[In, Out, Ret any](
	shape coro.Shape,
	d *statemachine.Description,
	machine coro.Resumable[In, Out, Ret],
	lowered describer[In, Out, Ret],
	body coro.Body[In, Out, Ret],
) coro.Resumable[In, Out, Ret] {
	switch shape {
	case coro.ShapeStateMachine:
		return withChecker(d, machine)
	case coro.ShapeLowered:
		return withChecker(lowered.Describe(), coro.Resumable[In, Out, Ret](lowered))
	case coro.ShapePull:
		return coro.Pull(body)
	case coro.ShapeGoroutine:
		return coro.Goroutine(body)
	}
	panic(fmt.Sprintf("specimen: %s does not exist in shape %s", d.Name, shape))
}

// A describer is a machine that the compiler made.
type describer[In, Out, Ret any] interface {
	coro.Resumable[In, Out, Ret]
	Describe() *statemachine.Description
}

// withChecker puts a checker around a machine, if the tests want it.
func withChecker[In, Out, Ret any](d *statemachine.Description, machine coro.Resumable[In, Out, Ret]) coro.Resumable[In, Out, Ret] {
	if checking == nil {
		return machine
	}
	c := statemachine.Check(d, machine, checking.report)
	checking.made(d, c)
	return c
}

// The first part of the table: each computation in the given shape. They panic
// if it does not exist in that shape.

// FibonacciIn returns the first n Fibonacci numbers as a coroutine.
func FibonacciIn(shape coro.Shape, n int) coro.Resumable[struct{}, int, int] {
	return pick(shape, &fibonacciMachine, NewFibonacci(n), LoweredFibonacciBody(n), FibonacciBody(n))
}

// AverageIn returns the running average as a coroutine.
func AverageIn(shape coro.Shape) coro.Resumable[float64, float64, float64] {
	return pick(shape, &averageMachine, NewAverage(), LoweredAverageBody(), AverageBody())
}

// TreeWalkIn returns the values of a tree in order as a coroutine.
func TreeWalkIn(shape coro.Shape, t *Tree) coro.Resumable[struct{}, int, int] {
	return pick(shape, &treeWalkMachine, NewTreeWalk(t), LoweredTreeWalkBody(t), TreeWalkBody(t))
}

// FringeIn returns the leaves of a tree as a coroutine.
func FringeIn(shape coro.Shape, t *Tree) coro.Resumable[struct{}, int, int] {
	return pick(shape, &fringeMachine, NewFringe(t), LoweredFringeBody(t), FringeBody(t))
}

// SameFringeIn returns the comparison of two trees' leaves as a coroutine.
func SameFringeIn(shape coro.Shape, left, right *Tree) coro.Resumable[struct{}, int, bool] {
	return pick(shape, &sameFringeMachine, NewSameFringe(left, right), LoweredSameFringeBody(left, right, shape), SameFringeBody(left, right, shape))
}

// ReaderIn returns the characters of cards as a coroutine.
func ReaderIn(shape coro.Shape, cards []string) coro.Resumable[struct{}, byte, int] {
	return pick(shape, &readerMachine, NewReader(cards), LoweredReaderBody(cards), ReaderBody(cards))
}

// SquashIn returns the characters of cards, squashed, as a coroutine.
func SquashIn(shape coro.Shape, cards []string) coro.Resumable[struct{}, byte, int] {
	return pick(shape, &squashMachine, NewSquash(cards), LoweredSquashBody(cards, shape), SquashBody(cards, shape))
}

// PrinterIn returns the lines of Conway's squasher as a coroutine.
func PrinterIn(shape coro.Shape, cards []string) coro.Resumable[struct{}, Line, int] {
	return pick(shape, &printerMachine, NewPrinter(cards), LoweredPrinterBody(cards, shape), PrinterBody(cards, shape))
}

// ParserIn returns the parser, which is sent tokens, as a coroutine.
func ParserIn(shape coro.Shape) coro.Resumable[Token, Answer, int] {
	return pick(shape, &parserMachine, NewParser(), LoweredParserBody(), ParserBody())
}

// TokenizerIn returns the tokenizer, which is sent characters and feeds a
// parser, as a coroutine.
func TokenizerIn(shape coro.Shape) coro.Resumable[byte, Answer, int] {
	return pick(shape, &tokenizerMachine, NewTokenizer(), LoweredTokenizerBody(shape), TokenizerBody(shape))
}

// FetchIn returns a fetch with so many tries as a coroutine. Note is told when
// a connection is released.
func FetchIn(shape coro.Shape, tries int, note func(string)) coro.Resumable[string, Ask, string] {
	return pick(shape, &fetchMachine, NewFetch(tries, note), LoweredFetchBody(tries, note), FetchBody(tries, note))
}

// BartenderIn returns the task of a single bartender, who serves all guests of
// the bar at once, each a task that it makes, and returns how many were served.
func BartenderIn(shape coro.Shape, l *coro.Loop, b Bar) coro.Resumable[struct{}, coro.Await, int] {
	open := b.open(l, shape)
	return pick(shape, &bartenderMachine, newBartender(open), loweredBartenderBody(open), bartenderBody(open))
}

func guestIn(shape coro.Shape, b *bar, name string) coro.Resumable[struct{}, coro.Await, time.Duration] {
	return pick(shape, &guestMachine, newGuest(b, name), loweredGuestBody(b, name), guestBody(b, name))
}

// EchoServerIn returns the task of an echo server between two pipes.
func EchoServerIn(shape coro.Shape, in, out *Pipe) coro.Resumable[struct{}, coro.Await, int] {
	return pick(shape, &echoServerMachine, NewEchoServer(in, out), LoweredEchoServerBody(in, out), EchoServerBody(in, out))
}

// EchoIn returns the task of an echo client, which makes one of the server. It
// thinks so long before each of the lines, which each end in a newline.
func EchoIn(shape coro.Shape, l *coro.Loop, think time.Duration, lines ...string) coro.Resumable[struct{}, coro.Await, int] {
	var all [][]byte
	for _, line := range lines {
		all = append(all, []byte(line))
	}
	return pick(shape, &echoClientMachine, NewEchoClient(l, shape, think, all), LoweredEchoClientBody(l, shape, think, all), EchoClientBody(l, shape, think, all))
}

// The second part of the table: the specimens, each with something to work on.

var (
	someTree  = NewTree(NewTree(Leaf(1), 2, Leaf(3)), 4, NewTree(Leaf(5), 6, Leaf(7)))
	leftTree  = NewTree(NewTree(Leaf(1), 0, Leaf(3)), 0, NewTree(Leaf(5), 0, Leaf(7)))
	rightTree = NewTree(Leaf(1), 0, NewTree(NewTree(Leaf(3), 0, Leaf(5)), 0, Leaf(7)))
	someCards = []string{"A**2 IS A*A", "", "***"}
	someBar   = Bar{
		Guests: []string{"Ann", "Bob", "Cleo"}, Shakers: 1, Ovens: 1,
		Order: 5 * time.Millisecond, Mix: 20 * time.Millisecond, Bake: 30 * time.Millisecond, Serve: 5 * time.Millisecond,
	}
)

// All returns the specimens. Parts come before what they are parts of.
func All() []*Specimen { return all }

var all = []*Specimen{
	{
		Name:     "fibonacci",
		About:    "one loop, one suspension",
		Machines: machines(&fibonacciMachine),
		Lowered:  machines(&fibonacciBodyDescription),
		Scripts:  []Script{nexts(9)},
		alone: alone(func(w *world) coro.Resumable[struct{}, int, int] {
			return FibonacciIn(w.shape, 8)
		}),
	},
	{
		Name:     "average",
		About:    "values are sent in; an error thrown in makes it begin anew",
		Machines: machines(&averageMachine),
		Lowered:  machines(&averageBodyDescription),
		Scripts:  []Script{{Next(), Send(10.0), Send(20.0), Throw(ErrReset), Send(5.0), Close()}},
		alone: alone(func(w *world) coro.Resumable[float64, float64, float64] {
			return AverageIn(w.shape)
		}),
	},
	{
		Name:     "treewalk",
		About:    "recursion becomes a stack of what is left to do",
		Machines: machines(&treeWalkMachine),
		Lowered:  machines(&treeWalkBodyDescription),
		Scripts:  []Script{nexts(8)},
		alone: alone(func(w *world) coro.Resumable[struct{}, int, int] {
			return TreeWalkIn(w.shape, someTree)
		}),
	},
	{
		Name:     "fringe",
		About:    "the leaves of a tree",
		PartOf:   "samefringe",
		Machines: machines(&fringeMachine),
		Lowered:  machines(&fringeBodyDescription),
		Scripts:  []Script{nexts(5)},
		alone: alone(func(w *world) coro.Resumable[struct{}, int, int] {
			return FringeIn(w.shape, leftTree)
		}),
	},
	{
		Name:     "samefringe",
		About:    "two coroutines, resumed in turn, walk two trees that have the same leaves",
		Machines: machines(&sameFringeMachine, &fringeMachine),
		Lowered:  machines(&sameFringeBodyDescription, &fringeBodyDescription),
		Scripts:  []Script{nexts(5)},
		alone: alone(func(w *world) coro.Resumable[struct{}, int, bool] {
			return SameFringeIn(w.shape, leftTree, rightTree)
		}),
	},
	{
		Name:     "reader",
		About:    "the characters of cards, one by one",
		PartOf:   "squasher",
		Machines: machines(&readerMachine),
		Lowered:  machines(&readerBodyDescription),
		Scripts:  []Script{nexts(18)},
		alone: alone(func(w *world) coro.Resumable[struct{}, byte, int] {
			return ReaderIn(w.shape, someCards)
		}),
	},
	{
		Name:     "squash",
		About:    "reads a character more than it hands out, at times",
		PartOf:   "squasher",
		Machines: machines(&squashMachine, &readerMachine),
		Lowered:  machines(&squashBodyDescription, &readerBodyDescription),
		Scripts:  []Script{nexts(16)},
		alone: alone(func(w *world) coro.Resumable[struct{}, byte, int] {
			return SquashIn(w.shape, someCards)
		}),
	},
	{
		Name:     "squasher",
		About:    "Conway, 1963: cards are read, ** becomes ^, lines are printed",
		Machines: machines(&printerMachine, &squashMachine, &readerMachine),
		Lowered:  machines(&printerBodyDescription, &squashBodyDescription, &readerBodyDescription),
		Scripts:  []Script{nexts(4)},
		alone: alone(func(w *world) coro.Resumable[struct{}, Line, int] {
			return PrinterIn(w.shape, []string{
				"THE AREA IS R**2 * PI,", "AND THE VOLUME IS R**3 * 4/3 * PI",
			})
		}),
	},
	{
		Name:     "parser",
		About:    "recursive descent, suspended in the middle of an expression",
		PartOf:   "tokenizer",
		Machines: machines(&parserMachine),
		Lowered:  machines(&parserBodyDescription),
		Scripts: []Script{
			{Next(), Send(Token{Number, 2}), Send(Token{Kind: '*'}), Send(Token{Kind: '('}), Send(Token{Number, 3}),
				Send(Token{Kind: '+'}), Send(Token{Number, 4}), Send(Token{Kind: ')'}), Send(Token{Kind: ';'}), Send(Token{Kind: '.'})},
			{Next(), Send(Token{Kind: '('}), Send(Token{Kind: '('}), Send(Token{Number, 3}), Send(Token{Kind: ';'})},
			{Next(), Send(Token{Number, 3}), Send(Token{Kind: ')'})},
			{Next(), Send(Token{Number, 3}), Send(Token{Kind: '/'}), Send(Token{Kind: '*'})},
			{Next(), Send(Token{Number, 3}), Send(Token{Kind: '/'}), Send(Token{Number, 0}), Send(Token{Kind: ';'})},
		},
		alone: alone(func(w *world) coro.Resumable[Token, Answer, int] {
			return ParserIn(w.shape)
		}),
	},
	{
		Name:     "tokenizer",
		About:    "is sent characters, feeds a parser with tokens, hands out values",
		Machines: machines(&tokenizerMachine, &parserMachine),
		Lowered:  machines(&tokenizerBodyDescription, &parserBodyDescription),
		Scripts: []Script{
			typed("12+3*(4-1);"), typed("7; 8/2;."), typed("12 13;"), typed("8/0;"), typed("9-4-3;2*3-4/2+1;"), typed("((1);"), typed("x"),
		},
		alone: alone(func(w *world) coro.Resumable[byte, Answer, int] {
			return TokenizerIn(w.shape)
		}),
	},
	{
		Name:     "fetch",
		About:    "asks for a page, tries again after a timeout, cleans up however it ends",
		Machines: machines(&fetchMachine),
		Lowered:  machines(&fetchBodyDescription),
		Scripts: []Script{
			{Next(), Send(""), Send("hello, "), Throw(ErrTimeout), Next(), Next(), Send(""), Send("hello, "), Send("world"), Send("")},
			{Next(), Throw(ErrTimeout), Next(), Throw(ErrTimeout), Next(), Throw(ErrTimeout)},
			{Next(), Next(), Throw(ErrTimeout), Throw(errLine)},
		},
		alone: alone(func(w *world) coro.Resumable[string, Ask, string] {
			return FetchIn(w.shape, 3, w.note)
		}),
	},
	{
		Name:     "bartender",
		About:    "a task for each guest; one bartender, so the shakers and ovens need no lock",
		Machines: machines(&bartenderMachine, &guestMachine),
		Lowered:  machines(&bartenderBodyDescription, &guestBodyDescription),
		OnLoop:   true,
		Scripts:  []Script{{}},
		onLoop: onLoop("bartender", &bartenderMachine, func(l *coro.Loop, w *world) coro.Resumable[struct{}, coro.Await, int] {
			b := someBar
			b.Act = func(guest, action string) { w.note(action + " for " + guest) }
			return BartenderIn(w.shape, l, b)
		}),
	},
	{
		Name:     "echo",
		About:    "a client and a server talk through pipes that hold less than a line",
		Machines: machines(&echoClientMachine, &echoServerMachine),
		Lowered:  machines(&echoClientBodyDescription, &echoServerBodyDescription),
		OnLoop:   true,
		Scripts:  []Script{{}},
		onLoop: onLoop("echo", &echoClientMachine, func(l *coro.Loop, w *world) coro.Resumable[struct{}, coro.Await, int] {
			return EchoIn(w.shape, l, 10*time.Millisecond, "hello\n", "a line that does not fit into the pipe\n", "bye\n")
		}),
	},
}

func machines(ds ...*statemachine.Description) []*statemachine.Description { return ds }
