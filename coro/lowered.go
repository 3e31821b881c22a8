package coro

// This file defines what the machines made by the compiler, package
// coroscope/statemachine/lower, have in common.

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// Beside returns the source file of this name in the folder of its caller's, as
// the compiler names it, for a [Place].
func Beside(name string) string {
	_, file, _, _ := runtime.Caller(1)
	return path.Join(path.Dir(file), name)
}

// Unboxed returns what box points to, for a [Slot] of a variable that the body
// shares with its closures; nil for a variable that was not declared yet.
func Unboxed[T any](box *T) any {
	if box == nil {
		return nil
	}
	return *box
}

// Called is a function that a body calls, and in which it is suspended, as a
// machine shows it in its Frame.
type Called struct {
	Func  string
	Slots []Slot // its saved locals
}

// String returns the function and the slots: "leaves{count=2}".
func (c Called) String() string {
	var slots []string
	for _, s := range c.Slots {
		slots = append(slots, fmt.Sprintf("%s=%v", s.Name, s.Value))
	}
	return c.Func + "{" + strings.Join(slots, " ") + "}"
}

// Unwound runs a machine's deferred calls, which make is to do while what it is
// given panics, as those of a stackful body run that has ignored its close. A
// panic of theirs goes on.
func Unwound(make func(p any)) {
	defer func() {
		if v := recover(); v != nil && v != any(unwind{}) {
			panic(v)
		}
	}()
	make(unwind{})
}
