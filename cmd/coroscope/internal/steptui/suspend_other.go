//go:build !unix

package steptui

// This file says whether the program can be suspended, where there is no such
// thing.

func canSuspend() bool { return false }
