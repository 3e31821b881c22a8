package coro

// This file defines a look at the top of the stack that costs next to nothing.
// The calls of runtime/trace for a suspension and a resumption take half a
// microsecond; finding the line by runtime.Callers would add a fifth to that.

import "runtime"

// framePointers says that returnPCs may be asked. It is not, where a compiler
// keeps no frame pointers, or other ones.
var framePointers = hasReturnPCs && returnsTo()

// returnsTo reports whether returnPCs and runtime.Callers agree.
//
//go:noinline
func returnsTo() bool {
	var pcs [1]uintptr
	runtime.Callers(2, pcs[:])
	pc, _ := returnPCs()
	return pc == pcs[0]
}
