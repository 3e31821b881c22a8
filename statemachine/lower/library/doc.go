// Package library has the functions of package coro, and of the packages beneath
// it, that suspend the body whose yielder they are given and are more than one
// attempt and one suspension: as a compiler can put them into a machine, in
// exported names alone. Package coroscope/statemachine/lower reads the source of
// this package and nobody calls it.
//
// A function has the name of the one that it stands for, behind that of its
// receiver's type, if it is a method; the receiver is its first parameter. Each
// file has those of one package.
package library

import "coroscope/coro"

// loopOf is the loop of the task that y is the yielder of, and nil for a
// coroutine that stands alone. The compiler writes it.
func loopOf[In, Out any](*coro.Yielder[In, Out]) *coro.Loop {
	panic("library: loopOf is written by the compiler")
}

// inner is what the body of y is suspended in; the compiler writes it.
func inner[In, Out any](*coro.Yielder[In, Out]) coro.Inspectable {
	panic("library: inner is written by the compiler")
}

// setInner tells it; the compiler writes it.
func setInner[In, Out any](*coro.Yielder[In, Out], coro.Inspectable) {
	panic("library: setInner is written by the compiler")
}
