package coro

// This file defines the options of a coroutine, alone or on a loop.

import (
	"log"
	"sync/atomic"
)

// An Option is given when a coroutine is made.
type Option func(*options)

type options struct {
	name      string
	fn        string
	observer  Observer
	label     bool
	abandoned func(*Info)
	closeIt   bool
	eager     bool
	base      *basis
}

func (o *options) apply(opts []Option) {
	for _, opt := range opts {
		opt(o)
	}
}

// Named gives the coroutine a name; it need not be unique.
func Named(name string) Option { return func(o *options) { o.name = name } }

// InFunc says which function the coroutine is counted under in traces, for
// bodies whose own name says little. There should be few different ones.
func InFunc(fn string) Option { return func(o *options) { o.fn = fn } }

// ObservedBy has obs told what happens to a coroutine that stands alone. On a
// loop it has no effect: the loop has an observer of its own.
func ObservedBy(obs Observer) Option { return func(o *options) { o.observer = obs } }

// Labeled gives the goroutine of a stackful coroutine the pprof label
// coroutine=<name>, by which debuggers, goroutine dumps and profiles find it.
func Labeled() Option { return func(o *options) { o.label = true } }

// LabelAll has all stackful coroutines that are made from now on labeled, as
// Labeled does, or no longer. A test's TestMain is a good place for it.
func LabelAll(on bool) { labelAll.Store(on) }

var labelAll atomic.Bool

// OnAbandoned has report called, on a goroutine of its own, when the collector
// finds a stackful coroutine that is suspended and that nobody holds any
// more. Without it a line with the place that made the coroutine is logged.
//
// This is best effort: a body that refers to its own coroutine keeps it alive,
// and when the collector runs is not defined. [CheckLeaks] finds them all.
func OnAbandoned(report func(*Info)) Option { return func(o *options) { o.abandoned = report } }

// CloseAbandoned has an abandoned coroutine closed, as Close does, on a
// goroutine of its own, after it was reported. It is not for pull coroutines
// that are started by a goroutine locked to its thread; see [Pull].
func CloseAbandoned() Option { return func(o *options) { o.closeIt = true } }

func logAbandoned(i *Info) {
	log.Printf("coro: %s, made at %s, was abandoned while suspended; its stack stays until it is closed: call Close, or make it with coro.CloseAbandoned", i, i.Created)
}
