package library

// This file has functions of package coro/signals.

import (
	"os"

	"coroscope/coro"
	"coroscope/coro/signals"
)

func Wait(y *coro.Async, of ...os.Signal) (os.Signal, error) {
	n, err := signals.NewListener(loopOf(y), of...)
	if err != nil {
		return nil, err
	}
	return n.Wait(y)
}
