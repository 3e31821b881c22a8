//go:build (amd64 || arm64) && gc

package coro

const hasReturnPCs = true

// returnPCs returns the program counter that its caller will return to, as
// runtime.Callers has it, and the one that that function will return to: each
// stands behind a frame pointer. Its caller must not be inlined, nor be the
// first function of its goroutine, nor the second.
func returnPCs() (pc, next uintptr)
