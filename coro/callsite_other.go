//go:build !((amd64 || arm64) && gc)

package coro

const hasReturnPCs = false

func returnPCs() (pc, next uintptr) { return 0, 0 }
